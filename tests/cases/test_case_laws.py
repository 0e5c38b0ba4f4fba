"""Laws: the fold is a function of its facts, independent facts may come in any order, and no row skips a need."""

import json
from contextlib import suppress
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cases.case_story import DECIDER, START, Told, decided
from holdfast.cases._kind import GATHERS, Stage
from holdfast.cases.case import KINDS, Case, append, fold
from holdfast.errors import HoldfastError
from holdfast.facts import Fact

_DECIDED = decided().facts


def _told_apart() -> list[list[Fact]]:
    """Rows of facts, each about things of its own, after one beginning."""
    rows = []
    for row in range(5):
        told = Told()
        name = f"r{row}"
        if row == 0:
            told.tell("task added", id=f"{name}-t", text="x")
            told.tell("task done", id=f"{name}-t", how="y")
        if row in (1, 2):
            told.source(f"{name}-s")
            told.person(f"{name}-p")
            told.evidence(f"{name}-e", f"{name}-s", about=[f"{name}-p"])
        if row == 3:
            told.standard()
            told.tell("hypothesis put", id=f"{name}-h", text="x", innocent=True)
        if row == 4:
            told.tell("note written", by=DECIDER, id=f"{name}-n", text="x")
            told.tell("note revised", id=f"{name}-n", text="y", why="z")
        rows.append(told.facts[1:])
    return rows


ROWS = _told_apart()


@st.composite
def interleaved(draw: st.DrawFn) -> list[Fact]:
    turns = draw(st.permutations([place for place, row in enumerate(ROWS) for _ in row]))
    left = [iter(row) for row in ROWS]
    return [next(left[turn]) for turn in turns]


@given(interleaved())
def test_independent_facts_give_the_same_case_in_any_order(order: list[Fact]) -> None:
    begun = Told().facts
    assert fold([*begun, *order]) == fold([*begun, *(fact for row in ROWS for fact in row)])


def test_the_same_facts_give_the_same_case_after_a_journey_through_json() -> None:
    again = [
        Fact(type=each.type, at=each.at, by=each.by, body=json.loads(json.dumps(dict(each.body))))
        for each in _DECIDED
    ]
    assert fold(again) == fold(_DECIDED)


def _tried(facts: list[Fact]) -> tuple[Case, list[Fact]]:
    case, taken = append(None, _DECIDED[0]), [_DECIDED[0]]
    for fact in facts:
        try:
            case = append(case, fact)
        except HoldfastError:
            continue
        taken.append(fact)
    return case, taken


def _needs_hold(taken: list[Fact]) -> bool:
    """What a decision to act needs, read off the row of facts alone, by other code than the fold's."""
    types = [each.type for each in taken]
    last = len(types) - 1 - types[::-1].index("decided")
    before = taken[:last]
    decision = taken[last]

    def bodies(of_type: str) -> list[Any]:
        return [each.body for each in before if each.type == of_type]

    opened = types.index("scores opened")
    shown = max(place for place, each in enumerate(before) if each.type == "exculpatory shown")
    checked = {body["id"] for body in bodies("evidence checked") if body["holds"]}
    conduct = [body for body in bodies("evidence taken") if body["kind"] == "conduct" and body["id"] in checked]
    rated = {(body["hypothesis"], body["item"]) for body in bodies("evidence rated")}
    return all(
        (
            types.index("taken up") < last,
            types.index("standard set") < opened < last,
            shown > types.index("exculpatory searched"),
            taken[shown].by == decision.by,
            decision.by not in {each.by for each in before if GATHERS in KINDS[each.type].marks},
            len(conduct) >= 1,
            len({body["source"] for body in bodies("evidence taken") if body["id"] in checked}) >= 2,
            {body["innocent"] for body in bodies("hypothesis put")} == {True, False},
            {(h, e) for h in ("guilty", "meetup") for e in checked} <= rated,
            {"heard", "counsel-offered"} <= {body["duty"] for body in bodies("duty done")},
        )
    )


@given(st.permutations(_DECIDED[1:]))
def test_no_order_of_facts_reaches_a_decision_without_its_needs(order: list[Fact]) -> None:
    case, taken = _tried([*order, *order])
    assert (case.stage is Stage.DECIDED) == ("decided" in {each.type for each in taken})
    if case.stage is Stage.DECIDED:
        assert _needs_hold(taken)


@given(st.sets(st.integers(1, len(_DECIDED) - 2), min_size=1, max_size=3))
def test_a_decision_is_refused_when_any_of_its_needs_is_left_out(left_out: set[int]) -> None:
    spared = {"hardship-asked"}  # owed before the closing only
    kept = [each for place, each in enumerate(_DECIDED) if place not in left_out]
    gone = [_DECIDED[place] for place in left_out]
    case, _taken = _tried(kept[1:])
    if all(each.body.get("duty") in spared for each in gone):
        assert case.stage is Stage.DECIDED
    else:
        assert case.stage is not Stage.DECIDED


def test_the_whole_row_is_decided() -> None:
    case, taken = _tried(_DECIDED[1:])
    assert case.stage is Stage.DECIDED
    assert _needs_hold(taken)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)
_NAMES = [
    "id",
    "text",
    "why",
    "account",
    "roles",
    "source",
    "outcome",
    "grounds",
    "severity",
    "member",
    "approved_by",
]


@given(
    st.sampled_from([*sorted(KINDS), "other"]),
    st.dictionaries(st.sampled_from(_NAMES), _JSON, max_size=6),
    st.sampled_from(_DECIDED),
)
def test_a_fact_of_any_form_is_taken_or_refused_and_nothing_else(
    of_type: str, body: dict[str, Any], until: Fact
) -> None:
    case = fold(_DECIDED[: _DECIDED.index(until) + 1])
    with suppress(HoldfastError):
        append(case, Fact(type=of_type, at=START, by=DECIDER, body=body))
