"""The rights that a freeze takes, removed on the wikis by the executor: a plan that accuses nobody.

    plan = rights_removal_plan(request.what, hands, now=...)       after the freeze was approved
    run(approved, means)                                           `approved`: the plan, over the freeze's own bytes

The freeze's signed bytes list every right. The plan made from them may hold less (what a wiki no longer has), never
more: `is_covered` is asked again by the executor.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from holdfast.actions.kind import Action
from holdfast.actions.plan import Plan, PlannedAction, PlannedWiki, Purpose, action_id, plan_id
from holdfast.actions.planning import Hands, prepare, with_reports
from holdfast.actions.steps import Json
from holdfast.errors import InputRefusedError
from holdfast.ids import WikiName, wiki_name

REASON = "Protective, no fault: access is suspended until a review"
"""What the wikis' logs say. It names no person's jurisdiction and no accusation."""
VALID_FOR = timedelta(days=14)

_Groups = dict[tuple[WikiName, str], set[str]]


def rights_removal_plan(what: Json, hands: Hands, *, now: datetime, reason: str = REASON) -> Plan | None:
    """The plan of a freeze's `what` (its request's signed JSON); null when no wiki group is to be removed.

    Each account's groups on each wiki are one action; the before-states are what the wikis say now, so that restoring
    can put back exactly what was removed. Raises InputRefusedError `plan.targets`, BusyError.
    """
    identity = plan_id(f"freeze-{what['freeze']}")
    wanted = _groups(what)
    actions = tuple(
        PlannedAction(
            action=Action(
                id=action_id(identity, number),
                kind="rights_removal",
                target=account,
                wikis=(wiki,),
                params={"groups": sorted(groups), "reason": reason},
            )
        )
        for number, ((wiki, account), groups) in enumerate(sorted(wanted.items()), 1)
    )
    if not actions:
        return None
    draft = Plan(
        id=identity,
        purpose=Purpose.PROTECTIVE,
        wikis=tuple(PlannedWiki(name=wiki, language="") for wiki in sorted({wiki for wiki, _ in wanted})),
        actions=actions,
        valid_until=now + VALID_FOR,
        reference=f"freeze/{what['freeze']}",
    )
    plan = prepare(draft, hands, appeal_link=_no_link, now=now)
    if not is_covered(plan, what):
        raise InputRefusedError(
            "plan.not_covered",
            "an account has another number on the wiki than the freeze has it",
            place=str(identity),
            hint="the account may have been renamed; correct the register, and preview the freeze again",
        )
    return with_reports(plan, collateral={}, preflight={})


def is_covered(plan: Plan, what: Json) -> bool:
    """Whether a plan does nothing but what a freeze's signed JSON lists: these groups, of these accounts."""
    if plan.purpose is not Purpose.PROTECTIVE or plan.reference != f"freeze/{what.get('freeze')}":
        return False
    allowed = _groups(what)
    numbers = {(each["wiki"], each["account"]): each["user_id"] for each in what["items"]}
    for each in plan.actions:
        groups = each.action.params.get("groups")
        if each.action.kind != "rights_removal" or not isinstance(groups, list):
            return False
        for wiki in each.action.wikis:
            place = (wiki, each.action.target)
            known = numbers.get(place)
            if not set(groups) <= allowed.get(place, set()):
                return False
            if known is not None and each.before[wiki]["user_id"] != known:
                return False
    return True


def _groups(what: Json) -> _Groups:
    """For each wiki and account the groups to remove; rights outside the wikis have none."""
    found: _Groups = {}
    for item in what["items"]:
        if item["group"]:
            found.setdefault((wiki_name(item["wiki"]), item["account"]), set()).add(item["group"])
    return found


def _no_link(action: str) -> str:
    raise InputRefusedError("plan.notices", "a freeze's own notices tell people", place=action)


def removed_groups(plan: Plan) -> Mapping[tuple[WikiName, str], Mapping[str, str]]:
    """For each wiki and account the groups that the plan found and took, with their ends: what is to be put back."""
    return {
        (wiki, each.action.target): dict(each.before[wiki]["groups"])
        for each in plan.actions
        for wiki in each.action.wikis
    }


def rights_restoration_plan(
    identity: str,
    reference: str,
    given: Mapping[tuple[WikiName, str], Mapping[str, str]],
    hands: Hands,
    *,
    now: datetime,
    reason: str,
    decider_role: str,
) -> Plan:
    """A plan that gives groups back, each with its end, for two people to sign as any plan. Nobody is told by it.

    `reference` names what it follows from (`review/ID`, `appeal/ID`). Raises as `prepare`.
    """
    plan = plan_id(identity)
    actions: list[PlannedAction] = []
    for (wiki, account), groups in sorted(given.items()):
        params: dict[str, Any] = {"groups": {wiki: dict(groups)}, "reason": reason}
        action = Action(
            id=action_id(plan, len(actions) + 1),
            kind="rights_restoration",
            target=account,
            wikis=(wiki,),
            params=params,
        )
        actions.append(PlannedAction(action=action, decider_role=decider_role))
    draft = Plan(
        id=plan,
        purpose=Purpose.RESTORATION,
        wikis=tuple(PlannedWiki(name=wiki, language="") for wiki in sorted({wiki for wiki, _ in given})),
        actions=tuple(actions),
        reference=reference,
    )
    return with_reports(prepare(draft, hands, appeal_link=_no_link, now=now), collateral={}, preflight={})
