"""The way back into an office that shut itself out: three shares of the master key, said to all, after a delay.

For one seat of an operator or a guardian that exists: whoever held it enrols again, with the roles that the seat has
and no others. From the asking on it stands on every member's start page, in the audit and as an alarm; until it is
opened, any guardian, and the member whose seat it is, may stop it. Each step is one transaction, and may be called
again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from holdfast.access.rules.console_rules import Because
from holdfast.audit import Alarm, AlarmKind, Verb
from holdfast.clock import parse_at
from holdfast.crypto.master_key import restore as join_shares
from holdfast.errors import CheckFailedError, InputRefusedError, UsageError
from holdfast.facts import SYSTEM, MemberId, StreamId
from holdfast.store.office import members as store
from holdfast.store.office.config import SHORTEST_WAY_BACK_HOURS
from holdfast.store.office.streams import Listed, Summary
from holdfast.store.office.vault import Reader
from holdfast.workflows.office.lockout import OPERATOR
from holdfast.workflows.office.members import GUARDIANS
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.small_facts import WAY_BACK

KIND = "way-back"
OPEN_FOR = timedelta(days=7)
"""How long it may be used once its time has come; then it is asked anew."""
SHOWN_FOR = timedelta(days=30)
"""How long the start page tells of one that was opened or stopped."""


@dataclass(frozen=True, kw_only=True)
class WayBack:
    """One way back, as everybody in the office may see it: `asked`, `stopped`, `opened` or `lapsed`."""

    id: str
    member: MemberId
    roles: tuple[str, ...]
    state: str
    opens_at: datetime
    changed_at: datetime

    @property
    def may_be_stopped(self) -> bool:
        """Whether it waits."""
        return self.state == "asked"


def ask(office: Office, member: str, shares: Sequence[str]) -> WayBack:
    """Begin a way back for one seat; one that waits already is given as it stands.

    Raises InputRefusedError `keys.share.…`, `office.member.unknown`; CheckFailedError `keys.share.other_key`,
    `way_back.seat` (no operator or guardian), `way_back.frozen`.
    """
    join_shares(shares, expected_id=office.place.master.id)
    with office.vault.transaction():
        # the audit has one writer at a time, so that two who ask at once ask for one
        office.vault.require(Reader.of_the_office(Because.SHARES), "write", KIND, purpose="way back asked")
        seat = _seat(office, member)
        for each in announced(office):
            if each.member == seat.member and each.may_be_stopped:
                return each
        now = office.clock()
        opens_at = now + timedelta(hours=max(office.config.way_back_hours, SHORTEST_WAY_BACK_HOURS))
        body = {"member": seat.member, "roles": sorted(seat.roles), "opens_at": opens_at.isoformat()}
        stream = office.vault.create(
            Reader.of_the_office(Because.SHARES),
            KIND,
            [WAY_BACK.fact("asked", at=now, by=SYSTEM, body=body)],
            summary=_summary("asked", seat.member, seat.roles, opens_at),
            purpose="way back asked",
        )
        office.vault.audit.alarm(Alarm(kind=AlarmKind.WAY_BACK, at=now, member=seat.member, object=stream))
    return _one(office, stream.id)


def stop(office: Office, reader: Reader, number: str) -> WayBack:
    """Stop a way back that waits: any guardian who works here, the member whose seat it is, or the shell.

    Raises CheckFailedError `way_back.who`, `way_back.state`; InputRefusedError `way_back.unknown`.
    """
    with office.vault.transaction():
        found = _one(office, number)
        _check_may_stop(office, reader, found)
        if not found.may_be_stopped:
            raise _state(found, "it does not wait any more")
        _append(office, found, "stopped", "way back stopped", by=reader.member)
    return _one(office, number)


def may_stop(reader: Reader, found: WayBack) -> bool:
    """Whether the rules of this file let this reader stop it."""
    known = reader.member == SYSTEM or bool(reader.roles & GUARDIANS) or reader.member == found.member
    return found.may_be_stopped and known and not reader.suspended and reader.passkey_session


def open_way(office: Office, number: str) -> str:
    """Let the seat's holder in again when the time has come: old sign-in and passkeys end; gives the link's secret.

    Called again before the person has enrolled, it makes a new link and ends the earlier one. Raises CheckFailedError
    `way_back.early`, `way_back.state`, `way_back.seat`, `way_back.frozen`; InputRefusedError `way_back.unknown`.
    """
    with office.vault.transaction():
        found, now, audit = _one(office, number), office.clock(), office.vault.audit
        seat = _seat(office, found.member)
        used = found.state == "opened" and seat.passkeys
        if found.state not in ("asked", "opened") or used or now >= found.opens_at + OPEN_FOR:
            raise _state(found, "it is over")
        if now < found.opens_at:
            raise CheckFailedError(
                "way_back.early",
                "its time has not come: everybody can still see and stop it",
                expected=f"{found.opens_at.isoformat(timespec='minutes')} or later",
                got=now.isoformat(timespec="minutes"),
                place=found.id,
                hint="run this again then",
            )
        if tuple(sorted(seat.roles)) != found.roles:
            raise _state(found, "the roles of this seat have changed since")
        if found.state == "asked":
            audit.write([audit.event(SYSTEM, Verb.WITHDRAW, "member", seat.member, purpose="way back opened")])
            store.forget_sign_in(seat.member)
            if seat.suspended_at:
                audit.write([audit.event(SYSTEM, Verb.READMIT, "member", seat.member, purpose="way back opened")])
                store.unsuspend(seat.member)
            seen = StreamId(kind="member", id=seat.member)
            audit.alarm(Alarm(kind=AlarmKind.WAY_BACK, at=now, member=seat.member, object=seen))
        kind = "opened" if found.state == "asked" else "link made again"
        _append(office, found, kind, "way back opened", by=SYSTEM)
        return store.invite(seat.member, now)


def announced(office: Office) -> tuple[WayBack, ...]:
    """What every member's start page tells: ways back that wait, and those that ended lately. Nothing is opened."""
    found = [_listed(line, office.clock()) for line in office.vault.plain_lines(KIND, limit=200)]
    return tuple(each for each in found if each.state == "asked" or office.clock() < each.changed_at + SHOWN_FOR)


def _seat(office: Office, member: str) -> store.MemberRecord:
    """The seat, when a way back may lead to it. Readers of cases and appeals come back by two guardians alone."""
    found = next((each for each in store.all_members() if each.member == member), None)
    if found is None or not found.active:
        raise InputRefusedError(
            "office.member.unknown",
            "there is no such member",
            got=repr(member[:40]),
            hint="holdfast office way-back show lists the seats",
        )
    if not found.roles & (GUARDIANS | {OPERATOR}):
        raise CheckFailedError(
            "way_back.seat",
            "a way back leads to the seat of an operator or a guardian alone",
            expected="operator, custodian, legal or auditor",
            got=", ".join(sorted(found.roles)) or "no role",
            hint="with these back, two guardians let everybody else in",
        )
    if found.suspended_at:
        from holdfast.workflows.access.holds import still_held

        if still_held(office, found.member):
            raise CheckFailedError(
                "way_back.frozen", "a freeze holds this person", hint="a review lets them go; two people decide it"
            )
    return found


def _check_may_stop(office: Office, reader: Reader, found: WayBack) -> None:
    audit = office.vault.audit
    allowed = may_stop(reader, found) or not found.may_be_stopped
    if not allowed:
        audit.write([audit.event(reader.member, Verb.WRITE, KIND, found.id, purpose="way back", allowed=False)])
        raise CheckFailedError(
            "way_back.who",
            "you may not stop this",
            expected="a guardian (custodian, legal, auditor) or the member whose seat it is, with a passkey",
        )


def _one(office: Office, number: str) -> WayBack:
    """From its facts: a row of a list is for showing, and decides nothing."""
    stream = _stream(number)
    if not office.vault.exists(stream):
        raise _unknown()
    facts = office.vault.read(Reader.of_the_office(Because.SHARES), stream, purpose="way back looked at")
    state = "asked"
    for fact in facts[1:]:
        state = "stopped" if fact.type == "stopped" else "opened"
    body, changed_at = facts[0].body, facts[-1].at
    return _made(number, state, body["member"], body["opens_at"], body["roles"], changed_at, office.clock())


def _stream(number: str) -> StreamId:
    try:
        return StreamId(kind=KIND, id=number)
    except UsageError:
        raise _unknown() from None


def _unknown() -> InputRefusedError:
    return InputRefusedError("way_back.unknown", "there is no such way back", hint="holdfast office way-back show")


def _listed(line: Listed, now: datetime) -> WayBack:
    member, opens_at, *roles = line.tags
    return _made(line.stream.id, line.state, member, opens_at, roles, line.changed_at, now)


def _made(
    number: str, state: str, member: str, opens_at: str, roles: Sequence[str], changed_at: datetime, now: datetime
) -> WayBack:
    lapsed = state == "asked" and now >= parse_at(opens_at) + OPEN_FOR
    return WayBack(
        id=number,
        member=MemberId(member),
        roles=tuple(roles),
        state="lapsed" if lapsed else state,
        opens_at=parse_at(opens_at),
        changed_at=changed_at,
    )


def _summary(state: str, member: MemberId, roles: Iterable[str], opens_at: datetime) -> Summary:
    # ids, roles and a time: they are for everybody in the office, and open nothing
    tags = (member, opens_at.isoformat(), *sorted(roles))
    return Summary(state=state, due_at=opens_at if state == "asked" else None, tags=tags)


def _append(office: Office, found: WayBack, kind: str, purpose: str, *, by: MemberId) -> None:
    stream = StreamId(kind=KIND, id=found.id)
    state = "stopped" if kind == "stopped" else "opened"
    office.vault.append(
        Reader.of_the_office(Because.SHARES),
        stream,
        [WAY_BACK.fact(kind, at=office.clock(), by=by)],
        expect=office.vault.length(stream),
        summary=_summary(state, found.member, found.roles, found.opens_at),
        purpose=purpose,
    )


def _state(found: WayBack, what: str) -> CheckFailedError:
    return CheckFailedError("way_back.state", what, got=found.state, place=found.id, hint="ask for it anew if needed")
