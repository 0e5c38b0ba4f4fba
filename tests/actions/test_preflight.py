"""Preflight lists every problem of every target at once, on live wikis, and writes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from holdfast.actions.plans.preflight import Preflight, preflight
from holdfast.actions.steps.kind import Action
from holdfast.actions.steps.ports import INFINITY, WikiHand
from holdfast.canonical import canonical_bytes
from holdfast.ids import WikiName, wiki_name
from holdfast.wiki.client import Patience
from holdfast.wiki.operators import read_operators
from mediawiki.two_wikis import EAST, FIGHTER, TO_BAN, TO_DESYSOP, TO_WARN, WEST, TwoWikis
from mediawiki.write_meddler import Trouble

NOW = datetime(2026, 11, 23, tzinfo=UTC)
BOTH = (wiki_name(EAST), wiki_name(WEST))


def hands(keys: Path) -> Mapping[WikiName, Sequence[WikiHand]]:
    operators = read_operators(keys, patience=Patience(outage=(), busy=()))
    return {wiki: operators.hands_for(wiki) for wiki in operators.wikis}


def action(number: int, kind: str, target: str, wikis: tuple[WikiName, ...] = BOTH, **params: Any) -> Action:
    return Action(id=f"p-1/{number}", kind=kind, target=target, wikis=wikis, params={"reason": "r", **params})


def warning(number: int, target: str) -> Action:
    notice = {"wikis": list(BOTH), "heading": "h", "text": "t", "summary": "s"}
    return Action(id=f"p-1/{number}", kind="warning", target=target, wikis=BOTH, params={"notice": notice})


def sweep() -> list[Action]:
    """The 31 actions of September 2021 on both wikis."""
    bans = [action(1 + place, "global_ban", name) for place, name in enumerate(TO_BAN)]
    desysops = [
        action(101 + place, "rights_removal", name, groups=["sysop", "bureaucrat"])
        for place, name in enumerate(TO_DESYSOP)
    ]
    return [*bans, *desysops, *(warning(201 + place, name) for place, name in enumerate(TO_WARN))]


def codes(found: Preflight) -> set[tuple[str, str, str]]:
    return {(each.code, each.action, each.wiki) for each in found.problems}


def test_a_good_plan_is_clear_and_its_states_are_exact(standing_wikis: TwoWikis) -> None:
    found = preflight(sweep(), hands(standing_wikis.keys), now=NOW)
    assert found.problems == ()
    assert found.already_so == ()
    assert dict(found.steps) == {"rights": 2 * (2 + 12), "block": 14, "message": 24}
    for wiki in standing_wikis.both:
        state = found.states["p-1/101"][wiki_name(wiki.name)]
        assert state == {"user_id": wiki.user_id(TO_DESYSOP[0]), "groups": {"sysop": INFINITY}}
        assert found.states["p-1/1"][wiki_name(wiki.name)]["block"] is None
    assert canonical_bytes(found.to_json())
    again = preflight(sweep(), hands(standing_wikis.keys), now=NOW, planned=found.states)
    assert again.problems == ()
    assert again.states == found.states


def test_every_bad_target_is_listed_at_once(standing_wikis: TwoWikis) -> None:
    east = standing_wikis.east
    east.wiki.act([{"at": "2026-03-01T00:00:00Z", "account": "Old name"}])
    east.by_hand(
        "Admin",
        action="block",
        user="Bystander 02",
        expiry="infinite",
        partial="1",
        pagerestrictions="Main Page",
        allowusertalk="1",
    )
    only = (wiki_name(EAST),)
    found = preflight(
        [
            action(1, "global_ban", "Nobody of this name", only),
            action(2, "global_ban", "Warden", only),
            action(3, "global_ban", "Warden2", only),
            action(4, "rights_removal", "MediaWiki default", only, groups="all"),
            action(5, "rights_removal", FIGHTER, only, groups=["sysop"]),
            action(6, "global_ban", "Banned 02", only, expiry="2020-01-01T00:00:00Z"),
            action(7, "rights_removal", "Sysop 01", only, groups=["sysop"]),
            action(8, "global_ban", "Sysop 01", only),
            action(9, "global_ban", "Bystander 02", only),
            action(10, "rights_restoration", "Sysop 02", only, groups={EAST: {"emperor": INFINITY}}),
            action(11, "rights_removal", "Sysop 03", only, groups=[]),
            action(12, "burning", "Sysop 03", only),
            action(13, "protection", "No such page", only, protection={"edit": ["sysop", INFINITY]}),
            action(14, "rights_removal", "Banned 03", only, groups=["checkuser"]),
            action(15, "global_lock", "Banned 04", only, lock_on=EAST),
            action(16, "global_ban", "Banned 04", (wiki_name("nowiki"),)),
        ],
        hands(standing_wikis.keys),
        now=NOW,
        deciders={FIGHTER},
    )
    assert {(code, each) for code, each, _ in codes(found)} == {
        ("seen.no_account", "p-1/1"),
        ("preflight.operator", "p-1/2"),
        ("preflight.operator", "p-1/3"),
        ("preflight.system_user", "p-1/4"),
        ("preflight.decider", "p-1/5"),
        ("preflight.expiry_past", "p-1/6"),
        ("preflight.twice", "p-1/8"),
        ("kind.partial_block", "p-1/9"),
        ("preflight.operator_not_ready", ""),
        ("kind.params", "p-1/11"),
        ("kind.unknown", "p-1/12"),
        ("kind.no_page", "p-1/13"),
        ("kind.no_central_auth", "p-1/15"),
        ("preflight.no_operator", ""),
    }
    assert "userrights:emperor" in str([each.what for each in found.problems])
    assert ("p-1/14", EAST) in found.already_so
    assert "Nobody of this name" not in str(found.problems)
    assert east.log("rights", FIGHTER) == [("rights", FIGHTER, "Admin")]


def test_what_changed_since_the_plan_is_named_for_each_target(two_wikis: TwoWikis) -> None:
    only = (wiki_name(EAST),)
    actions = [
        replace(each, wikis=only)
        for each in (
            action(1, "global_ban", TO_BAN[0]),
            action(2, "rights_removal", TO_DESYSOP[0], groups=["sysop"]),
            action(3, "rights_removal", TO_DESYSOP[1], groups=["sysop", "suppress"]),
            action(4, "global_ban", TO_BAN[1]),
            action(5, "global_ban", TO_BAN[2]),
            action(6, "rights_removal", TO_DESYSOP[3], groups=["sysop"]),
        )
    ]
    planned = preflight(actions, hands(two_wikis.keys), now=NOW).states
    east = two_wikis.east
    east.by_hand("Admin", action="block", user=TO_BAN[0], expiry="2099-01-01T00:00:00Z", nocreate="1")
    east.by_hand("Admin", action="userrights", user=TO_DESYSOP[0], remove="sysop")
    east.by_hand("Admin", action="userrights", user=TO_DESYSOP[1], add="suppress")
    east.rename(TO_BAN[1], "Renamed account")
    east.rename(TO_BAN[2], "Renamed too")
    east.wiki.act([{"at": "2026-03-01T00:00:00Z", "account": TO_BAN[2]}])
    del planned["p-1/6"]
    found = preflight(actions, hands(two_wikis.keys), now=NOW, planned=planned)
    assert codes(found) == {
        ("preflight.moved", "p-1/1", EAST),
        ("preflight.already_so", "p-1/2", EAST),
        ("preflight.moved", "p-1/3", EAST),
        ("preflight.renamed", "p-1/4", EAST),
        ("preflight.other_account", "p-1/5", EAST),
        ("preflight.not_planned", "p-1/6", EAST),
    }


def test_operators_that_cannot_act_are_problems_and_one_alone_is_too(two_wikis: TwoWikis) -> None:
    two_wikis.east.by_hand(FIGHTER, action="block", user="Warden2", expiry="infinite")
    all_hands = hands(two_wikis.keys)
    given = {wiki: found if wiki == EAST else found[:1] for wiki, found in all_hands.items()}
    found = preflight([action(1, "global_ban", TO_BAN[0])], given, now=NOW)
    assert codes(found) == {
        ("preflight.operator_not_ready", "", EAST),
        ("preflight.one_operator", "", WEST),
    }
    assert "operator 2 is not ready: the operator's account is blocked" in found.problems[1].what


@pytest.mark.parametrize("trouble", [Trouble.DOWN, Trouble.READONLY, Trouble.NONSENSE, Trouble.ERROR])
def test_a_wiki_that_cannot_be_read_is_a_problem_and_the_other_is_read_all_the_same(
    standing_wikis: TwoWikis, trouble: Trouble
) -> None:
    with standing_wikis.meddled() as both:
        both.between[EAST].trouble(trouble, times=1000)
        found = preflight([action(1, "global_ban", TO_BAN[0])], hands(both.keys), now=NOW)
    assert codes(found) == {("preflight.unavailable", "", EAST)}
    assert set(found.states["p-1/1"]) == {WEST}
