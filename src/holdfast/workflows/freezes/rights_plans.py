"""Rights to be taken and given back on live wikis: drafted and tried in one, because a freeze must be at once.

A freeze, a review or a lifting carries its plan in the bytes that are signed; `plan.begin` then keeps it as a plan
like every other. What cannot be planned now (a wiki that does not answer, has no two operators, or does not know the
account) is listed with it, and done later or by hand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from holdfast.access.freezes.order import Item
from holdfast.access.freezes.restoring import PutBack
from holdfast.access.freezes.words import PROTECTIVE
from holdfast.access.rules.rights import RIGHTS
from holdfast.actions.plans.plan import IfAlready, Plan, PlannedAction, plan_sha256, with_states
from holdfast.actions.plans.planning import VALID_FOR, Wish, draft_of, with_reports
from holdfast.actions.plans.preflight import Preflight, preflight
from holdfast.actions.steps.kind import Purpose
from holdfast.actions.steps.ports import WikiHand
from holdfast.errors import HoldfastError
from holdfast.facts import StreamId
from holdfast.ids import WikiName
from holdfast.store.office.streams import fresh_id
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.operators import operators_of

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
class _Change:
    """One change of one account's groups on one wiki."""

    person: StreamId
    wiki: WikiName
    right: str
    account: str
    groups: Mapping[str, str]
    """To be given; for a removal the names alone count."""


def plan_removal(office: Office, items: Sequence[Item], *, reference: StreamId) -> Planned:
    """The plan that takes the rights of a freeze, as the wikis have them now.

    All groups that carry a right are taken, whichever of them the register has.
    """
    changes = [
        _Change(
            person=item.person,
            wiki=item.wiki,
            right=item.right,
            account=item.account,
            groups=dict.fromkeys(RIGHTS[item.right].groups, ""),
        )
        for item in items
        if not item.is_by_hand and not item.held_already
    ]
    return _planned(office, changes, f"take-{fresh_id()}", Purpose.PROTECTIVE, reference)


def plan_restoration(office: Office, back: Sequence[PutBack], *, reference: StreamId) -> Planned:
    """The plan that gives back exactly what was taken, with the ends that it had."""
    changes = [
        _Change(person=each.person, wiki=each.wiki, right=each.right, account=each.account, groups=each.groups)
        for each in back
        if "" not in each.groups
    ]
    return _planned(office, changes, f"back-{fresh_id()}", Purpose.RESTORATION, reference)


def _planned(
    office: Office, changes: Sequence[_Change], identity: str, purpose: Purpose, reference: StreamId
) -> Planned:
    if not changes:
        return Planned(plan=None, unplanned=(), seen={})
    hands, languages, away = _hands(office, {each.wiki for each in changes})
    mine = _together([each for each in changes if each.wiki in hands], purpose)
    draft = draft_of(identity, purpose, str(reference), [_wish(*each, purpose) for each in mine], languages)
    found = preflight([each.action for each in draft.actions], hands, now=office.clock())
    out: dict[tuple[str, WikiName], str] = {}
    for problem in found.problems:
        if problem.action:
            out[problem.action, WikiName(problem.wiki)] = problem.code
        else:
            away.setdefault(WikiName(problem.wiki), problem.code)

    def why_not(action: str, wiki: WikiName) -> str:
        return away.get(wiki) or out.get((action, wiki)) or out.get((action, WikiName("")), "")

    unplanned = [_left_out(each, away[each.wiki]) for each in changes if each.wiki not in hands]
    kept = list[PlannedAction]()
    seen: dict[tuple[StreamId, WikiName, str], Mapping[str, str]] = {}
    for each, (_, asked) in zip(draft.actions, mine, strict=True):
        unplanned += [_left_out(one, why) for one in asked if (why := why_not(each.id, one.wiki))]
        wikis = tuple(wiki for wiki in each.action.wikis if not why_not(each.id, wiki))
        kept += [replace(each, action=replace(each.action, wikis=wikis))] if wikis else []
        seen |= _seen(asked, found.states.get(each.id, {}))
    plan = _ready(office, draft, kept, found) if kept else None
    return Planned(plan=plan, unplanned=tuple(unplanned), seen=seen)


def _left_out(change: _Change, why: str) -> Unplanned:
    return Unplanned(person=change.person, wiki=change.wiki, right=change.right, why=why)


def _hands(
    office: Office, wikis: set[WikiName]
) -> tuple[dict[WikiName, Sequence[WikiHand]], dict[WikiName, str], dict[WikiName, str]]:
    """The operators of each wiki and its language, and why there are none where there are none."""
    operators = operators_of(office)
    hands: dict[WikiName, Sequence[WikiHand]] = {}
    languages: dict[WikiName, str] = {}
    away: dict[WikiName, str] = {}
    for wiki in sorted(wikis):
        try:
            hands[wiki] = [open_() for open_ in operators.openers_for(wiki)]
            languages[wiki] = operators.access(wiki).language
        except HoldfastError as reason:
            away[wiki] = reason.code
    return hands, languages, away


def _together(changes: Sequence[_Change], purpose: Purpose) -> list[tuple[str, list[_Change]]]:
    """What one action does: for each account all of it, or more actions where its wikis differ in what is taken."""
    together: dict[tuple[str, tuple[str, ...]], list[_Change]] = {}
    by_account: dict[tuple[str, WikiName], list[_Change]] = {}
    for change in changes:
        by_account.setdefault((change.account, change.wiki), []).append(change)
    for (account, _), mine in by_account.items():
        names = tuple(sorted({group for change in mine for group in change.groups}))
        together.setdefault((account, names if purpose is Purpose.PROTECTIVE else ()), []).extend(mine)
    return [(account, mine) for (account, _), mine in sorted(together.items())]


def _wish(account: str, mine: Sequence[_Change], purpose: Purpose) -> Wish:
    wikis = tuple(sorted({change.wiki for change in mine}))
    removing = purpose is Purpose.PROTECTIVE
    groups: Any = sorted({group for change in mine for group in change.groups})
    if not removing:
        groups = {
            wiki: {group: end for change in mine if change.wiki == wiki for group, end in change.groups.items()}
            for wiki in wikis
        }
    return Wish(
        kind="rights_removal" if removing else "rights_restoration",
        target=account,
        wikis=wikis,
        params={"groups": groups, "reason": REMOVED_REASON if removing else RESTORED_REASON},
        is_told=False,
        if_already=IfAlready.ACCEPT,
    )


def _ready(office: Office, draft: Plan, kept: Sequence[PlannedAction], found: Preflight) -> Plan:
    """The draft with what can be done of it, as the wikis are now."""
    wikis = {wiki for each in kept for wiki in each.action.wikis}
    plan = replace(
        draft,
        actions=tuple(kept),
        wikis=tuple(each for each in draft.wikis if each.name in wikis),
        valid_until=office.clock() + VALID_FOR,
    )
    states = {each.id: {wiki: found.states[each.id][wiki] for wiki in each.action.wikis} for each in kept}
    report = {"see": "the preview of the freeze, over the register"}
    return with_reports(with_states(plan, states), collateral=report, preflight=found.to_json())


def _seen(
    asked: Sequence[_Change], states: Mapping[WikiName, Mapping[str, Any]]
) -> dict[tuple[StreamId, WikiName, str], Mapping[str, str]]:
    seen: dict[tuple[StreamId, WikiName, str], Mapping[str, str]] = {}
    for change in asked:
        if change.wiki in states:
            carried = RIGHTS[change.right].groups
            groups = states[change.wiki]["groups"]
            seen[change.person, change.wiki, change.right] = {
                group: end for group, end in groups.items() if group in carried
            }
    return seen
