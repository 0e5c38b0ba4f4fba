"""Members of the office: inviting, changing roles, suspending, letting back in.

While an office is founded one operator invites alone, and the audit log has every step. From the moment that two
guardians (custodian, legal, auditor) have passkeys, each change takes two of them, for good: founding does not begin
again when one of them is suspended or loses the passkey. `way_back` is the road out of such a lock.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from holdfast.access.rules.console_rules import Because
from holdfast.access.rules.roles import check_roles
from holdfast.accounts.names import account_name
from holdfast.audit import Alarm, AlarmKind, Verb
from holdfast.errors import CheckFailedError
from holdfast.facts import MemberId, StreamId
from holdfast.store.office import members as store
from holdfast.store.office.audit_search import enrolled_passkeys, last_purpose
from holdfast.store.office.streams import Summary
from holdfast.store.office.vault import Reader
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.propose import propose
from holdfast.workflows.office.small_facts import MEMBER

GUARDIANS = frozenset({"custodian", "legal", "auditor"})


APPROVED_INVITATIONS = ("approved by two, invite", "approved by two, reinvite", "way back opened")
"""What the audit says of a member for whom an operator may make a link."""


def is_founding() -> bool:
    """Whether there never were two guardians with a passkey.

    Read from what stays whatever happens to members later: the roles that were given, and the audit's entries of
    passkeys. So it is a latch, also for an office that was founded by an earlier Holdfast.
    """
    enrolled = {each.member for each in store.all_members() if each.passkeys} | set(enrolled_passkeys())
    return len(store.ever_held(GUARDIANS) & enrolled) < 2


def listed(office: Office, reader: Reader) -> tuple[store.MemberRecord, ...]:
    """All members by id, for those who may see the list."""
    office.vault.require(reader, "read_list", "office", purpose="members listed")
    return store.all_members()


def invite_alone(office: Office, reader: Reader, roles: Sequence[str], wiki_accounts: Sequence[str]) -> str:
    """Invite a member while the office is founded; gives the invitation's secret.

    Raises CheckFailedError `office.founded` when it takes two guardians, `access.roles.conflict`.
    """
    member = store.fresh_member_id()
    with office.vault.transaction():
        # the audit has one writer at a time: a guardian who enrols now comes before this or after it
        office.vault.require(reader, "administer", "office", purpose="member invited in founding")
        if not is_founding():
            raise CheckFailedError(
                "office.founded",
                "the office is founded: inviting takes two guardians",
                hint="propose the invitation, and let two guardians sign it",
            )
        secret = store.add_member(member, [each.value for each in check_roles(roles)], office.clock())
        write_profile(office, reader, member, [account_name(each) for each in wiki_accounts])
    return secret


def propose_member(office: Office, reader: Reader, roles: Sequence[str], wiki_accounts: Sequence[str]) -> StreamId:
    """Put an invitation before two guardians."""
    what = {
        "change": "invite",
        "member": store.fresh_member_id(),
        "roles": sorted(each.value for each in check_roles(roles)),
        "wiki_accounts": [account_name(each) for each in wiki_accounts],
    }
    return propose(office, reader, "membership", what)


def propose_change(office: Office, reader: Reader, member: MemberId, change: str, roles: Sequence[str]) -> StreamId:
    """Put a change of a member before two guardians: `roles`, `reinvite` (lost passkey), `unsuspend`, `suspend`."""
    what = {"change": change, "member": member, "roles": sorted(check_roles(roles)), "wiki_accounts": []}
    check_operator_left(what)
    return propose(office, reader, "membership", what)


def take_invitation(office: Office, reader: Reader, member: str) -> str:
    """The secret of an approved invitation, made now and shown once; earlier ones of this member end.

    Once the office is founded, two guardians must have approved it since the member last enrolled a passkey; a member
    whom the operator invited alone in the founding, and who never came, is no exception.
    """
    known = MemberId(member)
    office.vault.require(reader, "administer", "office", purpose="invitation taken")
    with office.vault.transaction():  # one after the other: the link that was made last is the one that works
        if not invitation_waits(known):
            raise CheckFailedError(
                "office.invitation.none",
                "no invitation waits for this member",
                hint="propose to let the person enrol again, and let two guardians sign it",
            )
        return store.invite(known, office.clock())


def invitation_waits(member: MemberId) -> bool:
    """Whether somebody who has not joined yet, or has no passkey any more, may be given a link now."""
    waiting = [each for each in store.all_members() if each.member == member]
    return bool(waiting) and not (waiting[0].username and waiting[0].passkeys) and _is_approved(member)


def _is_approved(member: MemberId) -> bool:
    if is_founding():
        return True
    return last_purpose(member, APPROVED_INVITATIONS) > enrolled_passkeys().get(member, 0)


def write_profile(
    office: Office, reader: Reader, member: MemberId, wiki_accounts: Sequence[str], linked_to: Sequence[str] = ()
) -> None:
    """Keep, sealed, which wiki accounts a member has and to whom they are tied."""
    profile = {"wiki_accounts": sorted(set(wiki_accounts)), "linked_to": sorted(set(linked_to)), "person": member}
    fact = MEMBER.fact("profile set", at=office.clock(), by=reader.member, body=profile)
    stream = StreamId(kind="member", id=member)
    system = Reader.of_the_office(Because.BOOKS)
    summary = Summary(state="member", sealed=profile)
    tokens = {"account": profile["wiki_accounts"]}
    purpose = "profile of a member set"
    with office.vault.transaction():
        if office.vault.exists(stream):
            office.vault.append(
                system,
                stream,
                [fact],
                expect=office.vault.length(stream),
                summary=summary,
                purpose=purpose,
                tokens=tokens,
            )
        else:
            office.vault.create(
                system, "member", [fact], summary=summary, purpose=purpose, stream_id=member, tokens=tokens
            )


def suspend_own(office: Office, reader: Reader) -> int:
    """End one's own access at once, in every session; how many ended. No reason is asked for."""
    audit, now = office.vault.audit, office.clock()
    with office.vault.transaction():
        audit.write([audit.event(reader.member, Verb.SUSPEND_OWN, "member", reader.member, purpose="own wish")])
        audit.alarm(Alarm(kind=AlarmKind.SUSPENDED_SELF, at=now, member=reader.member))
        return store.suspend([reader.member], now)


def members_with(office: Office, accounts: Sequence[str]) -> tuple[MemberId, ...]:
    """The members who have one of these wiki accounts; nothing is opened."""
    found = {
        MemberId(stream.id)
        for account in accounts
        for stream in office.vault.holding("account", account)
        if stream.kind == "member"
    }
    return tuple(sorted(found))


def check_operator_left(what: Mapping[str, Any]) -> None:
    """Return unless other roles would leave nobody to propose a change of members.

    Raises CheckFailedError `membership.last_operator`.
    """
    if what["change"] != "roles" or "operator" in what["roles"]:
        return
    ready = [each for each in store.all_members() if each.active and each.passkeys and not each.suspended_at]
    operators = {each.member for each in ready if "operator" in each.roles}
    if operators == {what["member"]}:
        raise CheckFailedError(
            "membership.last_operator",
            "this would leave the office without an operator, and nobody could propose a change of members",
            hint="let another operator join first",
        )
