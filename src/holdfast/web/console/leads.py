"""Where a link, a list or a redirect may lead: asked of the door of the page behind it."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import Resolver404, ResolverMatch, resolve, reverse

from holdfast.errors import HoldfastError, InputRefusedError
from holdfast.web.console.doors import Door
from holdfast.workflows.office.shown import Shown, shown_from

_PAGES: Mapping[str, tuple[str, str]] = {
    "alarm": ("audit:alarms", ""),
    "appeal": ("appeals:home", "appeals:one"),
    "audit-export": ("audit:exports", "audit:fetch"),
    "case": ("cases:home", "cases:one"),
    "exposure": ("exposure:queue", ""),
    "freeze": ("freezes:home", "freezes:one"),
    "invitation": ("members:home", "members:invitation"),
    "member": ("members:home", "members:change"),
    "no-appeal": ("no-appeals:home", "no-appeals:one"),
    "person": ("register:home", "register:one"),
    "plan": ("plans:home", "plans:one"),
    "proposal": ("approvals:home", "approvals:one"),
    "question": ("exposure:questions", "exposure:question"),
    "review": ("reviews:home", "reviews:one"),
    "rules": ("register:rules", ""),
}
"""For each kind that workflows name: the page of its list, and the page of one."""


def address_of(shown: Shown) -> str:
    """Where this console shows it. Raises InputRefusedError `console.shown` for what it has no page for."""
    listed, one = _PAGES.get(shown.kind, ("", ""))
    name = one if shown.id else listed
    if not name:
        raise InputRefusedError("console.shown", "the console has no page for this", got=str(shown)[:60])
    address = reverse(name, args=shown.id.split("/") if shown.id else [])
    return f"{address}?state={shown.state}" if shown.state else address


def address_kept(text: str) -> str:
    """The address of what a fact keeps as shown; empty for none. The version before kept the address itself."""
    return address_of(shown_from(text)) if text and not text.startswith("/") else text


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
