"""An office with one action under appeal, for tests."""

from datetime import timedelta
from typing import Any

from holdfast.appeals.appeal import Outcome, Route
from holdfast.facts import StreamId
from holdfast.wiki.revision import WrittenRevision
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
        from holdfast.workflows.acting import restoration as appeal_restoration
        from holdfast.workflows.appeals import appeal
        from holdfast.workflows.appeals import filing as appeal_filing

        self.world, self.appeal, self.filing, self.restoring = world, appeal, appeal_filing, appeal_restoration
        self.filed: StreamId | None = None
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
        """What was filed last, or the action's own stream while nothing is."""
        return self.filed or self.appeal.stream_for("p-1f0c/001")

    def filings(self) -> set[StreamId]:
        """Every appeal that was filed against any action."""
        return set(self.world.office.vault.holding("account", ACCOUNT))

    def in_force(self) -> "AppealOffice":
        self.appeal.put_in_force(self.world.office, "p-1f0c", self.barred)
        return self

    def file(self, text: str = TEXT) -> str:
        before = self.filings()
        receipt = self.filing.file(self.world.office, self.token, text, "fa")
        (self.filed,) = self.filings() - before
        return receipt

    def filed_alone(self) -> "AppealOffice":
        """The one appeal that was filed, whoever sent the form, is the one that this is about from now on."""
        (self.filed,) = self.filings()
        return self

    def edit(self, receipt: str, **other: Any) -> WrittenRevision:
        """The edit with which the person saves the code of a filing."""
        code = self.filing.by_receipt(self.world.office, receipt).save_code
        at = self.world.clock()
        given = {
            "id": 7,
            "account": ACCOUNT,
            "at": at,
            "summary": "",
            "text": f"Hello. {code}",
            "text_before": "Hello.",
        }
        return WrittenRevision(**{**given, **other})

    def prove(self, receipt: str, **other: Any) -> None:
        found = self.edit(receipt, **other)
        self.filing.prove_account(self.world.office, receipt, "examplewiki", found.id, lambda *_: found)

    def to_reader(self, reader: TestMember | None = None) -> str:
        receipt = self.file()
        who = (reader or self.reader).reader()
        self.appeal.find_eligible(self.world.office, who, self.stream)
        self.appeal.assign(self.world.office, who, self.stream)
        return receipt

    def decide(self, outcome: Outcome, **more: Any) -> None:
        texts: dict[Outcome, dict[str, Any]] = {
            Outcome.OVERTURN: {"public_note": "The evidence was of another account."},
            Outcome.CHANGE: {"new_measure": "a warning", "measure": {"kind": "warning"}},
            Outcome.REMAND: {"asked_back": "which edits are meant?"},
        }
        self.restoring.decide(
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
