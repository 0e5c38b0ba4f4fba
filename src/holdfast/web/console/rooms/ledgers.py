"""The ledgers of a wiki, and the watchlist."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from holdfast.cases.ledgers import LEDGER
from holdfast.cases.watchlist import WATCHLIST
from holdfast.facts.kinds import FactKind
from holdfast.web.console.doors import asks
from holdfast.web.console.fact_forms import address_of, fact_form, kind_at, typed_body
from holdfast.web.console.pages import page, show
from holdfast.web.console.room import Room
from holdfast.workflows.cases import ledger as ledgers
from holdfast.workflows.cases import watchlist


class AskForm(forms.Form):
    """An account, before it is looked up."""

    account = forms.CharField(label=_("Account on the wiki"), max_length=300)
    wiki = forms.CharField(label=_("Wiki"), max_length=64)


def _forms(kinds: Mapping[str, FactKind[Any]], bound: tuple[str, forms.Form] | None = None) -> list[Any]:
    """(address part, heading, form) of each kind."""
    return [
        (
            address_of(kind.name),
            gettext_lazy(kind.title),
            bound[1] if bound and bound[0] == kind.name else fact_form(kind),
        )
        for kind in kinds.values()
    ]


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
    if request.method == "POST":
        kind = kind_at(LEDGER.kinds, fact)
        if kind is None:
            raise Http404
        form = fact_form(kind, data=request.POST)
        if form.is_valid():
            ledgers.write_ledger(office, reader, wiki, kind.name, typed_body(kind, form))
            return HttpResponseRedirect(reverse("ledgers:one", args=[wiki]))
        bound = (kind.name, form)
    ledger = ledgers.read_ledger(office, reader, wiki)
    advice = [(each, each.is_overdue(office.clock())) for each in ledger.recommendations.values()]
    context = {"wiki": wiki, "ledger": ledger, "advice": advice, "forms": _forms(LEDGER.kinds, bound)}
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
    context = {"form": form, "before": before, "forms": _forms(WATCHLIST.kinds)}
    return show(request, "console/cases/watchlist.html", context)


@require_POST
@page(fresh=True)
def watch(request: HttpRequest, fact: str) -> HttpResponse:
    """Add one fact to the watchlist."""
    kind = kind_at(WATCHLIST.kinds, fact)
    if kind is None:
        raise Http404
    form = fact_form(kind, data=request.POST)
    if form.is_valid():
        watchlist.write_watchlist(request.office, request.reader, kind.name, typed_body(kind, form))
        return HttpResponseRedirect(reverse("ledgers:watchlist"))
    context = {"form": AskForm(), "before": None, "forms": _forms(WATCHLIST.kinds, (kind.name, form))}
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
