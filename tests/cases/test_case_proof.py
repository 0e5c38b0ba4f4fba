"""Standards, weight, independence, attribution, hypotheses: what must be shown, and what never counts."""

from itertools import pairwise
from typing import Any

import pytest

from cases.case_story import DECIDER, FINDING, Told, ready
from holdfast.cases.attribution import Level, ceiling, check_public_text
from holdfast.cases.decision import grounds_for
from holdfast.cases.sources import Source, SourceKind, Tie, independent
from holdfast.cases.standards import FLOOR, Severity
from holdfast.cases.taken_findings import MANDATORY
from holdfast.cases.weight import weigh
from holdfast.errors import CheckFailedError


def refused(told: Told, code: str, *grounds: tuple[str, str, str]) -> None:
    with pytest.raises(CheckFailedError) as caught:
        told.decide(*(grounds or (("p1", "global_ban", "behaviour"),)))
    assert caught.value.code == f"case.{code}"


@pytest.mark.requirement("D9")
def test_the_standard_is_set_before_a_score_is_opened_and_never_after_or_lower() -> None:
    told = Told()
    with pytest.raises(CheckFailedError, match=r"case\.standard\.first"):
        told.tell("scores opened")
    ban = {"severity": "global_ban", "sources": 2, "classes": 2, "reasons": "the floor"}
    with pytest.raises(CheckFailedError, match=r"case\.standard\.lowered"):
        told.tell("standard set", **ban, per_1000=5)
    told.tell("standard set", **ban, per_1000=0.5)
    with pytest.raises(CheckFailedError, match=r"case\.standard\.lowered"):
        told.tell("standard set", **ban, per_1000=1)
    told.tell("standard set", by=DECIDER, **{**ban, "sources": 3}, per_1000=0.5)
    told.tell("scores opened")
    with pytest.raises(CheckFailedError, match=r"case\.standard\.too_late"):
        told.tell("standard set", **{**ban, "sources": 9}, per_1000=0.1)
    with pytest.raises(CheckFailedError, match=r"case\.standard\.not_set"):
        told.state.standards.of(Severity.WARNING)


def test_a_harder_action_never_asks_for_less_than_a_milder_one() -> None:
    severities = list(Severity)
    for milder, harder in pairwise(severities):
        assert FLOOR[harder].is_at_least(FLOOR[milder])


def test_a_severity_whose_standard_was_not_set_cannot_be_decided() -> None:
    told = ready(severity="warning")
    refused(told, "standard.not_set")
    told.decide(("p1", "warning", "behaviour"))


def test_what_was_decided_carries_a_plan_and_a_milder_action_but_no_harder_one() -> None:
    told = ready(severity="rights_removal")
    with pytest.raises(CheckFailedError, match=r"case\.grounds\.undecided"):
        grounds_for(told.state, "Simulated p1", Severity.RIGHTS_REMOVAL)
    told.decide(("p1", "rights_removal", "behaviour"))
    grounds = grounds_for(told.state, "Simulated p1", Severity.RIGHTS_REMOVAL)
    assert grounds.to_json() == {
        "account": "Simulated p1",
        "severity": "rights_removal",
        "rule": "UCoC 3.1",
        "evidence_classes": ["public_edits", "technical_data"],
        "level": "behaviour",
        "standard_per_1000": 2.0,
        "reached_per_1000": None,
        "sources": 2,
        "independent_sources": 2,
        "own_request": False,
    }
    for account, severity in (("Simulated p1", Severity.GLOBAL_BAN), ("Simulated p2", Severity.RIGHTS_REMOVAL)):
        with pytest.raises(CheckFailedError, match=r"case\.grounds\.none"):
            grounds_for(told.state, account, severity)


@pytest.mark.requirement("D8")
def test_sources_of_one_camp_count_once_and_those_with_an_interest_not_at_all() -> None:
    def source(name: str, **more: Any) -> Source:
        return Source(id=name, kind=SourceKind.WITNESS, text="x", **more)

    sources = {
        each.id: each
        for each in (
            source("a", camp="left"),
            source("b", camp="left"),
            source("c"),
            source("d", depends_on=frozenset({"c"})),
            source("e", conflict="was blocked by the person"),
            source("f"),
        )
    }
    assert independent(sources, "abcdef") == 3
    assert independent(sources, "e") == 0
    assert independent(sources, "ab") == 1
    assert independent(sources, "cf", [Tie(one="c", other="f", why="vote together")]) == 1
    assert independent(sources, "") == 0


@pytest.mark.requirement("D8")
def test_evidence_from_one_camp_does_not_meet_a_standard_that_asks_for_two_sources() -> None:
    told = Told()
    told.source("one", camp="their opponents")
    told.source("two", camp="their opponents")
    told.person("p1")
    told.evidence("e1", "one", about=["p1"], level="behaviour")
    told.evidence("e2", "two", "technical", about=["p1"])
    told.standard()
    told.tell("scores opened")
    weight = weigh(told.state, "p1", Severity.GLOBAL_BAN)
    assert (weight.score.sources, weight.score.independent) == (2, 1)
    assert weight.unmet == ("2 independent sources (now 1 of 2)",)


@pytest.mark.requirement("D10")
def test_each_level_of_attribution_needs_evidence_of_its_own_and_the_level_below() -> None:
    told = Told()
    for name in ("a", "b", "c", "d"):
        told.source(name, "document")
    assert ceiling(told.state) is None
    told.evidence("e1", "a", level="state")
    assert ceiling(told.state) is None
    told.evidence("e2", "a", level="behaviour")
    assert ceiling(told.state) is Level.BEHAVIOUR
    told.evidence("e3", "a", level="coordination")
    assert ceiling(told.state) is Level.COORDINATION
    told.evidence("e4", "a", level="organisation")
    assert ceiling(told.state) is Level.COORDINATION
    told.evidence("e5", "b", level="organisation", checked=False)
    assert ceiling(told.state) is Level.COORDINATION
    told.tell("evidence checked", id="e5", against="the archive", holds=True)
    assert ceiling(told.state) is Level.ORGANISATION
    for number, name in enumerate("bcd"):
        told.evidence(f"s{number}", name, level="state")
    assert ceiling(told.state) is Level.STATE
    told.tell("conflict declared", id="b", conflict="paid by an opponent")
    assert ceiling(told.state) is Level.COORDINATION


@pytest.mark.requirement("D10")
def test_a_decision_or_a_public_text_never_claims_more_than_the_file_carries() -> None:
    told = ready()
    refused(told, "attribution.above_ceiling", ("p1", "global_ban", "coordination"))
    check_public_text(told.state, Level.BEHAVIOUR, ["An account wrote against the rules."])
    with pytest.raises(CheckFailedError, match=r"case\.attribution\.above_ceiling"):
        check_public_text(told.state, Level.STATE, ["The account belongs to a state."])
    for written in ("a State-sponsored operation", "agents of the government", "they acted in a coordinated way"):
        with pytest.raises(CheckFailedError, match=r"case\.attribution\.words_above_level"):
            check_public_text(told.state, Level.BEHAVIOUR, ["harmless", written])


def with_finding(**more: Any) -> Told:
    told = Told()
    told.source("history")
    told.source("tool", "tool")
    told.person("p1")
    told.evidence("e1", "history", about=["p1"], level="behaviour")
    told.tell("finding taken", id="f1", source="tool", **{**FINDING, **more})
    told.tell("taken up", why="a finding")
    told.standard()
    told.tell("scores opened")
    told.tell("finding tied", finding="f1", person="p1", label="P-AAAABBBBCCCC")
    return told


def judge_all(told: Told, outcome: str = "ruled_out") -> None:
    for name in told.state.findings["f1"].innocent:
        told.tell("explanation judged", finding="f1", explanation=name, outcome=outcome, why="looked at")


@pytest.mark.requirement("2.10")
def test_a_finding_weighs_only_when_every_innocent_explanation_is_ruled_out() -> None:
    told = with_finding()
    assert set(MANDATORY) < set(told.state.findings["f1"].innocent)
    unmet = weigh(told.state, "p1", Severity.GLOBAL_BAN).unmet
    assert unmet == ("2 independent sources (now 1 of 1)", "2 classes of evidence (now 1)")
    judge_all(told)
    weight = weigh(told.state, "p1", Severity.GLOBAL_BAN)
    assert weight.is_met
    assert weight.per_1000 == 0.4
    for outcome in ("cannot_tell", "explains", "untested"):
        told.tell("explanation judged", finding="f1", explanation="meetup", outcome=outcome, why="a page says so")
        assert not weigh(told.state, "p1", Severity.GLOBAL_BAN).is_met


@pytest.mark.requirement("2.9")
def test_a_finding_whose_error_rate_is_unknown_or_above_the_standard_does_not_weigh() -> None:
    for rate in (None, 1.5):
        told = with_finding(per_1000=rate)
        judge_all(told)
        weight = weigh(told.state, "p1", Severity.GLOBAL_BAN)
        assert weight.per_1000 is None
        assert not weight.is_met


def test_a_finding_says_nothing_about_an_account_that_it_does_not_name() -> None:
    told = with_finding()
    told.person("p2")
    with pytest.raises(CheckFailedError, match=r"case\.finding\.label"):
        told.tell("finding tied", finding="f1", person="p2", label="P-OTHER")


def test_scores_stay_sealed_until_they_are_opened() -> None:
    told = Told()
    told.source("tool", "tool")
    told.person("p1")
    told.tell("finding taken", id="f1", source="tool", **FINDING)
    with pytest.raises(CheckFailedError, match=r"case\.finding\.sealed"):
        told.tell("finding tied", finding="f1", person="p1", label="P-AAAABBBBCCCC")


@pytest.mark.requirement("D7")
def test_a_score_prints_what_it_would_be_without_association() -> None:
    told = Told()
    told.source("history")
    told.source("page")
    told.person("p1")
    told.evidence("e1", "history", about=["p1"], level="behaviour")
    told.evidence("e2", "page", "association", about=["p1"])
    told.standard()
    told.tell("scores opened")
    weight = weigh(told.state, "p1", Severity.GLOBAL_BAN)
    assert weight.score.to_json() == {
        "items": 2,
        "sources": 2,
        "independent_sources": 2,
        "classes": ["association", "conduct"],
    }
    assert weight.without_association.to_json()["classes"] == ["conduct"]
    assert not weight.is_met


def test_association_supports_no_level_of_attribution() -> None:
    told = Told()
    told.source("page")
    with pytest.raises(CheckFailedError, match=r"case\.evidence\.association"):
        told.evidence("e1", "page", "association", level="organisation")


def test_an_action_needs_evidence_of_the_persons_own_conduct() -> None:
    told = Told()
    told.source("a", "non_public_data")
    told.source("b")
    told.person("p1")
    told.evidence("e1", "a", "technical", about=["p1"])
    told.evidence("e2", "b", "disclosure", about=["p1"])
    told.standard()
    told.tell("scores opened")
    assert weigh(told.state, "p1", Severity.GLOBAL_BAN).unmet == ("checked evidence of the person's own conduct",)


def test_a_decision_to_act_holds_all_evidence_against_every_hypothesis() -> None:
    told = ready()
    told.tell("hypothesis put", id="angry", text="they were provoked", innocent=True)
    refused(told, "hypotheses.unrated")
    for item in ("e1", "e2"):
        told.tell("evidence rated", hypothesis="angry", item=item, rating="consistent", why="the talk page")
    refused(told, "hypotheses.innocent_stands")
    told.tell("evidence rated", hypothesis="angry", item="e1", rating="inconsistent", why="it began before")
    told.decide(("p1", "global_ban", "behaviour"))


def test_evidence_that_was_set_aside_or_did_not_hold_carries_nothing() -> None:
    told = ready()
    told.tell("evidence set aside", id="e2", why="the look-up had no reason")
    refused(told, "standard.not_met")
    told = ready()
    told.tell("evidence checked", id="e1", against="the history", holds=False)
    refused(told, "attribution.above_ceiling")
