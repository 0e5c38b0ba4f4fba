"""The start page, joining by invitation, the language, and suspending one's own access."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import check_for_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from holdfast.store.office.members import accept, invited
from holdfast.store.office.vault import Reader
from holdfast.web.console import typed
from holdfast.web.console.leads import address_of, opens
from holdfast.web.console.pages import page, show
from holdfast.web.console.room import Room
from holdfast.workflows.access import way_back
from holdfast.workflows.desk.tasks import waiting_for
from holdfast.workflows.office.members import suspend_own
from holdfast.workflows.office.opening import Office


class JoinForm(forms.Form):
    """What a new member chooses."""

    username = forms.RegexField(
        r"^[a-z0-9][a-z0-9._-]{2,31}$",
        label=_("Sign-in name"),
        help_text=_("3 to 32 of a-z, 0-9, dot, hyphen. Not your name, not your account on a wiki."),
        widget=forms.TextInput(attrs={"class": "cdx-text-input__input", "autocomplete": "username"}),
    )
    password = forms.CharField(
        label=_("Password"),
        help_text=_("12 characters or more."),
        widget=forms.PasswordInput(attrs={"class": "cdx-text-input__input", "autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("The password again"),
        widget=forms.PasswordInput(attrs={"class": "cdx-text-input__input", "autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, str]:
        found: dict[str, str] = super().clean()
        if found.get("password") and found["password"] != found.get("again"):
            self.add_error("again", _("The two passwords differ."))
        elif found.get("password"):
            validate_password(found["password"])
        return found


@page
def home(request: HttpRequest) -> HttpResponse:
    """What waits for this member, their rooms, and whether a way back was asked for."""
    office, reader = request.office, request.reader
    ways = [(each, way_back.may_stop(reader, each)) for each in way_back.announced(office)]
    found = waiting_for(office, reader)
    places = [(address_of(each.shown), each.text) for each in found.tasks]
    tasks = [{"address": address, "text": text} for address, text in places if opens(request, address)]
    context = {"tasks": tasks, "counted": found.counted, "is_kept": typed.kept(request) is not None, "ways": ways}
    return show(request, "console/start.html", context)


@require_POST
@page(fresh=True)
def stop_way_back(request: HttpRequest, number: str) -> HttpResponse:
    """Stop a way back that waits."""
    way_back.stop(request.office, request.reader, number)
    messages.success(request, _("The way back is stopped."))
    return HttpResponseRedirect(reverse("start:home"))


@page
@require_http_methods(["GET", "POST"])
def had_typed(request: HttpRequest) -> HttpResponse:
    """A form that was sent and not taken, to be sent again or thrown away."""
    if request.method == "POST":
        typed.forget(request)
        return HttpResponseRedirect("/")
    return show(request, "console/typed.html", {"typed": typed.kept(request)})


@never_cache
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, secret: str) -> HttpResponse:
    """Use an invitation: choose a sign-in name and a password."""
    office = request.office
    invited(secret, office.clock())
    form = JoinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        accept(secret, form.cleaned_data["username"], form.cleaned_data["password"], office.clock())
        messages.success(request, _("You are a member now. Sign in, then enrol a passkey."))
        return HttpResponseRedirect("/accounts/login/")
    return show(request, "console/join.html", {"form": form})


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Change the language of the pages in this browser."""
    following = request.POST.get("next", "/")
    safe = (
        following if following.startswith("/") and not following.startswith("//") and "\\" not in following else "/"
    )
    answer = HttpResponseRedirect(safe)
    code = request.POST.get("language", "")
    if check_for_language(code) and code in dict(settings.LANGUAGES):
        answer.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            code,
            max_age=365 * 86400,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Strict",
        )
    return answer


@page
@require_http_methods(["GET", "POST"])
def suspend(request: HttpRequest) -> HttpResponse:
    """End one's own access at once; no reason is asked for."""
    if request.method == "POST":
        suspend_own(request.office, request.reader)
        logout(request)
        return HttpResponseRedirect("/accounts/login/")
    return show(request, "console/suspend.html")


def _may_stop(office: Office, reader: Reader, named: Mapping[str, Any]) -> bool:
    return any(each.id == named["number"] and way_back.may_stop(reader, each) for each in way_back.announced(office))


ROOM = Room(
    name="start",
    title="Start",
    order=0,
    doors={"stop_way_back": _may_stop},
    urls=[
        path("", home, name="home"),
        path("join/<str:secret>/", join, name="join"),
        path("language/", language, name="language"),
        path("suspend/", suspend, name="suspend"),
        path("way-back/<slug:number>/stop/", stop_way_back, name="stop_way_back"),
        path(typed.ADDRESS.strip("/") + "/", had_typed, name="typed"),
    ],
)
