"""Actions that cannot be appealed, in the office: signed again by two people, or over on their day (D2)."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from holdfast.access.rules.console_rules import Because
from holdfast.actions.plans.plan import Plan
from holdfast.appeals import no_appeal, steps
from holdfast.appeals.appeal import Route, Text
from holdfast.appeals.links import ENTROPY_BYTES, make_link
from holdfast.appeals.no_appeal import STREAM_KIND, NoAppeal, fold_no_appeal
from holdfast.audit import Alarm, AlarmKind
from holdfast.errors import InputRefusedError
from holdfast.facts import Fact, MemberId, StreamId
from holdfast.store.office.streams import Listed, Summary
from holdfast.store.office.vault import Reader
from holdfast.workflows.appeals.appeal import keep_route, policy_of, route_of
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.propose import propose

RULED_AS = "plan"
HOLDS, OVER = "holds", "over"


def stream_for(action_id: str) -> StreamId:
    """The stream of an action's "no"."""
    return StreamId(kind=STREAM_KIND, id=hashlib.sha256(action_id.encode()).hexdigest()[:32])


def begin_for_plan(office: Office, plan: Plan, signers: frozenset[MemberId], barred: Mapping[MemberId, str]) -> int:
    """Keep the "no" of every action of a plan that says so, with the two who signed the plan; called again, nothing.

    How many were kept. Raises as `no_appeal.sign_no_appeal`.
    """
    count = 0
    for each in plan.actions:
        appeal = each.appeal
        if appeal is None or appeal.appealable:
            continue
        if appeal.sign_again_by is None:
            raise InputRefusedError("no_appeal.until", 'a "no" without a day on which it ends', place=each.id)
        files = (plan.reference,) if plan.reference else ()
        route = replace(route_of(plan, each, files=files), barred=dict(barred), body=appeal.body or "appeal reader")
        with office.vault.transaction():
            if office.vault.exists(stream_for(each.id)):
                continue
            begin(
                office,
                route,
                legal_ground=appeal.legal_ground,
                may_lift=appeal.may_lift,
                until=datetime.combine(appeal.sign_again_by, time(23, 59, 59), UTC),
                signers=signers,
                by=min(signers),
            )
            count += 1
    return count


def begin(
    office: Office,
    route: Route,
    *,
    legal_ground: Text,
    may_lift: Text,
    until: datetime,
    signers: frozenset[MemberId],
    by: MemberId,
) -> StreamId:
    """Keep the "no" of an action that two people have signed with its plan. Raises as `no_appeal.sign_no_appeal`."""
    facts = no_appeal.sign_no_appeal(
        action=route.action,
        legal_ground=legal_ground,
        may_lift=may_lift,
        until=until,
        signers=signers,
        now=office.clock(),
        by=by,
        route=route,
    )
    return office.vault.create(
        Reader.of_the_office(Because.APPROVED),
        STREAM_KIND,
        facts,
        summary=_summary(fold_no_appeal(facts), office.clock()),
        purpose="a no to appeals signed",
        stream_id=stream_for(route.action).id,
    )


def list_noes(office: Office, reader: Reader, limit: int = 500) -> tuple[Listed, ...]:
    """Every "no" without names: those that hold first, the next to end before the others."""
    office.vault.require(reader, "read_list", STREAM_KIND, purpose="noes to appeals listed", ruled_as=RULED_AS)
    lines = office.vault.plain_lines(STREAM_KIND, limit=limit)
    return tuple(sorted(lines, key=lambda line: (line.due_at is None, line.due_at or line.changed_at)))


def noes_of(office: Office, plan: Plan) -> dict[str, str]:
    """The actions of a plan of which a "no" is kept, and its number: for the links on the plan's page."""
    streams = {each.id: stream_for(each.id) for each in plan.actions if each.appeal and not each.appeal.appealable}
    return {action: stream.id for action, stream in streams.items() if office.vault.exists(stream)}


def read_no(office: Office, reader: Reader, stream: StreamId) -> tuple[NoAppeal, tuple[Fact, ...]]:
    """A "no" as it stands."""
    facts = office.vault.read(reader, stream, purpose="a no to appeals shown", ruled_as=RULED_AS)
    return fold_no_appeal(facts), facts


def propose_again(office: Office, reader: Reader, stream: StreamId, until: datetime) -> StreamId:
    """Put it before two people, of whom one at least did not sign last time.

    Raises CheckFailedError `no_appeal.over`, InputRefusedError `no_appeal.until`, before anybody signs.
    """
    state, facts = read_no(office, reader, stream)
    no_appeal.check_again(state, until, now=office.clock())
    what: Mapping[str, Any] = {
        "no": stream.id,
        "action": state.action,
        "legal_ground": state.legal_ground if isinstance(state.legal_ground, str) else dict(state.legal_ground),
        "until": until.isoformat(),
        "facts": len(facts),
    }
    return propose(office, reader, "no-appeal", what)


def sign_again(office: Office, stream: StreamId, until: datetime, signers: frozenset[MemberId], facts: int) -> None:
    """Keep that it was signed again. Raises as `no_appeal.sign_again`."""
    state, known = read_no(office, Reader.of_the_office(Because.RULE), stream)
    new = no_appeal.sign_again(state, until=until, signers=signers, now=office.clock(), by=sorted(signers)[0])
    _append(office, stream, known, new, expect=facts)


def lift(office: Office, reader: Reader, stream: StreamId) -> None:
    """Lift it before its day: the action can be appealed. Raises CheckFailedError `no_appeal.over`."""
    office.vault.require(reader, "approve", STREAM_KIND, stream, purpose="a no to appeals lifted", ruled_as=RULED_AS)
    with office.vault.transaction():
        state, known = read_no(office, reader, stream)
        facts = no_appeal.lift(state, now=office.clock(), by=reader.member)
        _append(office, stream, known, facts, expect=len(known))
        _open(office, state)


def lapse_due(office: Office, now: datetime) -> int:
    """The clock: every "no" whose day has come is over, and its action can be appealed. How many."""
    system, count = Reader.of_the_office(Because.CLOCK), 0
    for line in office.vault.plain_lines(STREAM_KIND, state=HOLDS, limit=100_000):
        if line.due_at is None or line.due_at > now:
            continue
        with office.vault.transaction():
            state, known = read_no(office, system, line.stream)
            facts = no_appeal.lapse(state, now=now, by=system.member)
            if facts:
                _append(office, line.stream, known, facts, expect=len(known))
                _open(office, state)
                count += 1
    return count


def _open(office: Office, state: NoAppeal) -> None:
    """The way to an appeal is open. Its first link goes to nobody: a reader of appeals makes the one that is sent."""
    if state.route is None:
        return
    link, now = make_link(secrets.token_bytes(ENTROPY_BYTES)), office.clock()
    route = replace(state.route, until=now + timedelta(days=office.config.appeal_days))
    facts = steps.open_route(route, link, policy=policy_of(office), now=now)
    stream = keep_route(office, route, facts)
    office.vault.audit.alarm(Alarm(kind=AlarmKind.CLOCK_DUE, at=now, object=stream))


def _append(office: Office, stream: StreamId, known: tuple[Fact, ...], facts: list[Fact], *, expect: int) -> None:
    summary = _summary(fold_no_appeal([*known, *facts]), office.clock())
    system = Reader.of_the_office(Because.APPROVED)
    office.vault.append(system, stream, facts, expect=expect, summary=summary, purpose="a no to appeals changed")


def _summary(state: NoAppeal, now: datetime) -> Summary:
    over = state.lifted_at is not None or state.lapsed_at is not None
    return Summary(state=OVER if over else HOLDS, due_at=None if over else state.until)
