"""A progress bar on stderr that does nothing when nobody looks."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from holdfast.progress import Progress, silent


@contextmanager
def progress_bars(*, quiet: bool = False) -> Iterator[Progress]:
    """Bars on stderr while the block runs; silent when stderr is not a terminal or `quiet` is set."""
    if quiet or not sys.stderr.isatty():
        yield silent
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        known = {}

        def show(task: str, done: int, total: int | None) -> None:
            if task not in known:
                known[task] = bars.add_task(task, total=total)
            bars.update(known[task], completed=done, total=total)

        yield show
