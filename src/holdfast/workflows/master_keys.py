"""The office's master key: split among five people, brought back by three, changed for another one.

Whoever can run these commands holds the machine, and so the key. What keeps them honest is that each is written into
the audit, whose head is in the public log, and that opening the recovery raises an alarm.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from holdfast.audit import Alarm, AlarmKind, Verb
from holdfast.clock import Clock, system_clock
from holdfast.crypto.master_key import (
    MASTER_KEY_FILE,
    SHARES_MADE,
    SHARES_NEEDED,
    MasterKey,
    check_apart,
    fresh_master_key,
    read_master_key,
    split,
    write_master_key,
)
from holdfast.crypto.master_key import restore as join_shares
from holdfast.errors import CheckFailedError, UsageError
from holdfast.facts import SYSTEM
from holdfast.store.office.config import CONFIG_FILE, read_config
from holdfast.store.office.start import start
from holdfast.workflows.office import Office, OfficePlace, joined, open_office

_NEXT = f"{MASTER_KEY_FILE}.next"


def write_shares(office: Office, folder: Path) -> tuple[Path, ...]:
    """Five files, one share each, for five people; earlier sets keep working until the key is rotated.

    Raises UsageError `keys.folder.inside` and `office.keys.shares_there`.
    """
    check_apart(folder, office.config.folder)
    places = tuple(folder / f"share-{number}.txt" for number in range(1, SHARES_MADE + 1))
    if any(place.exists() for place in places):
        raise UsageError(
            "office.keys.shares_there",
            "there are shares in this folder already",
            place=str(folder),
            hint="give those to their people and delete them here, or name an empty folder",
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    audit = office.vault.audit
    audit.write([audit.event(SYSTEM, Verb.SPLIT_KEY, "office", purpose="master key split into shares")])
    day = office.clock().date().isoformat()
    for number, (place, share) in enumerate(zip(places, split(office.place.master), strict=True), 1):
        place.touch(mode=0o600)
        place.write_text(
            f"# {office.config.name}: master key {office.place.master.id}, set of {day}\n"
            f"# share {number} of {SHARES_MADE}; any {SHARES_NEEDED} of one set bring the key back\n"
            f"{share}\n",
            encoding="utf-8",
        )
    return places


def read_share(place: Path) -> str:
    """The words of a share's file, without its remarks."""
    try:
        lines = place.read_text("utf-8", "replace").splitlines()
    except OSError:
        raise UsageError("office.keys.share_missing", "this share cannot be read", place=str(place)) from None
    return " ".join(line for line in lines if not line.lstrip().startswith("#"))


def bring_back(folder: Path, keys: Path, shares: Sequence[str], *, clock: Clock = system_clock) -> MasterKey:
    """Write a lost master key again from its shares, when it opens this office's database.

    Where there is no office yet (before `office restore`), any key that the shares make is written.
    Raises InputRefusedError `keys.share.…`; UsageError `keys.master.exists`; CheckFailedError `office.keys.other`.
    """
    master = join_shares(shares)
    check_apart(keys, folder)
    if not (folder / CONFIG_FILE).exists():
        write_master_key(keys, folder, master)
        return master
    place = OfficePlace(config=read_config(folder, keys), master=master)
    start(place.config, place.secret)
    from holdfast.store.office.rotation import opens_under

    if not opens_under(master):
        raise CheckFailedError(
            "office.keys.other",
            "these shares bring back another key than the one of this office",
            got=master.id,
            hint="look for the shares that were made after the last rotation",
        )
    write_master_key(keys, folder, master)
    office = open_office(place=place, clock=clock)
    audit = office.vault.audit
    audit.write([audit.event(SYSTEM, Verb.RESTORE_KEY, "office", purpose="master key restored from shares")])
    audit.alarm(Alarm(kind=AlarmKind.RECOVERY_OPENED, at=clock()))
    return master


@dataclass(frozen=True, kw_only=True)
class Rotation:
    """One change of the master key."""

    old_id: str
    new_id: str
    streams: int
    """How many keys were wrapped anew; 0 when an interrupted rotation was only ended."""
    old_file: Path
    """Where the old key lies now: needed for backups made before, and for nothing else."""


def rotate_master_key(folder: Path, keys: Path, *, clock: Clock = system_clock) -> Rotation:
    """Change the master key: all streams' keys are wrapped anew, everybody signs in again, the shares are void.

    Nothing else may use the office meanwhile; a console that runs on is refused what it tries. After an interruption
    run it again: it ends what was begun. Raises CheckFailedError `office.keys.other`, `crypto.sealed`.
    """
    config = read_config(folder, keys)
    old = read_master_key(keys, folder)
    if not (keys / _NEXT).exists():
        write_master_key(keys, folder, fresh_master_key(), name=_NEXT)
    new = read_master_key(keys, folder, name=_NEXT)
    before, after = (OfficePlace(config=config, master=each) for each in (old, new))
    start(config, before.secret)
    from holdfast.store.office.rotation import opens_under, wrap_all_anew

    streams = 0
    if opens_under(old):
        office = joined(before, clock)
        audit = office.vault.audit
        with office.vault.transaction():
            streams = wrap_all_anew(old, new, lambda code: after.seal_code(before.unseal_code(code)))
            audit.write([audit.event(SYSTEM, Verb.ROTATE_KEY, "office", purpose="master key rotated")])
    elif not opens_under(new):
        raise CheckFailedError("office.keys.other", "neither key in the keys folder is that of this office")
    kept = keys / f"{MASTER_KEY_FILE}.{old.id}"
    (keys / MASTER_KEY_FILE).replace(kept)
    (keys / _NEXT).replace(keys / MASTER_KEY_FILE)
    return Rotation(old_id=old.id, new_id=new.id, streams=streams, old_file=kept)
