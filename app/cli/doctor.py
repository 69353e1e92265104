"""`courtside doctor`: what was found of every part, and what to do about it."""

import asyncio
import sys
from dataclasses import asdict
from pathlib import Path

import orjson
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from app.cli.examining import examine_machine, examine_server
from app.cli.examining_database import examine_database
from app.cli.finding import Finding, State
from app.cli.settling import settle
from app.core.settings import Settings

STYLES = {State.OK: "green", State.IDLE: "yellow", State.BROKEN: "bold red"}


def doctor(*, state_dir: Path | None, json: bool) -> None:
    """Examine every part and print a line each; exit with 1 where something is broken."""
    findings = asyncio.run(_examine(settle(state_dir=state_dir, answers=True)))
    is_well = all(finding.state is not State.BROKEN for finding in findings)
    if json:
        print(orjson.dumps({"ok": is_well, "findings": [asdict(finding) for finding in findings]}).decode())
    else:
        _show(findings)
    if not is_well:
        sys.exit(1)


async def _examine(settings: Settings) -> list[Finding]:
    return [
        *examine_machine(settings),
        *await examine_database(settings),
        *await asyncio.to_thread(examine_server, settings),
    ]


def _show(findings: list[Finding]) -> None:
    table = Table.grid(padding=(0, 2))
    for finding in findings:
        style = STYLES[finding.state]
        told = f"{finding.found}. {finding.remedy}".removesuffix(". ")
        table.add_row(f"[{style}]{finding.state}[/]", finding.part, escape(told))
    Console().print(table)
