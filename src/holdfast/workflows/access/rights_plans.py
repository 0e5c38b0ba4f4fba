"""Rights taken and given back on live wikis: small plans for the executor, made of exactly what people sign.

A freeze, a review or a lifting carries its plan in the bytes that are signed. What cannot be planned now (a wiki that
does not answer, has no two operators, or does not know the account) is listed with it, and done later or by hand.
"""

import os
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from holdfast.access.freezes.order import Item
from holdfast.access.freezes.restoring import PutBack
from holdfast.access.freezes.words import PROTECTIVE
from holdfast.access.rules.rights import RIGHTS
from holdfast.actions.plans.plan import (
    IfAlready,
    Plan,
    PlanId,
    PlannedAction,
    PlannedWiki,
    Purpose,
    action_id,
    plan_sha256,
    with_states,
)
from holdfast.actions.plans.planning import with_reports
from holdfast.actions.plans.preflight import Preflight, preflight
from holdfast.actions.steps.kind import Action
from holdfast.actions.steps.ports import WikiHand
from holdfast.actions.sweeps.crew import Crew
from holdfast.actions.sweeps.executor import run
from holdfast.actions.sweeps.means import Means, Patience
from holdfast.approval import check_approved
from holdfast.audit import Alarm, AlarmKind
from holdfast.errors import HoldfastError
from holdfast.facts import StreamId
from holdfast.ids import WikiName
from holdfast.store.office.outbox import promise
from holdfast.store.office.vault import Reader
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.operators import operators_of

VALID_FOR = timedelta(days=30)
"""A wiki that is away for longer needs a new decision."""
REMOVED_REASON = f"{PROTECTIVE}: access is suspended until a review"
RESTORED_REASON = f"{PROTECTIVE}: given back after a review"
"""The words of the wiki's own public log: the same for everybody, whatever the ground."""


@dataclass(frozen=True, kw_only=True)
class Unplanned:
    """What the plan leaves out: one right on one wiki, and the code of the reason."""

    person: StreamId
    wiki: WikiName
    right: str
    why: str

    def to_json(self) -> dict[str, str]:
        """As it stands in the signed bytes."""
        return {"person": self.person.id, "wiki": self.wiki, "right": self.right, "why": self.why}


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A plan ready to be signed (null: nothing can be planned), what it leaves out, and the groups it found."""

    plan: Plan | None
    unplanned: tuple[Unplanned, ...]
    seen: Mapping[tuple[StreamId, WikiName, str], Mapping[str, str]]
    """Of each right that was read: the groups that carry it there, with their ends."""

    def to_json(self) -> dict[str, Any]:
        """The part of a request that the executor asks for."""
        return {
            "plan": self.plan.to_json() if self.plan else None,
            "plan_sha256": plan_sha256(self.plan) if self.plan else "",
            "unplanned": [each.to_json() for each in self.unplanned],
        }


@dataclass(frozen=True, kw_only=True)
class _Wish:
    """One change of one account's groups on one wiki."""

    person: StreamId
    wiki: WikiName
    right: str
    account: str
    groups: Mapping[str, str]
    """To be given; for a removal the names alone count."""


def plan_removal(office: Office, items: Sequence[Item], *, plan: PlanId, reference: StreamId) -> Planned:
    """The plan that takes the rights of a freeze, as the wikis have them now.

    All groups that carry a right are taken, whichever of them the register has.
    """
    wishes = [
        _Wish(
            person=item.person,
            wiki=item.wiki,
            right=item.right,
            account=item.account,
            groups=dict.fromkeys(RIGHTS[item.right].groups, ""),
        )
        for item in items
        if not item.is_by_hand and not item.held_already
    ]
    return _plan(office, wishes, plan=plan, purpose=Purpose.PROTECTIVE, reference=reference)


def plan_restoration(office: Office, back: Sequence[PutBack], *, plan: PlanId, reference: StreamId) -> Planned:
    """The plan that gives back exactly what was taken, with the ends that it had."""
    wishes = [
        _Wish(person=each.person, wiki=each.wiki, right=each.right, account=each.account, groups=each.groups)
        for each in back
        if "" not in each.groups
    ]
    return _plan(office, wishes, plan=plan, purpose=Purpose.RESTORATION, reference=reference)


def _plan(office: Office, wishes: Sequence[_Wish], *, plan: PlanId, purpose: Purpose, reference: StreamId) -> Planned:
    if not wishes:
        return Planned(plan=None, unplanned=(), seen={})
    hands, away = _hands(office, {each.wiki for each in wishes})
    actions = _actions([each for each in wishes if each.wiki in hands], plan, purpose)
    found = preflight([action for action, _ in actions], hands, now=office.clock()) if actions else None
    out: dict[tuple[str, WikiName], str] = {}
    for problem in found.problems if found else ():
        if problem.action:
            out[problem.action, WikiName(problem.wiki)] = problem.code
        else:
            away.setdefault(WikiName(problem.wiki), problem.code)
    kept, unplanned = [], [_left_out(each, away[each.wiki]) for each in wishes if each.wiki not in hands]
    for action, mine in actions:
        wikis = tuple(wiki for wiki in action.wikis if wiki not in away and not _codes(out, action.id, wiki))
        unplanned += [
            _left_out(each, away.get(each.wiki) or _codes(out, action.id, each.wiki))
            for each in mine
            if each.wiki not in wikis
        ]
        if wikis:
            kept.append(replace(action, wikis=wikis))
    made = _made(office, kept, found, plan, purpose, reference) if kept and found else None
    seen = _seen(actions, found) if found else {}
    return Planned(plan=made, unplanned=tuple(unplanned), seen=seen)


def _codes(out: Mapping[tuple[str, WikiName], str], action: str, wiki: WikiName) -> str:
    return out.get((action, wiki)) or out.get((action, WikiName("")), "")


def _left_out(wish: _Wish, why: str) -> Unplanned:
    return Unplanned(person=wish.person, wiki=wish.wiki, right=wish.right, why=why)


def _hands(office: Office, wikis: set[WikiName]) -> tuple[dict[WikiName, Sequence[WikiHand]], dict[WikiName, str]]:
    """The operators of each wiki, and why there are none where there are none."""
    operators = operators_of(office)
    hands: dict[WikiName, Sequence[WikiHand]] = {}
    away: dict[WikiName, str] = {}
    for wiki in sorted(wikis):
        try:
            hands[wiki] = [open_() for open_ in operators.openers_for(wiki)]
        except HoldfastError as reason:
            away[wiki] = reason.code
    return hands, away


def _actions(wishes: Sequence[_Wish], plan: PlanId, purpose: Purpose) -> list[tuple[Action, list[_Wish]]]:
    """One action for each account, or more where its wikis differ in the groups."""
    together: dict[tuple[str, tuple[str, ...]], list[_Wish]] = {}
    by_account: dict[tuple[str, WikiName], list[_Wish]] = {}
    for wish in wishes:
        by_account.setdefault((wish.account, wish.wiki), []).append(wish)
    for (account, _), mine in by_account.items():
        names = tuple(sorted({group for wish in mine for group in wish.groups}))
        key = names if purpose is Purpose.PROTECTIVE else ()
        together.setdefault((account, key), []).extend(mine)
    made = []
    for number, ((account, names), mine) in enumerate(sorted(together.items()), 1):
        wikis = tuple(sorted({wish.wiki for wish in mine}))
        groups: Any = list(names)
        if purpose is Purpose.RESTORATION:
            groups = {
                wiki: {group: end for wish in mine if wish.wiki == wiki for group, end in wish.groups.items()}
                for wiki in wikis
            }
        removing = purpose is Purpose.PROTECTIVE
        action = Action(
            id=action_id(plan, number),
            kind="rights_removal" if removing else "rights_restoration",
            target=account,
            wikis=wikis,
            params={"groups": groups, "reason": REMOVED_REASON if removing else RESTORED_REASON},
        )
        made.append((action, mine))
    return made


def _made(
    office: Office, actions: Sequence[Action], found: Preflight, plan: PlanId, purpose: Purpose, reference: StreamId
) -> Plan:
    operators = operators_of(office)
    wikis = sorted({wiki for action in actions for wiki in action.wikis})
    drafted = Plan(
        id=plan,
        purpose=purpose,
        wikis=tuple(PlannedWiki(name=wiki, language=operators.access(wiki).language) for wiki in wikis),
        actions=tuple(PlannedAction(action=each, if_already=IfAlready.ACCEPT) for each in actions),
        valid_until=office.clock() + VALID_FOR,
        reference=str(reference),
    )
    states = {each.id: {wiki: found.states[each.id][wiki] for wiki in each.wikis} for each in actions}
    report = {"see": "the preview of the freeze, over the register"}
    return with_reports(with_states(drafted, states), collateral=report, preflight=found.to_json())


def _seen(
    actions: Sequence[tuple[Action, list[_Wish]]], found: Preflight
) -> dict[tuple[StreamId, WikiName, str], Mapping[str, str]]:
    seen: dict[tuple[StreamId, WikiName, str], Mapping[str, str]] = {}
    for action, mine in actions:
        for wish in mine:
            state = found.states.get(action.id, {}).get(wish.wiki)
            if state is not None:
                carried = RIGHTS[wish.right].groups
                groups = {group: end for group, end in state["groups"].items() if group in carried}
                seen[wish.person, wish.wiki, wish.right] = groups
    return seen


def promise_plan(office: Office, proposal: StreamId) -> None:
    """Promise that the plan in a proposal is carried out."""
    promise("carry out rights", proposal, office.clock())


def carry_out(office: Office, proposal: StreamId) -> Plan | None:
    """Carry the plan of an executed proposal out, from where its journal stands; null when it holds none.

    Its signatures are verified again over its bytes, as of the hour in which it was approved. Raises
    CheckFailedError `approval.…`, `sweep.…`, UsageError `journal.busy`, ServiceUnavailableError; the outbox then
    tries again.
    """
    from holdfast.workflows.office.propose import approvers, kind_of, read_proposal

    system = Reader.system()
    found = read_proposal(office, system, proposal, purpose="rights carried out")
    if not found.request.what.get("plan") or found.closed_at is None or found.state != "executed":
        return None
    plan, (_, kind) = Plan.from_json(found.request.what["plan"]), kind_of(proposal)
    approved = check_approved(
        plan,
        content=found.request.content(),
        signatures=[each for each in found.signatures if each.at <= found.closed_at],
        approvers=approvers(office),
        now=found.closed_at,
        rp_id=office.config.rp_id,
        origins=frozenset({office.config.origin}),
        max_age=timedelta(hours=office.config.approval_hours),
        role=kind.roles,
        barred=kind.barred(office, found.request.what),
        needed=kind.needed,
    )
    journal = office.vault.journal(system, proposal, str(plan.id), purpose="rights carried out")
    operators = operators_of(office)
    alarms: list[str] = []
    means = Means(
        crew=Crew({wiki.name: operators.openers_for(wiki.name) for wiki in plan.wikis}),
        journal=journal,
        clock=office.clock,
        sleep=time.sleep,
        alarm=lambda code, what, detail: alarms.append(code),
        patience=Patience(busy_longest=300),
        runner=f"{socket.gethostname()[:32]} {os.getpid()}",
    )
    try:
        run(approved, means)
    finally:
        if alarms:
            alarm = Alarm(kind=AlarmKind.WIKI_DIFFERS, at=office.clock(), object=proposal, count=len(alarms))
            office.vault.audit.alarm(alarm)
    return plan
