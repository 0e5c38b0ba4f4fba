"""The closed list of what may stand in the record: the folder is the list, one file each with a `KIND`."""

import sys
from functools import cache

from holdfast.errors import InputRefusedError
from holdfast.record.kinds._kind import Kind
from holdfast.registry import kinds_in


@cache
def all_kinds() -> dict[str, Kind]:
    """Every kind by the name that stands in the log (`action taken`)."""
    return {kind.name: kind for kind in kinds_in(sys.modules[__name__], "KIND").values()}


def kind_named(name: object) -> Kind:
    """The kind of this name; `_` and `-` may stand for a space.

    Raises InputRefusedError `record.entry.kind` for a name that is not on the list.
    """
    kinds = all_kinds()
    if isinstance(name, str):
        kind = kinds.get(name) or kinds.get(name.replace("_", " ").replace("-", " "))
        if kind is not None:
            return kind
    raise InputRefusedError(
        "record.entry.kind",
        "the record knows no such kind of entry",
        expected=", ".join(kinds),
        got=repr(name)[:60],
        hint="take one of these; what has no kind of its own is a note",
    )
