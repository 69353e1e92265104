# ruff: noqa: T201 - a programme speaks
"""A programme as a command line starts it: not a module, its entry point must not run again in a child."""

import asyncio
import sys

from app.core.child import run_in_child
from tests.core.child_functions import spin, whoami

print("entered", __name__, flush=True)


async def tell(pid: int) -> None:
    print("child", pid, flush=True)


def main() -> None:
    if "spin" in sys.argv:
        asyncio.run(run_in_child(spin, on_progress=tell))
    else:
        print("main of the child:", asyncio.run(run_in_child(whoami))[2] or "none", flush=True)


if __name__ == "__main__":
    main()
