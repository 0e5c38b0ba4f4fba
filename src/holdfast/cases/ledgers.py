"""Ledgers of a wiki: complaints over the years, and recommendations with owner, date, state and effect (5.4, 5.8)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from holdfast.cases._kind import DECIDER, INVESTIGATOR, Body, FactKind, added, declared, known, refuse
from holdfast.facts import Fact
from holdfast.facts.fields import SHORT, Ident, Moment, Number, OneOf, Text, line, page
from holdfast.facts.kinds import Book


class ComplaintState(StrEnum):
    """What became of a complaint."""

    OPEN = "open"
    ANSWERED = "answered"
    UPHELD = "upheld"
    REJECTED = "rejected"
    UNANSWERED = "unanswered"
    """Closed by time alone, without an answer."""


class AdviceState(StrEnum):
    """What became of a recommendation."""

    OPEN = "open"
    UNDER_WAY = "under_way"
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class Complaint:
    """A complaint about how a wiki is run, with the page where it stands."""

    id: str
    about: str
    page: str
    made_at: datetime
    state: ComplaintState = ComplaintState.OPEN
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Effect:
    """A measure before and after, with the interval of the later value; nothing is concluded from it here."""

    measure: str
    before: float
    after: float
    low: float
    high: float
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Recommendation:
    """A recommendation, with who carries it (a role or body, never a person) and by when."""

    id: str
    text: str
    owner: str
    due: datetime
    state: AdviceState = AdviceState.OPEN
    note: str = ""
    effects: tuple[Effect, ...] = ()

    def is_overdue(self, now: datetime) -> bool:
        """Whether its date has passed while it was neither done nor refused."""
        return now > self.due and self.state in {AdviceState.OPEN, AdviceState.UNDER_WAY}


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """Both ledgers of one wiki."""

    complaints: Mapping[str, Complaint] = field(default_factory=dict)
    recommendations: Mapping[str, Recommendation] = field(default_factory=dict)

    def complaints_by_year(self) -> dict[int, dict[str, int]]:
        """Year to state to number of complaints made in it."""
        found: dict[int, dict[str, int]] = {}
        for each in self.complaints.values():
            counts = found.setdefault(each.made_at.year, {})
            counts[each.state.value] = counts.get(each.state.value, 0) + 1
        return dict(sorted(found.items()))


def _record_complaint(ledger: Ledger, fact: Fact, body: Body) -> Ledger:
    complaint = Complaint(**body)
    return replace(ledger, complaints=added(ledger.complaints, complaint.id, complaint))


def _answer(ledger: Ledger, fact: Fact, body: Body) -> Ledger:
    answered = replace(known(ledger.complaints, body["id"], "complaint"), state=body["state"], note=body["note"])
    return replace(ledger, complaints={**ledger.complaints, answered.id: answered})


def _recommend(ledger: Ledger, fact: Fact, body: Body) -> Ledger:
    made = Recommendation(**body)
    return replace(ledger, recommendations=added(ledger.recommendations, made.id, made))


def _move(ledger: Ledger, fact: Fact, body: Body) -> Ledger:
    advice = known(ledger.recommendations, body["id"], "recommendation")
    if body["state"] is AdviceState.DONE and not advice.effects:
        raise refuse(
            "ledger.no_effect",
            "a recommendation is done when its effect was measured",
            hint="record the measure before and after, whatever it shows",
        )
    moved = replace(advice, state=body["state"], note=body["note"])
    return replace(ledger, recommendations={**ledger.recommendations, moved.id: moved})


def _measure(ledger: Ledger, fact: Fact, body: Body) -> Ledger:
    advice = known(ledger.recommendations, body["id"], "recommendation")
    numbers = {name: value for name, value in body.items() if name != "id"}
    measured = replace(advice, effects=(*advice.effects, Effect(**numbers, at=fact.at)))
    return replace(ledger, recommendations={**ledger.recommendations, measured.id: measured})


_DOOR, _BY = "/ledgers/<wiki>/<fact>/", frozenset({INVESTIGATOR, DECIDER})


def _measured(label: str) -> Number:
    return Number(label, low=-1e12, high=1e12)


LEDGER: Book[Ledger] = Book(
    stream="ledger",
    about="a ledger",
    code="case.fact",
    unknown="case.fact.unknown",
    kinds=declared(
        FactKind(
            name="complaint recorded", step=_record_complaint, by=_BY, door=_DOOR, title="Record a complaint",
            prefix="c",
            fields={
                "id": Ident(), "about": line("About"), "page": line("Page where it stands"), "made_at": Moment("Day"),
            },
        ),
        FactKind(
            name="complaint answered", step=_answer, by=_BY, door=_DOOR, title="Say what became of a complaint",
            fields={"id": Ident("Complaint"), "state": OneOf("State", kind=ComplaintState), "note": page("Note")},
        ),
        FactKind(
            name="recommendation made", step=_recommend, by=_BY, door=_DOOR, title="Record a recommendation",
            prefix="r",
            fields={
                "id": Ident(), "text": page("Recommendation"),
                "owner": Text("Owner", help="A role or body, never a person.", most=SHORT), "due": Moment("Due"),
            },
        ),
        FactKind(
            name="recommendation moved", step=_move, by=_BY, door=_DOOR, title="Say how far a recommendation is",
            fields={"id": Ident("Recommendation"), "state": OneOf("State", kind=AdviceState), "note": page("Note")},
        ),
        FactKind(
            name="effect measured", step=_measure, by=_BY, door=_DOOR, title="Record a measured effect",
            fields={
                "id": Ident("Recommendation"), "measure": line("Measure"), "before": _measured("Before"),
                "after": _measured("After"), "low": _measured("Low end of its interval"),
                "high": _measured("High end of its interval"),
            },
        ),
    ),
)  # fmt: skip
"""What the ledgers of a wiki are told."""
