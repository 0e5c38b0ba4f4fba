"""The collateral report counts what communities lose, before the start, and names nobody."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.actions.plans.collateral import Collateral, WikiFacts, collateral, count_work
from holdfast.actions.steps.kind import Action
from holdfast.actions.steps.ports import INFINITY
from holdfast.canonical import canonical_bytes
from holdfast.ids import WikiName, wiki_name

PERIOD = (date(2021, 3, 1), date(2021, 9, 1))
ZH = tuple(map(wiki_name, ("zhwiki", "zhwikiversity", "zhwikivoyage", "zh_classicalwiki")))


def removal(number: int, target: str, groups: list[str], wikis: tuple[WikiName, ...]) -> Action:
    return Action(
        id=f"p-1/{number}",
        kind="rights_removal",
        target=target,
        wikis=wikis,
        params={"groups": groups, "reason": "r"},
    )


def ban(number: int, target: str, wikis: tuple[WikiName, ...]) -> Action:
    return Action(id=f"p-1/{number}", kind="global_ban", target=target, wikis=wikis, params={"reason": "r"})


def report(actions: list[Action], facts: dict[WikiName, WikiFacts], **more: Any) -> Collateral:
    """The report with before-states that agree with the facts."""
    states: dict[str, dict[WikiName, dict[str, Any]]] = {}
    for action in actions:
        wanted = action.params.get("groups", "all")
        for wiki in action.wikis:
            held = {group: INFINITY for group, accounts in facts[wiki].holders.items() if action.target in accounts}
            groups = {each: end for each, end in held.items() if wanted == "all" or each in wanted}
            state: dict[str, Any] = {"user_id": 1, "groups": groups, "block": None}
            states.setdefault(action.id, {})[wiki] = state
    return collateral(actions, states, facts, period=PERIOD, **more)


def facts(language: str = "zh", work: dict[str, int] | None = None, **holders: set[str]) -> WikiFacts:
    return WikiFacts(
        language=language, holders={group: frozenset(each) for group, each in holders.items()}, work=work or {}
    )


@pytest.mark.requirement("3.17")
@pytest.mark.requirement("D15")
def test_r5_twelve_administrators_of_four_wikis_are_listed_before_the_start() -> None:
    gone = [f"Admin {number}" for number in range(12)]
    known = {
        ZH[0]: facts(work=dict.fromkeys(gone, 50) | {"Stays": 400}, sysop={*gone, "Stays", "Stays too"}),
        ZH[1]: facts(work={gone[0]: 10}, sysop={gone[0], gone[1]}),
        ZH[2]: facts(work={gone[2]: 3, "Stays": 1}, sysop={gone[2], "Stays"}),
        ZH[3]: facts("lzh", sysop={gone[3], "Stays", "Stays too"}),
    }
    actions = [
        removal(number, name, ["sysop"], tuple(wiki for wiki in ZH if name in known[wiki].holders["sysop"]))
        for number, name in enumerate(gone)
    ]
    found = report(actions, known)
    assert (found.wikis_losing_administrators, found.administrators_lost) == (4, 12)
    by_wiki = {each.wiki: each for each in found.wikis}
    assert by_wiki[ZH[0]].work_share_lost == 0.6
    assert by_wiki[ZH[1]].work_share_lost == 1
    assert by_wiki[ZH[1]].left_below_two == (("sysop", 2, 0),)
    assert by_wiki[ZH[2]].left_below_two == (("sysop", 2, 1),)
    assert by_wiki[ZH[3]].work_share_lost is None
    assert by_wiki[ZH[3]].left_below_two == ()
    assert not any(name in str(found.to_json()) for name in gone)
    assert canonical_bytes(found.to_json())


def test_checkusers_left_below_two_and_languages_uncovered_are_named() -> None:
    known = {
        ZH[0]: facts("zh", checkuser={"A", "B", "C"}),
        ZH[1]: facts("fa", checkuser={"A", "B"}),
    }
    spoken = {"A": {"fa", "en"}, "B": {"zh"}, "C": {"zh", "en"}}
    found = report([removal(1, "A", ["checkuser"], ZH[:2])], known, languages=spoken)
    assert [each.left_below_two for each in found.wikis] == [(), (("checkuser", 2, 1),)]
    assert found.languages_uncovered == (("checkuser", "fa"),)
    assert report([removal(1, "A", ["checkuser"], ZH[:2])], known).languages_uncovered == ()


def test_a_ban_takes_every_right_and_a_warning_none() -> None:
    known = {ZH[0]: facts(sysop={"A", "B"}, checkuser={"A", "B"}, work={"A": 1, "B": 1})}
    (loss,) = report([ban(1, "A", ZH[:1])], known).wikis
    assert loss.left_below_two == (("checkuser", 2, 1), ("sysop", 2, 1))
    (loss,) = report([], known).wikis
    assert (loss.work_lost, loss.left_below_two) == (0, ())


def test_a_right_that_was_single_before_is_told_only_when_it_is_lost() -> None:
    known = {ZH[0]: facts(sysop={"A", "B", "C"}, checkuser={"B"})}
    (loss,) = report([removal(1, "A", ["sysop"], ZH[:1])], known).wikis
    assert loss.left_below_two == ()


def test_work_is_counted_of_admin_logs_and_hidden_actors_left_out() -> None:
    rows = [("A", "block"), ("A", "delete"), ("B", "move"), (None, "block"), ("B", "rights")]
    assert count_work(rows) == {"A": 2, "B": 1}


@given(
    st.dictionaries(st.sampled_from("ABCDEF"), st.integers(0, 50)),
    st.sets(st.sampled_from("ABCDEF")),
    st.sets(st.sampled_from("ABCDEF")),
)
def test_the_loss_is_never_more_than_there_was(work: dict[str, int], admins: set[str], targets: set[str]) -> None:
    known = {ZH[0]: facts(work=work, sysop=admins)}
    found = report([removal(place, each, ["sysop"], ZH[:1]) for place, each in enumerate(sorted(targets))], known)
    (loss,) = found.wikis
    assert loss.administrators_lost == len(admins & targets) == found.administrators_lost
    assert 0 <= loss.work_lost == sum(work.get(each, 0) for each in admins & targets) <= loss.work_before
    assert (found.wikis_losing_administrators == 1) == bool(admins & targets)


@pytest.mark.parametrize("spelt", ["admin_1", "User:Admin 1"])
def test_another_spelling_of_a_name_in_the_plan_hides_no_loss(spelt: str) -> None:
    known = {ZH[0]: facts(work={"Admin 1": 30}, sysop={"Admin 1", "Admin 2"})}
    state = {"user_id": 1, "groups": {"sysop": INFINITY}, "block": None}
    found = collateral([ban(1, spelt, ZH[:1])], {"p-1/1": {ZH[0]: state}}, known, period=PERIOD)
    assert (found.administrators_lost, found.wikis[0].work_lost) == (1, 30)
    assert found.wikis[0].left_below_two == (("sysop", 2, 1),)


def test_another_spelling_of_a_name_does_not_pass_as_no_decider_and_no_operator() -> None:
    from actions.paper_wiki import PaperWiki
    from holdfast.actions.plans.preflight import preflight

    wiki = PaperWiki("eastwiki")
    wiki.add("anna_B", "sysop")
    wiki.add("operator_1", "sysop")
    name = wiki_name("eastwiki")
    found = preflight(
        [removal(1, "anna_B", ["sysop"], (name,)), removal(2, "operator_1", ["sysop"], (name,))],
        {name: [wiki.hand("Operator 1"), wiki.hand("Operator 2")]},
        now=datetime(2026, 9, 13, tzinfo=UTC),
        deciders={"Anna B"},
    )
    assert {("preflight.decider", "p-1/1"), ("preflight.operator", "p-1/2")} <= {
        (each.code, each.action) for each in found.problems
    }
