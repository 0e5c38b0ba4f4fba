"""Whether the cases of the office let a plan be proposed: decided grounds, care for the coerced first, who is barred.

Called when a plan is proposed and again when it is approved, because a case may have been reopened meanwhile.
"""

from collections.abc import Iterable, Mapping

from holdfast.access.rules.console_rules import Because
from holdfast.accounts.names import account_as_compared
from holdfast.actions.plans.grounds import Grounds as ShownGrounds
from holdfast.actions.plans.plan import Plan, PlannedAction
from holdfast.actions.steps.kind import Purpose, TargetType, kind_of
from holdfast.cases._kind import Stage
from holdfast.cases.attribution import Level, check_public_text
from holdfast.cases.case import Case, fold
from holdfast.cases.decision import Grounds, grounds_for
from holdfast.cases.people import check_public_trace
from holdfast.errors import CheckFailedError
from holdfast.facts import Fact, MemberId, StreamId
from holdfast.store.office.vault import Reader
from holdfast.workflows.cases.case import ACCOUNTS, KIND, recusal_facts, write_as_clock
from holdfast.workflows.office.opening import Office


def check_plan_against_cases(office: Office, plan: Plan) -> None:
    """Return when no case stands against this plan.

    A plan on a decision refers to one decided case that carries each of its actions in severity, class of
    evidence and claim (D7, D9, D10). No plan that accuses or removes at the person's request touches somebody who is
    owed care first, whichever case holds them (D16). A freeze is urgent and accuses nobody, and giving rights back
    harms nobody: neither is held up here.

    Raises CheckFailedError `case.people.duty_first`, `case.plan.no_case`, `case.grounds.…`, `case.standard.…`,
    `case.attribution.…`, `case.plan.evidence_class`, `case.plan.own_request`, `case.plan.undecided`,
    `case.plan.stranger`. No text names an account.
    """
    if plan.purpose is not Purpose.DECISION:
        return
    actions = [each for each in plan.actions if _is_held_against_cases(each)]
    check_care(office, plan, actions)
    if not actions:
        return
    decided = fold(_facts_of_case(office, plan))
    for each in actions:
        _check_action(decided, each)


def check_care(office: Office, plan: Plan, actions: Iterable[PlannedAction]) -> None:
    """Return when nobody whom these actions of a plan touch is owed care first, whichever case holds them (D16).

    Asked when a plan is proposed, when it is approved, and before each phase begins: a person may be found to be
    under pressure while a phase is sealed. Raises CheckFailedError `case.people.duty_first`.
    """
    if plan.purpose is not Purpose.DECISION:
        return
    touched = [each for each in actions if _is_held_against_cases(each)]
    for case in _cases_holding(office, (str(each.action.target) for each in touched)).values():
        _check_care(case, {account_as_compared(str(each.action.target)) for each in touched})


def note_plan_in_case(office: Office, plan: Plan, *, by: MemberId) -> None:
    """Write into the case that this plan was made of it; nothing when it does not follow from a case, or stands."""
    if not plan.reference.startswith(f"{KIND}/"):
        return
    facts = _facts_of_case(office, plan)
    if plan.id not in fold(facts).course.plans:
        write_as_clock(office, plan.reference.partition("/")[2], facts, "plan made", {"plan": str(plan.id)}, by=by)


def barred_from(office: Office, plan: Plan) -> dict[MemberId, str]:
    """Who may not approve this plan because of a case it touches: recused, denied, party or near; with the reason."""
    accounts = [str(each.action.target) for each in plan.actions if _is_held_against_cases(each)]
    found: dict[MemberId, str] = {}
    for case_id, case in _cases_holding(office, accounts).items():
        computed = {str(fact.body["member"]): str(fact.body["why"]) for fact in recusal_facts(office, case_id, case)}
        found |= {MemberId(member): why for member, why in computed.items()} | case.readers.barred
    return found


def _is_held_against_cases(planned: PlannedAction) -> bool:
    """Whatever is done to an account, and what takes something away: no case carries it against a page."""
    kind = kind_of(planned.action)
    return kind.target is not TargetType.PAGE or kind.severe


def _facts_of_case(office: Office, plan: Plan) -> tuple[Fact, ...]:
    kind, _, case_id = plan.reference.partition("/")
    if kind != KIND or not case_id:
        raise CheckFailedError(
            "case.plan.no_case",
            "a plan on a decision follows from a case",
            expected="a reference such as case/0123456789abcdef",
            hint="name the decided case as the plan's reference",
        )
    stream = StreamId(kind=KIND, id=case_id)
    return office.vault.read(Reader.of_the_office(Because.RULE), stream, purpose="plan checked against its case")


def _cases_holding(office: Office, accounts: Iterable[str]) -> dict[str, Case]:
    streams = {each for account in accounts for each in office.vault.holding(ACCOUNTS, account)}
    return {
        stream.id: fold(
            office.vault.read(Reader.of_the_office(Because.RULE), stream, purpose="plan checked against cases")
        )
        for stream in sorted(streams)
        if stream.kind == KIND
    }


def _check_care(case: Case, accounts: set[str]) -> None:
    for person in case.people.values():
        if account_as_compared(person.account) in accounts:
            check_public_trace(case, person)


def _check_action(case: Case, planned: PlannedAction) -> None:
    account = account_as_compared(str(planned.action.target))
    held = {account_as_compared(person.account): person.account for person in case.people.values()}
    severity = kind_of(planned.action).severity
    if severity is None:
        _check_follows(case, held, account)
        return
    carried = grounds_for(case, held.get(account, account), severity)
    if carried.own_request != planned.at_own_request:
        raise CheckFailedError(
            "case.plan.own_request",
            "the plan and the case differ on whether the person asked for this",
            expected="recorded as their own request" if carried.own_request else "a decision, not a request",
        )
    if planned.grounds is not None and not carried.own_request:
        _check_grounds(case, planned.grounds, carried)


def _check_follows(case: Case, held: Mapping[str, str], account: str) -> None:
    """What takes nothing needs no grounds, but it too follows from a decision, whichever, in the person's case."""
    if case.stage is not Stage.DECIDED:
        raise CheckFailedError(
            "case.plan.undecided",
            "the plan follows from a case that has no decision that stands",
            hint="decide the case first; one that was opened again is decided again",
        )
    if account not in held:
        raise CheckFailedError(
            "case.plan.stranger",
            "the plan touches somebody who is not in its case",
            expected="a person of the case that the plan follows from",
            hint="take the action out, or add the person to the case",
        )


def _check_grounds(case: Case, shown: ShownGrounds, carried: Grounds) -> None:
    beyond = sorted(set(shown.evidence_class) - set(carried.evidence_classes))
    if beyond:
        raise CheckFailedError(
            "case.plan.evidence_class",
            "the plan names classes of evidence that did not weigh in the case",
            expected=", ".join(carried.evidence_classes),
            got=", ".join(beyond),
        )
    texts = [shown.rule, shown.conduct, shown.milder_step, shown.milder_not_enough]
    check_public_text(case, carried.level or Level.BEHAVIOUR, [_english(each) for each in texts])


def _english(text: str | Mapping[str, str]) -> str:
    return text if isinstance(text, str) else text.get("en", "")
