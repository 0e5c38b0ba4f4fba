"""A plan and its sweep in words and as JSON, for the command line. Accounts are named when asked for alone."""

from collections.abc import Iterator
from typing import Any

from holdfast.actions.plans.plan import Plan, plan_sha256
from holdfast.actions.plans.telling import end_in_words
from holdfast.actions.sweeps.course import SweepCourse
from holdfast.actions.sweeps.status import State, Status
from holdfast.workflows.acting.plan import OpenPlan


def plan_json(opened: OpenPlan, *, names: bool) -> dict[str, Any]:
    """What is known of a plan: where it stands, its counts, gates and actions."""
    plan = opened.shown
    return {
        "plan": opened.id,
        "standing": opened.course.standing.value,
        "sha256": plan_sha256(plan) if opened.course.plan else None,
        "purpose": plan.purpose.value,
        "counts": plan.public_counts(),
        "wikis": [each.name for each in plan.wikis],
        "on_failure": plan.on_failure.value,
        "gates": {str(phase): gate.to_json() for phase, gate in plan.gates.items()},
        "conditions_met": sorted(opened.course.conditions),
        "signed_off_asked": len(opened.course.sign_offs),
        "jurisdictions_touched": len(plan.jurisdictions_touched),
        "valid_until": plan.valid_until.isoformat() if plan.valid_until else None,
        "aftercare_missing": list(opened.course.aftercare.missing()),
        "actions": [
            {
                "id": each.id,
                "kind": each.action.kind,
                "phase": each.phase,
                "wikis": list(each.action.wikis),
                "expiry": end_in_words(each),
                **({"target": each.action.target} if names else {}),
            }
            for each in plan.actions
        ],
        "collateral": dict(opened.course.collateral),
    }


def plan_lines(opened: OpenPlan, *, names: bool) -> Iterator[str]:
    """The same as lines."""
    known = plan_json(opened, names=names)
    counts = ", ".join(f"{count} {kind}" for kind, count in known["counts"].items())
    yield f"{opened.id}: {known['standing']}; {counts}; on {', '.join(known['wikis'])}"
    yield f"purpose: {known['purpose']}; if a target has moved: {known['on_failure']}"
    if known["sha256"]:
        yield f"sha256: {known['sha256']}; valid until {known['valid_until']}"
    for phase, gate in known["gates"].items():
        yield f"phase {phase} is sealed: " + ", ".join(f"{name} {each}" for name, each in gate.items() if each)
    for each in known["actions"]:
        target = f" {each['target']}" if names else ""
        yield f"  {each['id']}  phase {each['phase']}  {each['kind']}{target}  until {each['expiry']}"
    if known["aftercare_missing"]:
        yield f"before it can be closed: {', '.join(known['aftercare_missing'])}"


def sweep_json(found: Status, course: SweepCourse, plan: Plan, *, names: bool) -> dict[str, Any]:
    """How far a sweep is."""
    targets = {each.id: each.action.target for each in plan.actions}
    return {
        "plan": plan.id,
        "ending": "held" if found.not_taken_back else found.ending or course.ending,
        "not_taken_back": [each.step.id for each in found.not_taken_back],
        "again_at": course.again_at.isoformat() if course.again_at else None,
        "steps": found.counts(),
        "begun_at": found.begun_at.isoformat() if found.begun_at else None,
        "last_at": found.last_at.isoformat() if found.last_at else None,
        "phases_begun": list(found.phases_begun),
        "alarms": len(found.alarms),
        "actions": [
            {
                "id": each.id,
                "kind": each.kind,
                "phase": each.phase,
                "state": each.state.value,
                **({"why": each.why} if each.state is State.HELD else {}),
                **({"target": targets[each.id]} if names else {}),
                "steps": {step.step.id.removeprefix(f"{each.id}/"): step.state.value for step in each.steps},
            }
            for each in found.actions
        ],
    }


def sweep_lines(found: Status, course: SweepCourse, plan: Plan, *, names: bool) -> Iterator[str]:
    """The same as lines; steps that are done are counted, the others are listed."""
    known = sweep_json(found, course, plan, names=names)
    yield f"{plan.id}: {known['ending'] or 'not finished'}; " + ", ".join(
        f"{count} {state}" for state, count in known["steps"].items() if count
    )
    for step in known["not_taken_back"]:
        yield f"  still not taken back: {step}" + (
            f"; tried again at {known['again_at']}" if known["again_at"] else ""
        )
    for each in known["actions"]:
        if each["state"] == State.DONE.value:
            continue
        why = f" ({each['why']})" if "why" in each else ""
        target = f" {each['target']}" if names else ""
        open_steps = [name for name, state in each["steps"].items() if state != State.DONE.value]
        yield f"  {each['id']}  {each['kind']}{target}  {each['state']}{why}  {', '.join(open_steps)}"
