"""What every page uses: showing a template, asking for a fresh passkey, and telling an error.

@page                      signed in; the rules decide what the vault gives
@page(fresh=True)          and the passkey was used within the last minutes, or is asked for first
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, overload

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from holdfast.errors import CheckFailedError, HoldfastError, InputRefusedError, ServiceUnavailableError, UsageError
from holdfast.web.console import typed
from holdfast.web.console.kept import kept_fields
from holdfast.web.console.leads import home_of, opens

View = Callable[..., HttpResponse]

_STATUS_BY_CODE = {
    "access.refused": 403,
    "audit.budget.spent": 429,
    "case.reader.denied": 403,
    "case.reader.recused": 403,
    "case.reader.marking": 403,
    "office.stream.unknown": 404,
    "office.stream.erased": 410,
    "office.stream.moved": 409,
    "office.attachment.unknown": 404,
    "office.invitation": 404,
    "office.member.unknown": 404,
}
_STATUS_BY_TYPE: tuple[tuple[type[HoldfastError], int], ...] = (
    (InputRefusedError, 422),
    (UsageError, 400),
    (ServiceUnavailableError, 503),
    (CheckFailedError, 409),
)


@overload
def page(view: View) -> View: ...
@overload
def page(*, fresh: bool = ...) -> Callable[[View], View]: ...
def page(view: View | None = None, *, fresh: bool = False) -> View | Callable[[View], View]:
    """A page for members. See the module's text."""

    def wrapped(inner: View) -> View:
        @wraps(inner)
        def answer(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
            if request.reader is None:
                return HttpResponseRedirect("/accounts/login/")
            if fresh and not request.reader.passkey_fresh:
                return step_up(request)
            if request.method != "POST":
                with request.office.vault.remembering():
                    return inner(request, *arguments, **named)
            made = inner(request, *arguments, **named)
            if made.status_code < 400:
                typed.forget(request, request.path)
            return lead(request, made.url) if isinstance(made, HttpResponseRedirect) else made

        return answer

    return wrapped if view is None else wrapped(view)


def lead(request: HttpRequest, *wanted: str) -> HttpResponse:
    """After something was done: to the first of these pages that opens for who did it, else to its room.

    Else a page of refusal would follow on what was done: another role reads the result, or by what was written the
    thing no longer opens for its writer. Where it is not the page first wanted, it says that it was done.
    """
    others = (*wanted, *(home_of(each) for each in (*wanted, request.path)))
    found = next((each for each in others if opens(request, each)), "/")
    if found != wanted[0]:
        messages.success(request, _("This was done. The page that shows it does not open for your roles."))
    return HttpResponseRedirect(found)


def step_up(request: HttpRequest) -> HttpResponse:
    """Ask for the passkey; what a form held is given back after it."""
    if request.method == "GET":
        return HttpResponseRedirect(
            f"/accounts/2fa/webauthn/reauthenticate/?{urlencode({'next': request.get_full_path()})}"
        )
    is_kept = request.reader is not None and typed.keep(request, request.reader.member)
    context = {"back": typed.ADDRESS if is_kept else request.path, "is_kept": is_kept}
    return show(request, "console/passkey_first.html", context, status=403)


def show(
    request: HttpRequest, template: str, context: Mapping[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """A page from a template; `console/page.html` is the frame that all extend."""
    found: HttpResponse = render(request, template, dict(context or {}), status=status)
    return found


def error_page(request: HttpRequest, *, error: HoldfastError | None = None, status: int = 0) -> HttpResponse:
    """A page that says what happened and what to do next, in codes and our own texts.

    What was typed comes back where the same form, sent again, is the next step (`kept.py`).
    """
    if error is not None:
        by_type = next((number for kind, number in _STATUS_BY_TYPE if isinstance(error, kind)), 500)
        status = _STATUS_BY_CODE.get(error.code, by_type)
    is_reading = request.method in ("GET", "HEAD")
    again = kept_fields(request, error)
    context: dict[str, Any] = {"error": error, "status": status, "is_reading": is_reading, "kept": again}
    if again:
        context |= {"again": request.get_full_path(), "files": bool(request.FILES)}
    else:
        context["is_kept"] = not is_reading and typed.kept(request) is not None
    return show(request, "console/error.html", context, status=status)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django calls this when a form was not sent from the console's own page."""
    request.reader = getattr(request, "reader", None)
    typed.keep(request, request.reader.member if request.reader else None)
    return error_page(
        request,
        error=CheckFailedError(
            "console.form.stale",
            "this form was not sent from a page of this console, or the page was too old",
            hint="load the page again and send it from there; nothing was changed",
        ),
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """An address without a page."""
    request.reader = getattr(request, "reader", None)
    return error_page(request, status=404)


def furniture(request: HttpRequest) -> dict[str, Any]:
    """What the frame of every page needs."""
    from holdfast.web.console.urls import ROOMS

    reader = getattr(request, "reader", None)
    roles = reader.roles if reader else frozenset()
    rooms = [
        room
        for room in ROOMS
        if room.home and reader and (not room.roles or room.roles & roles)
        if opens(request, reverse(f"{room.name}:{room.home}"))
    ]
    return {
        "office_name": settings.HOLDFAST_OFFICE.config.name,
        "reader": reader,
        "rooms": rooms,
        "here": request.path,
        "language": get_language() or "en",
        "direction": "rtl" if get_language_bidi() else "ltr",
        "languages": settings.LANGUAGES,
    }
