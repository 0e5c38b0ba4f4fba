"""A change of who works here: an invitation, other roles, letting somebody back in."""

from collections.abc import Sequence

from holdfast.access.roles import check_roles
from holdfast.approval import Approved
from holdfast.approval.request import Request
from holdfast.errors import CheckFailedError
from holdfast.facts import MemberId
from holdfast.store.office import members as store
from holdfast.store.office.vault import Reader
from holdfast.workflows.office import Office
from holdfast.workflows.proposals._kind import Line, ProposalKind, What

_CHANGES = {
    "invite": "a new member is invited",
    "roles": "a member's roles change",
    "reinvite": "a member lost the passkey, and enrols again through a new invitation",
    "unsuspend": "a suspended member works again",
    "suspend": "a member is suspended, at once",
}


def _lines(office: Office, what: What) -> Sequence[Line]:
    if what["change"] not in _CHANGES:
        raise CheckFailedError("membership.change", "there is no such change of a member")
    return (
        Line(label="Change", values=(_CHANGES[what["change"]],)),
        Line(label="Member", values=(what["member"],)),
        Line(label="Roles afterwards", values=tuple(what["roles"])),
        Line(label="Wiki accounts", values=tuple(what["wiki_accounts"]), accounts=True),
    )


def _execute(office: Office, approved: Approved[Request]) -> str:
    from holdfast.workflows.members import write_profile

    what, now = approved.value.what, office.clock()
    member, roles = MemberId(what["member"]), [each.value for each in check_roles(what["roles"])]
    match what["change"]:
        case "invite":
            store.add_member(member, roles, now, proposal=approved.value.id)
            write_profile(office, Reader.system(), member, what["wiki_accounts"])
            return f"/members/{member}/invitation/"
        case "reinvite":
            store.forget_sign_in(member)
            return f"/members/{member}/invitation/"
        case "roles":
            store.set_roles(member, roles, now, proposal=approved.value.id)
        case "unsuspend":
            store.unsuspend(member)
        case "suspend":
            store.suspend([member], now)
    return "/members/"


PROPOSAL = ProposalKind(
    title="Change of members",
    means="Your signature lets somebody work in the office, or changes what they may do here.",
    ruled_as="office",
    roles=frozenset({"custodian", "legal", "auditor"}),
    lines=_lines,
    execute=_execute,
)
