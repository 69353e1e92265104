"""Waking whoever waits, without losing the wake-up that comes while nobody waits yet."""

import asyncio


class Pulse:
    """A signal that can be given any number of times; each waiter takes `next` before it looks."""

    def __init__(self) -> None:
        self.count = 0
        self.next = asyncio.Event()

    def fire(self) -> None:
        """Wake everybody who took `next` before now."""
        self.count += 1
        self.next.set()
        self.next = asyncio.Event()


async def waited(happened: asyncio.Event, timeout_seconds: float) -> bool:
    """Wait for `happened`; return whether it came within the time."""
    try:
        async with asyncio.timeout(max(0.0, timeout_seconds)):
            return await happened.wait()
    except TimeoutError:
        return False
