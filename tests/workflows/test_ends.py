"""An end that a person was told comes true: the clock asks two people on the day, and what was taken is back."""

import re
from typing import Any

import pytest

from actions.sweeping import group
from holdfast.accounts.names import AccountName
from store.offices import OfficeWorld, TestMember
from workflows.office_plans import plan_text
from workflows.paper_office import TARGETS, PaperOperators, approved, swept
from workflows.test_clocks import ticked

BANNED, DESYSOPPED, _ = TARGETS
END = "2026-12-01T00:00:00Z"
DAYS = 91
"""From the office's first day past END; the plan's own time for beginning anything is then long over."""


class Ended:
    """A ban and a removal of rights until December, carried out in September."""

    def __init__(self, world: OfficeWorld) -> None:
        self.world, self.operators = world, PaperOperators()
        self.people: dict[str, TestMember] = {
            role: world.member(role) for role in ("investigator", "decider", "legal")
        }
        self.second = world.member("decider")
        text = plan_text(
            "p-1",
            group("global_ban", [BANNED], '{ reason = "see your talk page" }', expiry=END),
            group("rights_removal", [DESYSOPPED], '{ groups = "all", reason = "see your talk page" }', expiry=END),
        )
        self.plan = approved(world, self.people, text, self.operators)
        swept(world, self.plan, self.operators)

    def groups(self, name: str) -> list[dict[str, str]]:
        return [dict(wiki.accounts[name].groups) for wiki in self.operators.wikis.values()]

    def proposals(self) -> list[Any]:
        from holdfast.workflows.office.propose import proposal_lines

        lines = proposal_lines(self.world.office, self.people["decider"].reader())
        return [line for line in lines if line.kind == "sweep-undo"]

    def alarms(self) -> list[tuple[str, str]]:
        from holdfast.store.office.audit_search import alarm_rows

        return [
            (each.code, each.place) for each in alarm_rows(seen=False, limit=99) if each.code != "kept long enough"
        ]

    def sign(self) -> None:
        from holdfast.facts import StreamId

        (line,) = [each for each in self.proposals() if each.state == "open"]
        stream = StreamId(kind="proposal-sweep-undo", id=line.id)
        self.world.approve(stream, self.people["decider"], self.second)
        self.world.carry_out(stream, self.second)


@pytest.fixture
def ended(office: OfficeWorld) -> Ended:
    return Ended(office)


@pytest.mark.requirement("3.9")
def test_on_the_day_that_a_person_was_told_two_people_give_back_what_no_wiki_gives_back_by_itself(
    ended: Ended,
) -> None:
    from holdfast.actions.sweeps.executor import Ending

    world = ended.world
    assert ended.groups(DESYSOPPED) == ended.groups(BANNED) == [{}, {}]
    world.clock.go_on(days=DAYS - 2)
    assert ticked(world, "ends") == []
    assert ended.proposals() == []

    world.clock.go_on(days=2)
    assert ticked(world, "ends") == ["2 actions whose end has come are to be undone by two people"]
    assert ("clock due", "sweep/p-1") in ended.alarms()
    assert "Undoing a plan" in ended.people["decider"].client().get("/").content.decode()
    # nobody is given anything by a clock
    assert ended.groups(DESYSOPPED) == [{}, {}]

    ended.sign()
    world.clock.go_on(hours=2)
    assert ticked(world, "ends") == [], "what was ordered is not put before people again"
    outcome = swept(world, ended.plan, ended.operators)
    assert (outcome.ending, outcome.held) == (Ending.FINISHED, ())
    assert ended.groups(DESYSOPPED) == ended.groups(BANNED) == [{"sysop": "infinity"}] * 2
    world.clock.go_on(hours=2)
    assert ticked(world, "ends") == []
    assert [each.state for each in ended.proposals()] == ["executed"]


def test_what_nobody_signs_is_put_before_people_again_and_never_twice_at_once(ended: Ended) -> None:
    from holdfast.workflows.acting.ends import propose_ends

    world = ended.world
    world.clock.go_on(days=DAYS)
    assert propose_ends(world.office, world.clock()) == 2
    assert propose_ends(world.office, world.clock()) == 0
    world.clock.go_on(hours=25)
    assert propose_ends(world.office, world.clock()) == 2
    assert sorted(each.state for each in ended.proposals()) == ["expired", "open"]


def test_what_somebody_on_the_wiki_gave_back_already_is_told_and_not_asked_for_again(ended: Ended) -> None:
    from holdfast.actions.sweeps.executor import Ending

    world = ended.world
    for wiki in ended.operators.wikis.values():
        wiki.hand("Bureaucrat").change_groups(
            AccountName(DESYSOPPED), add={"sysop": "infinity"}, remove=[], reason="back"
        )
    world.clock.go_on(days=DAYS)
    ticked(world, "ends")
    ended.sign()
    assert swept(world, ended.plan, ended.operators).ending is Ending.FINISHED
    assert ended.groups(BANNED) == [{"sysop": "infinity"}] * 2
    world.clock.go_on(hours=2)
    assert ticked(world, "ends") == []


def test_the_notice_says_who_is_asked_to_give_back(ended: Ended) -> None:
    for wiki in ended.operators.wikis.values():
        for account, text in wiki.talk:
            assert account in (BANNED, DESYSOPPED)
            assert re.search(r"Ends:.*2026-12-01 00:00 UTC.*on that day two people of the office are asked", text)
