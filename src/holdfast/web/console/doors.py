"""Which pages open for a reader, asked of the rules that the page itself asks: for links, lists and redirects.

A room says it of its pages by their names (`Room.doors`); a page that is not named there opens for every member. A
door opens nothing and writes nothing down: the page behind it decides again.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import Resolver404, ResolverMatch, resolve

from holdfast.errors import HoldfastError
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


def opens(request: HttpRequest, address: str) -> bool:
    """Whether a page of this console opens for who asks, once they have used their passkey."""
    found = _found(address)
    if found is None:
        return False
    door = _doors().get(found.view_name)
    if door is None or request.reader is None:
        return True
    # a page that needs the passkey asks for it; what is asked here is whether it opens after that
    reader = replace(request.reader, passkey_session=True, passkey_fresh=True)
    try:
        return door(request.office, reader, found.kwargs)
    except HoldfastError:
        return False


def home_of(address: str) -> str:
    """The first page of the room that an address belongs to; the start page where it belongs to none."""
    from django.urls import reverse

    found = _found(address)
    room = _rooms().get(found.namespace) if found else None
    return reverse(f"{room.name}:{room.home}") if room is not None and room.home else "/"


def _found(address: str) -> ResolverMatch | None:
    try:
        return resolve(urlsplit(address).path)
    except Resolver404:
        return None


@cache
def _rooms() -> Mapping[str, Any]:
    from holdfast.web.console.urls import ROOMS

    return {room.name: room for room in ROOMS}


@cache
def _doors() -> Mapping[str, Door]:
    return {f"{room.name}:{page}": door for room in _rooms().values() for page, door in room.doors.items()}
