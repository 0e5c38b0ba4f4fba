"""What an outcome asks for, on paper wikis: nothing counts as given back or in force that the wikis do not show."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from actions.paper_wiki import PaperWiki
from actions.sweeping import HEAD, group
from holdfast.accounts.names import AccountName
from holdfast.appeals.appeal import Outcome
from holdfast.errors import CheckFailedError, HoldfastError, InputRefusedError
from holdfast.facts import StreamId
from store.offices import OfficeWorld, TestMember
from workflows.paper_office import PaperOperators, approved, swept, text_of

BANNED = "Simulated One"
OTHERS = ("Other Two", "Other Three")


@dataclass
class Overturned:
    """A plan that was carried out on paper wikis, and the appeal of the person whom it banned."""

    world: OfficeWorld
    people: dict[str, TestMember]
    operators: PaperOperators = field(
        default_factory=lambda: PaperOperators(BANNED, "Simulated Two", "Simulated Three")
    )

    def __post_init__(self) -> None:
        self.plan = approved(self.world, self.people, text_of("p-1"), self.operators)
        assert swept(self.world, self.plan, self.operators).ending.value == "finished"

    @property
    def east(self) -> PaperWiki:
        return self.operators.wikis["eastwiki"]

    @property
    def west(self) -> PaperWiki:
        return self.operators.wikis["westwiki"]

    def filed(self, outcome: Outcome, **more: Any) -> str:
        """The person files and somebody else decides; gives the receipt."""
        from holdfast.workflows.acting import restoration as appeal_restoration
        from holdfast.workflows.appeals import appeal
        from holdfast.workflows.appeals import filing as appeal_filing

        office, reader = self.world.office, self.people["appeal_reader"].reader()
        link = appeal.renew_link(office, reader, appeal.stream_for(f"{self.plan}/001"), None)
        before = set(office.vault.holding("account", BANNED))
        receipt = appeal_filing.file(office, link.rstrip("/").rpartition("/")[2], "It was another account.", "en")
        (self.stream,) = set(office.vault.holding("account", BANNED)) - before
        appeal.find_eligible(office, reader, self.stream)
        appeal.assign(office, reader, self.stream)
        self.proposal = appeal_restoration.decide(office, reader, self.stream, outcome, "You were right.", **more)
        return receipt

    def undo_ordered(self, proposal: StreamId | None = None) -> None:
        stream = proposal or self.proposal
        assert stream is not None
        second = self.world.member("decider")
        self.world.approve(stream, self.people["decider"], second)
        self.world.carry_out(stream, second)

    def note_restored(self) -> int:
        from holdfast.workflows.acting.restoration import note_restored

        return note_restored(self.world.office, known=self.operators)  # type: ignore[arg-type]

    def restored(self, receipt: str) -> bool:
        from holdfast.workflows.appeals.filing import by_receipt

        return by_receipt(self.world.office, receipt).restored

    def page(self) -> str:
        shown = self.people["appeal_reader"].client().get(f"/appeals/{self.stream.id}/")
        return str(shown.content.decode())

    def another_plan(self, *groups: str) -> str:
        """A later plan on the same people, carried out."""
        text = HEAD.replace('"p-1"', '"p-2"') + "".join(groups)
        identity = approved(self.world, self.people, text, self.operators)
        swept(self.world, identity, self.operators)
        return identity


@pytest.fixture
def appealed(office: OfficeWorld) -> Overturned:
    roles = ("investigator", "decider", "legal", "appeal_reader")
    return Overturned(world=office, people={role: office.member(role) for role in roles})


NOTE = {"public_note": "The evidence was of another account."}


def cannot_be_unblocked(wiki: PaperWiki) -> None:
    def trouble(when: str, what: str, target: str) -> None:
        if when == "before" and what == "block" and target == BANNED:
            raise InputRefusedError("wiki.refused.permissiondenied", "not now")

    wiki.trouble = trouble


@pytest.mark.requirement("3.14")
def test_an_overturned_action_is_given_back_with_its_notice_and_its_place_on_the_public_list(
    appealed: Overturned,
) -> None:
    from holdfast.workflows.acting.reconcile import reconcile_plan

    receipt = appealed.filed(Outcome.OVERTURN, **NOTE)
    assert appealed.note_restored() == 0
    appealed.undo_ordered()
    assert appealed.note_restored() == 0
    swept(appealed.world, appealed.plan, appealed.operators)
    assert not appealed.restored(receipt)
    assert appealed.note_restored() == 1
    assert appealed.restored(receipt)
    for wiki in (appealed.east, appealed.west):
        assert wiki.accounts[BANNED].block is None
        assert "sysop" in wiki.accounts[BANNED].groups
    assert "is withdrawn" in [text for to, text in appealed.east.talk if to == BANNED][-1]
    found = reconcile_plan(
        appealed.world.office,
        appealed.people["decider"].reader(),
        appealed.plan,
        public={"global_ban": [BANNED]},
        known=Hands(appealed.operators),  # type: ignore[arg-type]
    )
    assert [(each.code.value, each.target) for each in found if each.code.value.startswith("listed")] == [
        ("listed wrongly", BANNED)
    ]


class Hands:
    """The paper operators as reconciliation asks for them."""

    def __init__(self, operators: PaperOperators) -> None:
        self.operators, self.wikis = operators, dict[str, Any]()

    def hands_for(self, wiki: str) -> list[Any]:
        return [self.operators.wikis[wiki].hand("Warden")]


def test_a_partly_failed_undoing_says_what_is_still_gone_calls_people_and_is_tried_again(
    appealed: Overturned,
) -> None:
    from holdfast.store.office.audit_rows import open_alarms
    from holdfast.workflows.clocks.sweeps import CLOCK

    receipt = appealed.filed(Outcome.OVERTURN, **NOTE)
    appealed.undo_ordered()
    cannot_be_unblocked(appealed.west)
    before = len(open_alarms())
    outcome = swept(appealed.world, appealed.plan, appealed.operators)
    assert outcome.ending.value == "held"
    assert len(open_alarms()) > before
    assert appealed.note_restored() == 0
    assert not appealed.restored(receipt)
    assert "westwiki: block (refused)" in appealed.page()
    progress = appealed.people["decider"].client().get(f"/plans/{appealed.plan}/progress/").content.decode()
    assert "Still not taken back" in progress
    assert "p-1/001/westwiki/block" in progress
    assert "Tried again at" in progress
    assert "<dd>finished</dd>" not in progress
    assert "<dd>undone</dd>" not in progress
    # the notice stays while something of what it tells stands
    assert not any("is withdrawn" in text for to, text in appealed.west.talk if to == BANNED)

    assert CLOCK.run(appealed.world.office, appealed.world.clock.go_on(minutes=59)) == []
    now = appealed.world.clock.go_on(minutes=2)
    assert CLOCK.run(appealed.world.office, now) == ["1 undoings are tried again"]
    swept(appealed.world, appealed.plan, appealed.operators)
    assert CLOCK.run(appealed.world.office, now) == []
    assert appealed.west.accounts[BANNED].block is not None

    appealed.west.trouble = lambda when, what, target: None
    assert CLOCK.run(appealed.world.office, appealed.world.clock.go_on(hours=2)) == ["1 undoings are tried again"]
    assert swept(appealed.world, appealed.plan, appealed.operators).ending.value == "finished"
    assert appealed.note_restored() == 1
    assert appealed.restored(receipt)
    assert CLOCK.run(appealed.world.office, appealed.world.clock.go_on(hours=2)) == []


def test_what_is_taken_again_before_the_clock_looks_does_not_count_as_given_back(appealed: Overturned) -> None:
    receipt = appealed.filed(Outcome.OVERTURN, **NOTE)
    appealed.undo_ordered()
    swept(appealed.world, appealed.plan, appealed.operators)
    hand, name = appealed.east.hand("Meddler"), AccountName(BANNED)
    hand.change_groups(name, add={}, remove=["sysop"], reason="")
    assert appealed.note_restored() == 0
    assert not appealed.restored(receipt)
    hand.change_groups(name, add={"sysop": "infinity", "bureaucrat": "infinity"}, remove=[], reason="")
    assert appealed.note_restored() == 1


def test_a_wiki_that_does_not_answer_gives_nothing_back_and_is_asked_again(appealed: Overturned) -> None:
    from actions.paper_wiki import busy

    def away(when: str, what: str, target: str) -> None:
        raise busy(known=True)

    appealed.filed(Outcome.OVERTURN, **NOTE)
    appealed.undo_ordered()
    swept(appealed.world, appealed.plan, appealed.operators)
    appealed.west.trouble = away
    assert appealed.note_restored() == 0
    appealed.west.trouble = lambda when, what, target: None
    assert appealed.note_restored() == 1


def test_a_reader_cannot_say_that_it_is_given_back(appealed: Overturned) -> None:
    receipt = appealed.filed(Outcome.OVERTURN, **NOTE)
    client = appealed.people["appeal_reader"].client()
    for text in (f"sweep/{appealed.plan}", appealed.plan, "done by hand"):
        assert client.post(f"/appeals/{appealed.stream.id}/in-force/", {"plan": text}).status_code == 409
    assert not appealed.restored(receipt)


def in_force(appealed: Overturned, plan: str) -> None:
    from holdfast.workflows.acting.restoration import note_new_measure

    note_new_measure(appealed.world.office, appealed.people["appeal_reader"].reader(), appealed.stream, plan)


CHANGE = {"new_measure": "a warning", "measure": {"kind": "warning"}}


@pytest.mark.requirement("3.12")
def test_a_changed_action_counts_as_changed_when_the_plan_is_finished_and_the_old_one_is_gone(
    appealed: Overturned,
) -> None:
    receipt = appealed.filed(Outcome.CHANGE, **CHANGE)
    assert appealed.proposal is None
    with pytest.raises(InputRefusedError, match=r"appeal\.plan.*no such plan"):
        in_force(appealed, "p-2")
    appealed.undo_ordered(put_undoing(appealed))
    # the plan is closed for its targets, so that the next one can take them on
    close(appealed)
    appealed.another_plan(group("warning", [BANNED], conduct='"calling people to a vote"'))
    with pytest.raises(CheckFailedError, match=r"appeal\.still_stands"):
        in_force(appealed, "p-2")
    assert not appealed.restored(receipt)
    swept(appealed.world, appealed.plan, appealed.operators)
    in_force(appealed, "plan/p-2")
    assert appealed.restored(receipt)


def test_a_plan_that_is_harder_than_what_was_appealed_or_decided_is_refused(appealed: Overturned) -> None:
    appealed.filed(Outcome.CHANGE, **CHANGE)
    appealed.undo_ordered(put_undoing(appealed))
    swept(appealed.world, appealed.plan, appealed.operators)
    close(appealed)
    appealed.another_plan(group("rights_removal", [BANNED], '{ groups = "all", reason = "see your talk page" }'))
    with pytest.raises(CheckFailedError, match=r"appeal\.worse.*decided"):
        in_force(appealed, "p-2")


def test_a_plan_about_somebody_else_or_not_carried_out_puts_nothing_in_force(appealed: Overturned) -> None:
    for name in OTHERS:
        for wiki in (appealed.east, appealed.west):
            wiki.add(name)
    appealed.filed(Outcome.CHANGE, **CHANGE)
    warn = group("warning", [OTHERS[0]], conduct='"calling people to a vote"')
    identity = approved(appealed.world, appealed.people, HEAD.replace('"p-1"', '"p-3"') + warn, appealed.operators)
    with pytest.raises(InputRefusedError, match=r"appeal\.plan.*nothing to this account"):
        in_force(appealed, identity)
    close(appealed)
    warn = group("warning", [BANNED], conduct='"calling people to a vote"')
    identity = approved(appealed.world, appealed.people, HEAD.replace('"p-1"', '"p-4"') + warn, appealed.operators)
    with pytest.raises(CheckFailedError, match=r"appeal\.not_in_force"):
        in_force(appealed, identity)


def put_undoing(appealed: Overturned) -> StreamId:
    """By the page of the appeal, as its reader does it."""
    answer = appealed.people["appeal_reader"].client().post(f"/appeals/{appealed.stream.id}/undo/")
    assert answer.status_code == 302
    (line,) = appealed.world.office.vault.plain_lines("proposal-sweep-undo")
    return StreamId(kind=line.stream.kind, id=line.stream.id)


def close(appealed: Overturned) -> None:
    from holdfast.actions.plans.plan import Aftercare
    from holdfast.workflows.acting.plan import close_plan, fill_aftercare

    office, reader = appealed.world.office, appealed.people["decider"].reader()
    care = Aftercare(recourse_owner="a", interim_cover="b", vote_calendar="c", survey="d")
    fill_aftercare(office, reader, appealed.plan, care)
    close_plan(office, reader, appealed.plan)


def test_a_plan_is_not_closed_while_something_could_not_be_taken_back(appealed: Overturned) -> None:
    appealed.filed(Outcome.OVERTURN, **NOTE)
    appealed.undo_ordered()
    cannot_be_unblocked(appealed.west)
    swept(appealed.world, appealed.plan, appealed.operators)
    with pytest.raises(HoldfastError, match=r"plan\.not_swept"):
        close(appealed)
