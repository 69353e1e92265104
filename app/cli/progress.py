"""Progress bars for people; nothing for programmes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

Tell = Callable[[float | None, str], None]
"""Shows progress: a fraction in [0, 1] (None where unknown) and what is being done."""

LONGEST_NOTE = 70


@contextmanager
def progress_bar(title: str, *, console: Console | None = None, silent: bool = False) -> Iterator[Tell]:
    """Hand out a function that takes a fraction in [0, 1] (None where unknown) and what is being done."""
    shown_on = console or Console(stderr=True)
    if silent or not shown_on.is_terminal:
        yield lambda _fraction, _message: None
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[note]}", markup=False),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=shown_on) as bar:
        task = bar.add_task(title, total=1.0, note="")

        def tell(fraction: float | None, message: str) -> None:
            bar.update(task, completed=fraction, note=message[:LONGEST_NOTE])  # None leaves the bar as it is

        yield tell
        bar.update(task, completed=1.0)
