"""Keeping an office: copies with their entry in the audit, restoring with all checks, and upgrading."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from holdfast.audit import Verb
from holdfast.clock import Clock, system_clock
from holdfast.crypto.age import Identity
from holdfast.errors import UsageError
from holdfast.facts import SYSTEM
from holdfast.store.office.start import migrate, start, waiting_migrations
from holdfast.workflows.office.backup import BackupReport, back_up, restore
from holdfast.workflows.office.doctor import Finding, require_health
from holdfast.workflows.office.opening import Office, OfficePlace, joined, open_office, place_of


def back_up_office(office: Office, destination: Path, recipients: Sequence[str]) -> BackupReport:
    """A copy of the office, whose audit says that it was made. See `backup.back_up` for what it raises."""
    audit = office.vault.audit
    audit.write([audit.event(SYSTEM, Verb.BACK_UP, "office", purpose="backup made")])
    return back_up(office.config, office.place.master, destination, recipients, now=office.clock().isoformat())


@dataclass(frozen=True, kw_only=True)
class Restored:
    """A copy that stands in its new place, and what was checked there."""

    copy: BackupReport
    waiting: tuple[str, ...]
    """Migrations that this version needs: run `holdfast office upgrade`."""
    findings: tuple[Finding, ...]
    """Empty while migrations wait."""


def restore_office(
    source: Path,
    identities: Sequence[Identity],
    folder: Path,
    keys: Path,
    *,
    database_url: str = "",
    clock: Clock = system_clock,
) -> Restored:
    """Put a copy into a new place, and check all of it: nothing is believed because it was copied.

    Raises what `backup.restore` raises, and CheckFailedError `office.doctor` when a check fails.
    """
    copy = restore(source, identities, folder, keys, database_url=database_url)
    place = place_of(folder, keys)
    start(place.config, place.secret)
    waiting = tuple(waiting_migrations())
    if waiting:
        return Restored(copy=copy, waiting=waiting, findings=())
    office = open_office(place=place, clock=clock)
    findings = require_health(office)
    audit = office.vault.audit
    audit.write([audit.event(SYSTEM, Verb.RESTORE, "office", purpose="office restored from a backup")])
    return Restored(copy=copy, waiting=(), findings=findings)


@dataclass(frozen=True, kw_only=True)
class Upgraded:
    """What an upgrade did."""

    migrations: tuple[str, ...]
    copy: BackupReport | None
    findings: tuple[Finding, ...]


def upgrade_office(
    place: OfficePlace, destination: Path | None, recipients: Sequence[str], *, clock: Clock = system_clock
) -> Upgraded:
    """Bring the database to this version's form: a copy first, then the migrations, then every check.

    Raises UsageError `office.upgrade.backup` when migrations wait and no place for the copy is named.
    """
    start(place.config, place.secret)
    waiting = waiting_migrations()
    copy = None
    if waiting:
        if destination is None or not recipients:
            raise UsageError(
                "office.upgrade.backup",
                "an upgrade begins with a backup",
                got=f"{len(waiting)} migrations waiting",
                hint="name its place with --backup and who can open it with --recipient",
            )
        copy = back_up(place.config, place.master, destination, recipients, now=clock().isoformat())
        migrate()
    office = joined(place, clock)
    findings = require_health(office)
    if waiting:
        audit = office.vault.audit
        audit.write([audit.event(SYSTEM, Verb.UPGRADE, "office", purpose="database upgraded")])
    return Upgraded(migrations=tuple(waiting), copy=copy, findings=findings)
