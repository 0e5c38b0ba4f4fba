"""One made-up action under appeal, for tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

from holdfast.appeals import steps
from holdfast.appeals.appeal import Appeal, AppealPolicy, Outcome, Route, Standing
from holdfast.appeals.facts import APPEAL
from holdfast.appeals.links import Secret, make_link, make_receipt
from holdfast.facts import Fact, MemberId

START = datetime(2021, 9, 13, 16, 13, tzinfo=UTC)
DAY = timedelta(days=1)
INVESTIGATOR, DECIDER, APPROVER, LEGAL, READER, OTHER = (MemberId(f"m-{number:012d}") for number in range(1, 7))
BARRED = {INVESTIGATOR: "investigator", DECIDER: "decider", APPROVER: "approver", LEGAL: "legal"}
LINK: Secret = make_link(bytes(range(20)))
RECEIPT: Secret = make_receipt(bytes(range(20, 40)))


def route(**other: Any) -> Route:
    """A route with plain values; `other` replaces some."""
    given = {
        "plan": "p-1f0c",
        "action": "p-1f0c/07",
        "kind": "global_ban",
        "account": "Made-up person",
        "wikis": ("examplewiki",),
        "language": "fa",
        "body": "appeal reader",
        "until": START + 180 * DAY,
        "can_be_worse": False,
        "files": ("case/c1", "plan/p1"),
    }
    return Route(**{**given, **other})


class World:
    """An appeal that keeps its facts, as the store would."""

    def __init__(self, policy: AppealPolicy | None = None, **other: Any) -> None:
        self.policy = policy or AppealPolicy()
        self.now = START
        self.facts: list[Fact] = steps.open_route(route(**other), LINK, policy=self.policy, now=self.now)
        self.facts += steps.put_in_force(self.state, BARRED, now=self.now)

    @property
    def state(self) -> Appeal:
        return APPEAL.fold(self.facts)

    @property
    def standing(self) -> Standing:
        return self.state.standing(self.now)

    def add(self, facts: list[Fact]) -> None:
        self.facts += facts
        self.now += DAY

    def file(self, **other: Any) -> None:
        told = self.state.route.can_be_worse
        given = {
            "text": "It was not me.",
            "language": "fa",
            "told_can_be_worse": told,
            "receipt": RECEIPT,
            "code": "holdfast-1",
        }
        self.add(steps.file_appeal(self.state, now=self.now, **{**given, **other}))

    def assign(self, reader: MemberId = READER, **other: Any) -> None:
        self.add(steps.assign(self.state, reader, barred=other.get("barred", {}), now=self.now, by=OTHER))

    def to_reader(self) -> None:
        self.file()
        self.add(steps.find_eligible(self.state, now=self.now, by=READER))
        self.assign()

    def decide(self, outcome: Outcome, **other: Any) -> None:
        texts: dict[Outcome, dict[str, Any]] = {
            Outcome.OVERTURN: {"public_note": "The evidence was of another account."},
            Outcome.CHANGE: {"new_measure": "a warning"},
            Outcome.REMAND: {"asked_back": "which edits are meant?"},
        }
        given = {"message": "We read all of it.", "by": READER, "barred": {}, **texts.get(outcome, {}), **other}
        self.add(steps.decide(self.state, outcome, now=self.now, **given))
