"""Small facts of a case, each told once and looked at."""

from cases.case_story import INVESTIGATOR, START, Told
from holdfast.cases.case import append
from holdfast.facts import Fact, MemberId

AUDITOR = MemberId("m-0000000000b1")


def test_an_event_that_is_withdrawn_leaves_the_timeline_and_stays_readable() -> None:
    told = Told()
    told.tell("event placed", id="x1", happened_at="2026-01-05T00:00:00Z", text="an edit")
    told.tell("event placed", id="x2", happened_at="2026-01-04T00:00:00Z", text="a block")
    assert [each.id for each in told.state.work.timeline] == ["x2", "x1"]
    told.tell("event withdrawn", id="x2", why="of another account")
    assert [each.id for each in told.state.work.timeline] == ["x1"]
    assert told.state.work.events["x2"].withdrawn == "of another account"


def test_whoever_opens_names_is_written_down_and_works_on_nothing() -> None:
    told = Told()
    fact = Fact(type="names opened", at=START, by=AUDITOR, body={"ground": "a complaint"})
    after = append(told.state, fact)
    assert [(each.by, each.ground) for each in after.readers.names_opened] == [(AUDITOR, "a complaint")]
    assert (after.last_at, set(after.writers)) == (told.state.last_at, {INVESTIGATOR})


def test_a_task_is_done_or_dropped_once_and_says_how() -> None:
    told = Told()
    for name, ended, how in (("t1", "task done", "asked"), ("t2", "task dropped", "not needed")):
        told.tell("task added", id=name, text="ask")
        told.tell(ended, id=name, how=how)
    assert {name: (each.state.value, each.how) for name, each in told.state.work.tasks.items()} == {
        "t1": ("done", "asked"),
        "t2": ("dropped", "not needed"),
    }


def test_a_changed_role_brings_its_own_duties() -> None:
    told = Told()
    told.person("p1", "witness")
    told.tell("roles changed", id="p1", roles=["at_risk"], why="was threatened")
    assert sorted(told.state.people["p1"].duties()) == ["exposure-check", "safe-contact"]
