"""Plans and cases: a plan needs a decided case that carries it, and nobody coerced is touched before care is done."""

from dataclasses import replace

import pytest

from actions.sweeping import HEAD, group
from holdfast.actions.plans.file import parse_plan
from holdfast.actions.plans.grounds import Grounds
from holdfast.actions.plans.plan import Plan
from holdfast.actions.steps.kind import Purpose
from holdfast.errors import CheckFailedError
from holdfast.notices.kinds import EvidenceClass
from store.offices import OfficeWorld
from workflows.case_steps import CaseWorld, case_world, decided_case


def plan_of(world: CaseWorld, *groups: str) -> Plan:
    text = HEAD + "".join(groups or (ban("Simulated suspect"),))
    return replace(parse_plan(text.encode(), "plan.toml")[0], reference=f"case/{world.id}")


def ban(account: str) -> str:
    return group("global_ban", [account], '{ reason = "see your talk page" }')


def check(office: OfficeWorld, plan: Plan) -> None:
    from holdfast.workflows.cases.plan_check import check_plan_against_cases

    check_plan_against_cases(office.office, plan)


def decided(office: OfficeWorld) -> CaseWorld:
    world = case_world(office)
    world.begin()
    world.make_ready()
    world.decide()
    return world


def test_a_plan_is_carried_by_its_decided_case_and_by_no_other(office: OfficeWorld) -> None:
    world = decided(office)
    plan = plan_of(world)
    check(office, plan)
    check(office, plan_of(world, group("protection", ["Page"], '{ protection = { edit = ["sysop", "infinity"] } }')))
    with pytest.raises(CheckFailedError, match=r"case\.plan\.no_case"):
        check(office, replace(plan, reference=""))
    with pytest.raises(CheckFailedError, match=r"case\.grounds\.none"):
        check(office, plan_of(world, ban("Simulated other")))
    world.write("reopened", why="something new")
    with pytest.raises(CheckFailedError, match=r"case\.grounds\.undecided"):
        check(office, plan)


@pytest.mark.requirement("D16")
def test_a_coerced_person_of_any_case_is_not_touched_before_care_is_done(office: OfficeWorld) -> None:
    world = decided(office)
    plan = plan_of(world)
    other = case_world(office)
    other.begin("another case")
    other.write("person added", account="Simulated_suspect", roles=["coerced"])
    with pytest.raises(CheckFailedError, match=r"case\.people\.duty_first") as caught:
        check(office, plan)
    assert "Simulated" not in str(caught.value)
    check(office, replace(plan, purpose=Purpose.PROTECTIVE))
    for duty in ("safe-contact", "counsel-offered", "exposure-check", "own-request-offered"):
        other.write("duty done", id="p1", duty=duty, how="done", note="as agreed")
    check(office, plan)


@pytest.mark.requirement("D10")
def test_a_plan_claims_no_class_of_evidence_and_no_level_that_the_case_does_not_carry(office: OfficeWorld) -> None:
    world = decided(office)
    plan = plan_of(world)
    action = plan.actions[0]
    assert isinstance(action.grounds, Grounds)

    def with_grounds(**more: object) -> Plan:
        return replace(plan, actions=(replace(action, grounds=replace(action.grounds, **more)),))  # type: ignore[type-var]

    with pytest.raises(CheckFailedError, match=r"case\.plan\.evidence_class"):
        check(office, with_grounds(evidence_class=(EvidenceClass.REPORTS,)))
    with pytest.raises(CheckFailedError, match=r"case\.attribution\.words_above_level"):
        check(office, with_grounds(rule={"en": "Acting for a government.", "hr": "…"}))
    with pytest.raises(CheckFailedError, match=r"case\.plan\.own_request"):
        check(office, replace(plan, actions=(replace(action, at_own_request=True),)))


@pytest.mark.requirement("3.7")
def test_parties_and_those_near_them_are_barred_from_approving_the_plan(office: OfficeWorld) -> None:
    from holdfast.workflows.cases.plan_check import barred_from

    world = decided(office)
    late = office.member("decider", wiki_accounts=("Simulated suspect",))  # joined after the person was added
    denied = office.member("decider")
    world.write("reader denied", member=denied.member, why="a friend")
    assert barred_from(office.office, plan_of(world)) == {
        late.member: "party to the case",
        denied.member: "denied a case that this touches",
    }


def test_one_case_carries_the_many_targets_of_a_sweep_and_knows_its_plan(office: OfficeWorld) -> None:
    from holdfast.workflows.cases.case import read_case
    from holdfast.workflows.cases.plan_check import note_plan_in_case

    world = case_world(office)
    targets = {
        "global_ban": [f"Simulated ban {place}" for place in range(7)],
        "rights_removal": [f"Simulated desysop {place}" for place in range(12)],
        "warning": [f"Simulated warning {place}" for place in range(12)],
    }
    world.id = decided_case(office, targets, investigator=world.investigator, decider=world.decider)
    kinds = {
        "global_ban": group("global_ban", targets["global_ban"], '{ reason = "see your talk page" }'),
        "rights_removal": group("rights_removal", targets["rights_removal"], '{ groups = "all", reason = "x" }'),
        "warning": group("warning", targets["warning"], conduct='"calling people to a vote"'),
    }
    plan = plan_of(world, *kinds.values())
    assert len(plan.actions) == 31
    check(office, plan)
    for _ in range(2):
        note_plan_in_case(office.office, plan, by=world.decider.member)
    assert read_case(office.office, world.decider.reader(), world.id).seen.course.plans == {"p-1"}
    harder = group("global_ban", [targets["warning"][0]], '{ reason = "see your talk page" }')
    with pytest.raises(CheckFailedError, match=r"case\.grounds\.none"):
        check(office, plan_of(world, harder))
