"""Carrying out a plan on wikis: two deciders who are neither its targets nor recused."""

from collections.abc import Mapping, Sequence

from holdfast.access.rules.console_rules import Because
from holdfast.actions.plans.plan import Plan, PlannedAction, plan_of, plan_sha256
from holdfast.actions.plans.telling import end_in_words
from holdfast.approval import Approved
from holdfast.approval.request import Request
from holdfast.errors import CheckFailedError
from holdfast.facts import MemberId
from holdfast.store.office.streams import LogEntry
from holdfast.store.office.vault import Reader
from holdfast.workflows.acting.approved_plan import begin
from holdfast.workflows.acting.plan import barred_members, check_ready_to_sign, read_plan
from holdfast.workflows.acting.surroundings import PLAN, plan_stream
from holdfast.workflows.cases.plan_check import note_plan_in_case
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.proposal_kind import Line, ProposalKind, What
from holdfast.workflows.office.shown import Shown


def plan_lines(plan: Plan) -> Sequence[Line]:
    """All of a plan that its approvers must know, in words; the exact bytes stand below it."""
    gates = [
        f"phase {phase}: "
        + ", ".join(
            filter(
                None,
                (
                    f"not before {gate.opens_at.isoformat()}" if gate.opens_at else "",
                    f"when “{gate.opens_when}” holds" if gate.opens_when else "",
                    f"not from {gate.closes_at.isoformat()} on" if gate.closes_at else "",
                ),
            )
        )
        for phase, gate in sorted(plan.gates.items())
    ]
    return (
        Line(label="Plan", values=(str(plan.id),)),
        Line(label="Purpose", values=(plan.purpose.value,)),
        Line(label="Actions", values=tuple(f"{count} × {kind}" for kind, count in plan.public_counts().items())),
        Line(label="Wikis", values=tuple(each.name for each in plan.wikis)),
        Line(label="Gates", values=tuple(gates)),
        Line(label="If a target has moved", values=(plan.on_failure.value,)),
        Line(label="Jurisdictions touched", values=plan.jurisdictions_touched),
        Line(label="Texts accepted although no native reader has checked them", values=plan.accepts_unchecked_texts),
        Line(label="Valid until", values=(plan.valid_until.isoformat() if plan.valid_until else "",)),
        *(Line(label=f"{each.action.kind}, {each.id}", values=_action_words(each)) for each in plan.actions),
        Line(label="SHA-256 of the plan", values=(plan_sha256(plan),)),
    )


def _action_words(each: PlannedAction) -> tuple[str, ...]:
    words = [each.action.target, f"on {', '.join(each.action.wikis)}", f"until {end_in_words(each)}"]
    if each.at_own_request:
        words.append("at the person's own request")
    if each.appeal is not None and not each.appeal.appealable:
        words.append("no appeal")
    words += [f"withheld: {one.field} until {one.until.isoformat()}" for one in each.withheld]
    words.append(f"steps: {', '.join(step.name for step in each.steps()) or 'none, all is so already'}")
    return tuple(words)


def _lines(office: Office, what: What) -> Sequence[Line]:
    return plan_lines(plan_of(what))


def _barred(office: Office, what: What) -> Mapping[MemberId, str]:
    return barred_members(office, plan_of(what))


def _execute(office: Office, approved: Approved[Request]) -> Shown:
    system = Reader.of_the_office(Because.APPROVED)
    plan = plan_of(approved.value.what)
    opened = read_plan(office, system, plan.id, purpose="plan approved")
    if opened.course.plan is None or opened.course.plan.to_json() != plan.to_json():
        raise CheckFailedError(
            "plan.moved", "the plan was prepared anew after it was put before you", hint="read and sign the new one"
        )
    check_ready_to_sign(office, opened)
    begin(office, approved)
    note_plan_in_case(office, plan, by=min(each.member for each in approved.signatures))
    office.vault.log_later(
        system,
        plan_stream(plan.id),
        LogEntry(
            name=f"plan {plan_sha256(plan)[:16]}",
            kind="note",
            payload={"text": "a plan was approved by two people", "plan": plan_sha256(plan)},
            opens_on="the plan is carried out",
        ),
        purpose="plan sealed in the log",
    )
    return Shown(kind="plan", id=plan.id)


PROPOSAL = ProposalKind(
    title="A plan of actions on wikis",
    means="Your signature lets the executor do exactly this on the wikis listed, and nothing else.",
    ruled_as=PLAN,
    roles=frozenset({"decider"}),
    lines=_lines,
    execute=_execute,
    barred=_barred,
)
