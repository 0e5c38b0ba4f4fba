"""The only loader of modules by name: in a plug-in room the folder is the list.

To some rooms strangers add theirs (`strangers.py`): off until `HOLDFAST_PLUGINS` names the distribution.
"""

import importlib
import pkgutil
from types import ModuleType
from typing import Any

from holdfast.errors import UsageError
from holdfast.parts import named_when_missing

_OPEN_ROOMS = frozenset({"holdfast.measures", "holdfast.sources", "holdfast.elections.counting"})
"""Rooms to which strangers may add."""


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
    if room.__name__ in _OPEN_ROOMS:
        # only here: what reads installed distributions loads sockets, and a verifier alone loads none
        from holdfast.settings import settings_from
        from holdfast.strangers import add_strangers

        for stranger in settings_from().plugins:
            add_strangers(found, room.__name__, stranger)
    return found
