"""Which part each command belongs to: shown in its help, marked where it is missing, named in the error.

A file of commands says `PART`, and `PARTS` for those of its commands (by function) that belong to another one.
"""

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

from holdfast.parts import Part, install, is_installed, named_when_missing


def part_of(command: Callable[..., Any]) -> Part:
    """The part that the function of a command belongs to, by the file it stands in."""
    module = sys.modules[command.__module__]
    part: Part = getattr(module, "PARTS", {}).get(command.__name__, module.PART)
    return part


def mark(command: Any) -> set[Part]:
    """Mark a command, or a group and all that is in it; the parts that were found there."""
    inner = getattr(command, "commands", None)
    if inner is None:
        part = part_of(command.callback)
        command.callback = _named(command.callback, part)
        command.epilog = None if part is Part.BASE else f"Part: {install(part)}"
        parts = {part}
    else:
        parts = {part for one in inner.values() for part in mark(one)}
    if not any(map(is_installed, parts)):
        command.short_help = f"[{' or '.join(sorted(parts))} is not installed] {command.get_short_help_str()}"
    return parts


def _named(callback: Callable[..., Any], part: Part) -> Callable[..., Any]:
    @wraps(callback)
    def called(*given: Any, **named: Any) -> Any:
        with named_when_missing(part):
            return callback(*given, **named)

    return called
