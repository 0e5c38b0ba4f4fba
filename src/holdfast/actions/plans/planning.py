"""From wishes to a draft, and from a draft to a plan that can be signed: read the wikis, write the notices, bind the
reports.

draft = draft_of(id, purpose, reference, wishes, languages)    what a freeze, a review or a clock asks for
plan = prepare(draft, hands, appeal_link=...)                  the dry run: reads, and writes nothing
plan = with_reports(plan, collateral=..., preflight=...)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from holdfast.actions.plans.file import PlaceOf, refuse
from holdfast.actions.plans.grounds import Text
from holdfast.actions.plans.plan import (
    IfAlready,
    Plan,
    PlannedAction,
    PlannedWiki,
    action_id,
    plan_id,
    with_notices,
    with_states,
)
from holdfast.actions.plans.telling import AppealLink, as_if_told, notice_of
from holdfast.actions.steps.kind import Action, Purpose, kind_of, look_at_targets
from holdfast.actions.steps.ports import WikiHand
from holdfast.actions.steps.step import Json
from holdfast.canonical import canonical_bytes, sha256_hex
from holdfast.errors import InputRefusedError, Problem
from holdfast.ids import WikiName

VALID_FOR = timedelta(days=30)
"""How long a plan is valid that does not say it."""

Hands = Mapping[WikiName, WikiHand]


@dataclass(frozen=True, kw_only=True)
class Wish:
    """One action that something other than a person's file asks for: it accuses nobody, so it states no grounds."""

    kind: str
    target: str
    wikis: tuple[WikiName, ...]
    params: Json
    language: str = "en"
    decider_role: Text = ""
    is_told: bool = True
    """Whether a notice is left, on each of its wikis, where the plan's purpose has notices."""
    if_already: IfAlready = IfAlready.HOLD


def draft_of(
    identity: str,
    purpose: Purpose,
    reference: str,
    wishes: Sequence[Wish],
    languages: Mapping[WikiName, str],
    *,
    accepts_unchecked_texts: Sequence[str] = (),
) -> Plan:
    """The draft that these wishes make, in their order; `languages` are those of the wikis' communities.

    Raises InputRefusedError `plan.id`.
    """
    name = plan_id(identity)
    actions = [
        PlannedAction(
            action=Action(
                id=action_id(name, number), kind=each.kind, target=each.target, wikis=each.wikis, params=each.params
            ),
            language=each.language,
            decider_role=each.decider_role,
            notice_on=each.wikis if each.is_told else (),
            if_already=each.if_already,
        )
        for number, each in enumerate(wishes, 1)
    ]
    return Plan(
        id=name,
        purpose=purpose,
        wikis=tuple(
            PlannedWiki(name=wiki, language=languages[wiki])
            for wiki in sorted({wiki for each in wishes for wiki in each.wikis})
        ),
        actions=tuple(actions),
        accepts_unchecked_texts=tuple(accepts_unchecked_texts),
        reference=reference,
    )


def prepare(
    draft: Plan, hands: Hands, *, appeal_link: AppealLink, now: datetime, places: PlaceOf | None = None
) -> Plan:
    """The plan with each before-state as the wikis have it now, with every notice, and with an end.

    Raises InputRefusedError `plan.targets` with every target that cannot be acted on (no such account, no such page,
    a partial block …), `plan.notices` with every notice that cannot be written; BusyError when a wiki cannot be read.
    """
    known = places or {}
    draft = replace(draft, valid_until=draft.valid_until or now + VALID_FOR)
    seen = with_states(draft, read_states(draft, hands, known))
    if draft.purpose is Purpose.PROTECTIVE:
        return seen
    notices: dict[str, Json] = {}
    problems = []
    for each in seen.actions:
        try:
            notice = notice_of(each, appeal_link=appeal_link)
        except InputRefusedError as reason:
            what = f"its notice cannot be written: {reason.what}"
            problems.append(Problem(code=reason.code, what=what, place=known.get(each.id, each.id)))
            continue
        if notice is not None:
            notices[each.id] = notice
    refuse(problems, code="plan.notices", place=str(draft.id))
    return with_notices(seen, notices)


def read_states(plan: Plan, hands: Hands, places: PlaceOf | None = None) -> dict[str, dict[WikiName, dict[str, Any]]]:
    """What each action's kind reads on each of its wikis, by the action's id; one look for each wiki.

    Raises InputRefusedError `plan.targets` with every target that cannot be acted on.
    """
    found: dict[str, dict[WikiName, dict[str, Any]]] = {each.id: {} for each in plan.actions}
    problems: list[Problem] = []
    for wiki in plan.wikis:
        here = [each for each in plan.actions if wiki.name in each.action.wikis]
        actions = {each.id: as_if_told(each) for each in here}
        seen = look_at_targets(hands[wiki.name], actions.values())
        for each in here:
            try:
                kind = kind_of(each.action)
                state = kind.read(seen, actions[each.id])
                kind.steps(state, actions[each.id], wiki.name)
                found[each.id][wiki.name] = state
            except InputRefusedError as reason:
                what = f"{each.action.target} on {wiki.name}: {reason.what}"
                what += f" ({reason.hint})" if reason.hint else ""
                problems.append(Problem(code=reason.code, what=what, place=(places or {}).get(each.id, each.id)))
    refuse(problems, code="plan.targets", place=str(plan.id))
    return found


def with_reports(plan: Plan, *, collateral: Json, preflight: Json) -> Plan:
    """The plan bound to the collateral report and the preflight that its approvers were shown."""
    return replace(
        plan,
        collateral_sha256=sha256_hex(canonical_bytes(dict(collateral))),
        preflight_sha256=sha256_hex(canonical_bytes(dict(preflight))),
    )
