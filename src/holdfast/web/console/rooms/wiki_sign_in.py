"""Signing in by an account on a wiki (OAuth 2): the first factor, before the passkey. Not tried against a live wiki.

The session's cookie does not come along from another site (SameSite=Strict), so what ties the answer to this browser
is a cookie of its own, for ten minutes; and after the answer a person goes on by a link of this page.
"""

import secrets

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django import forms
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from holdfast.errors import CheckFailedError
from holdfast.web.console.doors import asks
from holdfast.web.console.pages import page, show
from holdfast.web.console.room import Room
from holdfast.wiki.oauth import Attempt, WikiSignIn, fetch_profile, fresh_attempt
from holdfast.workflows.office import members
from holdfast.workflows.office.wiki_sign_in import member_of, offered, propose_link

_COOKIE = "holdfast-wiki-sign-in"
_COOKIE_PATH = "/wiki-sign-in/"
_MINUTES = 10  # minutes from leaving for the wiki to coming back; chosen


class LinkForm(forms.Form):
    """Which member signs in by which account."""

    member = forms.ChoiceField(label=_("Member"))
    account = forms.CharField(
        label=_("Account on the wiki"),
        help_text=_("Empty: the member no longer signs in by a wiki account."),
        max_length=255,
        required=False,
        widget=forms.TextInput(attrs={"class": "cdx-text-input__input", "autocomplete": "off"}),
    )


@require_GET
def begin(request: HttpRequest) -> HttpResponse:
    """Send the browser to the wiki."""
    wiki, attempt = _offered(request), fresh_attempt()
    answer = HttpResponseRedirect(wiki.authorize_address(attempt, _back(request)))
    answer.set_cookie(
        _COOKIE,
        signing.dumps({"state": attempt.state, "verifier": attempt.verifier}, salt=_COOKIE),
        max_age=60 * _MINUTES,
        path=_COOKIE_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return answer


@require_GET
def back(request: HttpRequest) -> HttpResponse:
    """The browser comes back from the wiki: whom it vouches for goes on to the passkey."""
    wiki = _offered(request)
    profile = fetch_profile(wiki, request.GET.get("code", ""), _attempt(request), _back(request))
    user = get_user_model().objects.get(pk=member_of(request.office, wiki, profile))
    record_authentication(request, user, method="wiki")
    following = perform_login(request, Login(user=user, email_verification="none"))
    answer = show(request, "console/wiki_sign_in_back.html", {"following": following["Location"], "wiki": wiki.name})
    answer.delete_cookie(_COOKIE, path=_COOKIE_PATH, samesite="Lax")
    return answer


@page
@require_http_methods(["GET", "POST"])
def link(request: HttpRequest) -> HttpResponse:
    """Propose by which account a member may sign in."""
    office, reader = request.office, request.reader
    office.vault.require(reader, "write", "office", purpose="wiki account of a member proposed")
    listed = members.listed(office, reader)
    form = LinkForm(request.POST or None)
    form.fields["member"].choices = [(each.member, each.member) for each in listed]
    if request.method == "POST" and form.is_valid():
        stream = propose_link(office, reader, form.cleaned_data["member"], form.cleaned_data["account"])
        return HttpResponseRedirect(reverse("approvals:one", args=["wiki-sign-in", stream.id]))
    return show(request, "console/wiki_sign_in_link.html", {"form": form, "wiki": _offered(request).name})


def _offered(request: HttpRequest) -> WikiSignIn:
    wiki = offered(request.office)
    if wiki is None:
        raise CheckFailedError(
            "wiki_sign_in.off",
            "signing in by a wiki is not set up in this office",
            hint="sign in with your passkey",
        )
    return wiki


def _back(request: HttpRequest) -> str:
    return f"{request.office.config.origin}{reverse('wiki-sign-in:back')}"


def _attempt(request: HttpRequest) -> Attempt:
    """What this browser began with. Raises CheckFailedError `wiki_sign_in.state` when it asked nothing."""
    try:
        kept = signing.loads(request.COOKIES.get(_COOKIE, ""), salt=_COOKIE, max_age=60 * _MINUTES)
        attempt = Attempt(state=kept["state"], verifier=kept["verifier"])
    except (signing.BadSignature, KeyError, TypeError):
        attempt = Attempt(state=secrets.token_urlsafe(32), verifier="")
    if not secrets.compare_digest(attempt.state.encode(), request.GET.get("state", "").encode()):
        raise CheckFailedError(
            "wiki_sign_in.state",
            "this is no answer to something that this browser asked",
            hint="begin again at the sign-in page; nothing was changed",
        )
    return attempt


ROOM = Room(
    name="wiki-sign-in",
    title="Signing in by a wiki",
    home="",
    order=81,
    doors={"link": asks("write", "office")},
    urls=[
        path("", begin, name="begin"),
        path("back/", back, name="back"),
        path("link/", link, name="link"),
    ],
)
