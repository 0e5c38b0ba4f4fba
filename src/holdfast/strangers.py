"""Plug-ins of strangers: entry points of distributions that the settings name, and of no other.

Strangers add measures, sources and counting methods, each called as the kind calls itself. What acts on wikis, holds
cases or writes the log is never a stranger's.
"""

from dataclasses import replace
from importlib.metadata import Distribution, EntryPoint, PackageNotFoundError, distribution
from typing import Any

from holdfast.errors import UsageError

OPEN = {
    "holdfast.measures": "holdfast.measures",
    "holdfast.sources": "holdfast.sources",
    "holdfast.counting": "holdfast.elections.counting",
}
"""Groups of entry points, and the rooms that they add to."""


def add_strangers(found: dict[str, Any], room: str, stranger: str) -> None:
    """Add what a named distribution holds for a room; where it comes from is said in its title.

    Raises UsageError `registry.stranger_…`, naming the distribution.
    """
    try:
        held = distribution(stranger)
    except PackageNotFoundError:
        raise UsageError(
            "registry.stranger_missing",
            f"the plug-in {stranger} is not installed",
            place="HOLDFAST_PLUGINS",
            hint="install it, or take its name out",
        ) from None
    for entry in held.entry_points:
        if entry.group.split(".")[0] == "holdfast" and entry.group not in OPEN:
            raise _refused("group", held, entry, f"adds to {entry.group}", ", ".join(OPEN))
        if OPEN.get(entry.group) == room:
            found[entry.name] = _stranger(found, held, entry)


def _stranger(found: dict[str, Any], held: Distribution, entry: EntryPoint) -> Any:
    try:
        kind = entry.load()
    except Exception as error:  # whatever a stranger's code does at import
        raise _refused(
            "broken", held, entry, f"{type(error).__name__} while it was loaded", "a module that loads"
        ) from error
    like = type(next(iter(found.values())))
    if type(kind) is not like:
        raise _refused("kind", held, entry, type(kind).__name__, f"a {like.__name__}")
    if kind.name != entry.name:
        raise _refused("name", held, entry, f"it calls itself {kind.name!r}", repr(entry.name))
    if entry.name in found or entry.name in {each.name for each in found.values()}:
        raise _refused("taken", held, entry, "a name that is taken", "a name of its own")
    told = "title" if hasattr(kind, "title") else "describes"
    return replace(kind, **{told: f"{getattr(kind, told)} [plug-in {held.name} {held.version}]"})


def _refused(why: str, held: Distribution, entry: EntryPoint, got: str, expected: str) -> UsageError:
    return UsageError(
        f"registry.stranger_{why}",
        f"the plug-in {held.name} {held.version} is refused",
        expected=expected,
        got=got,
        place=f"{entry.name} = {entry.value}",
        hint=f"ask who made {held.name}, or take it out of HOLDFAST_PLUGINS",
    )
