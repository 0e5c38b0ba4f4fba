"""Generated innocent clubs never reach a threshold, and a campaign of reporters moves no case past triage."""

from functools import cache

import pytest

from cases.case_story import FINDING, INVESTIGATOR, Told
from holdfast.cases._kind import Stage
from holdfast.cases.course import triage_weight
from holdfast.cases.standards import FLOOR, Severity
from holdfast.cases.weight import weigh
from holdfast.errors import CheckFailedError
from holdfast.worlds.simulation import simulate
from holdfast.worlds.world import Coordinated, Legitimate, Size, World


@cache
def groups(*, legitimate: bool) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Generated groups: name and members. Legitimate: meet-ups, classes, drives, cleaners. Else a planted group."""
    size = Size(accounts=400, objects=1500, topics=20, actions=12_000, days=300)
    kinds = tuple(Legitimate(kind=kind, size=7) for kind in ("meetup", "class", "drive", "cleaners"))
    planted = (Coordinated(size=12, delay="5m", events=20), Coordinated(size=8, delay="5m", fresh=True))
    world = World(size=size, legitimate=kinds, coordinated=planted)
    found: dict[str, list[str]] = {}
    for row in simulate(world, 11).truth.to_pylist():
        if row["legitimate"] == legitimate:
            found.setdefault(row["group_id"], []).append(row["account"])
    return tuple((name, tuple(members)) for name, members in sorted(found.items()))


def accuse(members: tuple[str, ...]) -> Told:
    """The most zealous file about a club: a detector names all of it, every page of it is taken as evidence from a
    source of its own, all members speak of each other, and somebody rules out every innocent explanation."""
    told = Told()
    rows = [[f"P-{place}", 9] for place in range(len(members))]
    told.source("tool", "tool")
    evidence = [{"caption": "The accounts", "columns": ["account", "joint"], "rows": rows}]
    told.tell("finding taken", id="f1", source="tool", **{**FINDING, "evidence": evidence, "per_1000": 0.0})
    told.tell("taken up", why="a detector named them")
    people = [f"p{place}" for place in range(len(members))]
    for person, account in zip(people, members, strict=True):
        told.tell("person added", id=person, account=account, roles=["suspect"])
    for severity, floor in FLOOR.items():
        told.tell(
            "standard set",
            severity=severity.value,
            per_1000=floor.per_1000,
            sources=floor.sources,
            classes=floor.classes,
            reasons="the floor",
        )
    told.tell("scores opened")
    for place, person in enumerate(people):
        told.tell("finding tied", finding="f1", person=person, label=f"P-{place}")
        told.source(f"page{place}")
        told.source(f"w{place}", "witness")
        told.evidence(f"member{place}", f"page{place}", "association", about=people)
        told.evidence(f"says{place}", f"w{place}", "testimony", about=people)
    for name in told.state.findings["f1"].innocent:
        told.tell("explanation judged", finding="f1", explanation=name, outcome="ruled_out", why="said so")
    return told


@pytest.mark.requirement("D7")
def test_no_member_of_a_generated_innocent_club_reaches_any_threshold_by_association() -> None:
    clubs = groups(legitimate=True)
    assert {name.split()[0] for name, _ in clubs} == {"meetup", "class", "drive", "cleaners"}
    for _name, members in clubs:
        told = accuse(members)
        assert told.state.findings["f1"].counts
        for person in told.state.people:
            for severity in Severity:
                weight = weigh(told.state, person, severity)
                assert not weight.is_met
                assert weight.score.independent > 10 > weight.without_association.independent
                assert "association" not in weight.without_association.classes
        told.hypotheses("f1")
        told.duties("p0")
        told.look_for_what_exonerates()
        with pytest.raises(CheckFailedError):
            told.decide(("p0", "warning", "behaviour"))


@pytest.mark.requirement("2.9")
@pytest.mark.parametrize("is_seen", [True, False])
def test_a_campaign_of_coordinated_reporters_moves_no_case_past_triage_alone(*, is_seen: bool) -> None:
    for _name, members in groups(legitimate=False):
        told = Told()
        told.person("p1")
        for place in range(len(members)):
            told.source(f"r{place}", "reporter")
            told.tell("report received", id=f"report{place}", source=f"r{place}", text="they are a group")
            told.evidence(f"says{place}", f"r{place}", "testimony", about=["p1"])
            told.evidence(f"sent{place}", f"r{place}", "conduct", checked=False, about=["p1"], level="behaviour")
            told.evidence(f"club{place}", f"r{place}", "association", about=["p1"])
        if is_seen:  # the graph of co-action shows the reporters as one
            for place in range(1, len(members)):
                told.tell("sources tied", one="r0", other=f"r{place}", why="co-action")
        assert triage_weight(told.state) == (1 if is_seen else len(members))
        with pytest.raises(CheckFailedError, match=r"case\.open\.only_reports"):
            told.tell("taken up", why="so many reports")
        assert told.state.stage is Stage.TRIAGE
        with pytest.raises(CheckFailedError, match=r"case\.stage"):
            told.decide(("p1", "warning", "behaviour"))


def test_a_reporter_with_a_conflict_of_interest_weighs_nothing() -> None:
    told = Told()
    told.source("r1", "reporter", conflict="was blocked by the person")
    told.tell("report received", by=INVESTIGATOR, id="report1", source="r1", text="x")
    assert triage_weight(told.state) == 0
