"""People: several roles at once, duties for each, and care for the coerced before anything becomes visible."""

import pytest

from cases.case_story import Told, ready
from holdfast.cases.course import coarse_state, state_for_subject
from holdfast.cases.decision import grounds_for
from holdfast.cases.people import Before, check_public_trace
from holdfast.cases.standards import Severity
from holdfast.errors import CheckFailedError


@pytest.mark.requirement("2.11")
def test_a_person_may_be_suspect_witness_and_coerced_at_once_with_the_duties_of_all() -> None:
    told = Told()
    told.person("p1", "suspect", "witness", "coerced")
    duties = told.state.people["p1"].duties()
    assert {"heard", "identity-guarded", "safe-contact", "exposure-check", "retaliation-watch"} <= set(duties)
    assert duties["counsel-offered"].before is Before.PUBLIC_TRACE  # earlier than a suspect's, and not to be deferred
    with pytest.raises(CheckFailedError, match=r"case\.people\.cannot_wait"):
        told.tell("duty done", id="p1", duty="counsel-offered", how="deferred", note="later")


@pytest.mark.requirement("D16")
def test_no_plan_touches_a_coerced_person_before_contact_counsel_and_exposure_check() -> None:
    told = Told()
    told.person("p1", "coerced")
    done = ("safe-contact", "counsel-offered", "exposure-check", "own-request-offered")
    for duty in done:
        with pytest.raises(CheckFailedError, match=r"case\.people\.duty_first") as caught:
            check_public_trace(told.state, told.state.people["p1"])
        assert duty in caught.value.expected
        assert "Simulated" not in str(caught.value)
        told.tell("duty done", id="p1", duty=duty, how="declined", note="did not want it")
    check_public_trace(told.state, told.state.people["p1"])


@pytest.mark.requirement("D16")
def test_a_removal_can_be_recorded_as_the_persons_own_request_and_claims_nothing() -> None:
    told = ready()
    told.person("p2", "at_risk")
    told.tell("own request", id="p2", how="said so on the phone")
    with pytest.raises(CheckFailedError, match=r"case\.people\.duty_first"):
        told.decide(("p2", "rights_removal", "behaviour"))
    told.duties("p2")
    with pytest.raises(CheckFailedError, match=r"case\.decide\.not_suspect"):
        told.decide(("p2", "global_ban", "behaviour"))
    told.decide(("p2", "rights_removal", "behaviour"))
    grounds = grounds_for(told.state, "Simulated p2", Severity.RIGHTS_REMOVAL)
    assert grounds.own_request
    assert grounds.level is None


def test_only_people_at_risk_or_coerced_have_removals_at_their_own_request() -> None:
    told = Told()
    told.person("p1")
    with pytest.raises(CheckFailedError, match=r"case\.people\.own_request"):
        told.tell("own request", id="p1", how="said so")


@pytest.mark.requirement("7.11")
def test_a_suspect_is_heard_and_offered_counsel_before_a_decision_or_it_says_why_not_yet() -> None:
    told = Told()
    told.person("p1")
    assert told.state.people["p1"].outstanding(Before.DECISION) == ("counsel-offered", "heard")
    told.tell("duty done", id="p1", duty="heard", how="deferred", note="hearing would endanger the witness")
    told.tell("duty done", id="p1", duty="counsel-offered", how="done", note="offered")
    assert told.state.people["p1"].outstanding(Before.DECISION) == ()
    assert told.state.people["p1"].outstanding(Before.CLOSING) == ("hardship-asked",)


def test_a_decided_case_is_not_closed_while_duties_are_open() -> None:
    told = ready()
    told.person("p2", "witness")
    told.decide(("p1", "global_ban", "behaviour"))
    told.tell("plan made", plan="plan-1")
    with pytest.raises(CheckFailedError, match=r"case\.people\.duty_first"):
        told.tell("closed", why="done")
    told.duties("p2")
    told.tell("closed", why="done")


@pytest.mark.requirement("2.14")
def test_counsel_can_be_attached_and_ended() -> None:
    told = Told()
    told.person("p1")
    told.tell("counsel attached", id="k1", person="p1", reference="counsel 7")
    told.tell("counsel ended", id="k1", why="mandate given back")
    assert told.state.readers.counsel["k1"].ended


def test_one_account_is_one_person() -> None:
    told = Told()
    told.person("p1")
    with pytest.raises(CheckFailedError, match=r"case\.people\.twice"):
        told.tell("person added", id="p2", account="Simulated p1", roles=["witness"])


@pytest.mark.requirement("4.11")
def test_reporter_and_subject_see_how_far_their_case_is_the_subject_once_that_is_safe() -> None:
    told = Told()
    told.person("p1")
    assert coarse_state(told.state) == "received"
    assert state_for_subject(told.state, "Simulated p1") is None
    told.tell("may be told", id="p1", why="nobody can be harmed by it")
    assert state_for_subject(told.state, "Simulated p1") == "received"
    assert state_for_subject(told.state, "Simulated p2") is None
