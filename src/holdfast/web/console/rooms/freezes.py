"""Freezes: preview, put before two people, what was done on the wikis, and the end."""

from dataclasses import replace

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from holdfast.access.freezes.freeze import Removal
from holdfast.access.freezes.order import Scope
from holdfast.access.rules.rights import RIGHTS
from holdfast.accounts.names import account_name
from holdfast.errors import InputRefusedError
from holdfast.web.console.doors import asks, every
from holdfast.web.console.pages import page, show
from holdfast.web.console.room import Room
from holdfast.workflows.access import register
from holdfast.workflows.acting.follows import lines_of
from holdfast.workflows.freezes import freeze as work
from holdfast.workflows.freezes import holding

_PEOPLE_ON_A_PAGE = 50  # people; chosen


class ScopeForm(forms.Form):
    """Whom and what a freeze is for."""

    rights = forms.MultipleChoiceField(
        label=_("Rights"),
        choices=[(each.name, f"{each.name}: {each.means}") for each in RIGHTS.values()],
        widget=forms.CheckboxSelectMultiple,
    )
    jurisdictions = forms.CharField(
        label=_("Jurisdictions"),
        help_text=_("Classes such as J1, separated by spaces. Leave it empty to freeze people by account."),
        max_length=200,
        required=False,
    )
    accounts = forms.CharField(
        label=_("Accounts"),
        help_text=_("Instead of jurisdictions: one account on each line."),
        widget=forms.Textarea(attrs={"rows": 3, "class": "cdx-text-area__textarea"}),
        required=False,
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Sealed. Those who sign see it; it is never published."),
        widget=forms.Textarea(attrs={"rows": 3, "class": "cdx-text-area__textarea"}),
    )


class ReasonForm(forms.Form):
    """Why a freeze ends."""

    reason = forms.CharField(
        label=_("Reason"), widget=forms.Textarea(attrs={"rows": 2, "class": "cdx-text-area__textarea"})
    )


def _posted(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


@page
def home(request: HttpRequest) -> HttpResponse:
    """The list of freezes; it names nobody."""
    quiet = replace(request.reader, passkey_fresh=False)
    listed = work.freezes_page(request.office, quiet, after=request.GET.get("after"))
    may = request.office.vault.may(replace(request.reader, passkey_fresh=True), "write", holding.KIND).allowed
    return show(request, "console/access/freezes.html", {"page": listed, "may_prepare": may})


@page(fresh=True)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Prepare a freeze: the preview first, then the same form once more to put it before two people."""
    office, reader = request.office, request.reader
    office.vault.require(reader, "write", holding.KIND, purpose="freeze prepared")
    form = ScopeForm(_posted(request))
    context: dict[str, object] = {"form": form}
    if request.method == "POST" and form.is_valid():
        scope, reason = _scope(request, form), form.cleaned_data["reason"]
        if "propose" in request.POST:
            proposal = work.propose_freeze(office, reader, scope, reason=reason)
            return HttpResponseRedirect(reverse("approvals:one", args=["freeze", proposal.id]))
        found = work.preview(office, reader, scope, reason=reason)
        rows = [(item, found.accounts[item.person]) for item in found.order.items]
        context |= {"preview": found, "rows": rows, "answer": found.answer}
    return show(request, "console/access/freeze_new.html", context, status=422 if form.errors else 200)


def _scope(request: HttpRequest, form: ScopeForm) -> Scope:
    people = set()
    lines = [line for line in form.cleaned_data["accounts"].splitlines() if line.strip()]
    if lines:  # by the names themselves: a token of an older form can be another's
        known = register.load(request.office, request.reader, purpose="people of a freeze found").register
        for line in lines:
            found = known.named(account_name(line))
            if len(found) != 1:
                raise InputRefusedError(
                    "access.freeze.account",
                    "an account of the list is nobody's in the register, or several people's",
                    hint="look it up in the register first",
                )
            people.add(found[0].id)
    return Scope(
        rights=frozenset(form.cleaned_data["rights"]),
        jurisdictions=frozenset(form.cleaned_data["jurisdictions"].split()),
        people=frozenset(people),
    )


@page(fresh=True)
def one(request: HttpRequest, number: str) -> HttpResponse:
    """One freeze: what it took, what the wikis say, its reviews."""
    freeze = holding.read_freeze(request.office, request.reader, number)
    waiting = [(item, freeze.removals.get((item.person, item.wiki, item.right))) for item in freeze.waiting()]
    context = {
        "freeze": freeze,
        "by_wiki": work.by_wiki(freeze.order.items),
        "removed": sum(state is Removal.REMOVED for state in freeze.removals.values()),
        "waiting": waiting[:_PEOPLE_ON_A_PAGE],
        "waiting_count": len(waiting),
        "plans": lines_of(request.office, freeze.id),
        "form": ReasonForm(),
        "may_write": request.office.vault.may(request.reader, "write", holding.KIND, freeze.id).allowed,
    }
    return show(request, "console/access/freeze.html", context)


@page(fresh=True)
def people(request: HttpRequest, number: str) -> HttpResponse:
    """Who is frozen, a page at a time: everybody shown is counted."""
    freeze = holding.read_freeze(request.office, request.reader, number, purpose="frozen people listed")
    start = max(0, int(request.GET.get("from", "0"))) if request.GET.get("from", "0").isdecimal() else 0
    items = freeze.order.items[start : start + _PEOPLE_ON_A_PAGE]
    register.shown(request.office, request.reader, {item.person for item in items}, purpose="frozen people listed")
    following = start + _PEOPLE_ON_A_PAGE
    rows = [
        (item, freeze.removals.get((item.person, item.wiki, item.right)), freeze.reviews[item.person].id)
        for item in items
    ]
    context = {
        "freeze": freeze,
        "rows": rows,
        "following": following if following < len(freeze.order.items) else None,
    }
    return show(request, "console/access/freeze_people.html", context)


@require_POST
@page(fresh=True)
def by_hand(request: HttpRequest, number: str) -> HttpResponse:
    """Somebody took a right back by hand, and says so."""
    given = request.POST
    work.note_by_hand(
        request.office,
        request.reader,
        number,
        given.get("person", ""),
        given.get("wiki", ""),
        given.get("right", ""),
    )
    messages.success(request, _t("Noted."))
    return HttpResponseRedirect(reverse("freezes:one", args=[number]))


@require_POST
@page(fresh=True)
def rest(request: HttpRequest, number: str) -> HttpResponse:
    """Plan what could not be planned before, and put it before two people."""
    proposal = work.propose_rest(request.office, request.reader, number)
    return HttpResponseRedirect(reverse("approvals:one", args=[work.REST_KIND, proposal.id]))


@require_POST
@page(fresh=True)
def lift(request: HttpRequest, number: str) -> HttpResponse:
    """Put the end of a freeze before two people."""
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    proposal = work.propose_lift(request.office, request.reader, number, reason=reason)
    return HttpResponseRedirect(reverse("approvals:one", args=["freeze-lift", proposal.id]))


ROOM = Room(
    name="freezes",
    title="Freezes",
    roles=frozenset({"access_steward", "decider", "legal", "appeal_reader", "investigator", "auditor"}),
    order=21,
    doors={
        "home": asks("read_list", holding.KIND),
        "new": every(asks("write", holding.KIND), asks("read_sealed", register.KIND)),
        "one": asks("read_sealed", holding.KIND, "number"),
        "people": every(asks("read_sealed", holding.KIND, "number"), asks("read_sealed", register.KIND)),
        "by_hand": asks("write", holding.KIND, "number"),
        "rest": asks("write", holding.KIND, "number"),
        "lift": asks("write", holding.KIND, "number"),
    },
    urls=[
        path("", home, name="home"),
        path("new/", new, name="new"),
        path("<slug:number>/", one, name="one"),
        path("<slug:number>/people/", people, name="people"),
        path("<slug:number>/by-hand/", by_hand, name="by_hand"),
        path("<slug:number>/rest/", rest, name="rest"),
        path("<slug:number>/lift/", lift, name="lift"),
    ],
)
