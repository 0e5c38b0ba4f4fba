"""Plans in the office: drafted from a file, tried on the wikis, signed off, approved by two, and closed.

identity = draft_plan(office, reader, text)        the file's check
dry_run(office, reader, identity)                  the wikis' states, the notices, preflight, collateral
ask_sign_off(office, reader, identity, "J1")       a proposal on which a lawyer signs
propose_plan(office, reader, identity)             a proposal on which two deciders sign
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from holdfast.actions.collateral import collateral
from holdfast.actions.course import (
    PLAN_FACTS,
    PlanCourse,
    Standing,
    check_can_close,
    check_standing,
    fold_plan,
    fold_sweep,
)
from holdfast.actions.orders import SignedOff, SignOff, check_sign_off
from holdfast.actions.plan import Aftercare, Plan, Purpose, plan_sha256
from holdfast.actions.plan_check import check, target_keys, targets
from holdfast.actions.plan_file import PlaceOf, parse_plan, refuse
from holdfast.actions.planning import prepare, with_reports
from holdfast.actions.preflight import preflight
from holdfast.actions.telling import AppealLink
from holdfast.approval import Approved, Signature, check_approved
from holdfast.errors import CheckFailedError
from holdfast.facts import MemberId, StreamId
from holdfast.ids import account_as_compared
from holdfast.store.office.streams import Summary
from holdfast.store.office.vault import ListPage, Reader
from holdfast.wiki.members import wiki_facts
from holdfast.wiki.operators import Operators
from holdfast.workflows.acting import (
    FROM_A_CLOCK,
    PLAN,
    first_hands,
    member_accounts,
    operators_of,
    plan_stream,
    surroundings,
    sweep_stream,
)
from holdfast.workflows.appeal import make_link, route_of
from holdfast.workflows.case_plan import barred_from, check_plan_against_cases
from holdfast.workflows.office import Office
from holdfast.workflows.propose import PREFIX, approvers, propose, read_proposal

COLLATERAL_DAYS = 365
"""The period over which admin work is counted."""
WATCHED_GROUPS = ("sysop", "bureaucrat", "interface-admin", "checkuser", "suppress")
"""Groups whose loss a community feels; those that a wiki does not know are left out."""
_SIGN_OFF = "sign-off"


@dataclass(frozen=True, kw_only=True)
class OpenPlan:
    """A plan as a reader has opened it. `draft` is its file as read; `places` are the lines of its actions."""

    id: str
    course: PlanCourse
    draft: Plan
    places: PlaceOf

    @property
    def plan(self) -> Plan:
        """As prepared. Raises CheckFailedError `plan.standing` for a draft."""
        if self.course.plan is None:
            check_standing(self.course, Standing.PREPARED)
            raise AssertionError
        return self.course.plan


def draft_plan(office: Office, reader: Reader, text: str, *, is_json: bool = False) -> str:
    """A new plan from a file's text; gives its id.

    Raises InputRefusedError `plan.file`, `plan.check` with every problem, `office.stream.exists` for an id in use.
    """
    draft = _checked(office, text, is_json=is_json)
    fact = PLAN_FACTS.fact("drafted", at=office.clock(), by=reader.member, body={"text": text, "is_json": is_json})
    office.vault.create(
        reader,
        PLAN,
        [fact],
        summary=_summary(Standing.DRAFT, draft),
        purpose="plan drafted",
        stream_id=draft.id,
        tokens={"account": [each.action.target for each in draft.actions]},
    )
    return str(draft.id)


def redraft(office: Office, reader: Reader, identity: str, text: str, *, is_json: bool = False) -> None:
    """Another text for a plan that is not approved; what was read and signed for the old one counts no more."""
    with office.vault.transaction():
        opened = read_plan(office, reader, identity, purpose="plan drafted anew")
        check_standing(opened.course, Standing.DRAFT, Standing.PREPARED)
        draft = _checked(office, text, is_json=is_json)
        if draft.id != identity:
            raise CheckFailedError("plan.other_id", "the file has another id", expected=identity, got=str(draft.id))
        tokens = {"account": [each.action.target for each in draft.actions]}
        body = {"text": text, "is_json": is_json}
        write_plan(office, reader, opened, "drafted", body, Standing.DRAFT, draft, tokens=tokens)


def _checked(office: Office, text: str, *, is_json: bool) -> Plan:
    draft, places = parse_plan(text.encode(), "the plan", is_json=is_json)
    refuse(check(draft, surroundings(office, operators_of(office)), places), code="plan.check", place="the plan")
    return draft


def read_plan(office: Office, reader: Reader, identity: str, *, purpose: str = "plan shown") -> OpenPlan:
    """A plan. Raises as `Vault.read`."""
    course = fold_plan(office.vault.read(reader, plan_stream(identity), purpose=purpose))
    draft, places = parse_plan(course.text.encode(), "the plan", is_json=course.is_json)
    return OpenPlan(id=identity, course=course, draft=draft, places=places)


def list_plans(office: Office, reader: Reader, *, after: str | None = None) -> ListPage:
    """One page of the list of plans, without names."""
    asked = Reader(member=reader.member, roles=reader.roles, passkey_session=reader.passkey_session)
    return office.vault.list_page(asked, PLAN, purpose="list of plans shown", after=after)


def dry_run(office: Office, reader: Reader, identity: str, *, known: Operators | None = None) -> OpenPlan:
    """Read the wikis, write the notices, and make the preflight and the collateral report; nothing is written there.

    Raises InputRefusedError `plan.check`, `plan.targets`, `plan.notices`; BusyError when a wiki cannot be read.
    """
    opened = read_plan(office, reader, identity, purpose="plan prepared")
    check_standing(opened.course, Standing.DRAFT, Standing.PREPARED)
    operators = known or operators_of(office)
    refuse(check(opened.draft, surroundings(office, operators), opened.places), code="plan.check", place="the plan")
    wikis = tuple(each.name for each in opened.draft.wikis)
    hands, now = first_hands(operators, wikis), office.clock()
    with_link = appeal_links(office, opened.draft)
    plan = prepare(opened.draft, hands, appeal_link=with_link, now=now, places=opened.places)
    refuse(check(plan, surroundings(office, operators), opened.places), code="plan.check", place="the plan")
    actions = [each.action for each in plan.actions]
    crews = {wiki: operators.hands_for(wiki) for wiki in wikis}
    found = preflight(actions, crews, now=now, deciders=member_accounts(office))
    start = now - timedelta(days=COLLATERAL_DAYS)
    facts = {
        each.name: wiki_facts(
            (hand := crews[each.name][0]),
            language=each.language,
            groups=[group for group in WATCHED_GROUPS if group in _groups_of(hand)],
            since=start.strftime("%Y-%m-%dT%H:%M:%SZ"),
        )
        for each in plan.wikis
    }
    states = {each.id: each.before for each in plan.actions}
    cost = collateral(actions, states, facts, period=(start.date(), now.date()))
    plan = with_reports(plan, collateral=cost.to_json(), preflight=found.to_json())
    body = {"plan": plan.to_json(), "collateral": cost.to_json(), "preflight": found.to_json()}
    with office.vault.transaction():
        # reading the wikis took minutes: what else was written meanwhile stands, as long as the draft is the same
        now_open = read_plan(office, reader, identity, purpose="plan prepared")
        check_standing(now_open.course, Standing.DRAFT, Standing.PREPARED)
        if now_open.course.text != opened.course.text:
            raise CheckFailedError(
                "plan.moved", "the plan was drafted anew during the dry run", hint="do the dry run of the new draft"
            )
        write_plan(office, reader, now_open, "prepared", body, Standing.PREPARED, plan)
    return read_plan(office, reader, identity, purpose="plan prepared")


def _groups_of(hand: Any) -> frozenset[str]:
    found = hand.session.read(meta="siteinfo", siprop="usergroups").get("usergroups", ())
    return frozenset(each["name"] for each in found)


def appeal_links(office: Office, draft: Plan) -> AppealLink:
    """Makes the link of each action for its notice; it works when the plan is carried out."""
    files = (draft.reference,) if draft.reference else ()

    def link(action: str) -> str:
        return make_link(office, route_of(draft, draft.action(action), files=files))

    return link


def ask_sign_off(office: Office, reader: Reader, identity: str, jurisdiction: str) -> StreamId:
    """Put a plan before the lawyers of one jurisdiction; the proposal on which one of them signs."""
    with office.vault.transaction():
        opened = read_plan(office, reader, identity, purpose="legal sign-off asked")
        check_standing(opened.course, Standing.PREPARED)
        if jurisdiction not in opened.plan.jurisdictions_touched:
            raise CheckFailedError("plan.jurisdiction", "the plan does not touch this jurisdiction", got=jurisdiction)
        value = SignOff(plan=identity, plan_sha256=plan_sha256(opened.plan), jurisdiction=jurisdiction)
        proposal = propose(office, reader, _SIGN_OFF, value.to_json())
        body = {"jurisdiction": jurisdiction, "proposal": proposal.id}
        write_plan(office, reader, opened, "sign-off asked", body, Standing.PREPARED, opened.plan)
    return proposal


def signed_off(office: Office, opened: OpenPlan) -> list[SignedOff]:
    """The sign-offs of a plan that hold: each verified again over this very plan."""
    found, sha256, everyone = [], plan_sha256(opened.plan), approvers(office)
    barred = frozenset(barred_members(office, opened.plan))
    for jurisdiction, number in opened.course.sign_offs.items():
        proposal = read_proposal(office, Reader.system(), StreamId(kind=PREFIX + _SIGN_OFF, id=number))
        for signature in proposal.signatures:
            checked = check_sign_off(
                SignOff(plan=opened.id, plan_sha256=sha256, jurisdiction=jurisdiction),
                request=proposal.request,
                signature=signature,
                approvers=everyone,
                barred=barred,
                now=signature.at,
                rp_id=office.config.rp_id,
                origins=frozenset({office.config.origin}),
                max_age=timedelta(minutes=1),
            )
            found.append(checked)
    return found


def barred_members(office: Office, plan: Plan) -> dict[MemberId, str]:
    """Who may neither approve nor sign off a plan, and why: its targets, and those barred from a case it touches."""
    hit = {account_as_compared(name) for name in targets(plan)}
    barred = {
        each.member: "target of the plan"
        for each in approvers(office)
        if hit & {account_as_compared(name) for name in each.wiki_accounts}
    }
    return barred | barred_from(office, plan)


def propose_plan(office: Office, reader: Reader, identity: str) -> StreamId:
    """Put a prepared plan before the deciders.

    Raises CheckFailedError `plan.preflight` while something stands against the start, `plan.sign_off` while a
    jurisdiction is not signed off.
    """
    opened = read_plan(office, reader, identity, purpose="plan put before deciders")
    check_ready_to_sign(office, opened)
    return propose(office, reader, PLAN, opened.plan.to_json())


def propose_condition(office: Office, reader: Reader, identity: str, condition: str) -> StreamId:
    """Put before two people that the condition at a gate holds. Raises CheckFailedError `plan.condition`."""
    opened = read_plan(office, reader, identity, purpose="gate put before deciders")
    check_standing(opened.course, Standing.PREPARED, Standing.APPROVED)
    if condition not in {gate.opens_when for gate in opened.plan.gates.values() if gate.opens_when}:
        raise CheckFailedError("plan.condition", "no gate of the plan waits for this condition")
    return propose(office, reader, "plan-condition", {"plan": identity, "condition": condition})


def check_ready_to_sign(office: Office, opened: OpenPlan) -> None:
    """Return when nothing stands against an approval.

    Raises as `propose_plan`, `plan.check`, and `case.…` when no decided case carries it, or one stands against it.
    """
    check_standing(opened.course, Standing.PREPARED, Standing.APPROVED)
    problems = opened.course.preflight.get("problems", ())
    if problems:
        raise CheckFailedError(
            "plan.preflight",
            "something stands against the start on the wikis",
            got="; ".join(f"{each['action']} {each['what']}" for each in problems[:5]),
            hint="correct the plan, or the operators' accounts, and do the dry run again",
        )
    around = surroundings(office, operators_of(office))
    refuse(check(opened.plan, around, opened.places), code="plan.check", place="the plan")
    check_plan_against_cases(office, opened.plan)
    missing = set(opened.plan.jurisdictions_touched) - {
        each.value.jurisdiction for each in signed_off(office, opened)
    }
    if missing:
        raise CheckFailedError(
            "plan.sign_off",
            "a jurisdiction that the plan touches is not signed off",
            got=f"{len(missing)} without a lawyer's signature",
            hint="ask for the sign-off, and let a lawyer sign",
        )


def approved_plan(office: Office, opened: OpenPlan) -> Approved[Plan]:
    """The plan as approved: every signature verified again, by those who are members now.

    Raises CheckFailedError `plan.standing`, `approval.…` (a signer has lost the role or the passkey since).
    """
    check_standing(opened.course, Standing.APPROVED, Standing.CLOSED)
    return verified(office, opened.course.approval, opened.plan, barred_members(office, opened.plan))


def verified(office: Office, signed: Any, value: Any, barred: Mapping[MemberId, str]) -> Approved[Any]:
    """A value with the signatures that were kept for it, verified as of the hour in which it was approved."""
    return check_approved(
        value,
        content=signed.content.encode(),
        signatures=[Signature.from_json(each) for each in signed.signatures],
        approvers=approvers(office),
        now=signed.at,
        rp_id=office.config.rp_id,
        origins=frozenset({office.config.origin}),
        max_age=timedelta(hours=office.config.approval_hours),
        role=frozenset({"decider"}),
        barred=barred,
    )


def fill_aftercare(office: Office, reader: Reader, identity: str, given: Aftercare) -> None:
    """Say what a community gets afterwards (D14)."""
    with office.vault.transaction():
        opened = read_plan(office, reader, identity, purpose="aftercare filled in")
        check_standing(opened.course, Standing.PREPARED, Standing.APPROVED)
        write_plan(office, reader, opened, "aftercare filled", dict(vars(given)), opened.course.standing, opened.plan)


def close_plan(office: Office, reader: Reader, identity: str) -> None:
    """Close a plan. Raises as `check_can_close`."""
    with office.vault.transaction():
        opened = read_plan(office, reader, identity, purpose="plan closed")
        sweep = fold_sweep(office.vault.read(Reader.system(), sweep_stream(identity), purpose="plan closed"))
        check_can_close(opened.course, sweep.ending)
        write_plan(office, reader, opened, "closed", {}, Standing.CLOSED, opened.plan)


def give_up(office: Office, reader: Reader, identity: str, why: str) -> None:
    """Give up a plan that was not approved."""
    with office.vault.transaction():
        opened = read_plan(office, reader, identity, purpose="plan given up")
        check_standing(opened.course, Standing.DRAFT, Standing.PREPARED)
        write_plan(office, reader, opened, "given up", {"why": why}, Standing.GIVEN_UP, opened.draft)


def write_plan(
    office: Office,
    reader: Reader,
    opened: OpenPlan,
    kind: str,
    body: Mapping[str, Any],
    standing: Standing,
    plan: Plan,
    *,
    tokens: Mapping[str, Sequence[str]] | None = None,
) -> None:
    """Append one fact to a plan that was opened. Raises CheckFailedError `office.stream.moved`, `access.refused`."""
    stream = plan_stream(opened.id)
    office.vault.append(
        reader,
        stream,
        [PLAN_FACTS.fact(kind, at=office.clock(), by=reader.member, body=body)],
        expect=opened.course.facts,
        summary=_summary(standing, plan),
        purpose="plan written",
        tokens=tokens,
    )


def _summary(standing: Standing, plan: Plan) -> Summary:
    tags = [f"{count} {kind}" for kind, count in plan.public_counts().items()]
    follows = plan.purpose is not Purpose.DECISION and plan.reference.partition("/")[0] in (PLAN, "person")
    return Summary(
        state=standing.value,
        due_at=plan.valid_until,
        tags=[*tags, *([FROM_A_CLOCK] if follows else [])],
        sealed={"targets": list(target_keys(plan))},
    )
