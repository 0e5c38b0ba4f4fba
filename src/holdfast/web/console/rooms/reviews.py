"""Reviews: what is open and late, one review with the person's own words, its outcome by two readers."""

from dataclasses import replace
from datetime import UTC, datetime, time

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from holdfast.access.freezes.review import Outcome, ReviewState
from holdfast.web.console.doors import asks
from holdfast.web.console.pages import page, show
from holdfast.web.console.room import Room
from holdfast.workflows.freezes import review as work

_AREA = forms.Textarea(attrs={"rows": 4, "class": "cdx-text-area__textarea"})


class TextForm(forms.Form):
    """Something written down in a review."""

    text = forms.CharField(label=_("Text"), widget=_AREA, strip=False)


class OutcomeForm(forms.Form):
    """The first reader's proposal."""

    outcome = forms.ChoiceField(
        label=_("Outcome"),
        choices=[
            (Outcome.RESTORE.value, _("restore: everything comes back as it was")),
            (Outcome.KEEP.value, _("keep: the protection stays, and is reviewed again")),
            (Outcome.EXEMPT.value, _("exempt: it comes back, and the restriction does not hold for this person")),
        ],
    )
    reason = forms.CharField(label=_("Reason"), help_text=_("Sealed."), widget=_AREA)
    reason_code = forms.CharField(label=_("Code of the reason"), max_length=40)
    until = forms.DateField(
        label=_("Until"),
        help_text=_(
            "For an exemption: its end. For keeping: the day of the next review. Empty: as the rule book says."
        ),
        widget=forms.DateInput(attrs={"type": "date"}),
        required=False,
    )


@page
def home(request: HttpRequest) -> HttpResponse:
    """The list of reviews; it names nobody."""
    state = request.GET.get("state") if request.GET.get("state") in set(ReviewState) else None
    quiet = replace(request.reader, passkey_fresh=False)
    listed = work.reviews_page(request.office, quiet, after=request.GET.get("after"), state=state)
    context = {"page": listed, "states": list(ReviewState), "state": state, "now": request.office.clock()}
    return show(request, "console/access/reviews.html", context)


@page(fresh=True)
def one(request: HttpRequest, number: str) -> HttpResponse:
    """One review."""
    return _shown(request, number, {})


def _shown(request: HttpRequest, number: str, bound: dict[str, forms.Form]) -> HttpResponse:
    opened = work.read_review(request.office, request.reader, number)
    context = {
        "opened": opened,
        "review": opened.review,
        "is_open": opened.review.state is not ReviewState.DECIDED,
        "may_write": request.office.vault.may(request.reader, "write", work.KIND, opened.review.id).allowed,
        "text_form": TextForm(auto_id="id_%s"),
        "outcome_form": bound.get("outcome") or OutcomeForm(auto_id="id_outcome_%s"),
        "kinds": [
            ("statement", _t("The person's own statement"), _t("Keep the statement")),
            ("ask", _t("Ask the person for evidence"), _t("Ask")),
            ("evidence", _t("Evidence that came in"), _t("Keep the evidence")),
        ],
    }
    return show(request, "console/access/review.html", context, status=422 if bound else 200)


@require_POST
@page(fresh=True)
def do(request: HttpRequest, number: str, what: str) -> HttpResponse:
    """Write something down: the person's statement, a question to them, evidence, or why a proposal goes back."""
    form = TextForm(request.POST)
    text = form.cleaned_data["text"] if form.is_valid() else ""
    office, reader = request.office, request.reader
    match what:
        case "statement":
            work.statement(office, reader, number, text=text)
        case "ask":
            work.ask(office, reader, number, what=text)
        case "evidence":
            work.evidence(office, reader, number, text=text)
        case "send-back":
            work.sent_back(office, reader, number, reason=text)
        case _:
            raise Http404
    messages.success(request, _t("Written down."))
    return HttpResponseRedirect(reverse("reviews:one", args=[number]))


@require_POST
@page(fresh=True)
def outcome(request: HttpRequest, number: str) -> HttpResponse:
    """Propose an outcome, and put it before two readers."""
    form = OutcomeForm(request.POST, auto_id="id_outcome_%s")
    if not form.is_valid():
        return _shown(request, number, {"outcome": form})
    given = form.cleaned_data
    until = datetime.combine(given["until"], time(), UTC) if given["until"] else None
    proposal = work.propose_outcome(
        request.office,
        request.reader,
        number,
        outcome=Outcome(given["outcome"]),
        reason=given["reason"],
        reason_code=given["reason_code"],
        until=until,
    )
    return HttpResponseRedirect(reverse("approvals:one", args=[work.OUTCOME, proposal.id]))


ROOM = Room(
    name="reviews",
    title="Reviews",
    roles=frozenset({"access_steward", "decider", "appeal_reader", "auditor"}),
    order=22,
    doors={
        "home": asks("read_list", work.KIND),
        "one": asks("read_sealed", work.KIND, "number"),
        "outcome": asks("write", work.KIND, "number"),
        "do": asks("write", work.KIND, "number"),
    },
    urls=[
        path("", home, name="home"),
        path("<slug:number>/", one, name="one"),
        path("<slug:number>/outcome/", outcome, name="outcome"),
        path("<slug:number>/<slug:what>/", do, name="do"),
    ],
)
