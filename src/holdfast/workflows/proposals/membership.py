"""A change of who works here: an invitation, other roles, letting somebody back in."""

from collections.abc import Mapping, Sequence

from holdfast.access.rules.console_rules import Because
from holdfast.access.rules.roles import check_roles
from holdfast.approval import Approved
from holdfast.approval.request import Request
from holdfast.audit import Verb
from holdfast.errors import CheckFailedError
from holdfast.facts import SYSTEM, MemberId
from holdfast.store.office import members as store
from holdfast.store.office.vault import Reader
from holdfast.workflows.office.lockout import after_change
from holdfast.workflows.office.members import check_operator_left, write_profile
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.proposal_kind import Line, ProposalKind, What
from holdfast.workflows.office.shown import Shown

_CHANGES = {
    "invite": "a new member is invited",
    "roles": "a member's roles change",
    "reinvite": "a member lost the passkey, and enrols again through a new invitation",
    "unsuspend": "a suspended member works again",
    "suspend": "a member is suspended, at once",
}
_VERBS = {
    "invite": Verb.APPOINT,
    "roles": Verb.APPOINT,
    "reinvite": Verb.WITHDRAW,
    "unsuspend": Verb.READMIT,
    "suspend": Verb.SUSPEND,
}


def _barred(office: Office, what: What) -> Mapping[MemberId, str]:
    """Nobody decides about their own roles or return, under whichever of their accounts."""
    return {MemberId(what["member"]): "it is about them"}


def _lines(office: Office, what: What) -> Sequence[Line]:
    if what["change"] not in _CHANGES:
        raise CheckFailedError("membership.change", "there is no such change of a member")
    return (
        Line(label="Change", values=(_CHANGES[what["change"]],)),
        Line(label="Member", values=(what["member"],)),
        Line(label="Roles afterwards", values=tuple(what["roles"])),
        Line(label="Wiki accounts", values=tuple(what["wiki_accounts"]), accounts=True),
        *_leaves(office, what),
    )


def _leaves(office: Office, what: What) -> tuple[Line, ...]:
    """What too few people could do afterwards, or one loss more would make it so."""
    if what["change"] not in ("roles", "suspend"):
        return ()
    found = after_change(office, what["member"], roles=what["roles"] if what["change"] == "roles" else None)
    values = tuple(f"{each.loss}: {each.text}" for each in found)
    return (Line(label="What it leaves", values=values),) if values else ()


def _execute(office: Office, approved: Approved[Request]) -> Shown:
    what, now, audit = approved.value.what, office.clock(), office.vault.audit
    member, roles = MemberId(what["member"]), [each.value for each in check_roles(what["roles"])]
    verb = _VERBS[what["change"]]
    audit.write([audit.event(SYSTEM, verb, "member", member, purpose=f"approved by two, {what['change']}")])
    match what["change"]:
        case "invite":
            store.add_member(member, roles, now, proposal=approved.value.id)
            write_profile(office, Reader.of_the_office(Because.APPROVED), member, what["wiki_accounts"])
            return Shown(kind="invitation", id=member)
        case "reinvite":
            store.forget_sign_in(member)
            return Shown(kind="invitation", id=member)
        case "roles":
            check_operator_left(what)
            store.set_roles(member, roles, now, proposal=approved.value.id)
        case "unsuspend":
            store.unsuspend(member)
        case "suspend":
            store.suspend([member], now)
    return Shown(kind="member")


PROPOSAL = ProposalKind(
    title="Change of members",
    means="Your signature lets somebody work in the office, or changes what they may do here.",
    ruled_as="office",
    roles=frozenset({"custodian", "legal", "auditor"}),
    lines=_lines,
    execute=_execute,
    barred=_barred,
)
