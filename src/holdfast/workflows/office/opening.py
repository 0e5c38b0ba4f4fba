"""Opening the office: settings, keys, database, rules and audit joined into one object that every door is given."""

import base64
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from holdfast.access.rules.engine import PolicySet, load_policies
from holdfast.audit import Budget
from holdfast.clock import Clock, system_clock
from holdfast.crypto.master_key import MasterKey, Purpose, fresh_master_key, read_master_key, write_master_key
from holdfast.crypto.sealing import Key, seal, unseal
from holdfast.errors import CheckFailedError, UsageError
from holdfast.facts import MemberId
from holdfast.record import create_log
from holdfast.record.disk import FolderDisk
from holdfast.record.log import LOCK_FILE
from holdfast.store.office.config import (
    CONFIG_FILE,
    LOG_FOLDER,
    OfficeConfig,
    config_text,
    office_folders,
    read_config,
)
from holdfast.store.office.start import migrate, start, waiting_migrations
from holdfast.workflows.log.witness import open_public_log

if TYPE_CHECKING:
    from holdfast.record import Log
    from holdfast.store.office.vault import Vault

_CODE_PLACE = b"sign-in code"
_LOG_SECONDS, _LOG_PAUSE_SECONDS = 15.0, 0.02
_TIMES_OVERTAKEN = 3  # tries to add a fact while others write to the stream; chosen
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class OfficePlace:
    """An office's settings and master key, before its database is opened."""

    config: OfficeConfig
    master: MasterKey

    @property
    def secret(self) -> str:
        """The web framework's secret, derived from the master key."""
        return base64.b64encode(self.master.key_for(Purpose.SESSIONS).derived("web secret").raw).decode("ascii")

    def seal_code(self, text: str) -> str:
        """The secret of a member's code generator, sealed for the database."""
        return base64.b64encode(seal(self._code_key(), text.encode(), _CODE_PLACE)).decode("ascii")

    def unseal_code(self, text: str) -> str:
        """The secret again."""
        return unseal(self._code_key(), base64.b64decode(text), _CODE_PLACE).decode()

    def _code_key(self) -> Key:
        return self.master.key_for(Purpose.SESSIONS).derived("sign-in codes")


@dataclass(frozen=True, kw_only=True)
class Office:
    """One open office. `reader`s come from the door; everything sealed goes through `vault`."""

    place: OfficePlace
    clock: Clock
    policies: PolicySet
    vault: "Vault"

    @property
    def config(self) -> OfficeConfig:
        """The settings."""
        return self.place.config

    def log(self) -> "Log":
        """The public log, open for writing; use it as a context and for a short time, there is one writer.

        Waits for whoever writes into it now. Raises UsageError `record.busy` when that takes long.
        """
        return _in_turn(lambda: open_public_log(self.config.log_folder, clock=self.clock))

    @contextmanager
    def log_held(self) -> Iterator[None]:
        """Nobody writes into the public log while this runs. Raises as `log`."""
        disk = FolderDisk(self.config.log_folder)
        with ExitStack() as held:
            _in_turn(lambda: held.enter_context(disk.only_writer(LOCK_FILE)))
            yield

    def reader_facts(self, member: str) -> dict[str, Any]:
        """What the store knows of a member who asks: roles of now, and whether they are suspended."""
        from holdfast.store.office.members import is_suspended, roles_of

        return {
            "member": MemberId(member),
            "roles": roles_of(MemberId(member)),
            "suspended": is_suspended(MemberId(member)),
        }


def _in_turn(take: Callable[[], T]) -> T:
    """Try again while another process holds the log: it holds it for a moment, except for a backup."""
    end = time.monotonic() + _LOG_SECONDS
    while True:
        try:
            return take()
        except UsageError as reason:
            if reason.code != "record.busy" or time.monotonic() > end:
                raise
        time.sleep(_LOG_PAUSE_SECONDS)


def on_newest(do: Callable[[], T]) -> T:
    """What is done over facts that were read before a wiki was asked, done anew when somebody wrote meanwhile.

    What asks no wiki reads and writes in one `vault.transaction()`, and needs this not. Raises CheckFailedError
    `office.stream.moved` when it is overtaken every time.
    """
    for _ in range(_TIMES_OVERTAKEN):
        try:
            return do()
        except CheckFailedError as reason:
            if reason.code != "office.stream.moved":
                raise
    return do()


def init_office(
    folder: Path | None,
    keys: Path | None,
    *,
    name: str,
    database_url: str = "",
    port: int = 8420,
    wikis: Mapping[str, tuple[str, str]] | None = None,
    links_on_this_machine: bool = False,
    clock: Clock = system_clock,
    django: Callable[["OfficePlace"], Mapping[str, Any]] | None = None,
) -> tuple["Office", str]:
    """A new office: folder, keys, database, log, and its first operator; gives the invitation's secret.

    Run again after an interruption it goes on. Raises UsageError `office.exists` when an operator works already.
    """
    home, apart = office_folders(folder, keys)
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o700)
    if not (apart / "master.key").exists():
        if any((home / each).exists() for each in (CONFIG_FILE, "office.sqlite")):
            raise UsageError(
                "office.keys.missing",
                "there is an office here, and its keys are not where they should be",
                place=str(apart),
                hint="name the keys' folder with --keys; lost keys: `holdfast office keys restore`",
            )
        write_master_key(apart, home, fresh_master_key())
    if not (home / CONFIG_FILE).exists():
        text = config_text(
            name=name,
            database_url=database_url,
            port=port,
            wikis=wikis,
            links_on_this_machine=links_on_this_machine,
        )
        (home / CONFIG_FILE).write_text(text, encoding="utf-8")
    if not (home / LOG_FOLDER).exists():
        create_log(home / LOG_FOLDER, origin=f"holdfast.example/{secrets.token_hex(4)}", clock=clock)
    place = place_of(home, apart)
    start(place.config, place.secret, django(place) if django else None)
    migrate()
    office = joined(place, clock)
    from holdfast.store.office.members import add_member, all_members, fresh_member_id

    if any(each.username for each in all_members()):
        raise UsageError(
            "office.exists",
            "this office has its first operator already",
            place=str(home),
            hint="further members are invited in the console",
        )
    for each in all_members():  # invited by an earlier run, never came
        return office, _again(each.member, clock)
    return office, add_member(fresh_member_id(), ["operator"], clock())


def _again(member: MemberId, clock: Clock) -> str:
    from holdfast.store.office.members import invite

    return invite(member, clock())


def place_of(folder: Path | None, keys: Path | None) -> OfficePlace:
    """The settings and the key of an office that exists."""
    home, apart = office_folders(folder, keys)
    return OfficePlace(config=read_config(home, apart), master=read_master_key(apart, home))


def open_office(
    folder: Path | None = None,
    keys: Path | None = None,
    *,
    clock: Clock = system_clock,
    django: Mapping[str, Any] | None = None,
    place: OfficePlace | None = None,
) -> Office:
    """An office that exists, with its database at this version's form.

    `django` adds the console's settings. Raises CheckFailedError `office.upgrade` when migrations are waiting.
    """
    found = place or place_of(folder, keys)
    start(found.config, found.secret, django)
    waiting = waiting_migrations()
    if waiting:
        raise CheckFailedError(
            "office.upgrade",
            "the database has the form of an earlier version",
            got=f"{len(waiting)} migrations waiting, first {waiting[0]}",
            hint="run `holdfast office upgrade`; it makes a backup first",
        )
    return joined(found, clock)


def joined(place: OfficePlace, clock: Clock) -> Office:
    """The parts of an office put together, once Django is started and the database has this form."""
    from django.conf import settings

    from holdfast.store.office.audit_rows import AuditRows
    from holdfast.store.office.streams import Streams
    from holdfast.store.office.vault import Vault

    config = place.config
    policies = load_policies()
    audit = AuditRows(clock=clock, budget=Budget(per_day=config.sealed_reads_per_day, alarm_at=config.alarm_at_reads))
    vault = Vault(streams=Streams(place.master), policies=policies, audit=audit, clock=clock)
    office = Office(place=place, clock=clock, policies=policies, vault=vault)
    settings.HOLDFAST_SESSION_KEY = place.master.key_for(Purpose.SESSIONS).derived("session content")
    settings.HOLDFAST_OFFICE = office
    return office
