"""Proposing, signing and carrying out: what takes two people takes this one way.

A proposal is a sealed stream of the kind `proposal-KIND`; it holds the request whose bytes are signed. Signatures are
verified when they come and verified again, all of them, at the moment of carrying out: a row in the database is never
believed.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from holdfast.access.rules.console_rules import Because
from holdfast.approval import Approver, Signature, check_approved, check_signature, still_fresh
from holdfast.approval.request import Request, fresh_request, parse_request
from holdfast.audit import Alarm, AlarmKind, Verb
from holdfast.crypto.passkeys import check_counter, parse_assertion, registered_passkey
from holdfast.errors import CheckFailedError, HoldfastError, InputRefusedError, UsageError
from holdfast.facts import MemberId, StreamId
from holdfast.registry import kinds_in, room
from holdfast.store.office.members import all_members, passkey_registrations
from holdfast.store.office.models import SignatureRow
from holdfast.store.office.streams import Summary
from holdfast.store.office.vault import Reader
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.proposal_kind import ProposalKind
from holdfast.workflows.office.shown import Shown
from holdfast.workflows.office.small_facts import PROPOSAL

PREFIX = "proposal-"
_ALARMING = {
    "approval.forged": AlarmKind.APPROVAL_FORGED,
    "approval.unknown_passkey": AlarmKind.APPROVAL_FORGED,
    "crypto.passkey.cloned": AlarmKind.PASSKEY_COPIED,
}


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A proposal as it stands: `open`, `executed`, `withdrawn` or `expired`."""

    stream: StreamId
    kind: str
    request: Request
    proposer: MemberId
    state: str
    signatures: tuple[Signature, ...]
    outcome: str
    """What it led to, as `Shown` writes it, or an address as the version before wrote it; empty: nothing yet."""
    facts: int
    closed_at: datetime | None = None
    """When it was carried out or withdrawn."""


def kinds() -> dict[str, ProposalKind]:
    """Every kind of proposal, by name."""
    return {
        name.replace("_", "-"): kind
        for name, kind in kinds_in(room("holdfast.workflows.proposals"), "PROPOSAL").items()
    }


def kind_of(stream: StreamId) -> tuple[str, ProposalKind]:
    """The kind of a proposal's stream. Raises InputRefusedError `proposal.kind`."""
    prefix, name = stream.kind[: len(PREFIX)], stream.kind[len(PREFIX) :]
    return name, kind_named(name if prefix == PREFIX else "")


def kind_named(name: str) -> ProposalKind:
    """The kind of this name. Raises InputRefusedError `proposal.kind`."""
    found = kinds().get(name)
    if found is None:
        raise InputRefusedError("proposal.kind", "there is no such kind of proposal", got=name)
    return found


def propose(office: Office, reader: Reader, kind: str, what: Mapping[str, Any]) -> StreamId:
    """Put something before approvers; the signing hours begin now.

    Raises CheckFailedError `access.refused` when the reader may not write this kind of thing.
    """
    known = kind_named(kind)
    now = office.clock()
    request = fresh_request(kind, what, now=now, lasts=timedelta(hours=office.config.approval_hours))
    known.lines(office, request.what)  # what cannot be shown cannot be approved
    fact = PROPOSAL.fact("proposed", at=now, by=reader.member, body={"content": request.content().decode("utf-8")})
    return office.vault.create(
        reader,
        PREFIX + kind,
        [fact],
        summary=_summary("open", request),
        purpose="proposal made",
        ruled_as=known.ruled_as,
        tokens={"request": [request.id]},
    )


def stream_of(office: Office, request: Request) -> StreamId:
    """The stream of the proposal that a request belongs to. Raises InputRefusedError `proposal.unknown`."""
    found = [each for each in office.vault.holding("request", request.id) if each.kind.startswith(PREFIX)]
    if not found:
        raise InputRefusedError("proposal.unknown", "this request belongs to no proposal here")
    return found[0]


def close(office: Office, stream: StreamId, *, by: MemberId) -> None:
    """Close an open proposal whose matter has ended otherwise, such as one that a second reader sent back."""
    with office.vault.transaction():
        proposal = read_proposal(office, Reader.of_the_office(Because.BOOKS), stream, purpose="proposal closed")
        if proposal.state == "open":
            _withdraw(office, proposal, by=by, purpose="proposal closed")


def _withdraw(office: Office, proposal: Proposal, *, by: MemberId, purpose: str) -> None:
    office.vault.append(
        Reader.of_the_office(Because.BOOKS),
        proposal.stream,
        [PROPOSAL.fact("withdrawn", at=office.clock(), by=by)],
        expect=proposal.facts,
        summary=_summary("withdrawn", proposal.request),
        purpose=purpose,
    )


def read_proposal(office: Office, reader: Reader, stream: StreamId, *, purpose: str = "proposal shown") -> Proposal:
    """A proposal with its signatures, for a reader who may read this kind of thing."""
    name, kind = kind_of(stream)
    facts = office.vault.read(reader, stream, purpose=purpose, ruled_as=kind.ruled_as)
    request = parse_request(str(facts[0].body["content"]).encode("utf-8"))
    state, outcome, closed_at = "open", "", None
    for fact in facts[1:]:
        if fact.type in ("executed", "withdrawn"):
            state, outcome, closed_at = fact.type, str(fact.body.get("outcome", "")), fact.at
    if state == "open" and office.clock() >= request.expires_at:
        state = "expired"
    rows = SignatureRow.objects.filter(proposal__kind=stream.kind, proposal__stream_id=stream.id).order_by("at")
    return Proposal(
        stream=stream,
        kind=name,
        request=request,
        proposer=facts[0].by,
        state=state,
        signatures=tuple(_signature(row) for row in rows),
        outcome=outcome,
        facts=len(facts),
        closed_at=closed_at,
    )


def may_read(office: Office, reader: Reader, stream: StreamId) -> bool:
    """Whether `read_proposal` would open this one for the reader; nothing is opened and nothing written down."""
    _, kind = kind_of(stream)
    return office.vault.may(reader, "read_sealed", stream.kind, stream, ruled_as=kind.ruled_as).allowed


@dataclass(frozen=True, kw_only=True)
class ProposalLine:
    """One line of the list of proposals: what kind, in which state; no names."""

    kind: str
    title: str
    id: str
    state: str
    """`open`, `signed` (open, with as many signatures as it needs), `executed`, `withdrawn` or `expired`."""
    signed_by: frozenset[MemberId]
    needed: int
    due_at: datetime | None
    changed_at: datetime


def proposal_lines(office: Office, reader: Reader, limit: int = 100) -> tuple[ProposalLine, ...]:
    """The proposals of every kind whose list the reader may see, newest change first."""
    found = []
    now, signers = office.clock(), _signers()
    for name, kind in kinds().items():
        if not office.vault.may(reader, "read_list", kind.ruled_as).allowed:
            continue
        for line in office.vault.plain_lines(PREFIX + name, limit=limit):
            late = line.state == "open" and line.due_at is not None and line.due_at <= now
            signed = signers.get((line.stream.kind, line.stream.id), frozenset())
            is_signed = line.state == "open" and len(signed) >= kind.needed
            found.append(
                ProposalLine(
                    kind=name,
                    title=kind.title,
                    id=line.stream.id,
                    state="expired" if late else "signed" if is_signed else line.state,
                    signed_by=signed,
                    needed=kind.needed,
                    due_at=line.due_at,
                    changed_at=line.changed_at,
                )
            )
    return tuple(sorted(found, key=lambda line: line.changed_at, reverse=True)[:limit])


def sign(office: Office, reader: Reader, stream: StreamId, response: Mapping[str, Any]) -> Proposal:
    """Take one member's passkey signature over a proposal, verified now.

    `response` is what the browser gave. Raises CheckFailedError `approval.…`, `crypto.passkey.cloned`,
    `access.refused`, `proposal.closed`.
    """
    _, kind = kind_of(stream)
    now = office.clock()
    assertion = parse_assertion(response)
    signature = Signature(
        member=reader.member,
        credential_id=assertion.credential_id,
        client_data=assertion.client_data,
        authenticator_data=assertion.authenticator_data,
        signature=assertion.signature,
        at=now,
    )
    with _alarmed(office, reader.member, stream), office.vault.transaction():
        proposal = read_proposal(office, reader, stream, purpose="proposal signed")
        _check_open(proposal)
        everyone = {each.member: each for each in approvers(office)}
        me = everyone[reader.member]
        counter = check_signature(
            signature,
            content=proposal.request.content(),
            approver=me,
            now=now,
            rp_id=office.config.rp_id,
            origins=frozenset({office.config.origin}),
            max_age=_max_age(office),
        )
        office.vault.require(
            reader, "approve", stream.kind, stream, purpose="proposal signed", ruled_as=kind.ruled_as
        )
        _check_signer(office, kind, proposal, me, everyone)
        _advance_counter(assertion.credential_id, counter)
        row = office.vault.stream_row(stream)
        SignatureRow.objects.update_or_create(
            proposal=row,
            member=reader.member,
            defaults={
                "credential_id": signature.credential_id,
                "client_data": signature.client_data,
                "authenticator_data": signature.authenticator_data,
                "signature": signature.signature,
                "at": now,
            },
        )
    # the signature stands: what follows must not fail on the signer's budget of reads
    return read_proposal(office, Reader.of_the_office(Because.RULE), stream, purpose="proposal signed")


@contextmanager
def _alarmed(office: Office, member: MemberId, stream: StreamId) -> Iterator[None]:
    """Raise an alarm for a signature that no slip of a person explains, and let the refusal go on."""
    try:
        yield
    except CheckFailedError as refused:
        kind = _ALARMING.get(refused.code)
        if kind is not None:
            audit, now = office.vault.audit, office.clock()
            audit.alarm(Alarm(kind=kind, at=now, member=member, object=stream))
            audit.write(
                [audit.event(member, Verb.APPROVE, stream.kind, stream.id, purpose=kind.value, allowed=False)]
            )
        raise


def carry_out(office: Office, reader: Reader, stream: StreamId) -> Shown:
    """Do what was approved, once: all signatures are verified again over the bytes that are about to be done.

    Gives what the result is shown by. Raises CheckFailedError `approval.…` (too few, stale, not
    different people), `proposal.closed`, and what the kind raises when the world has moved.
    """
    name, kind = kind_of(stream)
    if not kind.is_carried_out:
        raise UsageError("proposal.not_carried_out", "nothing is carried out here: the signature is what is wanted")
    now = office.clock()
    with office.vault.transaction():
        # read in its turn: of two who carry out at once, the second finds it closed
        proposal = read_proposal(office, reader, stream, purpose="proposal carried out")
        _check_open(proposal)
        request = proposal.request
        approved = check_approved(
            request,
            content=request.content(),
            signatures=still_fresh(proposal.signatures, now=now, max_age=_max_age(office)),
            approvers=approvers(office),
            now=now,
            rp_id=office.config.rp_id,
            origins=frozenset({office.config.origin}),
            max_age=_max_age(office),
            role=kind.roles,
            barred=kind.barred(office, request.what),
            needed=kind.needed,
        )
        outcome = kind.execute(office, approved)
        done = PROPOSAL.fact("executed", at=now, by=reader.member, body={"outcome": str(outcome)})
        office.vault.append(
            Reader.of_the_office(Because.BOOKS),
            stream,
            [done],
            expect=proposal.facts,
            summary=_summary("executed", request),
            purpose=f"proposal {name} executed",
        )
    return outcome


def withdraw(office: Office, reader: Reader, stream: StreamId) -> None:
    """Take a proposal back; only who made it may."""
    with office.vault.transaction():
        proposal = read_proposal(office, reader, stream)
        _check_open(proposal)
        if proposal.proposer != reader.member:
            raise CheckFailedError("proposal.not_yours", "only who made a proposal may take it back")
        _withdraw(office, proposal, by=reader.member, purpose="proposal withdrawn")


def approvers(office: Office) -> tuple[Approver, ...]:
    """Every member as an approver: passkeys, wiki accounts, declared links, roles."""
    profiles = {
        stream.id: sealed
        for stream, sealed in office.vault.compute_over(
            Reader.of_the_office(Because.RULE), "member", purpose="approvers told apart"
        )
    }
    found = []
    for member in all_members():
        profile = profiles.get(member.member, {})
        keys = [registered_passkey(each) for each in passkey_registrations(member.member)]
        working = member.active and member.suspended_at is None
        found.append(
            Approver(
                member=member.member,
                person=str(profile.get("person") or member.member),
                passkeys={key.credential_id: key.public_key for key in keys},
                wiki_accounts=frozenset(profile.get("wiki_accounts", ())),
                linked_to=frozenset(map(MemberId, profile.get("linked_to", ()))),
                roles=member.roles if working else frozenset(),
            )
        )
    return tuple(found)


def why_not(office: Office, reader: Reader, proposal: Proposal) -> HoldfastError | None:
    """Why this reader cannot sign, before they try; null when they can."""
    _, kind = kind_of(proposal.stream)
    everyone = {each.member: each for each in approvers(office)}
    try:
        _check_open(proposal)
        _check_signer(office, kind, proposal, everyone[reader.member], everyone)
    except HoldfastError as reason:
        return reason
    return None


def _check_signer(
    office: Office, kind: ProposalKind, proposal: Proposal, me: Approver, everyone: Mapping[MemberId, Approver]
) -> None:
    from holdfast.approval.people import same_person

    if not me.roles & kind.roles:
        raise CheckFailedError(
            "approval.role", "your roles do not approve this", expected=" or ".join(sorted(kind.roles))
        )
    mine = same_person(me.member, everyone.values())
    barred = kind.barred(office, proposal.request.what)
    for member in sorted(mine & set(barred)):
        raise CheckFailedError("approval.barred", "you must stand aside here", got=barred[member])
    others = {each.member for each in proposal.signatures} - {me.member}
    if others & mine:
        raise CheckFailedError("approval.same_person", "the other signature is tied to you; another person must sign")


def _check_open(proposal: Proposal) -> None:
    if proposal.state != "open":
        raise CheckFailedError(
            "proposal.closed",
            "this proposal is closed",
            got=proposal.state,
            hint="make a new one if it is still wanted",
        )


def _advance_counter(credential_id: bytes, counter: int) -> None:
    from holdfast.store.office.models import PasskeyCounter

    row, _ = PasskeyCounter.objects.select_for_update().get_or_create(credential_id=credential_id)
    check_counter(row.counter, counter)
    row.counter = counter
    row.save()


def _signers() -> dict[tuple[str, str], frozenset[MemberId]]:
    """Who has signed each open proposal. Whether a signature counts is verified when it is carried out."""
    found: dict[tuple[str, str], set[MemberId]] = {}
    rows = SignatureRow.objects.filter(proposal__summary__state="open")
    for kind, number, member in rows.values_list("proposal__kind", "proposal__stream_id", "member"):
        found.setdefault((kind, number), set()).add(MemberId(member))
    return {each: frozenset(members) for each, members in found.items()}


def _signature(row: SignatureRow) -> Signature:
    return Signature(
        member=MemberId(row.member),
        credential_id=bytes(row.credential_id),
        client_data=bytes(row.client_data),
        authenticator_data=bytes(row.authenticator_data),
        signature=bytes(row.signature),
        at=row.at,
    )


def _summary(state: str, request: Request) -> Summary:
    due: datetime | None = request.expires_at if state == "open" else None
    return Summary(state=state, due_at=due)


def _max_age(office: Office) -> timedelta:
    return timedelta(hours=office.config.approval_hours)
