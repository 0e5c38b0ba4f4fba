"""The only loader of modules by name: in a plug-in room the folder is the list.

Strangers add measures, sources and counting methods by entry points of their distribution, each called as the kind
calls itself. They are off until `HOLDFAST_PLUGINS` names the distribution; no other one is looked at. What acts on
wikis, holds cases or writes the log is never a stranger's.
"""

import importlib
import pkgutil
from dataclasses import replace
from importlib.metadata import Distribution, EntryPoint, PackageNotFoundError, distribution
from types import ModuleType
from typing import Any

from holdfast.errors import UsageError
from holdfast.parts import named_when_missing
from holdfast.settings import settings_from

_OPEN = {
    "holdfast.measures": "holdfast.measures",
    "holdfast.sources": "holdfast.sources",
    "holdfast.counting": "holdfast.elections.counting",
}
"""Groups of entry points, and the rooms that they add to."""


def load_attribute(module: str, name: str) -> Any:
    """One public attribute of one of Holdfast's modules."""
    if not module.startswith("holdfast."):
        raise UsageError("registry.outside", "only Holdfast's own modules are loaded by name", got=module)
    with named_when_missing():
        return getattr(importlib.import_module(module), name)


def room(name: str) -> ModuleType:
    """A plug-in room by its name, for those on whom its plug-ins rest, so that no import points back."""
    return importlib.import_module(name)


def kinds_in(room: ModuleType, attribute: str) -> dict[str, Any]:
    """Every kind of a plug-in room: module name to the object it declares as `attribute`, by name.

    A module whose name begins with an underscore is no kind. Raises UsageError `registry.no_declaration`
    when a file declares nothing, so that a half-made kind is not passed over in silence.
    """
    found: dict[str, Any] = {}
    for info in sorted(pkgutil.iter_modules(room.__path__), key=lambda each: each.name):
        if info.name.startswith("_"):
            continue
        module = importlib.import_module(f"{room.__name__}.{info.name}")
        if not hasattr(module, attribute):
            raise UsageError(
                "registry.no_declaration",
                f"the module {module.__name__} declares nothing",
                expected=f"a module attribute {attribute}",
                hint="declare it, or begin the file's name with an underscore",
            )
        found[info.name] = getattr(module, attribute)
    if room.__name__ in _OPEN.values():
        for stranger in settings_from().plugins:
            _add_strangers(found, room.__name__, stranger)
    return found


def _add_strangers(found: dict[str, Any], room: str, stranger: str) -> None:
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
        if entry.group.split(".")[0] == "holdfast" and entry.group not in _OPEN:
            raise _refused("group", held, entry, f"adds to {entry.group}", ", ".join(_OPEN))
        if _OPEN.get(entry.group) == room:
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
