"""The way of a case, step by step, and what each step needs."""

from datetime import timedelta

import pytest

from cases.case_story import CUSTODIAN, DECIDER, FINDING, INVESTIGATOR, LEGAL, SECOND, START, Told, decided, ready
from holdfast.cases.case import append, wish
from holdfast.cases.course import coarse_state
from holdfast.cases.destruction import barred_from_destroying, destroy, destruction_content
from holdfast.errors import CheckFailedError, InputRefusedError
from holdfast.facts import SYSTEM, MemberId

OTHER = MemberId("m-0000000000c2")


@pytest.mark.requirement("2.1")
def test_a_case_holds_tasks_notes_with_revisions_and_a_timeline() -> None:
    told = Told()
    told.tell("task added", id="t1", text="read the talk pages")
    told.tell("task done", id="t1", how="read all of them")
    told.tell("note written", id="n1", text="first reading")
    told.tell("note revised", by=SECOND, id="n1", text="second reading", why="a date was wrong")
    told.tell("event placed", id="x2", happened_at="2025-05-01T10:00:00Z", text="later")
    told.tell("event placed", id="x1", happened_at="2025-04-01T10:00:00Z", text="earlier")
    note = told.state.work.notes["n1"]
    assert [each.text for each in note.revisions] == ["first reading", "second reading"]
    assert note.revisions[1].by == SECOND
    assert [each.id for each in told.state.work.timeline] == ["x1", "x2"]
    with pytest.raises(CheckFailedError, match=r"case\.task\.ended"):
        told.tell("task dropped", id="t1", how="again")


def test_a_case_goes_from_triage_to_closed() -> None:
    told = decided()
    assert coarse_state(told.state) == "decided"
    told.tell("plan made", plan="plan-1")
    told.tell("closed", why="the plan was carried out and the aftercare is filled in")
    assert coarse_state(told.state) == "closed"
    told.tell("reopened", why="new evidence")
    assert told.state.course.decision is None
    assert len(told.state.course.former) == 1


def test_deciding_nothing_needs_no_proof_but_a_look_for_what_exonerates() -> None:
    told = Told()
    told.source("history")
    told.evidence("e1", "history")
    told.tell("taken up", why="checked")
    with pytest.raises(CheckFailedError, match="exculpatory_not_sought"):
        told.decide(outcome="no_action")
    told.look_for_what_exonerates()
    told.decide(outcome="no_action")
    assert told.state.stage == "decided"


@pytest.mark.requirement("2.16")
def test_the_decider_is_shown_what_exonerates_first_and_again_when_more_is_found() -> None:
    told = ready()
    told.tell("exculpatory recorded", id="x1", text="they said so on the page of the event", about=["p1"])
    with pytest.raises(CheckFailedError, match="exculpatory_first"):
        told.decide(("p1", "global_ban", "behaviour"))
    told.tell("exculpatory shown", by=DECIDER)
    told.decide(("p1", "global_ban", "behaviour"))


def test_what_was_looked_for_after_the_decider_read_is_shown_again() -> None:
    told = ready()
    told.tell("exculpatory searched", looked_for="one more page")
    with pytest.raises(CheckFailedError, match="exculpatory_first"):
        told.decide(("p1", "global_ban", "behaviour"))


def test_who_gathered_the_evidence_does_not_decide() -> None:
    told = ready()
    told.tell("exculpatory shown", by=DECIDER)
    roles = frozenset({"investigator", "decider"})
    body = {"outcome": "no_action", "reasons": "mine"}
    with pytest.raises(CheckFailedError, match=r"case\.decide\.investigator"):
        wish(told.state, "decided", body, by=INVESTIGATOR, at=START, roles=roles)


def test_a_recused_or_denied_decider_does_not_decide() -> None:
    for fact in ("reader denied", "recusal found"):
        told = ready()
        told.tell(fact, member=DECIDER, why="votes with a party")
        with pytest.raises(CheckFailedError, match=r"case\.(reader|decide)\."):
            told.decide(("p1", "global_ban", "behaviour"))


def test_a_role_that_may_not_write_a_fact_is_refused() -> None:
    told = Told()
    with pytest.raises(CheckFailedError, match=r"case\.role"):
        told.tell("note written", by=CUSTODIAN, id="n1", text="x")
    with pytest.raises(CheckFailedError, match=r"case\.role"):
        told.tell("source recorded", by=DECIDER, id="s", kind="tool", text="x")


def test_facts_of_another_form_are_refused_without_showing_their_values() -> None:
    told = Told()
    for body in ({}, {"id": "t1"}, {"id": "t1", "text": "x", "name": "Canary Person"}, {"id": "T 1", "text": "x"}):
        with pytest.raises(InputRefusedError) as caught:
            told.tell("task added", **body)
        assert "Canary" not in str(caught.value)
    with pytest.raises(InputRefusedError, match=r"case\.fact\.field") as caught:
        told.tell("task added", id="t1", text="Canary\x00Person")
    assert "Canary" not in str(caught.value)
    told.tell("task added", id="t1", text="x")
    with pytest.raises(InputRefusedError, match=r"case\.id\.taken"):
        told.tell("task added", id="t1", text="y")
    with pytest.raises(InputRefusedError, match=r"case\.fact\.unknown"):
        told.tell("case leaked")


@pytest.mark.requirement("2.17")
def test_an_idle_case_is_renewed_with_reasons_or_closed() -> None:
    told = Told(idle_days=30)
    begun = told.state.begun_at
    with pytest.raises(CheckFailedError, match=r"case\.idle\.not_yet"):
        told.tell("fell idle", by=SYSTEM, at=begun + timedelta(days=29))
    told.tell("fell idle", by=SYSTEM, at=begun + timedelta(days=30))
    with pytest.raises(CheckFailedError, match=r"case\.idle"):
        told.tell("note written", id="n1", text="too late", at=begun + timedelta(days=31))
    told.tell("renewed", why="the talk page is still to be read", at=begun + timedelta(days=32))
    told.tell("note written", id="n1", text="read", at=begun + timedelta(days=33))
    with pytest.raises(CheckFailedError, match=r"case\.close\.not_idle"):
        told.tell("closed", by=SYSTEM, why="idle", at=begun + timedelta(days=34))
    told.tell("fell idle", by=SYSTEM, at=begun + timedelta(days=90))
    told.tell("closed", by=SYSTEM, why="idle and not renewed", at=begun + timedelta(days=104))
    assert told.state.stage == "closed"


@pytest.mark.requirement("2.3")
def test_nobody_destroys_a_case_alone_or_one_that_they_wrote_in_or_before_appeals_are_over() -> None:
    told = decided()
    late = START + timedelta(days=500)
    with pytest.raises(CheckFailedError, match=r"case\.destroy\.not_closed"):
        destruction_content("c-1", told.state, "its time is over", late)
    with pytest.raises(CheckFailedError, match=r"case\.close\.no_plan"):
        told.tell("closed", why="done")
    told.tell("plan made", plan="plan-1")
    told.tell("closed", why="done")
    with pytest.raises(CheckFailedError, match=r"case\.destroy\.appeal_open"):
        destruction_content("c-1", told.state, "its time is over", START + timedelta(days=300))
    content = destruction_content("c-1", told.state, "its time is over", late)
    two = frozenset({CUSTODIAN, OTHER})
    for approved, code in (({CUSTODIAN}, "alone"), ({CUSTODIAN, INVESTIGATOR}, "writer")):
        with pytest.raises(CheckFailedError, match=rf"case\.destroy\.{code}"):
            destroy(told.state, "its time is over", content, frozenset(approved), by=CUSTODIAN, at=late)
    with pytest.raises(CheckFailedError, match=r"case\.role"):
        told.tell("destroyed", why="mine", approved_by=sorted(two), sha256="ab" * 32)
    fact = destroy(told.state, "its time is over", content, two, by=CUSTODIAN, at=late)
    assert append(told.state, fact).stage == "destroyed"
    assert {INVESTIGATOR, DECIDER} <= set(barred_from_destroying(told.state))


def test_a_denied_person_writes_nothing_and_cannot_lift_the_denial() -> None:
    told = Told()
    told.tell("reader denied", member=SECOND, why="a friend of the reporter")
    with pytest.raises(CheckFailedError, match=r"case\.reader\.denied"):
        told.tell("task added", by=SECOND, id="t1", text="x")
    told.tell("denial lifted", by=DECIDER, member=SECOND, why="it was a namesake")
    told.tell("task added", by=SECOND, id="t1", text="x")


def test_a_decided_case_takes_no_new_evidence_until_it_is_reopened() -> None:
    told = decided()
    with pytest.raises(CheckFailedError, match=r"case\.stage"):
        told.source("later")
    with pytest.raises(CheckFailedError, match=r"case\.stage"):
        told.tell("finding taken", id="f1", source="history", **FINDING)
    told.tell("note written", by=LEGAL, id="n1", text="signed off")
