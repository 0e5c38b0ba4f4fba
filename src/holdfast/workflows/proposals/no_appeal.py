"""Signing again that an action cannot be appealed: on its legal ground, by two people, one of them anew."""

from collections.abc import Sequence

from holdfast.appeals.no_appeal import STREAM_KIND
from holdfast.approval import Approved
from holdfast.approval.request import Request
from holdfast.clock import parse_at
from holdfast.facts import StreamId
from holdfast.workflows.appeals.no_appeal import RULED_AS, sign_again
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.proposal_kind import Line, ProposalKind, What
from holdfast.workflows.office.shown import Shown


def _lines(office: Office, what: What) -> Sequence[Line]:
    ground = what["legal_ground"]
    return (
        Line(label="Action", values=(what["action"],)),
        Line(label="Legal ground", values=(ground,) if isinstance(ground, str) else tuple(ground.values())),
        Line(label="Cannot be appealed until", values=(what["until"],)),
    )


def _execute(office: Office, approved: Approved[Request]) -> Shown:
    what = approved.value.what
    signers = frozenset(each.member for each in approved.signatures)
    sign_again(office, StreamId(kind=STREAM_KIND, id=what["no"]), parse_at(what["until"]), signers, what["facts"])
    return Shown(kind="no-appeal", id=what["no"])


PROPOSAL = ProposalKind(
    title="No appeal, signed again",
    means="Your signature keeps somebody from appealing for some months more. Without it the action can be appealed.",
    ruled_as=RULED_AS,
    roles=frozenset({"legal", "decider"}),
    lines=_lines,
    execute=_execute,
)
"""Two people; one of them at least did not sign last time."""
