"""What every kind of action must obey, on a real wiki. A new kind is tested here once it has an example."""

import copy
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.actions.steps.kind import Action, TargetType, all_kinds, kind_of, look_at_targets
from holdfast.actions.steps.ports import INFINITY, WikiHand
from holdfast.actions.steps.step import Step, is_done, look_at, matches_before, perform, undo
from holdfast.errors import InputRefusedError
from holdfast.ids import wiki_name
from holdfast.wiki.address import wiki_address
from holdfast.wiki.client import WikiClient
from holdfast.wiki.hand import ApiHand
from holdfast.wiki.session import Credentials
from laws.kind_examples import EXAMPLES
from mediawiki.central_auth import RecordedCentralAuth
from mediawiki.two_wikis import EAST, TwoWikis
from mediawiki.write_meddler import write_meddling

NOW = datetime(2026, 11, 23, tzinfo=UTC)
WIKI = wiki_name(EAST)
each_kind = pytest.mark.parametrize("name", sorted(all_kinds()))


def make_action(name: str, target: str = "Somebody", number: int = 1) -> Action:
    return Action(
        id=f"p-law/{number}", kind=name, target=target, wikis=(WIKI,), params=copy.deepcopy(EXAMPLES[name].params)
    )


@pytest.fixture(scope="module")
def hand(standing_wikis: TwoWikis) -> Iterator[WikiHand]:
    """A hand on the real wiki, with recorded answers where CentralAuth would answer."""
    login, password = standing_wikis.operators[EAST][0]
    with write_meddling(standing_wikis.east.address) as between:
        between.stand_in = RecordedCentralAuth()
        client = WikiClient(wiki_address(f"{between.address}/api.php"))
        yield ApiHand(WIKI, client, Credentials(name=login, password=password))


@pytest.fixture
def action(name: str, standing_wikis: TwoWikis, request: pytest.FixtureRequest) -> Action:
    """The kind's example, with a target that is this test's own."""
    target = f"Law {name.replace('_', ' ')} {request.node.originalname[5:25].replace('_', ' ').strip()}"
    example, at, wiki = EXAMPLES[name], "2026-02-01T00:00:00Z", standing_wikis.east.wiki
    if all_kinds()[name].target is TargetType.PAGE:
        call = {"action": "edit", "title": target, "text": "A page."}
        wiki.act([{"at": at, "as": "Admin", "call": call}])
    else:
        events: list[dict[str, Any]] = [{"at": at, "account": target}]
        given = {"action": "userrights", "user": target, "add": example.groups}
        wiki.act([*events, *([{"at": at, "as": "Admin", "call": given}] if example.groups else [])])
    return make_action(name, target, number=abs(hash(target)) % 9999)


def carry_out(steps: tuple[Step, ...], hand: WikiHand) -> int:
    """As an executor does it; answers how many writes there were."""
    written = 0
    for step in steps:
        if is_done(step, look_at(hand, [step]), now=NOW):
            continue
        assert matches_before(step, look_at(hand, [step]), now=NOW), step.id
        perform(step, hand, now=NOW)
        written += 1
        assert is_done(step, look_at(hand, [step]), now=NOW), step.id
        assert not matches_before(step, look_at(hand, [step]), now=NOW), step.id
    return written


@each_kind
def test_there_is_an_example_and_a_target_can_read_what_it_does(name: str) -> None:
    kind = all_kinds()[name]
    assert kind.name == name
    assert kind.title.endswith(".")
    kind.check(make_action(name))


@each_kind
def test_parameters_that_it_does_not_know_are_refused(name: str) -> None:
    kind, good = all_kinds()[name], make_action(name)
    for field in good.params:
        for wrong in (None, 7, "", [], {}, "two\nlines", {"x": 1}, "x" * 2000):
            with pytest.raises(InputRefusedError, match=r"kind\."):
                kind.check(Action.from_json(good.to_json() | {"params": {**good.params, field: wrong}}))
    for change in (
        {"params": {**good.params, "hide": True}},
        {"wikis": []},
        {"wikis": [EAST, EAST]},
        {"target": " "},
    ):
        with pytest.raises(InputRefusedError, match=r"kind\."):
            kind.check(Action.from_json(good.to_json() | change))


@each_kind
def test_planning_is_pure_and_survives_being_stored(name: str, hand: WikiHand, action: Action) -> None:
    kind = kind_of(action)
    before = kind.read(look_at_targets(hand, [action]), action)
    stored, again = json.loads(json.dumps(before)), Action.from_json(json.loads(json.dumps(action.to_json())))
    steps = kind.steps(before, action, WIKI)
    assert before == stored
    assert action.params == EXAMPLES[name].params
    assert kind.steps(stored, again, WIKI) == steps
    assert kind.after(stored, again, WIKI) == kind.after(before, action, WIKI)
    assert [Step.from_json(json.loads(json.dumps(step.to_json()))) for step in steps] == list(steps)
    assert [step.phase for step in steps] == sorted(step.phase for step in steps)
    assert len({step.id for step in steps}) == len(steps) > 0
    hand.check_ready({need for step in steps for need in step.needs} - {"centralauth-lock"})


@each_kind
def test_it_leads_to_the_state_after_once_and_undo_leads_back(name: str, hand: WikiHand, action: Action) -> None:
    kind = kind_of(action)
    before = kind.read(look_at_targets(hand, [action]), action)
    steps = kind.steps(before, action, WIKI)
    assert carry_out(steps, hand) == len(steps)
    after = kind.read(look_at_targets(hand, [action]), action)
    assert after == kind.after(before, action, WIKI)
    assert carry_out(steps, hand) == 0
    back = tuple(each for step in reversed(steps) for each in undo(step, reason="Overturned"))
    assert carry_out(back, hand) == len(back)
    assert carry_out(back, hand) == 0
    if name not in ("warning", "telling"):  # what was said stays said; the withdrawal stands below it
        assert kind.read(look_at_targets(hand, [action]), action) == before


@each_kind
def test_it_refuses_when_the_wiki_has_moved(
    name: str, hand: WikiHand, action: Action, standing_wikis: TwoWikis
) -> None:
    kind = kind_of(action)
    (step, *_) = kind.steps(kind.read(look_at_targets(hand, [action]), action), action, WIKI)
    call = EXAMPLES[name].moves(action.target)
    if call:
        standing_wikis.east.by_hand("Admin", **call)
    else:
        step = Step.from_json(step.to_json() | {"user_id": 1})  # another account has the name now
    seen = look_at(hand, [step])
    assert not matches_before(step, seen, now=NOW)
    assert not is_done(step, seen, now=NOW)


@each_kind
def test_a_target_that_the_wiki_does_not_know_is_refused(name: str, hand: WikiHand) -> None:
    absent = make_action(name, "Nobody of this name")
    with pytest.raises(InputRefusedError, match=r"seen\.no_account|kind\.no_page"):
        kind_of(absent).read(look_at_targets(hand, [absent]), absent)


ENDS = st.sampled_from([INFINITY, "2099-01-01T00:00:00Z", "2031-05-05T00:00:00Z"])
GROUPS = st.dictionaries(
    st.sampled_from(["sysop", "checkuser", "suppress", "interface-admin", "bot"]), ENDS, max_size=5
)
BLOCKS = st.none() | st.fixed_dictionaries(
    {"expiry": ENDS, "partial": st.just(False)}
    | {flag: st.booleans() for flag in ("no_create", "no_email", "allow_talk", "autoblock")}
)
PROTECTIONS = st.dictionaries(
    st.sampled_from(["edit", "move"]), ENDS.map(lambda end: ["autoconfirmed", end]), max_size=2
)
BEFORE = st.fixed_dictionaries(
    {"groups": GROUPS, "block": BLOCKS, "protection": PROTECTIONS, "locked": st.booleans()}
    | {"message": st.booleans(), "user_id": st.integers(1, 9)}
)


@each_kind
@given(whole=BEFORE)
def test_the_steps_join_before_and_after_whatever_there_was(name: str, whole: dict[str, Any]) -> None:
    kind, example = all_kinds()[name], make_action(name)
    steps = kind.steps(whole, example, WIKI)
    after = kind.after(whole, example, WIKI)
    parts = {"rights": "groups", "block": "block", "protect": "protection", "lock": "locked"}
    for step in steps:
        if step.name in parts:
            assert step.intent["from"] == whole[parts[step.name]] != step.intent["to"]
            assert step.intent["to"] == after[parts[step.name]]
            (back,) = undo(step, reason="r")
            assert (back.intent["from"], back.intent["to"]) == (step.intent["to"], step.intent["from"])
    changed = {step.name for step in steps}
    assert all(step in changed for step, part in parts.items() if part in after and after[part] != whole[part])
    assert kind.after(after, example, WIKI) == after
