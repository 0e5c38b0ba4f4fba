"""An office with one action under appeal, for tests."""

from datetime import timedelta
from typing import Any

from holdfast.actions.appeals import Outcome, Route
from holdfast.facts import StreamId
from store.offices import OfficeWorld, TestMember

ACCOUNT = "Made-up Person"
TEXT = "It was not me, and here is why."


def route(world: OfficeWorld, **other: Any) -> Route:
    given = {
        "plan": "p-1f0c",
        "action": "p-1f0c/001",
        "kind": "global_ban",
        "account": ACCOUNT,
        "wikis": ("examplewiki",),
        "language": "fa",
        "body": "appeal reader",
        "until": world.clock() + timedelta(days=60),
        "can_be_worse": False,
        "files": (),
    }
    return Route(**{**given, **other})


class AppealOffice:
    """One action that was carried out, its decider, and two readers of appeals."""

    def __init__(self, world: OfficeWorld, **other: Any) -> None:
        from holdfast.workflows import appeal

        self.world, self.appeal = world, appeal
        self.decider, self.reader, self.second = (
            world.member(role) for role in ("decider", "appeal_reader", "appeal_reader")
        )
        self.url = appeal.make_link(world.office, route(world, **other))
        self.barred = {self.decider.member: "decider"}

    @property
    def token(self) -> str:
        return self.url.rstrip("/").rpartition("/")[2]

    @property
    def stream(self) -> StreamId:
        return self.appeal.stream_for("p-1f0c/001")

    def in_force(self) -> "AppealOffice":
        self.appeal.put_in_force(self.world.office, "p-1f0c", self.barred)
        return self

    def file(self, text: str = TEXT) -> str:
        return self.appeal.file(self.world.office, self.token, text, "fa")

    def to_reader(self, reader: TestMember | None = None) -> str:
        receipt = self.file()
        who = (reader or self.reader).reader()
        self.appeal.find_eligible(self.world.office, who, self.stream)
        self.appeal.assign(self.world.office, who, self.stream)
        return receipt

    def decide(self, outcome: Outcome, **more: Any) -> None:
        texts: dict[Outcome, dict[str, Any]] = {
            Outcome.OVERTURN: {"public_note": "The evidence was of another account."},
            Outcome.CHANGE: {"new_measure": "a warning"},
            Outcome.REMAND: {"asked_back": "which edits are meant?"},
        }
        self.appeal.decide(
            self.world.office,
            self.reader.reader(),
            self.stream,
            outcome,
            {"en": "We read all of it.", "fa": "همه را خواندیم."},
            **{**texts.get(outcome, {}), **more},
        )

    @property
    def standing(self) -> str:
        return self.appeal.read_appeal(self.world.office, self.reader.reader(), self.stream).standing.value
