"""Appeals: a stream of facts for each action that can be appealed, and the state that follows from them.

The stream of an action's route begins when the notice gives the person a link. The notice stands where everybody can
read it, so whoever has the link can file: each filing is an appeal with a stream of its own, beside the others. It is
known to be the person's when a code was saved with their account. An appeal ends with an outcome and a message; an
overturned action only when it is restored and that has been said publicly.

Before filings had streams of their own, the one filing stood in the route's: such a stream is read as it always was.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from holdfast.clock import parse_at
from holdfast.facts import MemberId

STREAM_KIND = "appeal"

Text = str | Mapping[str, str]
"""A text, or one for each language with English among them."""


class Outcome(StrEnum):
    """How an appeal ends (3.12, D3)."""

    UPHOLD = "uphold"
    OVERTURN = "overturn"
    CHANGE = "change"
    REMAND = "remand"
    INELIGIBLE = "ineligible"


class Ineligible(StrEnum):
    """Why an appeal is not taken up. Every refusal carries one, and each is counted (D3)."""

    NO_OBJECTION = "no_objection"
    """It says nothing that objects to the action."""
    NOT_THE_PERSON = "not_the_person"
    """It was filed by somebody whom the action is not about, and not for them."""
    DECIDED_BEFORE = "decided_before"
    """The same objection has been decided, and nothing new is said."""
    RAN_OUT = "ran_out"
    """The action has ended by itself, and nothing of it remains to be lifted."""
    OTHER_BODY = "other_body"
    """Another body decides on it, which the message names."""


class Standing(StrEnum):
    """Where an appeal stands."""

    PREPARED = "prepared"
    """The plan that holds the link is not carried out: nothing can be filed against what was not done."""
    OFFERED = "offered"
    """The link is out; nothing was filed."""
    LAPSED = "lapsed"
    """The time for it is over; nothing was filed."""
    FILED = "filed"
    """The person has filed with their own account proven, and the link is closed; nothing is filed in this stream."""
    RECEIVED = "received"
    ELIGIBLE = "eligible"
    """To be assigned to somebody who had no part in the decision."""
    ASSIGNED = "assigned"
    DECIDED = "decided"
    """What the outcome asks for is not done yet."""
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True)
class AppealPolicy:
    """What an office decides beforehand."""

    no_worse_on_own_appeal: bool = True
    """No appeal may end in something more severe than what was appealed (D4)."""
    evidence_days: int = 90
    """How long evidence is kept after the last time for appeal is over (3.13)."""
    decide_days: int = 30
    """From filing to outcome; then the clock says so."""


@dataclass(frozen=True, kw_only=True)
class Route:
    """What an appeal can be about, given with the notice."""

    plan: str
    """The plan's id."""
    action: str
    """The action's id in it."""
    kind: str
    """The action's kind, as people are told it: `global_ban` …"""
    account: str
    wikis: tuple[str, ...]
    language: str
    body: Text
    """The role or body that decides."""
    until: datetime | None
    """When the link stops working; None: never."""
    can_be_worse: bool
    """What the person is told beforehand."""
    barred: Mapping[MemberId, str] = field(default_factory=dict)
    """Who had a part in the decision, and which; known when the plan is carried out."""
    files: tuple[str, ...] = ()
    """The streams of the whole file: case, plan, sweep."""

    def to_json(self) -> dict[str, Any]:
        """As it is sealed."""
        return {
            **vars(self),
            "wikis": list(self.wikis),
            "body": self.body if isinstance(self.body, str) else dict(self.body),
            "until": None if self.until is None else self.until.isoformat(),
            "barred": dict(self.barred),
            "files": list(self.files),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Route":
        """The route that `to_json` wrote."""
        return cls(
            **{
                **value,
                "wikis": tuple(value["wikis"]),
                "until": None if value["until"] is None else parse_at(value["until"]),
                "barred": {MemberId(member): why for member, why in value["barred"].items()},
                "files": tuple(value["files"]),
            }
        )


@dataclass(frozen=True, kw_only=True)
class Filing:
    """What the person wrote, and what they had been told before they sent it."""

    at: datetime
    text: str
    language: str
    told_can_be_worse: bool
    code: str = ""
    """What the person saves with their account, to prove that they wrote this; empty in an old filing."""
    proven_at: datetime | None = None
    """When that was read back. None: whoever read the notice can have written it."""


@dataclass(frozen=True, kw_only=True)
class Decided:
    """An outcome with its message, and what it asks for."""

    outcome: Outcome
    at: datetime
    by: MemberId
    message: Text
    code: Ineligible | None = None
    is_worse: bool = False
    new_measure: Text = ""
    asked_back: Text = ""
    public_note: str = ""
    measure: Mapping[str, str] = field(default_factory=dict)
    """Of which kind what holds instead is, and when it ends; empty where nobody said it in this form."""
    restoration: Mapping[str, Any] = field(default_factory=dict)
    """The order to undo the action: the plan's id, the action's, and the reason."""


@dataclass(frozen=True, kw_only=True)
class Appeal:
    """One appeal as its facts have it."""

    route: Route
    link_sha256: str
    opened_at: datetime
    in_force_at: datetime | None = None
    """When the action was carried out, and the link began to work."""
    link_works: bool = True
    """False where the link was used (in an old stream), or closed because the person has filed with proof."""
    link_closed_at: datetime | None = None
    filing: Filing | None = None
    receipt_sha256: str = ""
    eligible_at: datetime | None = None
    reader: MemberId | None = None
    stood_aside: frozenset[MemberId] = frozenset()
    decided: Decided | None = None
    told: tuple[str, ...] = ()
    """The ways on which the outcome was told."""
    restored_by: str = ""
    """What carried the restoration out."""
    published_as: int | None = None
    """The entry of the public log that says the outcome."""
    answered: bool = False
    """Whether those to whom it was sent back have answered."""

    def standing(self, now: datetime) -> Standing:
        """Where it stands now."""
        if self.decided is not None:
            return Standing.DECIDED if self.missing() else Standing.CLOSED
        if self.in_force_at is None:
            return Standing.PREPARED
        if self.filing is None:
            if not self.link_works:
                return Standing.FILED
            over = self.route.until is not None and now >= self.route.until
            return Standing.LAPSED if over else Standing.OFFERED
        if self.reader is not None:
            return Standing.ASSIGNED
        return Standing.ELIGIBLE if self.eligible_at else Standing.RECEIVED

    def takes_filings(self, now: datetime) -> bool:
        """Whether the link opens: the action is carried out, the time is not over. What was filed closes nothing."""
        in_time = self.route.until is None or now < self.route.until
        return self.in_force_at is not None and self.link_works and in_time

    @property
    def is_proven(self) -> bool:
        """Whether what was filed is known to come from the account itself."""
        return self.filing is not None and self.filing.proven_at is not None

    def missing(self) -> tuple[str, ...]:
        """What a decided appeal still asks for before it is closed."""
        if self.decided is None:
            return ()
        outcome = self.decided.outcome
        asked = {
            "the person is told": bool(self.told),
            "the outcome is said publicly": self.published_as is not None,
            "what was taken is given back": outcome is not Outcome.OVERTURN or bool(self.restored_by),
            "the new measure is in force": outcome is not Outcome.CHANGE or bool(self.restored_by),
            "the questions are answered": outcome is not Outcome.REMAND or self.answered,
        }
        return tuple(what for what, done in asked.items() if not done)

    def due_at(self, policy: AppealPolicy) -> datetime | None:
        """When the outcome is owed; None while nothing is filed."""
        return None if self.filing is None else self.filing.at + timedelta(days=policy.decide_days)


def evidence_held_until(state: Appeal, policy: AppealPolicy) -> datetime | None:
    """Until when nothing that this action rests on may be erased (3.13); None: for as long as things stand as now.

    Nothing is kept without end: a link has an end unless the plan gave it none, and an open appeal has its clock.
    """
    ends: list[datetime | None] = []
    if state.link_works:
        ends.append(state.route.until)
    elif state.filing is None:
        ends.append(state.link_closed_at)
    if state.filing is not None:
        ends.append(state.decided.at if state.decided is not None and not state.missing() else None)
    known = [each for each in ends if each is not None]
    return max(known) + timedelta(days=policy.evidence_days) if known and len(known) == len(ends) else None


def file_in_order(parts: Mapping[str, Iterable[Mapping[str, Any]]]) -> tuple[Mapping[str, Any], ...]:
    """The whole file as the reader gets it: what speaks for the person first, then the rest; nothing left out.

    `parts` maps `exculpatory` and other names to what they hold.
    """
    rest = [each for name in sorted(parts) if name != "exculpatory" for each in parts[name]]
    return (*parts.get("exculpatory", ()), *rest)
