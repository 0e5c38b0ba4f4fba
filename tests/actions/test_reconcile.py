"""Any difference between plan, journal, public list, log and wiki is named."""

from pathlib import Path

import pytest

from actions.paper_wiki import PaperWiki
from actions.sweeping import HEAD, NOW, group, made, means, signed, signed_off
from holdfast.accounts.names import AccountName
from holdfast.actions.plans.orders import UndoOrder
from holdfast.actions.plans.plan import Plan, plan_sha256
from holdfast.actions.steps.ports import INFINITY
from holdfast.actions.sweeps.executor import run, run_undo
from holdfast.actions.sweeps.journal import FileJournal
from holdfast.actions.sweeps.reconcile import Difference, Differs, done_counts, observe, reconcile
from holdfast.ids import WikiName

BANNED = [f"Banned {number}" for number in range(1, 8)]
WATCHED = ("Warden", "Warden2")


class Swept:
    """A plan with seven bans, carried out on two paper wikis."""

    def __init__(self, folder: Path) -> None:
        self.wikis = {name: PaperWiki(name) for name in ("eastwiki", "westwiki")}
        for wiki in self.wikis.values():
            for name in (*BANNED, "Eighth"):
                wiki.add(name, "sysop")
        self.hands = {WikiName(name): wiki.hand("Warden") for name, wiki in self.wikis.items()}
        self.plan: Plan = made(HEAD + group("global_ban", BANNED, '{ reason = "r" }'), self.hands)
        self.journal = FileJournal(folder / "j")
        self.operators = {
            name: [lambda wiki=wiki, who=who: wiki.hand(who) for who in WATCHED] for name, wiki in self.wikis.items()
        }
        run(signed("plan", self.plan), means(self.journal, self.operators), sign_offs=signed_off(self.plan))

    def differences(self, **more: object) -> tuple[Difference, ...]:
        found = observe(self.plan, self.hands, since=NOW)
        given = {"public": {"global_ban": BANNED}, "logged": self.logged(7)} | more
        return reconcile(self.plan, self.journal.rows(), found, now=NOW, watched=WATCHED, **given)  # type: ignore[arg-type]

    def logged(self, count: int) -> list[dict[str, object]]:
        return [{"action": "global_ban", "reason": "r", "count": count, "plan": plan_sha256(self.plan)}]


@pytest.fixture
def swept(tmp_path: Path) -> Swept:
    return Swept(tmp_path)


def block(wiki: PaperWiki, by: str, target: str) -> None:
    wiki.hand(by).block(
        AccountName(target),
        expiry=INFINITY,
        reason="",
        no_create=True,
        no_email=True,
        allow_talk=True,
        autoblock=False,
    )


def test_when_all_agrees_nothing_is_said(swept: Swept) -> None:
    assert swept.differences() == ()
    assert done_counts(swept.plan, swept.journal.rows()) == {"global_ban": 7}


@pytest.mark.requirement("D12")
def test_seven_on_the_list_and_an_eighth_blocked_is_one_difference_that_names_it(swept: Swept) -> None:
    """R4."""
    block(swept.wikis["eastwiki"], "Warden2", "Eighth")
    (found,) = swept.differences()
    assert (found.code, found.target, found.wiki) == (Differs.UNPLANNED, "Eighth", "eastwiki")


def test_what_a_local_administrator_does_to_others_is_no_difference(swept: Swept) -> None:
    block(swept.wikis["eastwiki"], "Local admin", "Eighth")
    assert swept.differences() == ()


def test_what_is_changed_back_is_named(swept: Swept) -> None:
    swept.wikis["westwiki"].hand("Friend").unblock(AccountName("Banned 3"), reason="")
    (found,) = swept.differences()
    assert (found.code, found.target, found.wiki) == (Differs.CHANGED, "Banned 3", "westwiki")


def test_a_second_write_on_a_target_is_named(swept: Swept) -> None:
    east = swept.wikis["eastwiki"]
    east.hand("Warden").change_groups(AccountName("Banned 1"), add={"sysop": INFINITY}, remove=[], reason="")
    east.hand("Warden").change_groups(AccountName("Banned 1"), add={}, remove=["sysop"], reason="")
    found = swept.differences()
    assert [(each.code, each.target) for each in found] == [(Differs.TWICE, "Banned 1")] * 2


def test_the_public_list_is_held_against_what_was_done(swept: Swept) -> None:
    found = swept.differences(public={"global_ban": [*BANNED[1:], "Eighth"]})
    assert [(each.code, each.target) for each in found] == [
        (Differs.NOT_LISTED, "Banned 1"),
        (Differs.LISTED_WRONGLY, "Eighth"),
    ]


def test_the_log_is_held_against_what_was_done(swept: Swept) -> None:
    for count in (6, 8):
        (found,) = swept.differences(logged=swept.logged(count))
        assert found.code is Differs.NOT_LOGGED
        assert found.what == f"global_ban: the log counts {count}, the journal 7"
    assert [each.code for each in swept.differences(logged=[])] == [Differs.NOT_LOGGED]


def test_what_is_undone_later_does_not_make_the_log_of_its_day_wrong(swept: Swept) -> None:
    value = UndoOrder(plan=swept.plan.id, plan_sha256=plan_sha256(swept.plan), reason="taken back")
    run_undo(signed("sweep-undo", value), swept.plan, means(swept.journal, swept.operators))
    # an entry of the log does not change: it says what stood when the plan was finished
    assert done_counts(swept.plan, swept.journal.rows()) == {"global_ban": 7}
    assert swept.differences(public=None) == ()
    assert [each.code for each in swept.differences(public=None, logged=[])] == [Differs.NOT_LOGGED]


def test_another_plan_by_the_same_operators_is_known(swept: Swept, tmp_path: Path) -> None:
    text = HEAD.replace('"p-1"', '"p-2"') + group("global_ban", ["Eighth"], '{ reason = "r" }')
    second = made(text, swept.hands)
    journal = FileJournal(tmp_path / "second")
    operators = {
        name: [lambda wiki=wiki, who=who: wiki.hand(who) for who in WATCHED] for name, wiki in swept.wikis.items()
    }
    run(signed("plan", second), means(journal, operators), sign_offs=signed_off(second))
    assert {each.target for each in swept.differences()} == {"Eighth"}
    assert swept.differences(others=[(second, journal.rows())]) == ()
