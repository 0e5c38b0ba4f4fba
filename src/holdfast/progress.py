"""How long work says how far it is, without knowing who shows it."""

from collections.abc import Callable

Progress = Callable[[str, int, int | None], None]
"""Called as `progress(task, done, total)`; `total` is None while it is not known. Cheap to call often."""


def silent(task: str, done: int, total: int | None) -> None:
    """The progress of work that nobody watches."""
