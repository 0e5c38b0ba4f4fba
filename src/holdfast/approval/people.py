"""Who approves, and when two accounts are one person: what counts is the person, not the account."""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from holdfast.accounts.names import account_as_compared
from holdfast.facts import MemberId


@dataclass(frozen=True, kw_only=True)
class Approver:
    """A member as the approval sees them. Inside by member id, outside only by role."""

    member: MemberId
    person: str
    """Which person this is, as the members' list has it: two accounts of one person carry the same."""
    passkeys: Mapping[bytes, bytes] = field(default_factory=dict)
    """Credential id to public key (COSE bytes)."""
    wiki_accounts: frozenset[str] = frozenset()
    linked_to: frozenset[MemberId] = frozenset()
    """Declared links: further accounts of the same person, a couple, employer and employee. They work both ways."""
    roles: frozenset[str] = frozenset()


def tie(one: Approver, other: Approver) -> str:
    """Why these two are not two people, as an error code's last word; empty when nothing ties them directly."""
    if one.member == other.member or (one.person and one.person == other.person):
        return "same_person"
    if set(one.passkeys) & set(other.passkeys) or set(one.passkeys.values()) & set(other.passkeys.values()):
        return "same_passkey"
    if _accounts(one) & _accounts(other):
        return "same_account"
    if other.member in one.linked_to or one.member in other.linked_to:
        return "linked"
    return ""


def same_person(member: MemberId, approvers: Iterable[Approver]) -> frozenset[MemberId]:
    """Every member whom ties of any sort join to this one, over however many accounts between; with the member.

    `approvers` are all members that there are or were, not the signers alone: a chain may lead over one who does
    not sign. Cost: members squared, for a few dozen members.
    """
    everyone = list(approvers)
    found = {member}
    waiting = deque(each for each in everyone if each.member == member)
    while waiting:
        one = waiting.popleft()
        # a link may name an account that is on no list any more; it still joins those who name it
        named = one.linked_to | {one.member}
        for other in everyone:
            if other.member not in found and (tie(one, other) or named & other.linked_to):
                found.add(other.member)
                waiting.append(other)
    return frozenset(found)


def _accounts(approver: Approver) -> set[str]:
    """Names of wiki accounts in the form in which MediaWiki compares them."""
    return {account_as_compared(name) for name in approver.wiki_accounts} - {""}
