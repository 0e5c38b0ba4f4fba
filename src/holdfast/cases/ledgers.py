"""Ledgers of a wiki: complaints over the years, and recommendations with owner, date, state and effect (5.4, 5.8)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from holdfast.cases._fields import LINE, PAGE, SHORT, choice, fields, ident, moment, number, text
from holdfast.cases._kind import added, known, refuse
from holdfast.errors import InputRefusedError
from holdfast.facts import Fact


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


def fold_ledger(facts: Iterable[Fact]) -> Ledger:
    """The ledgers that these facts make. Raises what `append_ledger` raises."""
    ledger = Ledger()
    for fact in facts:
        ledger = append_ledger(ledger, fact)
    return ledger


def append_ledger(ledger: Ledger, fact: Fact) -> Ledger:
    """The ledgers after one more fact.

    Raises InputRefusedError `case.fact.…`, CheckFailedError `case.ledger.no_effect` for a recommendation that is
    called done before any effect was measured.
    """
    if fact.type == "complaint recorded":
        body = fields(fact, {"id": ident, "about": text(LINE), "page": text(LINE), "made_at": moment})
        complaint = Complaint(**body)
        return replace(ledger, complaints=added(ledger.complaints, complaint.id, complaint))
    if fact.type == "complaint answered":
        body = fields(fact, {"id": ident, "state": choice(ComplaintState), "note": text(PAGE)})
        answered = replace(known(ledger.complaints, body["id"], "complaint"), state=body["state"], note=body["note"])
        return replace(ledger, complaints={**ledger.complaints, answered.id: answered})
    if fact.type == "recommendation made":
        body = fields(fact, {"id": ident, "text": text(PAGE), "owner": text(SHORT), "due": moment})
        made = Recommendation(**body)
        return replace(ledger, recommendations=added(ledger.recommendations, made.id, made))
    if fact.type == "recommendation moved":
        return _move(ledger, fact)
    if fact.type == "effect measured":
        return _measure(ledger, fact)
    raise InputRefusedError("case.fact.unknown", "a ledger knows no such fact", got=repr(fact.type[:40]))


def _move(ledger: Ledger, fact: Fact) -> Ledger:
    body = fields(fact, {"id": ident, "state": choice(AdviceState), "note": text(PAGE)})
    advice = known(ledger.recommendations, body["id"], "recommendation")
    if body["state"] is AdviceState.DONE and not advice.effects:
        raise refuse(
            "ledger.no_effect",
            "a recommendation is done when its effect was measured",
            hint="record the measure before and after, whatever it shows",
        )
    moved = replace(advice, state=body["state"], note=body["note"])
    return replace(ledger, recommendations={**ledger.recommendations, moved.id: moved})


def _measure(ledger: Ledger, fact: Fact) -> Ledger:
    value = number(-1e12, 1e12)
    numbers = {"before": value, "after": value, "low": value, "high": value}
    body = fields(fact, {"id": ident, "measure": text(LINE), **numbers})
    advice = known(ledger.recommendations, body.pop("id"), "recommendation")
    measured = replace(advice, effects=(*advice.effects, Effect(**body, at=fact.at)))
    return replace(ledger, recommendations={**ledger.recommendations, measured.id: measured})
