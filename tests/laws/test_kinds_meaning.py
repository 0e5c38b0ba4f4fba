"""What a kind of action says of itself is what it does, on a wiki on paper whatever there was before."""

import copy
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.paper_wiki import PaperWiki
from actions.sweeping import HEAD, group
from holdfast.accounts.names import AccountName
from holdfast.actions.plans.file import parse_plan
from holdfast.actions.plans.plan import PlannedAction
from holdfast.actions.plans.telling import notice_kind, notice_of
from holdfast.actions.steps.kind import Action, Purpose, TargetType, all_kinds, kind_of, look_at_targets
from holdfast.actions.steps.ports import INFINITY, BlockState, WikiHand
from holdfast.actions.steps.step import Step, is_done, look_at, matches_before, perform, undo
from holdfast.ids import wiki_name
from holdfast.notices.kinds import FIELDS
from laws.kind_examples import EXAMPLES
from mediawiki.two_wikis import EAST

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SOON, LATE = "2031-05-05T00:00:00Z", "2099-01-01T00:00:00Z"
TARGET, OTHER = AccountName("Somebody"), AccountName("Somebody else")
each_kind = pytest.mark.parametrize("name", sorted(all_kinds()))
ENDS = st.sampled_from([INFINITY, SOON, LATE])
GROUPS = st.dictionaries(st.sampled_from(["sysop", "checkuser", "suppress", "bot"]), ENDS)
FLAGS = {flag: st.booleans() for flag in ("no_create", "no_email", "allow_talk", "autoblock")}
BLOCKS = st.none() | st.builds(BlockState, id=st.just(0), expiry=ENDS, **FLAGS)
PROTECTIONS = st.dictionaries(st.sampled_from(["edit", "move"]), st.tuples(st.just("autoconfirmed"), ENDS))


@st.composite
def wikis(draw: st.DrawFn) -> PaperWiki:
    """A wiki with the target and somebody else, of the same name as an account and as a page."""
    wiki = PaperWiki(EAST)
    for name in (TARGET, OTHER):
        wiki.add(name)
        wiki.accounts[name] = replace(
            wiki.accounts[name], groups=draw(GROUPS), block=draw(BLOCKS), locked=draw(st.booleans())
        )
        wiki.protections[name] = draw(PROTECTIONS)
    return wiki


def state(wiki: PaperWiki) -> dict[str, Any]:
    """All that the wiki holds but its log, its talk pages, and a block's number and author."""
    accounts = {
        name: replace(each, block=each.block and replace(each.block, id=0, by=""))
        for name, each in wiki.accounts.items()
    }
    return copy.deepcopy({"accounts": accounts, "protections": wiki.protections})


def make_action(name: str) -> Action:
    params = copy.deepcopy(EXAMPLES[name].params)
    return Action(id="p-law/1", kind=name, target=TARGET, wikis=(wiki_name(EAST),), params=params)


def steps_now(action: Action, hand: WikiHand) -> tuple[Step, ...]:
    kind = kind_of(action)
    return kind.steps(kind.read(look_at_targets(hand, [action]), action), action, wiki_name(EAST))


def carry_out(steps: tuple[Step, ...], hand: WikiHand) -> None:
    for step in steps:
        if not is_done(step, look_at(hand, [step]), now=NOW):
            assert matches_before(step, look_at(hand, [step]), now=NOW), step.id
            perform(step, hand, now=NOW)


@each_kind
@given(wiki=wikis())
def test_undone_it_leaves_the_whole_wiki_as_it_was(name: str, wiki: PaperWiki) -> None:
    hand, before = wiki.hand("Op"), state(wiki)
    steps = steps_now(make_action(name), hand)
    carry_out(steps, hand)
    assert (state(wiki) != before) == any(step.name != "message" for step in steps)
    carry_out(tuple(each for step in reversed(steps) for each in undo(step, reason="Overturned")), hand)
    assert state(wiki) == before


@each_kind
@given(wiki=wikis())
def test_done_twice_it_writes_nothing_the_second_time_and_is_planned_again_as_nothing(
    name: str, wiki: PaperWiki
) -> None:
    hand, action = wiki.hand("Op"), make_action(name)
    steps = steps_now(action, hand)
    carry_out(steps, hand)
    done, written, said = state(wiki), len(wiki.log), len(wiki.talk)
    carry_out(steps, hand)
    assert (state(wiki), len(wiki.log), len(wiki.talk)) == (done, written, said)
    assert [step.name for step in steps_now(action, hand) if step.name != "message"] == []


@each_kind
@given(wiki=wikis())
def test_nobody_but_its_target_is_touched(name: str, wiki: PaperWiki) -> None:
    hand, before = wiki.hand("Op"), state(wiki)
    carry_out(steps_now(make_action(name), hand), hand)
    after = state(wiki)
    assert after["accounts"][OTHER] == before["accounts"][OTHER]
    assert after["protections"][OTHER] == before["protections"][OTHER]
    untouched = "protections" if all_kinds()[name].target is TargetType.ACCOUNT else "accounts"
    assert after[untouched] == before[untouched]
    assert {to for to, _ in wiki.talk} <= {TARGET}


def takes_from(before: Any, after: Any) -> bool:
    """Whether an account has less than before: a group or a part of its time, or the freedom to act."""
    lost = any(
        group not in after.groups or (after.groups[group] != INFINITY and after.groups[group] < end)
        for group, end in before.groups.items()
    )
    return lost or (after.block != before.block) or (after.locked and not before.locked)


@each_kind
@given(wiki=wikis())
def test_what_takes_nothing_by_its_severity_takes_nothing_from_anybody(name: str, wiki: PaperWiki) -> None:
    kind, hand, before = all_kinds()[name], wiki.hand("Op"), state(wiki)
    carry_out(steps_now(make_action(name), hand), hand)
    after = state(wiki)
    if not kind.severe:
        assert not takes_from(before["accounts"][TARGET], after["accounts"][TARGET])
    if not kind.takes_target:
        assert after == before


@each_kind
def test_what_has_a_severe_name_takes_something(name: str) -> None:
    kind, wiki = all_kinds()[name], PaperWiki(EAST)
    wiki.add(TARGET, "sysop", "suppress")
    wiki.accounts[TARGET] = replace(wiki.accounts[TARGET], locked=False)
    wiki.protections[TARGET] = {}
    hand, before = wiki.hand("Op"), state(wiki)
    carry_out(steps_now(make_action(name), hand), hand)
    assert takes_from(before["accounts"][TARGET], state(wiki)["accounts"][TARGET]) == kind.severe


def planned(action: Action, wiki: PaperWiki, language: str) -> PlannedAction:
    """The action as a plan on a decision holds it once the wiki was read."""
    text = HEAD + group("warning", [TARGET], conduct='"calling people to a vote"')
    draft = parse_plan(text.encode(), "plan.toml")[0].actions[0]
    before = kind_of(action).read(look_at_targets(wiki.hand("Op"), [action]), action)
    return replace(draft, action=action, language=language, notice_on=action.wikis, before={wiki_name(EAST): before})


@each_kind
@pytest.mark.parametrize("language", ["en", "fa"])
def test_its_notice_names_the_account_the_wikis_and_the_groups(name: str, language: str) -> None:
    kind, wiki = all_kinds()[name], PaperWiki(EAST)
    wiki.add(TARGET, "sysop", "suppress")
    wiki.accounts[TARGET] = replace(wiki.accounts[TARGET], locked=False)
    wiki.protections[TARGET] = {}
    each = planned(make_action(name), wiki, language)
    notice = notice_of(each, appeal_link=lambda action: f"https://office.example/{action}")
    assert (notice is None) == (kind.target is TargetType.PAGE)
    if notice is None:
        return
    words = notice["text"]
    assert TARGET in words
    assert EAST in words
    if "groups" in FIELDS[kind.notice].required:
        touched = {*each.before[wiki_name(EAST)]["groups"], *each.after()[wiki_name(EAST)]["groups"]}
        assert touched
        assert [group for group in sorted(touched) if group not in words] == []
    told = {notice_kind(replace(each, at_own_request=asked)) for asked in (False, bool(kind.notice_on_request))}
    assert len(told) == (2 if kind.notice_on_request else 1)


@each_kind
def test_a_plan_without_fault_holds_no_more_than_a_removal_and_one_that_gives_back_takes_nothing(name: str) -> None:
    kind = all_kinds()[name]
    assert Purpose.RESTORATION not in kind.purposes or kind.severity is None
    assert Purpose.PROTECTIVE not in kind.purposes or kind.severity == "rights_removal"
    assert kind.notice_on_request is None or kind.severity == "rights_removal"
