"""The ledgers of a wiki, and the watchlist."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from holdfast.cases.ledgers import AdviceState, ComplaintState
from holdfast.cases.watchlist import Scope
from holdfast.web.console.doors import asks
from holdfast.web.console.pages import page, show
from holdfast.web.console.room import Room
from holdfast.workflows.cases import ledger as ledgers
from holdfast.workflows.cases import watchlist

_AREA = {"rows": 3, "class": "cdx-text-area__textarea"}


def _states(kind: Any) -> list[tuple[str, str]]:
    return [(each.value, each.value.replace("_", " ")) for each in kind]


class ComplaintForm(forms.Form):
    """A complaint, with the page where it stands."""

    about = forms.CharField(label=_("About"), max_length=300)
    page = forms.CharField(label=_("Page where it stands"), max_length=300)
    made_at = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))


class AnswerForm(forms.Form):
    """What became of a complaint."""

    id = forms.CharField(label=_("Complaint"), max_length=32)
    state = forms.ChoiceField(label=_("State"), choices=_states(ComplaintState))
    note = forms.CharField(label=_("Note"), widget=forms.Textarea(attrs=_AREA))


class AdviceForm(forms.Form):
    """A recommendation."""

    text = forms.CharField(label=_("Recommendation"), widget=forms.Textarea(attrs=_AREA))
    owner = forms.CharField(label=_("Owner"), help_text=_("A role or body, never a person."), max_length=64)
    due = forms.DateField(label=_("Due"), widget=forms.DateInput(attrs={"type": "date"}))


class MoveForm(forms.Form):
    """How far a recommendation is."""

    id = forms.CharField(label=_("Recommendation"), max_length=32)
    state = forms.ChoiceField(label=_("State"), choices=_states(AdviceState))
    note = forms.CharField(label=_("Note"), widget=forms.Textarea(attrs=_AREA))


class EffectForm(forms.Form):
    """A measure before and after."""

    id = forms.CharField(label=_("Recommendation"), max_length=32)
    measure = forms.CharField(label=_("Measure"), max_length=300)
    before = forms.FloatField(label=_("Before"), widget=forms.NumberInput(attrs={"step": "any"}))
    after = forms.FloatField(label=_("After"), widget=forms.NumberInput(attrs={"step": "any"}))
    low = forms.FloatField(label=_("Low end of its interval"), widget=forms.NumberInput(attrs={"step": "any"}))
    high = forms.FloatField(label=_("High end of its interval"), widget=forms.NumberInput(attrs={"step": "any"}))


class AskForm(forms.Form):
    """An account, before it is looked up."""

    account = forms.CharField(label=_("Account on the wiki"), max_length=300)
    wiki = forms.CharField(label=_("Wiki"), max_length=64)


class WatchForm(AskForm):
    """An account to be watched."""

    scope = forms.ChoiceField(label=_("For whom"), choices=_states(Scope))
    why = forms.CharField(label=_("Reasons"), max_length=300)
    until = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}))


class LookForm(AskForm):
    """That an account was checked."""

    why = forms.CharField(label=_("Reasons"), max_length=300)


class EndForm(forms.Form):
    """The end of an entry."""

    id = forms.CharField(label=_("Entry"), max_length=32)
    why = forms.CharField(label=_("Reasons"), max_length=300)


_Known = Mapping[str, tuple[Any, type[Any]]]
"""Fact to heading and form."""
LEDGER_FORMS: _Known = {
    "complaint recorded": (_("Record a complaint"), ComplaintForm),
    "complaint answered": (_("Say what became of a complaint"), AnswerForm),
    "recommendation made": (_("Record a recommendation"), AdviceForm),
    "recommendation moved": (_("Say how far a recommendation is"), MoveForm),
    "effect measured": (_("Record a measured effect"), EffectForm),
}
WATCH_FORMS: _Known = {
    "watch added": (_("Watch an account"), WatchForm),
    "watch ended": (_("End an entry"), EndForm),
    "looked": (_("Record a look-up"), LookForm),
}


def _body(form: forms.Form) -> dict[str, Any]:
    return {
        name: datetime.combine(value, time(), UTC).isoformat() if isinstance(value, date) else value
        for name, value in form.cleaned_data.items()
    }


def _forms(known: _Known, bound: Any = None) -> list[tuple[str, Any, forms.Form]]:
    found = []
    for of_type, (heading, kind) in known.items():
        address = of_type.replace(" ", "-")
        form = bound[1] if bound and bound[0] == of_type else kind(auto_id=f"{address}-%s")
        found.append((address, heading, form))
    return found


@page
def home(request: HttpRequest) -> HttpResponse:
    """The wikis of the office, each with its ledgers."""
    request.office.vault.require(request.reader, "read_list", ledgers.KIND, purpose="ledgers listed")
    return show(request, "console/cases/ledgers.html", {"wikis": sorted(request.office.config.wikis)})


@page(fresh=True)
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, wiki: str, fact: str = "") -> HttpResponse:
    """The ledgers of one wiki, or one more line in them."""
    office, reader, bound = request.office, request.reader, None
    of_type = fact.replace("-", " ")
    if request.method == "POST":
        if of_type not in LEDGER_FORMS:
            raise Http404
        form = LEDGER_FORMS[of_type][1](request.POST, auto_id=f"{fact}-%s")
        if form.is_valid():
            ledgers.write_ledger(office, reader, wiki, of_type, _body(form))
            return HttpResponseRedirect(reverse("ledgers:one", args=[wiki]))
        bound = (of_type, form)
    ledger = ledgers.read_ledger(office, reader, wiki)
    advice = [(each, each.is_overdue(office.clock())) for each in ledger.recommendations.values()]
    context = {"wiki": wiki, "ledger": ledger, "advice": advice, "forms": _forms(LEDGER_FORMS, bound)}
    context["years"] = ledger.complaints_by_year()
    return show(request, "console/cases/ledger.html", context, status=422 if bound else 200)


@page(fresh=True)
@require_http_methods(["GET", "POST"])
def watching(request: HttpRequest) -> HttpResponse:
    """Whether an account was checked before, and who watches it; the account is never part of an address."""
    request.office.vault.require(request.reader, "read_sealed", watchlist.STREAM.kind, purpose="watchlist shown")
    form = AskForm(request.POST or None)
    before = None
    if request.method == "POST" and form.is_valid():
        before = watchlist.checked_before(request.office, request.reader, **form.cleaned_data)
    context = {"form": form, "before": before, "forms": _forms(WATCH_FORMS)}
    return show(request, "console/cases/watchlist.html", context)


@require_POST
@page(fresh=True)
def watch(request: HttpRequest, fact: str) -> HttpResponse:
    """Add one fact to the watchlist."""
    of_type = fact.replace("-", " ")
    if of_type not in WATCH_FORMS:
        raise Http404
    form = WATCH_FORMS[of_type][1](request.POST, auto_id=f"{fact}-%s")
    if form.is_valid():
        watchlist.write_watchlist(request.office, request.reader, of_type, _body(form))
        return HttpResponseRedirect(reverse("ledgers:watchlist"))
    context = {"form": AskForm(), "before": None, "forms": _forms(WATCH_FORMS, (of_type, form))}
    return show(request, "console/cases/watchlist.html", context, status=422)


ROOM = Room(
    name="ledgers",
    title="Ledgers and watchlist",
    roles=frozenset({"investigator", "decider"}),
    order=25,
    doors={
        "home": asks("read_list", ledgers.KIND),
        "watchlist": asks("read_sealed", watchlist.STREAM.kind),
        "watch": asks("write", watchlist.STREAM.kind),
        "one": asks("read_sealed", ledgers.KIND),
        "do": asks("write", ledgers.KIND),
    },
    urls=[
        path("", home, name="home"),
        path("watchlist/", watching, name="watchlist"),
        path("watchlist/<slug:fact>/", watch, name="watch"),
        path("<slug:wiki>/", one, name="one"),
        path("<slug:wiki>/<slug:fact>/", one, name="do"),
    ],
)
