"""Which pages open for a reader, asked of the rules that the page itself asks: for links, lists and redirects.

A room says it of its pages by their names (`Room.doors`); a page that is not named there opens for every member. A
door opens nothing and writes nothing down: the page behind it decides again.
"""

from collections.abc import Callable, Mapping
from typing import Any

from holdfast.facts import StreamId
from holdfast.store.office.vault import Reader
from holdfast.workflows.office.opening import Office

Door = Callable[[Office, Reader, Mapping[str, Any]], bool]
"""Whether a page opens: for this reader, at an address with these parts."""


def asks(verb: str, kind: str, part: str = "", *, ruled_as: str = "") -> Door:
    """What the rules say of one thing, named by a part of the address; without a part, of a kind of thing."""

    def door(office: Office, reader: Reader, named: Mapping[str, Any]) -> bool:
        stream = StreamId(kind=kind, id=named[part]) if part else None
        return office.vault.may(reader, verb, kind, stream, ruled_as=ruled_as).allowed

    return door


def every(*doors: Door) -> Door:
    """All of these open."""
    return lambda office, reader, named: all(door(office, reader, named) for door in doors)


def either(*doors: Door) -> Door:
    """One of these opens."""
    return lambda office, reader, named: any(door(office, reader, named) for door in doors)
