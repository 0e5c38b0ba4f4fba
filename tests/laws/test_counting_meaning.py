"""Counting methods elect whom they should: each promise is tried, and wrong methods are found out."""

from typing import Any

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from holdfast.elections.contest import Contest, MarkKind
from holdfast.elections.counting._method import Choice, Figure, Method, Promise, State
from holdfast.elections.counts import figure_lines, figures_of, methods
from holdfast.errors import UsageError
from holdfast.report.page import DataTable
from holdfast.report.pages.count import count_page
from laws.counting_laws import LAWS, counted, made, neutral, ranked, whole_contests

METHODS = methods()
CASES = [(METHODS[name], kind) for name in METHODS for kind in sorted(METHODS[name].kinds)]
each_method = pytest.mark.parametrize(("method", "kind"), CASES, ids=[f"{m.name}-{k}" for m, k in CASES])
RANK = MarkKind.RANK


def borda(*, fewest: bool) -> Method:
    """Points by place: the most win, or, wrongly, the fewest."""

    def step(contest: Contest, choice: Choice, state: State) -> State:
        points = dict.fromkeys(contest.keys, 0)
        for marks, count in contest.ballots:
            for index, place in marks:
                points[contest.keys[index]] += count * (len(contest.keys) - place)
        order = [contest.keys[index] for index in choice.lot]
        order.sort(key=lambda key: points[key] if fewest else -points[key])
        tie = "the lot" if list(points.values()).count(points[order[0]]) > 1 else ""
        written: dict[str, Any] = {"round": 1, "points": points, "elected": order[:1], "tie": tie}
        return {"rounds": [written], "winners": order[:1], "done": True}

    return Method(
        name="borda", title="Borda", describes="Points.", ties="The lot.", kinds=frozenset({RANK}),
        figures=(Figure(name="points", heading="points", unit="points", is_line=True),),
        promises=frozenset({Promise.FIRST_ON_EVERY_BALLOT, Promise.MONOTONE, Promise.REVERSAL}),
        start=lambda contest, choice: {"rounds": [], "winners": [], "done": False}, step=step,
    )  # fmt: skip


@each_method
@pytest.mark.parametrize("promise", LAWS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_method_keeps_what_it_promises(
    method: Method, kind: MarkKind, promise: Promise, data: st.DataObject
) -> None:
    if promise in method.promises:
        LAWS[promise](method, data.draw(whole_contests(kind)), lambda n: data.draw(st.integers(0, n - 1)))


@each_method
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_who_is_who_never_matters(method: Method, kind: MarkKind, data: st.DataObject) -> None:
    contest = data.draw(whole_contests(kind))
    neutral(method, contest, data.draw(st.permutations(range(len(contest.candidates)))))


def test_every_method_promises_at_least_that_a_candidate_first_on_every_ballot_wins() -> None:
    assert set(LAWS) == set(Promise)
    assert [each.name for each in METHODS.values() if Promise.FIRST_ON_EVERY_BALLOT not in each.promises] == []


def breaks(method: Method, promise: Promise, contest: Contest) -> bool:
    try:
        LAWS[promise](method, contest, lambda n: 0)
    except AssertionError:
        return True
    return False


@pytest.mark.parametrize("promise", [Promise.FIRST_ON_EVERY_BALLOT, Promise.MONOTONE])
def test_a_borda_that_elects_the_fewest_points_breaks_the_laws(promise: Promise) -> None:
    assert find(whole_contests(RANK), lambda contest: breaks(borda(fewest=True), promise, contest))
    with pytest.raises(NoSuchExample):
        find(
            whole_contests(RANK),
            lambda contest: breaks(borda(fewest=False), promise, contest),
            settings=settings(max_examples=60, deadline=None),
        )


@pytest.mark.parametrize("method", [*METHODS.values(), borda(fewest=False)], ids=lambda each: each.name)
def test_page_command_and_machine_file_show_every_declared_figure(method: Method) -> None:
    kind = sorted(method.kinds)[0]
    mark = {RANK: ranked((0, 1)), MarkKind.SCORE: ((0, 1), (1, 0))}.get(kind, ((0, 1),))
    count = counted(made(kind, 2, [(mark, 3), (mark[:1], 1)]), method)
    names = {"c0": "Ada", "c1": "Bob"}
    page = count_page(count, {})
    shown = [each for part in page.sections for each in part.blocks if isinstance(each, DataTable)]
    heads = {column.heading for table in shown for column in table.columns} | {table.caption for table in shown}
    told = "\n".join(line for each in count.rounds for line in figure_lines(method, each, names))
    for figure in figures_of(count):
        assert figure["rounds"], figure["name"]
        is_line = method.line is not None and figure["name"] == method.line.name
        assert is_line or figure["heading"] in heads or figure["of"] == "named"
        assert is_line or figure["heading"] in told
    if method.line:
        assert "Ada: " in told
        assert any(cell for table in shown for row in table.rows for cell in row[1:2])


def test_a_method_that_declares_no_figure_is_refused() -> None:
    with pytest.raises(UsageError, match=r"counting\.declaration"):
        Method(**{**vars(borda(fewest=False)), "figures": ()})
