"""What waits for a member, shown on the start page."""

from dataclasses import dataclass

from holdfast.store.office.vault import Reader
from holdfast.workflows import propose
from holdfast.workflows.audit_reading import alarm_count
from holdfast.workflows.office import Office


@dataclass(frozen=True, kw_only=True)
class Task:
    """One line of the start page: what, and where."""

    text: str
    address: str


def waiting_for(office: Office, reader: Reader) -> tuple[Task, ...]:
    """Proposals that this member could sign now; for an auditor, alarms that nobody has looked at."""
    alarms = alarm_count(office, reader)
    first = (Task(text=f"{alarms} alarms wait to be looked at", address="/audit/alarms/"),) if alarms else ()
    lines = [line for line in propose.proposal_lines(office, reader) if line.state == "open"]
    return first + tuple(
        Task(text=f"{line.title}: to be signed", address=f"/approvals/{line.kind}/{line.id}/")
        for line in lines
        if propose.kinds()[line.kind].roles & reader.roles
    )
