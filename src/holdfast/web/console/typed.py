"""What a person had typed when their form met a closed door: a session that ended, a passkey not fresh, a refusal.

It is kept in the session of their browser, which the database holds sealed, for an hour, and given back to the member
alone who typed it. Where nobody can say who that was, or whether the form was ours, nothing is kept; nor are files.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.urls import Resolver404, resolve

from holdfast.crypto.sealing import seal, unseal
from holdfast.errors import HoldfastError
from holdfast.facts import MemberId

ADDRESS = "/typed/"
LASTS = timedelta(hours=1)
_KEY = "typed"
_MOST_SIGNS = 2**20  # characters of a form; chosen
_NEVER_FROM = ("/accounts/", "/join/", "/appeal/", "/language/", "/suspend/", ADDRESS)
"""Forms with passwords or answers of passkeys, of people without an account, or without anything typed."""
_NEVER = frozenset({"csrfmiddlewaretoken", "response", "credential"})
_WORD = 40  # characters; a longer value is a text, shown in a larger field; chosen
_PLACE = b"who typed"


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of a form as it was sent."""

    name: str
    value: str

    @property
    def is_text(self) -> bool:
        """Whether somebody wrote it and may wish to change it; what was chosen is shown and goes along."""
        return any(each.isspace() for each in self.value.strip()) or len(self.value) > _WORD

    @property
    def label(self) -> str:
        """The field's name in words."""
        return self.name.replace("_", " ").capitalize()


@dataclass(frozen=True, kw_only=True)
class Typed:
    """A form that was sent and not taken."""

    path: str
    fields: Sequence[Field]
    files: Sequence[str]
    """The fields in which a file was chosen; it is to be chosen again."""


def keep(request: HttpRequest, member: MemberId | None) -> bool:
    """Keep the form that was sent, for this member; whether there was something to keep."""
    found = gather(request, member)
    if found is not None:
        put(request, found)
    return found is not None


def gather(request: HttpRequest, member: MemberId | None) -> Mapping[str, Any] | None:
    """What `put` keeps: taken before a session ends, put into the one that follows."""
    if member is None or request.method != "POST" or not _is_page(request.path) or not _is_ours(request):
        return None
    fields = [
        [name, value] for name, values in request.POST.lists() if name not in _NEVER for value in values if value
    ]
    files = sorted(request.FILES)
    if not fields or sum(len(value) for _, value in fields) > _MOST_SIGNS:
        return None
    at = settings.HOLDFAST_OFFICE.clock().isoformat()
    return {"path": request.path, "fields": fields, "files": files, "member": str(member), "at": at}


def put(request: HttpRequest, found: Mapping[str, Any]) -> None:
    """Keep it in the session as it is now, whatever becomes of this answer."""
    request.session[_KEY] = dict(found)
    with suppress(UpdateError):  # somebody ended the session meanwhile: then there is nobody to give it back to
        request.session.save()


def kept(request: HttpRequest) -> Typed | None:
    """What is kept for the member who asks."""
    found, reader = request.session.get(_KEY), getattr(request, "reader", None)
    if not found or reader is None:
        return None
    is_over = settings.HOLDFAST_OFFICE.clock() - datetime.fromisoformat(found["at"]) > LASTS
    if is_over or found["member"] != reader.member:
        forget(request)
        return None
    fields = tuple(Field(name=name, value=value) for name, value in found["fields"])
    return Typed(path=found["path"], fields=fields, files=tuple(found["files"]))


def forget(request: HttpRequest, path: str | None = None) -> None:
    """Keep it no longer: at all, or when it was sent to this path and was taken there."""
    found = request.session.get(_KEY)
    if found and path in (None, found["path"]):
        del request.session[_KEY]


def whose(request: HttpRequest) -> MemberId | None:
    """Who was signed in last in this browser, as its sealed cookie says. It opens nothing: it says who typed."""
    value = request.COOKIES.get(_cookie(), "")
    try:
        sealed = base64.urlsafe_b64decode(value)
        return MemberId(unseal(settings.HOLDFAST_SESSION_KEY, sealed, _PLACE).decode())
    except (HoldfastError, binascii.Error, ValueError):
        return None


def mark(request: HttpRequest, answer: HttpResponse) -> None:
    """Let the browser hold who is signed in, for the form that it sends when the session is gone."""
    reader = getattr(request, "reader", None)
    if reader is None or whose(request) == reader.member:
        return
    sealed = seal(settings.HOLDFAST_SESSION_KEY, str(reader.member).encode(), _PLACE)
    answer.set_cookie(
        _cookie(),
        base64.urlsafe_b64encode(sealed).decode("ascii"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )


def _cookie() -> str:
    return str(settings.SESSION_COOKIE_NAME).replace("-session", "-whose")


def _is_page(path: str) -> bool:
    if path.startswith(("//", *_NEVER_FROM)):
        return False
    try:
        resolve(path)
    except Resolver404:
        return False
    return True


def _is_ours(request: HttpRequest) -> bool:
    """Whether the form was sent from a page of this console: by its token, or (a token of an earlier sign-in) by the
    browser's own word for where it comes from. It is never acted on here, only shown to who typed it."""
    if request.headers.get("Origin") == settings.HOLDFAST_OFFICE.config.origin:
        return True
    return _Check(lambda _: HttpResponse()).process_view(request, _is_page, (), {}) is None


class _Check(CsrfViewMiddleware):
    """The same check as before every form, without the page that it shows otherwise."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        return HttpResponse(status=403)
