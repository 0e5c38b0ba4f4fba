"""What was withheld from a person until a day is told: the clock drafts the plan, two people sign it, once."""

from html import unescape
from typing import Any

import pytest

from actions.sweeping import HEAD, group
from store.offices import OfficeWorld, TestMember
from workflows.paper_office import TARGETS, PaperOperators, approved, swept, tried
from workflows.test_clocks import ticked

BANNED, WARNED, _ = TARGETS
WITHHELD = """
withheld = [
  { field = "rule", reason_code = "safety", author = "legal", until = 2026-12-01 },
  { field = "period", reason_code = "safety", author = "legal", until = 2027-06-01 },
]
"""
TOLD = "p-1-told-20261201"


class Withheld:
    """A ban and a warning whose rule is withheld until December and whose period until June."""

    def __init__(self, world: OfficeWorld) -> None:
        self.world, self.operators = world, PaperOperators()
        self.people: dict[str, TestMember] = {
            role: world.member(role) for role in ("investigator", "decider", "legal")
        }
        self.second = world.member("decider")
        text = HEAD.replace("[every_action]", f"[every_action]{WITHHELD}") + "".join(
            (
                group("global_ban", [BANNED], '{ reason = "see your talk page" }'),
                group("warning", [WARNED], conduct='"calling people to a vote"', wikis='["eastwiki"]'),
            )
        )
        approved(world, self.people, text, self.operators)
        swept(world, "p-1", self.operators)

    def talk(self, name: str) -> list[list[str]]:
        return [[unescape(text) for to, text in wiki.talk if to == name] for wiki in self.operators.wikis.values()]

    def alarms(self) -> list[tuple[str, str]]:
        from holdfast.store.office.audit_search import alarm_rows

        return [(each.code, each.place) for each in alarm_rows(seen=False, limit=99)]

    def carried_out(self, identity: str) -> Any:
        """Tried, signed by two and swept, as any other plan."""
        from holdfast.workflows.acting.plan import propose_plan

        investigator = self.people["investigator"]
        tried(self.world, investigator, identity, self.operators)
        proposal = propose_plan(self.world.office, investigator.reader(), identity)
        self.world.approve(proposal, self.people["decider"], self.second)
        self.world.carry_out(proposal, self.second)
        return swept(self.world, identity, self.operators)


@pytest.fixture
def withheld(office: OfficeWorld) -> Withheld:
    return Withheld(office)


@pytest.mark.requirement("D1")
def test_on_its_day_what_was_withheld_is_told_by_a_plan_that_two_people_sign(withheld: Withheld) -> None:
    from holdfast.actions.sweeps.executor import Ending

    world = withheld.world
    assert all("Terms of Use" not in text for pages in withheld.talk(BANNED) for text in pages)
    world.clock.go_on(days=90)
    assert ticked(world, "told_later") == []
    world.clock.go_on(days=1)
    assert ticked(world, "told_later") == [f"{TOLD} drafted: what was withheld is to be told"]
    assert ("clock due", f"plan/{TOLD}") in withheld.alarms()
    assert TOLD in withheld.people["investigator"].client().get("/plans/").content.decode()
    assert "Plans that a clock has drafted" in withheld.people["investigator"].client().get("/").content.decode()
    world.clock.go_on(hours=2)
    assert ticked(world, "told_later") == [], "drafted once"

    assert withheld.carried_out(TOLD).ending is Ending.FINISHED
    for before, told in withheld.talk(BANNED):
        assert "Terms of Use, section 4" in told
        assert "Your account is banned from all projects listed here" in told
        assert "2025-01-01" not in before + told, "what is withheld for longer stays withheld"
    assert [len(each) for each in withheld.talk(WARNED)] == [2, 0], "where the notice was left, and nowhere else"
    world.clock.go_on(hours=2)
    assert ticked(world, "told_later") == []

    world.clock.go_on(days=183)
    assert ticked(world, "told_later") == ["p-1-told-20270601 drafted: what was withheld is to be told"]
    assert withheld.carried_out("p-1-told-20270601").ending is Ending.FINISHED
    for *_, told in withheld.talk(BANNED):
        assert "2025-01-01" in told


def test_a_draft_that_one_person_gives_up_is_drafted_again(withheld: Withheld) -> None:
    from holdfast.workflows.acting.plan import give_up

    world = withheld.world
    world.clock.go_on(days=91)
    ticked(world, "told_later")
    give_up(world.office, withheld.people["investigator"].reader(), TOLD, "rather not")
    world.clock.go_on(hours=2)
    assert ticked(world, "told_later") == [f"{TOLD}-2 drafted: what was withheld is to be told"]


def test_a_person_who_was_never_told_anything_is_not_told_the_rest(office: OfficeWorld) -> None:
    from holdfast.access.rules.console_rules import Because
    from holdfast.store.office.vault import Reader
    from holdfast.workflows.acting.plan import draft_plan

    text = HEAD.replace("[every_action]", f"[every_action]{WITHHELD}") + group(
        "global_ban", [BANNED], '{ reason = "r" }'
    )
    draft_plan(office.office, Reader.of_the_office(Because.BOOKS), text)
    office.clock.go_on(days=400)
    assert ticked(office, "told_later") == []
