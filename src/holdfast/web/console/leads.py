"""Where a link, a list or a redirect may lead: asked of the door of the page behind it."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import Resolver404, ResolverMatch, resolve

from holdfast.errors import HoldfastError
from holdfast.web.console.doors import Door


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
