"""The office's master key: split among five people, brought back by three, changed for another one.

Whoever can run these commands holds the machine, and so the key. What keeps them honest is that each is written into
the audit, whose head is in the public log, and that opening the recovery raises an alarm.
"""

import hashlib
from collections.abc import Iterable, Sequence
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
from holdfast.errors import CheckFailedError, InputRefusedError, UsageError
from holdfast.facts import SYSTEM, Fact, StreamId
from holdfast.store.office.config import CONFIG_FILE, read_config
from holdfast.store.office.start import start
from holdfast.workflows.office.opening import Office, OfficePlace, joined, open_office
from holdfast.workflows.office.small_facts import KEY_SHARES

SHARES = StreamId(kind="key-shares", id="shares")
"""Where hashes of the last set stand, and which of them their keepers acknowledged."""
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
    audit, shares = office.vault.audit, split(office.place.master)
    with office.vault.transaction():
        audit.write([audit.event(SYSTEM, Verb.SPLIT_KEY, "office", purpose="master key split into shares")])
        body = {"key": office.place.master.id, "digests": [_digest(each) for each in shares]}
        _keep(office, KEY_SHARES.fact("split", at=office.clock(), by=SYSTEM, body=body), ())
    day = office.clock().date().isoformat()
    for number, (place, share) in enumerate(zip(places, shares, strict=True), 1):
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


def acknowledge(office: Office, share: str) -> tuple[int, ...]:
    """Note that the keeper of one share of the last set has it at hand; gives the numbers of all acknowledged ones.

    Raises InputRefusedError `office.keys.share_unknown` for a share of another set, or none.
    """
    from holdfast.access.rules.console_rules import Because
    from holdfast.store.office.vault import Reader

    with office.vault.transaction():
        facts = (
            office.vault.read(Reader.of_the_office(Because.BOOKS), SHARES, purpose="shares looked at")
            if _is_split(office)
            else ()
        )
        last = next((each for each in reversed(facts) if each.type == "split"), None)
        digests = last.body["digests"] if last and last.body["key"] == office.place.master.id else []
        if _digest(share) not in digests:
            raise InputRefusedError(
                "office.keys.share_unknown",
                "this is no share of the last set that was made here",
                expected="a share as it was written down, of the newest set of this master key",
                hint="compare it word by word; or split the key anew, and give out the new shares",
            )
        number = digests.index(_digest(share)) + 1
        known = (shares_known(office) or frozenset()) | {number}
        _keep(office, KEY_SHARES.fact("acknowledged", at=office.clock(), by=SYSTEM, body={"number": number}), known)
    return tuple(sorted(known))


def shares_known(office: Office) -> frozenset[int] | None:
    """Which shares of this key's last set their keepers acknowledged; null when no set of this key is on record."""
    lines = office.vault.plain_lines(SHARES.kind)
    if not lines or lines[0].tags[0] != office.place.master.id:
        return None
    return frozenset(map(int, lines[0].tags[1:]))


def _is_split(office: Office) -> bool:
    return office.vault.exists(SHARES)


def _keep(office: Office, fact: Fact, acknowledged: Iterable[int]) -> None:
    from holdfast.access.rules.console_rules import Because
    from holdfast.store.office.streams import Summary
    from holdfast.store.office.vault import Reader

    tags = (office.place.master.id, *(str(each) for each in sorted(acknowledged)))
    system, summary, purpose = (
        Reader.of_the_office(Because.BOOKS),
        Summary(state="split", tags=tags),
        f"shares {fact.type}",
    )
    if not _is_split(office):
        office.vault.create(system, SHARES.kind, [fact], summary=summary, purpose=purpose, stream_id=SHARES.id)
        return
    expect = office.vault.length(SHARES)
    office.vault.append(system, SHARES, [fact], expect=expect, summary=summary, purpose=purpose)


def _digest(share: str) -> str:
    # a share has 256 random bits, so its hash says nothing of it
    return hashlib.sha256(f"holdfast share\0{' '.join(share.lower().split())}".encode()).hexdigest()


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
