"""An export of a part of the audit: no bulk of it leaves the office without two guardians."""

from collections.abc import Sequence

from holdfast.approval import Approved
from holdfast.approval.request import Request
from holdfast.errors import CheckFailedError
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.proposal_kind import Line, ProposalKind, What
from holdfast.workflows.office.shown import Shown


def _lines(office: Office, what: What) -> Sequence[Line]:
    first, last = int(what["first"]), int(what["last"])
    if not 1 <= first <= last:
        raise CheckFailedError("audit.export.range", "this is no part of the audit")
    times = [entry.event.at for number in (first, last) for entry in office.vault.audit.entries(number, number)]
    return (
        Line(label="Entries", values=(f"{first} to {last}: {last - first + 1}",)),
        Line(label="From and to (UTC)", values=tuple(at.strftime("%Y-%m-%d %H:%M") for at in times)),
        Line(label="What they hold", values=("ids of members and of streams, verbs, rules, times; no names",)),
    )


def _execute(office: Office, approved: Approved[Request]) -> Shown:
    """Nothing is written now: whoever may export fetches it, and that is written down."""
    if int(approved.value.what["last"]) > office.vault.audit.head().size:
        raise CheckFailedError("audit.export.range", "the audit does not reach that far")
    return Shown(kind="audit-export")


PROPOSAL = ProposalKind(
    title="Export of the audit",
    means="Your signature lets the auditor take these entries out of the office, in a signed file.",
    ruled_as="audit-export",
    roles=frozenset({"custodian", "legal"}),
    lines=_lines,
    execute=_execute,
)
