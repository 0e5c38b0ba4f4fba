"""The check of a plan as a whole: every problem at once, each with its place in the file.

What only the wikis know (an account that does not exist, a system user, a missing right) is the preflight's.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from holdfast.accounts.names import AccountName, account_as_compared, kept_name
from holdfast.actions.plans.grounds import LONGEST_UNSIGNED_DAYS, Appeal, Withheld
from holdfast.actions.plans.plan import Plan, PlanId, PlannedAction
from holdfast.actions.plans.telling import as_if_told, leads_nowhere, unchecked_languages
from holdfast.actions.steps.kind import End, Kind, Purpose, TargetType, all_kinds, no_such_kind
from holdfast.actions.steps.ports import INFINITY
from holdfast.clock import parse_at
from holdfast.errors import InputRefusedError, Problem
from holdfast.notices.kinds import FORMS, LANGUAGES, NEVER_WITHHELD

_JURISDICTION = re.compile(r"[A-Z][A-Z0-9-]{0,15}\Z")


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What a plan is held against besides itself."""

    now: datetime
    taken: Mapping[str, PlanId] = field(default_factory=dict)
    """Targets of plans that are neither closed nor given up (see `target_keys`), and which plan has each."""
    deciders: frozenset[str] = frozenset()
    """Wiki accounts of those who approve, sign off or decide in this office."""
    operators: frozenset[str] = frozenset()
    """Accounts that carry plans out."""
    links_to: str = ""
    """The address to which the links of notices lead; empty where any will do: no office is there, or a demo."""


def check(plan: Plan, around: Surroundings, places: Mapping[str, str] | None = None) -> list[Problem]:
    """Every problem of a plan, in the order of its actions; empty when there is none. Drafts are checked too.

    `places` says where each action stands in its file.
    """
    found = list(_of_the_plan(plan, around))
    found += _of_the_targets(plan, around)
    for each in plan.actions:
        found += _of_the_action(plan, each, around)
    known = places or {}
    return list(dict.fromkeys(replace(each, place=known.get(each.place, each.place)) for each in found))


def _of_the_plan(plan: Plan, around: Surroundings) -> Iterator[Problem]:
    def problem(code: str, what: str) -> Problem:
        return Problem(code=f"plan.{code}", what=what, place=str(plan.id))

    if plan.valid_until is not None and plan.valid_until <= around.now:
        yield problem("valid_until", f"it was valid until {plan.valid_until.isoformat()}")
    names = [each.name for each in plan.wikis]
    for name in sorted({each for each in names if names.count(each) > 1}):
        yield problem("wiki_twice", f"the wiki {name} is listed twice")
    for phase, gate in plan.gates.items():
        if phase not in plan.phases:
            yield problem("gate", f"there is a gate for phase {phase}, and no action in it")
        if gate.closes_at is not None and gate.closes_at <= around.now:
            yield problem("gate_expired", f"the gate of phase {phase} closed at {gate.closes_at.isoformat()}")
        if gate.closes_at is not None and gate.opens_at is not None and gate.closes_at <= gate.opens_at:
            yield problem("gate", f"the gate of phase {phase} closes before it opens")
    for jurisdiction in (*plan.jurisdictions_touched, *plan.jurisdictions_affected):
        if not _JURISDICTION.match(jurisdiction):
            yield problem("jurisdiction", f"{jurisdiction[:40]!r} is not a class of jurisdiction such as J1")
    if plan.jurisdictions_affected and set(plan.jurisdictions_touched) - set(plan.jurisdictions_affected):
        yield problem("jurisdiction", "a jurisdiction is touched that is not among those affected")
    if plan.purpose is Purpose.DECISION and not plan.jurisdictions_touched:
        yield problem("jurisdiction", "no jurisdiction is named that needs a legal sign-off")
    for language in plan.accepts_unchecked_texts:
        if language not in LANGUAGES:
            yield problem("language", f"accepts_unchecked_texts names {language[:20]!r}, in which there are no texts")


def _of_the_targets(plan: Plan, around: Surroundings) -> Iterator[Problem]:
    barred = {account_as_compared(each): "decides in this office" for each in around.deciders}
    barred |= {account_as_compared(each): "is an operator account" for each in around.operators}
    seen: dict[tuple[TargetType, str], str] = {}
    for each in plan.actions:
        target = _target(each)
        if target is None:
            continue
        name = each.action.target
        if target in seen:
            yield _problem(each, "target_twice", f"{name} is the target of {seen[target]} already")
        other = around.taken.get(_key(target), plan.id)
        if other != plan.id and _takes_target(each):
            yield _problem(each, "target_elsewhere", f"{name} is a target of the open plan {other}")
        if target[0] is TargetType.ACCOUNT and target[1] in barred:
            yield _problem(each, "target_barred", f"{name} {barred[target[1]]} and cannot be a target")
        seen.setdefault(target, each.id)


def _target(each: PlannedAction) -> tuple[TargetType, str] | None:
    kind = all_kinds().get(each.action.kind)
    return None if kind is None else (kind.target, account_as_compared(each.action.target))


def _takes_target(each: PlannedAction) -> bool:
    kind = all_kinds().get(each.action.kind)
    return kind is None or kind.takes_target


def _key(target: tuple[TargetType, str]) -> str:
    return f"{target[0].value}:{target[1]}"


def target_keys(plan: Plan) -> tuple[str, ...]:
    """The targets of a plan in the form in which plans are held against each other."""
    taking = (each for each in plan.actions if _takes_target(each))
    return tuple(sorted({_key(target) for target in map(_target, taking) if target is not None}))


def _problem(each: PlannedAction, code: str, what: str) -> Problem:
    return Problem(code=f"plan.{code}", what=what, place=each.id)


def _of_the_action(plan: Plan, each: PlannedAction, around: Surroundings) -> Iterator[Problem]:
    kind = all_kinds().get(each.action.kind)
    if kind is None:
        yield _problem(each, "kind", no_such_kind(each.action.kind))
        return
    try:
        kind.check(as_if_told(each))
    except InputRefusedError as reason:
        yield _problem(each, "params", f"{reason.what}: {reason.got}; wanted {reason.expected}")
    else:
        yield from _of_its_params(each, kind)
    yield from _of_its_form(plan, each, kind)
    yield from _of_its_reasons(plan, each, kind)
    yield from _of_its_times(each, kind, around.now)
    yield from _of_its_texts(plan, each, kind)
    if around.links_to:
        yield from _of_its_links(each, around.links_to)


def _of_its_params(each: PlannedAction, kind: Kind) -> Iterator[Problem]:
    """What can be asked once the kind has found sense in its parameters."""
    if set(each.before) >= set(each.action.wikis):
        try:
            each.steps()
        except InputRefusedError as reason:
            yield _problem(each, "steps", reason.what + (f" ({reason.hint})" if reason.hint else ""))
    ends = kind.reach(each.action.params).ends
    if each.expiry != INFINITY and kind.end is End.EACH_GROUP and ends != {each.expiry}:
        what = f"the person is told {each.expiry}, and the wiki ends the groups at {', '.join(sorted(ends))}"
        yield _problem(each, "expiry", what)


def _of_its_form(plan: Plan, each: PlannedAction, kind: Kind) -> Iterator[Problem]:
    listed = {wiki.name for wiki in plan.wikis}
    for wiki in each.action.wikis:
        if wiki not in listed:
            yield _problem(each, "wiki", f"the wiki {wiki[:64]!r} is not listed in the plan")
    if plan.purpose not in kind.purposes:
        allowed = sorted(name for name, other in all_kinds().items() if plan.purpose in other.purposes)
        what = f"a plan whose purpose is “{plan.purpose.value}” may only hold {' and '.join(allowed)}"
        yield _problem(each, "purpose", what)
    if each.at_own_request and kind.notice_on_request is None:
        allowed = sorted(name for name, other in all_kinds().items() if other.notice_on_request)
        yield _problem(each, "own_request", f"only {' and '.join(allowed)} can be recorded as a person's own request")


def _of_its_reasons(plan: Plan, each: PlannedAction, kind: Kind) -> Iterator[Problem]:
    if plan.purpose is not Purpose.DECISION or each.at_own_request:
        if each.grounds is not None:
            yield _problem(each, "no_fault", "an action without fault states no grounds against anybody")
        return
    if each.grounds is None or each.appeal is None or each.road_back is None:
        yield _problem(each, "reasons", "an action starts only with its grounds, its appeal route and its road back")
        return
    if kind.severe and each.grounds.test is None:
        what = "a severe action needs the three-part test: legal, necessary, proportional"
        yield _problem(each, "three_part_test", what)
    if kind.says_conduct and not each.grounds.conduct:
        yield _problem(each, "conduct", f"a {kind.name} says which conduct it is about")


def _of_its_times(each: PlannedAction, kind: Kind, now: datetime) -> Iterator[Problem]:
    today = now.date()
    if each.expiry != INFINITY and parse_at(each.expiry) <= now:
        yield _problem(each, "expiry", f"its end, {each.expiry}, has passed")
    told = each.action.params.get("expiry", each.expiry)
    if told != each.expiry:
        yield _problem(each, "expiry", f"the person is told {each.expiry}, and the wiki {told}")
    yield from _of_its_end(each, kind)
    if each.grounds is not None and not each.grounds.start <= each.grounds.end <= today:
        yield _problem(each, "period", "its period ends before it begins, or in the future")
    if each.appeal is not None:
        yield from _of_its_appeal(each, each.appeal, today)
    for withheld in each.withheld:
        yield from _of_what_is_withheld(each, withheld, today)


def _of_its_end(each: PlannedAction, kind: Kind) -> Iterator[Problem]:
    """An end is told only where something makes it true."""
    if each.expiry == INFINITY:
        return
    if kind.end is End.NONE:
        what = f"nothing ends a {kind.name} on {each.expiry}; leave its expiry out, or write infinity for it"
        if kind.target is TargetType.PAGE:
            what += ": the end of a protection stands beside its level, in params"
        yield _problem(each, "expiry", what)


def _of_its_appeal(each: PlannedAction, appeal: Appeal, today: date) -> Iterator[Problem]:
    if appeal.appealable:
        if not appeal.body or (appeal.until is not None and appeal.until < today):
            yield _problem(each, "appeal", "an appeal needs a body that decides, and a last day that is to come")
        return
    last = today + timedelta(days=LONGEST_UNSIGNED_DAYS)
    if not (appeal.legal_ground and appeal.may_lift):
        yield _problem(each, "no_appeal", "“no appeal” needs a legal ground and who may lift it")
    if appeal.sign_again_by is None or not today < appeal.sign_again_by <= last:
        what = f"“no appeal” lapses unless it is signed again; wanted a day until {last.isoformat()}"
        yield _problem(each, "no_appeal_without_end", what)
    if not 1 <= (appeal.sign_again_days or 0) <= LONGEST_UNSIGNED_DAYS:
        yield _problem(each, "no_appeal_without_end", f"it is signed again every 1 to {LONGEST_UNSIGNED_DAYS} days")


def _of_what_is_withheld(each: PlannedAction, withheld: Withheld, today: date) -> Iterator[Problem]:
    if withheld.field not in FORMS:
        yield _problem(each, "withheld", f"a notice has no field {withheld.field[:40]!r}")
    if withheld.field in NEVER_WITHHELD:
        yield _problem(each, "withheld", f"{withheld.field} is never withheld from a person")
    if withheld.until <= today:
        yield _problem(each, "withheld", f"the end of withholding {withheld.field[:40]} has passed")


def _of_its_texts(plan: Plan, each: PlannedAction, kind: Kind) -> Iterator[Problem]:
    if kind.target is TargetType.PAGE:
        return
    if each.language not in LANGUAGES:
        what = f"there are no texts in {each.language[:20]!r}; there are: {', '.join(LANGUAGES)}"
        yield _problem(each, "language", what)
    if set(each.notice_on) - set(each.action.wikis):
        yield _problem(each, "notice", "its notice is left on a wiki that the action does not list")
    if not each.notice_on:
        yield _problem(each, "notice", "its notice is left nowhere")
    for language in unaccepted_texts(plan, each):
        what = (
            f"no native reader has checked the texts in {language}; the plan must name it in "
            "accepts_unchecked_texts, and those who sign then accept it"
        )
        yield _problem(each, "unchecked_text", what)


def _of_its_links(each: PlannedAction, links_to: str) -> Iterator[Problem]:
    if each.appeal is not None and each.appeal.appealable and each.notice_on and leads_nowhere(links_to):
        what = f"its notice would tell the person to appeal at {links_to}, which opens on this machine alone"
        yield _problem(each, "link", f"{what}; set public_url in office.toml (docs/running.md)")
    elif leads_nowhere(str((each.action.params.get("notice") or {}).get("text", ""))):
        what = "its notice holds a link that opens on this machine alone; do the dry run again"
        yield _problem(each, "link", what)


def unaccepted_texts(plan: Plan, each: PlannedAction) -> tuple[str, ...]:
    """The languages of an action's notice that no native reader has checked and that the plan does not accept."""
    return tuple(sorted(unchecked_languages(each) - set(plan.accepts_unchecked_texts)))


def targets(plan: Plan) -> frozenset[AccountName]:
    """The accounts that a plan acts on: none of them may approve it."""
    kinds = all_kinds()
    return frozenset(
        kept_name(each.action.target)
        for each in plan.actions
        if each.action.kind in kinds and kinds[each.action.kind].target is TargetType.ACCOUNT
    )
