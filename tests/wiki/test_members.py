"""Who holds what is read from the live wiki, whole, and a group that is not there is refused."""

from datetime import date

import pytest

from holdfast.access.register.import_groups import read_groups
from holdfast.actions.plans.collateral import collateral
from holdfast.actions.plans.preflight import preflight
from holdfast.actions.steps.kind import Action
from holdfast.actions.steps.ports import INFINITY
from holdfast.clock import parse_at
from holdfast.errors import InputRefusedError
from holdfast.ids import wiki_name
from holdfast.wiki.hand import ApiHand
from holdfast.wiki.members import fetch_groups, group_members, wiki_facts
from holdfast.wiki.operators import read_operators
from mediawiki.two_wikis import CHECKUSERS, EAST, OVERSIGHTERS, TEMPORARY_END, TO_DESYSOP, TwoWikis


@pytest.fixture
def hand(two_wikis: TwoWikis) -> ApiHand:
    return read_operators(two_wikis.keys).hands_for(wiki_name(EAST))[0]


def test_members_of_groups_are_listed_with_their_numbers_and_ends(hand: ApiHand, two_wikis: TwoWikis) -> None:
    members = group_members(hand, ["suppress", "checkuser", "interface-admin"])
    named = {(each.group, each.account): each for each in members}
    assert {account for group, account in named if group == "checkuser"} == set(CHECKUSERS)
    assert {account for group, account in named if group == "suppress"} == set(OVERSIGHTERS)
    temporary = named["interface-admin", TO_DESYSOP[2]]
    assert (temporary.expiry, temporary.user_id) == (TEMPORARY_END, two_wikis.east.user_id(TO_DESYSOP[2]))
    assert named["checkuser", CHECKUSERS[0]].expiry == INFINITY
    assert list(members) == sorted(members, key=lambda each: (each.group, each.account))


def test_the_register_reads_what_the_live_wiki_answers(hand: ApiHand) -> None:
    answers = fetch_groups(hand, ["checkuser", "suppress"])
    entries = read_groups(answers, wiki=wiki_name(EAST), place="eastwiki", now=parse_at("2026-11-23T00:00:00Z"))
    found = {(entry.account, entry.grant.right) for entry in entries if entry.grant is not None}
    assert {account for account, right in found if right == "checkuser"} == set(CHECKUSERS)
    assert {account for account, _ in found} == {*CHECKUSERS, *OVERSIGHTERS}


def test_a_group_that_the_wiki_does_not_know_is_refused(hand: ApiHand) -> None:
    with pytest.raises(InputRefusedError, match=r"wiki\.no_group.*emperor"):
        group_members(hand, ["checkuser", "emperor"])


def test_the_collateral_report_is_made_from_a_live_wiki(hand: ApiHand, two_wikis: TwoWikis) -> None:
    wiki = wiki_name(EAST)
    for by, times in ((TO_DESYSOP[0], 3), ("Bystander 01", 1)):
        for number in range(times):
            two_wikis.east.by_hand(
                by, action="protect", title="Main Page", protections="edit=sysop", reason=str(number)
            )
            two_wikis.east.by_hand(
                by, action="protect", title="Main Page", protections="edit=all", reason=str(number)
            )
    facts = {wiki: wiki_facts(hand, language="en", groups=["sysop", "checkuser"], since="2026-06-01T00:00:00Z")}
    assert dict(facts[wiki].work) == {TO_DESYSOP[0]: 6, "Bystander 01": 2}
    actions = [
        Action(id=f"p-1/{number}", kind="rights_removal", target=name, wikis=(wiki,), params=params)
        for number, (name, params) in enumerate(
            [
                (TO_DESYSOP[0], {"groups": ["sysop"], "reason": "r"}),
                (CHECKUSERS[0], {"groups": ["checkuser"], "reason": "r"}),
                (CHECKUSERS[1], {"groups": ["checkuser"], "reason": "r"}),
            ]
        )
    ]
    found = preflight(actions, {wiki: [hand]}, now=parse_at("2026-11-23T00:00:00Z"))
    report = collateral(actions, found.states, facts, period=(date(2026, 6, 1), date(2026, 11, 23)))
    (loss,) = report.wikis
    assert (loss.administrators_lost, loss.work_share_lost) == (1, 0.75)
    assert loss.left_below_two == (("checkuser", 3, 1),)
