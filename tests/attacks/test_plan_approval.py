"""A plan is approved by two different, uninvolved deciders over exactly its bytes; every other way is refused."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from actions.paper_wiki import PaperWiki
from actions.sweeping import HEAD, group, made
from holdfast.actions.plans.plan import Plan
from holdfast.errors import CheckFailedError
from holdfast.facts import StreamId
from store.offices import OfficeWorld, TestMember
from workflows.case_steps import with_case

TARGET = "Simulated suspect"


@dataclass
class Put:
    """A plan that was put before deciders, and its people."""

    office: OfficeWorld
    plan: Plan
    stream: StreamId
    investigator: TestMember
    decider: TestMember

    @property
    def case_id(self) -> str:
        return self.plan.reference.partition("/")[2]


@pytest.fixture
def put(office: OfficeWorld) -> Put:
    from holdfast.workflows.office.propose import propose

    investigator, decider = office.member("investigator"), office.member("decider")
    text = HEAD + group("global_ban", [TARGET], '{ reason = "see your talk page" }')
    text = with_case(office, text, investigator=investigator, decider=decider)
    hands: Any = {}
    for name in ("eastwiki", "westwiki"):
        wiki = PaperWiki(name)
        wiki.add(TARGET, "sysop")
        hands[name] = wiki.hand("Warden")
    plan = made(text, hands)
    stream = propose(office.office, investigator.reader(), "plan", plan.to_json())
    return Put(office=office, plan=plan, stream=stream, investigator=investigator, decider=decider)


def refused(put: Put, who: TestMember, code: str) -> None:
    with pytest.raises(CheckFailedError, match=code):
        who.sign(put.stream)


@pytest.mark.requirement("3.6")
def test_one_person_is_not_enough_and_does_not_count_twice(put: Put) -> None:
    put.decider.sign(put.stream)
    put.decider.sign(put.stream)
    with pytest.raises(CheckFailedError, match=r"approval\.too_few"):
        put.office.carry_out(put.stream, put.decider)


@pytest.mark.requirement("3.7")
def test_a_target_a_recused_and_a_denied_decider_do_not_approve(put: Put) -> None:
    from holdfast.cases.recusal import Edge, Why
    from holdfast.workflows.cases.case import recuse, write_case

    office, reader = put.office, put.investigator.reader()
    target = office.member("decider", wiki_accounts=("simulated_suspect",))
    near = office.member("decider", wiki_accounts=("Simulated friend",))
    denied = office.member("decider")
    near.sign(put.stream)  # before anybody knew that they are close
    recuse(office.office, reader, put.case_id, [Edge(one="Simulated friend", other=TARGET, why=Why.INTERACTION)])
    write_case(office.office, reader, put.case_id, "reader denied", {"member": denied.member, "why": "a friend"})
    for who in (target, near, denied):
        refused(put, who, r"approval\.barred|access\.refused")
    put.decider.sign(put.stream)
    with pytest.raises(CheckFailedError, match=r"approval\.(barred|too_few)"):
        office.carry_out(put.stream, put.decider)


def test_a_signature_over_other_bytes_counts_for_nothing(put: Put) -> None:
    from holdfast.workflows.office import propose

    milder = replace(put.plan, on_failure=type(put.plan.on_failure)("undo"))
    other = propose.propose(put.office.office, put.investigator.reader(), "plan", milder.to_json())
    content = propose.read_proposal(put.office.office, put.decider.reader(), other).request.content()
    with pytest.raises(CheckFailedError, match=r"approval\."):
        propose.sign(put.office.office, put.decider.reader(), put.stream, put.decider.key.response(content))


def test_who_has_not_the_role_does_not_approve(put: Put) -> None:
    for role in ("investigator", "legal", "custodian", "auditor", "operator", "appeal_reader"):
        refused(put, put.office.member(role), r"approval\.role|access\.refused")


def test_two_accounts_of_one_person_are_one_approver(put: Put) -> None:
    twin = put.office.member("decider", linked_to=(put.decider.member,))
    put.decider.sign(put.stream)
    refused(put, twin, r"approval\.same_person")


def test_a_case_that_was_reopened_carries_no_signature_any_more(put: Put) -> None:
    from holdfast.workflows.cases.case import write_case
    from holdfast.workflows.cases.plan_check import check_plan_against_cases

    check_plan_against_cases(put.office.office, put.plan)
    write_case(put.office.office, put.investigator.reader(), put.case_id, "reopened", {"why": "something new"})
    with pytest.raises(CheckFailedError, match=r"case\.grounds\.undecided"):
        check_plan_against_cases(put.office.office, put.plan)
