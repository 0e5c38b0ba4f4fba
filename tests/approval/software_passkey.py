"""Members with a passkey in software, so that tests sign as a browser with a passkey would."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from holdfast.approval import Approver, Signature
from holdfast.crypto import software_passkey
from holdfast.crypto.software_passkey import ATTESTED, PRESENT, VERIFIED
from holdfast.facts import MemberId

RP_ID = "localhost"
ORIGIN = "http://localhost:8000"
NOON = datetime(2026, 9, 13, 12, tzinfo=UTC)

__all__ = [
    "ATTESTED",
    "NOON",
    "ORIGIN",
    "PRESENT",
    "RP_ID",
    "VERIFIED",
    "SoftwareMember",
    "SoftwarePasskey",
    "member",
]


@dataclass
class SoftwarePasskey(software_passkey.SoftwarePasskey):
    """One that also makes a member's signature."""

    def sign(self, content: bytes, *, member: MemberId, at: datetime = NOON, **more: Any) -> Signature:
        """A member's signature over a content."""
        made = self.confirm(content, **more)
        return Signature(
            member=member,
            credential_id=made.credential_id,
            client_data=made.client_data,
            authenticator_data=made.authenticator_data,
            signature=made.signature,
            at=at,
        )


@dataclass
class SoftwareMember:
    """A member of the console with a passkey of their own."""

    member: MemberId
    roles: frozenset[str] = frozenset({"decider"})
    wiki_accounts: frozenset[str] = frozenset()
    linked_to: frozenset[MemberId] = frozenset()
    person: str = ""
    key: SoftwarePasskey = field(default_factory=SoftwarePasskey)

    @property
    def approver(self) -> Approver:
        return Approver(
            member=self.member,
            person=self.person or f"person of {self.member}",
            passkeys={self.key.credential_id: self.key.public_key},
            wiki_accounts=self.wiki_accounts,
            linked_to=self.linked_to,
            roles=self.roles,
        )

    def sign(self, content: bytes, **more: Any) -> Signature:
        return self.key.sign(content, member=self.member, **more)


def member(number: int, **more: Any) -> SoftwareMember:
    """A made-up member, by number."""
    return SoftwareMember(MemberId(f"m-{number:012x}"), **more)
