"""What stands around every page: strict headers, who asks, idle sessions ended, errors told without details."""

import logging
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from holdfast.errors import HoldfastError
from holdfast.facts import MemberId
from holdfast.store.office.moments import told_of_races
from holdfast.web.console import typed
from holdfast.web.console.pages import error_page, step_up
from holdfast.web.console.settings import CONTENT_POLICY
from holdfast.web.console.sign_in import check_credential, reader_of

_LOG = logging.getLogger("holdfast.console")
_HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    # not no-referrer: a browser would then hide a form's origin, which the check against forgery needs
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), publickey-credentials-get=(self)",
}
# of the pages that django-allauth brings, these are in use; the rest is not there
_SIGN_IN_PAGES = (
    "/accounts/login/",
    "/accounts/logout/",
    "/accounts/reauthenticate/",
    "/accounts/password/change/",
    "/accounts/2fa/",
)
_OPEN_PAGES = (
    "/accounts/login/",
    "/accounts/2fa/authenticate/",
    "/accounts/2fa/webauthn/login/",
    "/join/",
    "/appeal/",
    "/wiki-sign-in/",
)
_ENROLMENT_PAGES = ("/accounts/2fa/", "/accounts/logout/", "/accounts/reauthenticate/", "/language/")
_CHANGES_OF_PASSKEYS = (
    "/accounts/2fa/webauthn/add/",
    "/accounts/2fa/webauthn/keys/",
    "/accounts/2fa/totp/",
    "/accounts/password/change/",
)
_SEEN_STEP = timedelta(seconds=30)

Next = Callable[[HttpRequest], HttpResponse]


class Furniture:
    """Headers on every answer, static files included; and how long it took, for the benchmark."""

    def __init__(self, following: Next) -> None:
        self.following = following

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        answer = self.following(request)
        for name, value in _HEADERS.items():
            answer.headers.setdefault(name, value)
        if not request.path.startswith("/static/"):
            answer.headers["Cache-Control"] = "no-store"
            answer.headers["Server-Timing"] = f"page;dur={(time.perf_counter() - started) * 1000:.1f}"
        return answer


class WhoAsks:
    """Gives every request its office and its reader, and lets nobody further than their sign-in reaches."""

    def __init__(self, following: Next) -> None:
        self.following = following

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.office = settings.HOLDFAST_OFFICE
        request.reader = None
        path = request.path
        if path.startswith("/accounts/") and not path.startswith(_SIGN_IN_PAGES):
            return error_page(request, status=404)
        if request.user.is_authenticated:
            stopped = self._signed_in(request)
            if stopped is not None:
                return stopped
        elif not path.startswith((*_OPEN_PAGES, "/static/", "/language/")):
            # the clock takes idle sessions away: then the browser alone says who typed what it sends
            return _to_sign_in(request, typed.gather(request, typed.whose(request)))
        answer = self.following(request)
        typed.mark(request, answer)
        return answer

    def _signed_in(self, request: HttpRequest) -> HttpResponse | None:
        if _idle(request):
            found = typed.gather(request, MemberId(str(request.user.pk)))
            logout(request)
            return _to_sign_in(request, found)
        reader = reader_of(request)
        if reader is None or reader.suspended:
            logout(request)
            return _to_sign_in(request)
        request.reader = reader
        _seen(request)
        kinds = set(Authenticator.objects.filter(user_id=reader.member).values_list("type", flat=True))
        if not kinds and not request.path.startswith(_ENROLMENT_PAGES):
            return HttpResponseRedirect("/accounts/2fa/")
        changes = request.path.startswith(_CHANGES_OF_PASSKEYS)
        if changes and Authenticator.Type.WEBAUTHN in kinds and not reader.passkey_fresh:
            return step_up(request)
        return None

    def process_view(self, request: HttpRequest, *_arguments: object) -> HttpResponse | None:
        """A form's texts get plain line ends; django-allauth reads nothing as a passkey that has not its form."""
        if request.method == "POST":
            request.POST = _with_plain_lines(request.POST)
        if request.method == "POST" and request.path.startswith("/accounts/"):
            try:
                check_credential(request)
            except HoldfastError as refused:
                return error_page(request, error=refused)
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Our own errors become a page that says what to do next; the rest says nothing about itself."""
        try:
            with told_of_races():  # what was written outside a transaction of the vault
                raise error
        except HoldfastError as told:
            _keep_typed(request)
            return error_page(request, error=told)
        except Exception:
            return self._failed(request, error)

    def _failed(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, ReauthenticationRequired | ImmediateHttpResponse):
            return None  # django-allauth answers these itself
        if isinstance(error, Http404):
            return error_page(request, status=404)
        _LOG.error("a page failed", exc_info=(type(error), error, error.__traceback__))
        _keep_typed(request)
        return error_page(request, status=500)


def _with_plain_lines(sent: QueryDict) -> QueryDict:
    """Browsers end the lines of a text with two signs; one is a control sign that no text of ours may hold."""
    found = sent.copy()
    for name, values in sent.lists():
        found.setlist(name, [value.replace("\r\n", "\n") for value in values])
    return found


def _keep_typed(request: HttpRequest) -> None:
    if request.reader is not None:
        typed.keep(request, request.reader.member)


def _to_sign_in(request: HttpRequest, found: Mapping[str, Any] | None = None) -> HttpResponse:
    if found is not None:
        typed.put(request, found)
        messages.warning(
            request,
            _("Your session had ended, and nothing was done. What you typed is kept, sealed, for an hour: sign in."),
        )
        return HttpResponseRedirect(f"/accounts/login/?{urlencode({'next': typed.ADDRESS})}")
    if request.method != "GET" or request.path == "/":
        return HttpResponseRedirect("/accounts/login/")
    return HttpResponseRedirect(f"/accounts/login/?{urlencode({'next': request.path})}")


def _idle(request: HttpRequest) -> bool:
    seen = request.session.get("seen_at")
    if not seen:
        return False
    office = settings.HOLDFAST_OFFICE
    return bool(office.clock() - datetime.fromisoformat(seen) > timedelta(minutes=office.config.idle_minutes))


def _seen(request: HttpRequest) -> None:
    now = settings.HOLDFAST_OFFICE.clock()
    seen = request.session.get("seen_at")
    if not seen or now - datetime.fromisoformat(seen) > _SEEN_STEP:
        request.session["seen_at"] = now.isoformat()
        request.session["member"] = MemberId(str(request.user.pk))
