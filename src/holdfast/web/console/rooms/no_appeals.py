"""Actions that cannot be appealed: each with its ground and its end, signed again by two people, or lifted before."""

from dataclasses import replace
from datetime import UTC, datetime, time

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from holdfast.appeals.no_appeal import STREAM_KIND
from holdfast.facts import StreamId
from holdfast.web.console.doors import asks, every
from holdfast.web.console.pages import page, show
from holdfast.web.console.room import Room
from holdfast.workflows.appeals import no_appeal as work


class AgainForm(forms.Form):
    """Until when it is to hold, if two people sign it again."""

    until = forms.DateField(
        label=_("Cannot be appealed until the end of"),
        help_text=_("Two people sign, and at least one of them did not sign last time."),
        widget=forms.DateInput(attrs={"type": "date", "class": "cdx-text-input__input", "dir": "ltr"}),
    )


@page
def home(request: HttpRequest) -> HttpResponse:
    """All of them, the next to end first; no names."""
    lines = work.list_noes(request.office, request.reader)
    may_open = request.office.vault.may(replace(request.reader, passkey_fresh=True), "read_sealed", work.RULED_AS)
    return show(request, "console/appeals/noes.html", {"lines": lines, "may_open": may_open.allowed})


@page(fresh=True)
def one(request: HttpRequest, number: str) -> HttpResponse:
    """One of them, with its ground."""
    return _one(request, number, AgainForm())


def _one(request: HttpRequest, number: str, form: AgainForm, *, status: int = 200) -> HttpResponse:
    office = request.office
    state, _facts = work.read_no(office, request.reader, _stream(number))
    may = {each: office.vault.may(request.reader, each, work.RULED_AS).allowed for each in ("write", "approve")}
    context = {"number": number, "no": state, "holds": state.holds(office.clock()), "form": form, "may": may}
    return show(request, "console/appeals/no.html", context, status=status)


@require_POST
@page(fresh=True)
def again(request: HttpRequest, number: str) -> HttpResponse:
    """Put it before two people again."""
    form = AgainForm(request.POST)
    if not form.is_valid():
        return _one(request, number, form, status=422)
    until = datetime.combine(form.cleaned_data["until"], time(23, 59, 59), UTC)
    proposal = work.propose_again(request.office, request.reader, _stream(number), until)
    return HttpResponseRedirect(reverse("approvals:one", args=["no-appeal", proposal.id]))


@require_POST
@page(fresh=True)
def lift(request: HttpRequest, number: str) -> HttpResponse:
    """Lift it before its day; the action can be appealed from now on."""
    work.lift(request.office, request.reader, _stream(number))
    messages.success(request, _("It is lifted. The readers of appeals make the link that the person gets."))
    return HttpResponseRedirect(reverse("no-appeals:one", args=[number]))


def _stream(number: str) -> StreamId:
    return StreamId(kind=STREAM_KIND, id=number)


_READS = asks("read_sealed", STREAM_KIND, "number", ruled_as=work.RULED_AS)
ROOM = Room(
    name="no-appeals",
    title="No appeal",
    roles=frozenset({"decider", "legal", "appeal_reader", "auditor"}),
    order=46,
    doors={
        "home": asks("read_list", STREAM_KIND, ruled_as=work.RULED_AS),
        "one": _READS,
        "again": every(_READS, asks("write", STREAM_KIND, "number", ruled_as=work.RULED_AS)),
        "lift": every(_READS, asks("approve", STREAM_KIND, "number", ruled_as=work.RULED_AS)),
    },
    urls=[
        path("", home, name="home"),
        path("<slug:number>/", one, name="one"),
        path("<slug:number>/again/", again, name="again"),
        path("<slug:number>/lift/", lift, name="lift"),
    ],
)
