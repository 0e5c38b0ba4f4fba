"""The master key: 32 random bytes in a file that lies apart from the data it protects.

It wraps the key of every stream, and other keys are derived from it, one for each purpose. Whoever has the
database or a backup without this file has ciphertext. Five people hold shares of it (SLIP-39), and any three of them
bring it back; two know nothing.
"""

import base64
import binascii
import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path

from shamir_mnemonic import MnemonicError, Share, combine_mnemonics, generate_mnemonics

from holdfast.crypto.sealing import KEY_BYTES, Key, fresh_key, unwrap_key, wrap_key
from holdfast.errors import CheckFailedError, InputRefusedError, UsageError

MASTER_KEY_FILE = "master.key"
SHARES_NEEDED = 3  # keepers of five who open; a judgement: two may be lost, two may collude
SHARES_MADE = 5  # shares of one key; a judgement, see decision 0094

_HEAD = "HOLDFAST-MASTER-KEY"
_ID = b"holdfast master key id\x00"
# PBKDF2 rounds of SLIP-39 (10,000 × 2^e) guard a passphrase, and none is used here
_ITERATION_EXPONENT = 0


class Purpose(StrEnum):
    """What keys are derived for. The words never change: they are part of the derivation."""

    SEALING = "sealing"
    """Wraps the key of each stream. A rotation wraps them anew."""
    SESSIONS = "sessions"
    """The web framework's secret: a rotation signs everybody out."""
    AUDIT = "audit"
    """Signs the exports of the audit."""
    BACKUP = "backup"
    """Seals what a backup holds beside the database."""


class MasterKey:
    """The key that opens all others. It never shows itself; its id may be written anywhere."""

    __slots__ = ("_key", "id")

    id: str
    """16 hex digits that name the key and tell nothing of it."""

    def __init__(self, key: Key) -> None:
        self._key = key
        self.id = hashlib.sha256(_ID + key.raw).hexdigest()[:16]

    def __repr__(self) -> str:
        return f"MasterKey({self.id})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MasterKey) and self._key == other._key

    __hash__ = None  # type: ignore[assignment]  # a secret is no key of a table

    def key_for(self, purpose: Purpose) -> Key:
        """The key for one purpose."""
        return self._key.derived(purpose.value)

    def text(self) -> str:
        """The content of the key's file, one line; for that file and for nothing else."""
        return f"{_HEAD}+{self.id}+{base64.b64encode(self._key.raw).decode('ascii')}\n"


def fresh_master_key() -> MasterKey:
    """A new key from the machine's randomness."""
    return MasterKey(fresh_key())


def parse_master_key(text: str) -> MasterKey:
    """Read a key file's line. Raises InputRefusedError `keys.master.damaged`, which never shows the text."""
    try:
        head, key_id, encoded = text.strip().split("+", 2)
        found = MasterKey(Key(base64.b64decode(encoded, validate=True)))
        if head != _HEAD or found.id != key_id:
            raise ValueError("head or id")
    except (ValueError, binascii.Error, InputRefusedError):
        raise InputRefusedError(
            "keys.master.damaged",
            "this file does not hold a master key",
            expected=f"one line that begins with {_HEAD}",
            hint=f"restore it from {SHARES_NEEDED} shares: holdfast office keys restore",
        ) from None
    return found


def check_apart(keys: Path, office: Path) -> None:
    """Return when the keys lie apart from the data. Raises UsageError `keys.folder.inside`.

    Neither folder may hold the other: a copy of the office must never carry its keys along.
    """
    keys, office = keys.resolve(), office.resolve()
    if keys == office or office in keys.parents or keys in office.parents:
        raise UsageError(
            "keys.folder.inside",
            "the keys and the data lie in one folder",
            expected="two folders, neither inside the other, best on two disks",
            place=f"{keys} and {office}",
            hint="choose another folder with --keys",
        )


def write_master_key(keys: Path, office: Path, master: MasterKey, *, name: str = MASTER_KEY_FILE) -> Path:
    """Write a key's file (mode 0600) into the keys folder (made with mode 0700 when it is not there).

    Raises UsageError `keys.folder.inside`, and `keys.master.exists` rather than overwrite a key.
    """
    check_apart(keys, office)
    keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    _check_private(keys)
    place = keys / name
    try:
        handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        raise UsageError(
            "keys.master.exists",
            "there is a master key here already, and it is not overwritten",
            place=str(place),
            hint="without it everything it wraps is lost: keep it, or rotate it with holdfast office keys rotate",
        ) from None
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(master.text())
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(keys, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return place


def read_master_key(keys: Path, office: Path, *, name: str = MASTER_KEY_FILE) -> MasterKey:
    """The master key from its folder.

    Raises UsageError `keys.folder.inside`; InputRefusedError `keys.master.missing`, `keys.master.damaged`, and
    `keys.master.readable` when anybody but its owner may read the file or enter the folder.
    """
    check_apart(keys, office)
    place = keys / name
    if not place.is_file() or place.is_symlink():
        raise InputRefusedError(
            "keys.master.missing",
            "there is no master key here",
            place=str(place),
            hint="name its folder with --keys; a lost key comes back from 3 shares: holdfast office keys restore",
        )
    _check_private(keys)
    _check_private(place)
    return parse_master_key(place.read_text("ascii", "replace"))


def _check_private(place: Path) -> None:
    mode = stat.S_IMODE(place.stat().st_mode)
    if mode & 0o077:
        raise InputRefusedError(
            "keys.master.readable",
            "others on this machine may reach the master key",
            expected="mode 0600 for the file, 0700 for its folder",
            got=f"mode {mode:04o}",
            place=str(place),
            hint="assume it was read: correct the mode (chmod go=), then rotate the key",
        )


def split(master: MasterKey) -> tuple[str, ...]:
    """Five shares, each a line of 33 words; any three bring the key back. Each is to lie with another person.

    SLIP-39, one group, no passphrase. Every call makes a new set, and sets do not mix.
    """
    groups = generate_mnemonics(
        1, [(SHARES_NEEDED, SHARES_MADE)], master._key.raw, iteration_exponent=_ITERATION_EXPONENT
    )
    return tuple(groups[0])


def restore(shares: Sequence[str], *, expected_id: str = "") -> MasterKey:
    """The master key from its shares; more than three are welcome when all of them fit.

    Raises InputRefusedError `keys.share.damaged` (naming which, never its words), `keys.share.mixed`,
    `keys.share.twice`, `keys.share.few`; CheckFailedError `keys.share.other_key` when they make another key than
    `expected_id`.
    """
    parsed = [_parse_share(number, text) for number, text in enumerate(shares, 1)]
    if len({(share.common_parameters(), share.group_parameters()) for share in parsed}) > 1:
        raise _share_refused("mixed", "these shares are of different sets", "shares that were made together")
    if len({share.index for share in parsed}) != len(parsed):
        raise _share_refused("twice", "a share was given twice", "different shares of one set")
    needed = parsed[0].member_threshold if parsed else SHARES_NEEDED
    if len(parsed) < needed:
        raise _share_refused("few", "these are too few shares", f"{needed} of one set", str(len(parsed)))
    first, last = parsed[: needed - 1], parsed[needed - 1 :]
    found = [_combine([*first, each]) for each in last]
    if any(each != found[0] for each in found):
        raise _share_refused("mixed", "one of these shares makes another key", "shares that were made together")
    if expected_id and found[0].id != expected_id:
        raise CheckFailedError(
            "keys.share.other_key",
            "these shares bring back another master key",
            expected=expected_id,
            got=found[0].id,
            hint="look for the shares that were made after the last rotation",
        )
    return found[0]


def rotate(old: MasterKey, new: MasterKey, wrapped: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """Each stream's (name, wrapped key), wrapped anew under the new master key; what it seals is not touched.

    The caller stores all of them in one transaction, or none: a half of each opens under neither key.
    Raises CheckFailedError `crypto.sealed` at the first key that the old master key does not open.
    """
    before, after = old.key_for(Purpose.SEALING), new.key_for(Purpose.SEALING)
    for name, each in wrapped:
        yield name, wrap_key(after, unwrap_key(before, each, name), name)


def _parse_share(number: int, text: str) -> Share:
    try:
        share = Share.from_mnemonic(" ".join(text.lower().split()))
        if share.group_count != 1 or len(share.value) != KEY_BYTES:
            raise ValueError("another kind of share")
    except (MnemonicError, ValueError):
        raise InputRefusedError(
            "keys.share.damaged",
            f"share {number} is not a share of a master key",
            expected="33 words of the SLIP-39 list, spelt as they were written down",
            hint="compare it with the paper word by word: any wrong word is noticed, no word is shown here",
        ) from None
    return share


def _combine(shares: list[Share]) -> MasterKey:
    try:
        return MasterKey(Key(combine_mnemonics([share.mnemonic() for share in shares])))
    except MnemonicError:
        raise _share_refused("mixed", "these shares do not make a key", "shares that were made together") from None


def _share_refused(code: str, what: str, expected: str, got: str = "") -> InputRefusedError:
    hint = "ask the keepers of the shares which set theirs is of; each set carries its date on the paper"
    return InputRefusedError(f"keys.share.{code}", what, expected=expected, got=got, hint=hint)
