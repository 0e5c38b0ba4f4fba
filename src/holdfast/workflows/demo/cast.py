"""The people of the demo's office: simulated members, each with a passkey in software that protects nothing."""

from dataclasses import dataclass, field

from holdfast.access.rules.console_rules import Because
from holdfast.crypto.software_passkey import SoftwarePasskey
from holdfast.facts import MemberId, StreamId
from holdfast.store.office import members as store
from holdfast.store.office.vault import Reader
from holdfast.workflows.office import propose
from holdfast.workflows.office.members import write_profile
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.shown import Shown

PARTS = (
    "access_steward",
    "investigator",
    "decider",
    "decider",
    "legal",
    "appeal_reader",
    "custodian",
    "auditor",
    "operator",
)


@dataclass
class Actor:
    """One simulated member."""

    office: Office
    member: MemberId
    role: str
    key: SoftwarePasskey = field(repr=False)

    @property
    def reader(self) -> Reader:
        """Signed in with the passkey, fresh."""
        return Reader(**self.office.reader_facts(self.member), passkey_session=True, passkey_fresh=True)

    def sign(self, stream: StreamId) -> None:
        """Sign a proposal: the bytes that are stored, with the passkey."""
        request = propose.read_proposal(self.office, self.reader, stream).request
        propose.sign(self.office, self.reader, stream, self.key.response(request.content()))


def cast(office: Office) -> dict[str, list[Actor]]:
    """One member for each part, by role."""
    from allauth.mfa.models import Authenticator

    found: dict[str, list[Actor]] = {}
    for role in PARTS:
        member = store.fresh_member_id()
        store.add_member(member, [role], office.clock())
        key = SoftwarePasskey(rp_id=office.config.rp_id, origin=office.config.origin)
        store.name_simulated(member, f"simulated-{role.replace('_', '-')}-{len(found.get(role, ())) + 1}")
        Authenticator.objects.create(
            user_id=member,
            type=Authenticator.Type.WEBAUTHN,
            data={"name": "simulated", "credential": key.registration(), "passwordless": True},
        )
        write_profile(office, Reader.of_the_office(Because.BOOKS), member, ())
        found.setdefault(role, []).append(Actor(office=office, member=member, role=role, key=key))
    return found


def two_sign(office: Office, stream: StreamId, one: Actor, other: Actor) -> Shown:
    """Both sign, then it is carried out; what shows the result."""
    one.sign(stream)
    other.sign(stream)
    return propose.carry_out(office, one.reader, stream)
