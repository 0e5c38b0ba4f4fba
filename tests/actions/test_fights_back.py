"""An administrator who fights back is met by the order of the steps and by the second operator, on real wikis."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from actions.sweeping import HEAD, group, made, means, signed, signed_off
from holdfast.accounts.names import AccountName
from holdfast.actions.plans.plan import Plan
from holdfast.actions.steps.ports import INFINITY
from holdfast.actions.sweeps.crew import OperatorsLostError
from holdfast.actions.sweeps.executor import Ending, Outcome, run
from holdfast.actions.sweeps.journal import FileJournal, Mark
from holdfast.actions.sweeps.means import Patience
from holdfast.errors import HoldfastError
from holdfast.ids import wiki_name
from holdfast.wiki.address import wiki_address
from holdfast.wiki.client import WikiClient
from holdfast.wiki.hand import ApiHand
from holdfast.wiki.operators import read_operators
from holdfast.wiki.session import Credentials
from mediawiki.two_wikis import EAST, FIGHTER, TwoWikis

QUICK = Patience(busy=(0.0,), busy_longest=0.0, settle=0.0, poll=(0.0,), tries=2, redo=1)
BLOCK: dict[str, Any] = {"no_create": True, "no_email": False, "allow_talk": False, "autoblock": False}
ON_EAST = 'wikis = ["eastwiki"]'


@pytest.fixture
def meddled(two_wikis: TwoWikis) -> Iterator[TwoWikis]:
    with two_wikis.meddled() as both:
        yield both


@pytest.fixture
def fighter(two_wikis: TwoWikis) -> ApiHand:
    """The admin's own login; nothing stands between it and the wiki."""
    login, password = two_wikis.fighter[EAST]
    client = WikiClient(wiki_address(two_wikis.east.api))
    return ApiHand(wiki_name(EAST), client, Credentials(name=login, password=password))


def planned(two: TwoWikis, *more: str) -> Plan:
    """A ban of the fighter on the east wiki, with whatever else is given."""
    ban = group("global_ban", [FIGHTER], '{ reason = "see your talk page" }') + ON_EAST
    operators = read_operators(two.keys)
    hands: Any = {wiki: operators.hands_for(wiki)[0] for wiki in operators.wikis}
    return made(HEAD + "\n".join((ban, *more)), hands)


def sweep(two: TwoWikis, plan: Plan, journal: Path, alarms: list[Any] | None = None) -> Outcome:
    known = read_operators(two.keys)
    operators = {str(wiki): known.openers_for(wiki) for wiki in known.wikis}
    using = replace(means(journal, operators, alarms), patience=QUICK)
    return run(signed("plan", plan), using, sign_offs=signed_off(plan))


def just_before(two: TwoWikis, action: str, act: Callable[[], None]) -> None:
    """Something happens on the wiki in the moment between the operator's request and the wiki."""
    left = [act]

    def stand_in(params: dict[str, str]) -> None:
        if params.get("action") == action and left:
            left.pop()()

    two.between[EAST].stand_in = stand_in


def operators_in_log(two: TwoWikis, kind: str) -> list[str]:
    return [actor for _, _, actor in two.east.log(kind, FIGHTER) if actor.startswith("Warden")]


@pytest.mark.parametrize(("blocker", "blocks"), [("the target", "Warden"), ("an accomplice", "Warden2")])
def test_an_operator_that_is_blocked_in_mid_sweep_is_followed_by_the_second(
    meddled: TwoWikis, fighter: ApiHand, tmp_path: Path, blocker: str, blocks: str
) -> None:
    """MediaWiki lets a blocked account that has `userrights` go on changing groups, and block whoever blocked it; it
    may block nobody else and write nothing."""
    plan = planned(meddled)
    alarms: list[Any] = []

    def tit_for_tat() -> None:
        if blocker == "the target":
            fighter.block(AccountName("Warden"), expiry=INFINITY, reason="tit for tat", **BLOCK)
        else:
            meddled.east.by_hand("Bystander 01", action="block", user="Warden", expiry="infinite")

    just_before(meddled, "userrights", tit_for_tat)
    assert sweep(meddled, plan, tmp_path / "j", alarms).ending is Ending.FINISHED
    assert meddled.east.block_of("Warden") is not None
    assert meddled.east.groups(FIGHTER) == {}
    assert meddled.east.block_of(FIGHTER) is not None
    assert operators_in_log(meddled, "rights") == ["Warden"]
    assert operators_in_log(meddled, "block") == [blocks]
    (message,) = meddled.east.talk(FIGHTER)
    assert "[[User:Warden2|Warden2]]" in message
    assert any("operator" in code for code, _ in alarms)


def test_once_the_rights_are_gone_nothing_that_the_admin_tries_has_an_effect(
    meddled: TwoWikis, fighter: ApiHand, tmp_path: Path
) -> None:
    """Between the removal of rights and the block, and again after the block, the admin tries everything."""
    plan = planned(meddled)
    refused: list[str] = []
    fighter.check_ready(["block"])

    def tries_everything() -> None:
        for attempt in (
            lambda: fighter.change_groups(AccountName(FIGHTER), add={"sysop": INFINITY}, remove=[], reason="mine"),
            lambda: fighter.block(AccountName("Warden"), expiry=INFINITY, reason="x", **BLOCK),
            lambda: fighter.unblock(AccountName(FIGHTER), reason="me"),
            lambda: fighter.change_groups(AccountName("Warden"), add={}, remove=["sysop"], reason="x"),
        ):
            try:
                attempt()
            except HoldfastError as reason:
                refused.append(reason.code)

    just_before(meddled, "block", tries_everything)
    assert sweep(meddled, plan, tmp_path / "j").ending is Ending.FINISHED
    tries_everything()
    # lifting a block that is not there is no error: the first time there was none yet
    assert len(refused) >= 7
    assert meddled.east.groups(FIGHTER) == {}
    assert meddled.east.block_of(FIGHTER) is not None
    assert set(meddled.east.groups("Warden")) == {"sysop", "bureaucrat", "bot"}
    assert meddled.east.block_of("Warden") is None
    assert operators_in_log(meddled, "block") == ["Warden"]


def test_an_admin_who_blocks_both_operators_stops_the_sweep_until_they_are_freed(
    meddled: TwoWikis, fighter: ApiHand, tmp_path: Path
) -> None:
    plan = planned(meddled)

    def both() -> None:
        for operator in ("Warden", "Warden2"):
            fighter.block(AccountName(operator), expiry=INFINITY, reason="tit for tat", **BLOCK)

    just_before(meddled, "userrights", both)
    with pytest.raises(OperatorsLostError, match=r"sweep\.operators_lost"):
        sweep(meddled, plan, tmp_path / "j")
    assert meddled.east.groups(FIGHTER) == {}
    assert meddled.east.talk(FIGHTER) == []
    for operator in ("Warden", "Warden2"):
        meddled.east.by_hand("Admin", action="unblock", user=operator)
    assert sweep(meddled, plan, tmp_path / "j").ending is Ending.FINISHED
    assert meddled.east.groups(FIGHTER) == {}
    assert len(operators_in_log(meddled, "rights")) == len(operators_in_log(meddled, "block")) == 1


@pytest.mark.parametrize(
    ("given", "ending"),
    [
        ("sysop|bureaucrat", Ending.FINISHED),
        ("sysop", Ending.HELD),
        pytest.param("suppress", Ending.HELD, marks=pytest.mark.long),
    ],
)
def test_a_friend_who_gives_rights_back_is_met_once_more_or_people_decide(
    meddled: TwoWikis, tmp_path: Path, given: str, ending: Ending
) -> None:
    """What was there before is taken again; what was never there is a wiki that has moved."""
    plan = planned(meddled)
    alarms: list[Any] = []
    left = [given]

    def again(params: dict[str, str]) -> None:
        """When the operator has blocked the fighter, a friend gives rights back."""
        if params.get("action") == "edit" and left:
            meddled.east.by_hand("Admin", action="userrights", user=FIGHTER, add=left.pop(), reason="friend")

    meddled.between[EAST].stand_in = again
    assert sweep(meddled, plan, tmp_path / "j", alarms).ending is ending
    assert Mark.REOPENED in [row.mark for row in FileJournal(tmp_path / "j").rows()]
    assert "sweep.changed_back" in [code for code, _ in alarms]
    if ending is Ending.FINISHED:
        assert meddled.east.groups(FIGHTER) == {}
        assert operators_in_log(meddled, "rights") == ["Warden", "Warden"]
    else:
        assert set(meddled.east.groups(FIGHTER)) == set(given.split("|"))


def test_an_operator_whose_rights_are_taken_is_lost_and_the_second_goes_on(
    meddled: TwoWikis, fighter: ApiHand, tmp_path: Path
) -> None:
    plan = planned(meddled)
    just_before(
        meddled,
        "userrights",
        lambda: fighter.change_groups(
            AccountName("Warden"), add={}, remove=["sysop", "bureaucrat"], reason="not so fast"
        ),
    )
    assert sweep(meddled, plan, tmp_path / "j").ending is Ending.FINISHED
    assert meddled.east.groups(FIGHTER) == {}
    assert operators_in_log(meddled, "rights") == ["Warden2"]
