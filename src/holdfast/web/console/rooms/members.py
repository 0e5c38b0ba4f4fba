"""Members: who works here with which roles; inviting, alone while the office is founded, by two people after."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from holdfast.access.rules.roles import MEANS, Role
from holdfast.errors import InputRefusedError
from holdfast.facts import MemberId
from holdfast.store.office.members import MemberRecord
from holdfast.store.office.vault import Reader
from holdfast.web.console.doors import asks, every
from holdfast.web.console.leads import opens
from holdfast.web.console.pages import page, show
from holdfast.web.console.room import Room
from holdfast.workflows.office import members
from holdfast.workflows.office.lockout import weaknesses
from holdfast.workflows.office.opening import Office


class InviteForm(forms.Form):
    """Whom to invite. Wiki accounts are sealed; they keep one person from approving twice."""

    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=[(role.value, f"{role.value.replace('_', ' ')}: {MEANS[role]}") for role in Role],
        widget=forms.CheckboxSelectMultiple,
    )
    wiki_accounts = forms.CharField(
        label=_("Wiki accounts of this person"),
        help_text=_("One on each line. Sealed; used to tell people apart when they approve."),
        widget=forms.Textarea(attrs={"rows": 3, "class": "cdx-text-area__textarea"}),
        required=False,
    )


@page
@require_http_methods(["GET", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """The list of members, and the form to invite one."""
    office, reader = request.office, request.reader
    listed = members.listed(office, reader)
    form = InviteForm(request.POST or None)
    link = ""
    if request.method == "POST" and form.is_valid():
        accounts = [line.strip() for line in form.cleaned_data["wiki_accounts"].splitlines() if line.strip()]
        if members.is_founding():
            secret = members.invite_alone(office, reader, form.cleaned_data["roles"], accounts)
            link = f"{office.config.origin}/join/{secret}/"
            listed, form = members.listed(office, reader), InviteForm()
        else:
            stream = members.propose_member(office, reader, form.cleaned_data["roles"], accounts)
            messages.success(request, _("Two guardians can sign it now, under Approvals."))
            return HttpResponseRedirect(reverse("approvals:one", args=["membership", stream.id]))
    may_write = opens(request, reverse("members:change", args=[reader.member]))
    return _members(request, listed, form, link, may_write=may_write)


def _members(
    request: HttpRequest, listed: Sequence[MemberRecord], form: InviteForm, link: str, *, may_write: bool
) -> HttpResponse:
    weak = weaknesses(request.office)
    context = {"members": listed, "form": form, "link": link, "founding": members.is_founding(), "weak": weak}
    context["may_write"] = may_write
    return show(request, "console/members.html", context)


class ChangeForm(forms.Form):
    """What is to change for one member."""

    change = forms.ChoiceField(
        label=_("What"),
        choices=[
            ("reinvite", _("The passkey is lost: let the person enrol again")),
            ("roles", _("Other roles")),
            ("suspend", _("Suspend, at once when two have signed")),
            ("unsuspend", _("Let the person work again")),
        ],
        widget=forms.RadioSelect,
    )
    roles = forms.MultipleChoiceField(
        label=_("Roles afterwards"),
        choices=[(role.value, role.value.replace("_", " ")) for role in Role],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )


@page
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, number: str) -> HttpResponse:
    """Put a change of one member before two guardians: a lost passkey, other roles, suspending, coming back."""
    office, reader = request.office, request.reader
    office.vault.require(reader, "write", "office", purpose="change of a member asked for")
    found = [each for each in members.listed(office, reader) if each.member == number]
    if not found:
        raise InputRefusedError("office.member.unknown", "there is no such member")
    form = ChangeForm(request.POST or None, initial={"roles": sorted(found[0].roles), "change": "reinvite"})
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data
        members.propose_change(office, reader, found[0].member, wanted["change"], wanted["roles"])
        messages.success(request, _("Two guardians can sign it now, under Approvals."))
        return HttpResponseRedirect(reverse("members:home"))
    return show(request, "console/member_change.html", {"member": found[0], "form": form})


@page
def invitation(request: HttpRequest, number: str) -> HttpResponse:
    """The link of an approved invitation, shown once to an operator."""
    secret = members.take_invitation(request.office, request.reader, number)
    listed = members.listed(request.office, request.reader)
    link = f"{request.office.config.origin}/join/{secret}/"
    # whoever may give the link out may invite
    return _members(request, listed, InviteForm(), link, may_write=True)


def _invitation_waits(office: Office, reader: Reader, named: Mapping[str, Any]) -> bool:
    return members.invitation_waits(MemberId(named["number"]))


ROOM = Room(
    name="members",
    title="Members",
    roles=frozenset({"operator", "auditor"}),
    order=80,
    doors={
        "home": asks("read_list", "office"),
        "change": asks("write", "office"),
        "invitation": every(asks("administer", "office"), _invitation_waits),
    },
    urls=[
        path("", home, name="home"),
        path("<slug:number>/", change, name="change"),
        path("<slug:number>/invitation/", invitation, name="invitation"),
    ],
)
