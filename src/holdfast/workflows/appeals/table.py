"""The periodic table of appeals and of seals, made from what is kept: JSON, CSV, a page, and figures in the log."""

from dataclasses import dataclass
from pathlib import Path

from holdfast.access.rules.console_rules import Because
from holdfast.appeals.table import (
    COLUMNS,
    PublicTable,
    counted,
    public_table,
    quarters,
)
from holdfast.canonical import canonical_bytes, sha256_hex
from holdfast.errors import UsageError
from holdfast.facts import StreamId
from holdfast.report.pages.appeals import appeals_page
from holdfast.report.render import render
from holdfast.store.office.streams import LogEntry, Summary
from holdfast.store.office.vault import Reader
from holdfast.tables._files import write_atomically
from holdfast.workflows.appeals.appeal import all_appeals
from holdfast.workflows.exposure.months_read import published_seal_counts
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.small_facts import PUBLIC_TABLE

FILES = ("appeals.json", "appeals.csv", "appeals.html")
KIND = "public-table"


@dataclass(frozen=True, kw_only=True)
class PublicFiles:
    """The table as files of canonical bytes."""

    table: PublicTable
    json: bytes
    csv: bytes
    html: bytes

    @property
    def sha256(self) -> str:
        """Names the table in the public log."""
        return sha256_hex(self.json)


def appeal_table(office: Office) -> PublicTable:
    """The table by quarters, up to the last quarter that is over (or the present one, when none is).

    Raises CheckFailedError `table.sums`.
    """
    appeals = counted(each.state for each in all_appeals(office, "table of appeals made"))
    today = office.clock().date()
    first = min((each.received for each in appeals), default=today)
    borders = [each for each in quarters(first, today) if each <= today]
    return public_table(appeals, borders if len(borders) > 1 else quarters(first, today))


def public_files(office: Office) -> PublicFiles:
    """The table with the counts of seals, as files that hold no name."""
    table = appeal_table(office)
    seals = published_seal_counts(office).to_json()
    data = canonical_bytes({"appeals": table.to_json(), "seals": seals})
    return PublicFiles(
        table=table,
        json=data + b"\n",
        csv=table.to_csv().encode(),
        html=render(appeals_page(office.config.name, office.clock().date(), table, seals)).encode(),
    )


def write_files(office: Office, folder: Path) -> tuple[Path, ...]:
    """Write the three files into a folder; gives their paths."""
    found = public_files(office)
    folder.mkdir(parents=True, exist_ok=True)
    paths = tuple(folder / name for name in FILES)
    for path, data in zip(paths, (found.json, found.csv, found.html), strict=True):
        write_atomically(path, data)
    return paths


def publish(office: Office, reader: Reader) -> StreamId:
    """Put the figures of the last quarter into the public log, each with the hash of the table.

    Raises UsageError `table.not_over` while no quarter with appeals is over.
    """
    office.vault.require(reader, "write", "appeal", purpose="table of appeals published")
    found, now = public_files(office), office.clock()
    row = found.table.rows[-1]
    if row.period_end > now.date():
        raise UsageError("table.not_over", "the quarter is not over yet", got=row.period_end.isoformat())
    system = Reader.of_the_office(Because.BOOKS)
    body = {"sha256": found.sha256, "period_end": row.period_end.isoformat()}
    with office.vault.transaction():
        fact = PUBLIC_TABLE.fact("published", at=now, by=reader.member, body=body)
        stream = office.vault.create(
            system, KIND, [fact], summary=Summary(state="published"), purpose="table of appeals published"
        )
        for name in COLUMNS[2:]:
            payload = {
                "name": f"appeals {name.replace('_', ' ')}",
                "value": int(getattr(row, name)),
                "period_start": row.period_start.isoformat(),
                "period_end": row.period_end.isoformat(),
                "source": f"table of appeals, SHA-256 {found.sha256}",
            }
            entry = LogEntry(name=name, kind="figure", payload=payload)
            office.vault.log_later(system, stream, entry, purpose="table of appeals published")
    return stream
