"""Plans in the office, whatever they follow from: drafted, tried on the wikis, signed off, approved by two, closed.

identity = draft_plan(office, reader, text)        a person's file, parsed here and never again
keep_draft(office, reader, draft)                  the same for what a clock drafts
dry_run(office, reader, identity)                  the wikis' states, the notices, preflight, collateral
ask_sign_off(office, reader, identity, "J1")       a proposal on which a lawyer signs
propose_plan(office, reader, identity)             a proposal on which two deciders sign
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from holdfast.access.rules.console_rules import Because
from holdfast.accounts.names import account_as_compared
from holdfast.actions.plans.check import check, target_keys, targets
from holdfast.actions.plans.collateral import collateral
from holdfast.actions.plans.file import PlaceOf, parse_plan, refuse
from holdfast.actions.plans.orders import SignedOff, SignOff, check_sign_off
from holdfast.actions.plans.plan import Aftercare, Plan, plan_sha256
from holdfast.actions.plans.planning import prepare, with_reports
from holdfast.actions.plans.preflight import preflight
from holdfast.actions.plans.telling import AppealLink
from holdfast.actions.steps.kind import Purpose
from holdfast.actions.sweeps.course import (
    PLAN_FACTS,
    PlanCourse,
    Standing,
    check_can_close,
    check_standing,
    fold_plan,
    fold_sweep,
)
from holdfast.errors import CheckFailedError
from holdfast.facts import MemberId, StreamId
from holdfast.store.office.streams import Summary
from holdfast.store.office.vault import ListPage, Reader
from holdfast.wiki.members import wiki_facts
from holdfast.wiki.operators import Operators
from holdfast.workflows.acting.surroundings import (
    FROM_A_CLOCK,
    OF_A,
    PLAN,
    plan_stream,
    ruled_as,
    surroundings,
    sweep_stream,
)
from holdfast.workflows.appeals.appeal import make_link, route_of
from holdfast.workflows.cases.plan_check import barred_from, check_plan_against_cases
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.operators import first_hands, member_accounts, operators_of
from holdfast.workflows.office.propose import PREFIX, approvers, propose, read_proposal

COLLATERAL_DAYS = 365
"""The period over which admin work is counted."""
WATCHED_GROUPS = ("sysop", "bureaucrat", "interface-admin", "checkuser", "suppress")
"""Groups whose loss a community feels; those that a wiki does not know are left out."""
_SIGN_OFF = "sign-off"


@dataclass(frozen=True, kw_only=True)
class OpenPlan:
    """A plan as a reader has opened it."""

    id: str
    course: PlanCourse

    @property
    def plan(self) -> Plan:
        """As prepared or signed. Raises CheckFailedError `plan.standing` for a draft."""
        if self.course.plan is None:
            check_standing(self.course, Standing.PREPARED)
            raise AssertionError
        return self.course.plan

    @property
    def draft(self) -> Plan:
        """As drafted. Raises InputRefusedError `plan.file` for an old draft that cannot be read any more."""
        return self.course.draft or _parsed(self.course.text, is_json=self.course.is_json)[0]

    @property
    def shown(self) -> Plan:
        """As far as it is."""
        return self.course.plan or self.draft


def _parsed(text: str, *, is_json: bool) -> tuple[Plan, PlaceOf]:
    return parse_plan(text.encode(), "the plan", is_json=is_json)


def draft_plan(office: Office, reader: Reader, text: str, *, is_json: bool = False) -> str:
    """A new plan from a file's text; gives its id.

    Raises InputRefusedError `plan.file`, `plan.check` with every problem, `office.stream.exists` for an id in use.
    """
    draft, places = _parsed(text, is_json=is_json)
    return keep_draft(office, reader, draft, text=text, is_json=is_json, places=places)


def keep_draft(
    office: Office,
    reader: Reader,
    draft: Plan,
    *,
    text: str = "",
    is_json: bool = False,
    places: PlaceOf | None = None,
) -> str:
    """A new plan, to be tried and signed; gives its id. Raises as `draft_plan`."""
    body = _checked(office, draft, text=text, is_json=is_json, places=places or {})
    office.vault.create(
        reader,
        PLAN,
        [PLAN_FACTS.fact("drafted", at=office.clock(), by=reader.member, body=body)],
        summary=summary_of(Standing.DRAFT, draft),
        purpose="plan drafted",
        stream_id=draft.id,
        tokens=_tokens(draft),
    )
    return str(draft.id)


def redraft(office: Office, reader: Reader, identity: str, text: str, *, is_json: bool = False) -> None:
    """Another text for a plan that is not approved; what was read and signed for the old one counts no more."""
    with office.vault.transaction():
        opened = read_plan(office, reader, identity, purpose="plan drafted anew")
        check_standing(opened.course, Standing.DRAFT, Standing.PREPARED)
        draft, places = _parsed(text, is_json=is_json)
        body = _checked(office, draft, text=text, is_json=is_json, places=places)
        if draft.id != identity:
            raise CheckFailedError("plan.other_id", "the file has another id", expected=identity, got=str(draft.id))
        write_plan(office, reader, opened, "drafted", body, Standing.DRAFT, draft, tokens=_tokens(draft))


def _checked(office: Office, draft: Plan, *, text: str, is_json: bool, places: PlaceOf) -> dict[str, Any]:
    """What is kept of a draft that has no problem: the plan as JSON, and the person's text beside it."""
    refuse(check(draft, surroundings(office, operators_of(office)), places), code="plan.check", place="the plan")
    return {"draft": draft.to_json(), "places": dict(places), "text": text, "is_json": is_json}


def _tokens(draft: Plan) -> dict[str, list[str]]:
    return {"account": [each.action.target for each in draft.actions]}


def read_plan(office: Office, reader: Reader, identity: str, *, purpose: str = "plan shown") -> OpenPlan:
    """A plan. One that was signed with a freeze or a review is read by who may read those. Raises as `Vault.read`."""
    facts = office.vault.read(reader, plan_stream(identity), purpose=purpose, ruled_as=ruled_as(office, identity))
    return OpenPlan(id=identity, course=fold_plan(facts))


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
    draft, places = opened.draft, opened.course.places
    refuse(check(draft, surroundings(office, operators), places), code="plan.check", place="the plan")
    wikis = tuple(each.name for each in draft.wikis)
    hands, now = first_hands(operators, wikis), office.clock()
    plan = prepare(draft, hands, appeal_link=appeal_links(office, draft), now=now, places=places)
    refuse(check(plan, surroundings(office, operators), places), code="plan.check", place="the plan")
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
        if now_open.draft != draft:
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
        proposal = read_proposal(
            office, Reader.of_the_office(Because.RULE), StreamId(kind=PREFIX + _SIGN_OFF, id=number)
        )
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
    refuse(check(opened.plan, around, opened.course.places), code="plan.check", place="the plan")
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
        sweep = fold_sweep(
            office.vault.read(Reader.of_the_office(Because.RULE), sweep_stream(identity), purpose="plan closed")
        )
        check_can_close(opened.course, sweep.ending)
        write_plan(office, reader, opened, "closed", {}, Standing.CLOSED, opened.plan)


def give_up(office: Office, reader: Reader, identity: str, why: str) -> None:
    """Give up a plan that was not approved."""
    with office.vault.transaction():
        opened = read_plan(office, reader, identity, purpose="plan given up")
        check_standing(opened.course, Standing.DRAFT, Standing.PREPARED)
        write_plan(office, reader, opened, "given up", {"why": why}, Standing.GIVEN_UP, opened.shown)


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
    rules = ruled_as(office, opened.id)
    office.vault.append(
        reader,
        plan_stream(opened.id),
        [PLAN_FACTS.fact(kind, at=office.clock(), by=reader.member, body=body)],
        expect=opened.course.facts,
        summary=summary_of(standing, plan, rules=rules),
        purpose="plan written",
        tokens=tokens,
        ruled_as=rules,
    )


def summary_of(standing: Standing, plan: Plan, *, rules: str = PLAN) -> Summary:
    """What lists show. What a freeze took keeps its person from no other plan, and how much it was is sealed."""
    if rules != PLAN:
        return Summary(state=standing.value, due_at=plan.valid_until, tags=[f"{OF_A}{rules}"])
    tags = [f"{count} {kind}" for kind, count in plan.public_counts().items()]
    follows = plan.purpose is not Purpose.DECISION and plan.reference.partition("/")[0] in (PLAN, "person")
    return Summary(
        state=standing.value,
        due_at=plan.valid_until,
        tags=[*tags, *([FROM_A_CLOCK] if follows else [])],
        sealed={"targets": list(target_keys(plan))},
    )
