"""By which account on a wiki a member may sign in: linked, changed or ended."""

from collections.abc import Mapping, Sequence

from holdfast.approval import Approved
from holdfast.approval.request import Request
from holdfast.facts import MemberId
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.proposal_kind import Line, ProposalKind, What
from holdfast.workflows.office.shown import Shown


def _lines(office: Office, what: What) -> Sequence[Line]:
    return (
        Line(label="Member", values=(what["member"],)),
        Line(label="Wiki", values=(what["wiki"],)),
        Line(
            label="Account", values=(what["account"],) if what["account"] else ("none: the link ends",), accounts=True
        ),
    )


def _barred(office: Office, what: What) -> Mapping[MemberId, str]:
    return {MemberId(what["member"]): "it is their own way to sign in"}


def _execute(office: Office, approved: Approved[Request]) -> Shown:
    from holdfast.workflows.office.wiki_sign_in import link

    what = approved.value.what
    link(office, MemberId(what["member"]), what["account"], what["wiki"])
    return Shown(kind="member")


PROPOSAL = ProposalKind(
    title="Signing in by a wiki account",
    means="Your signature says that this account on the wiki belongs to this member, who may sign in by it.",
    ruled_as="office",
    roles=frozenset({"custodian", "legal", "auditor"}),
    lines=_lines,
    execute=_execute,
    barred=_barred,
)
