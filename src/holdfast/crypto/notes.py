"""Signed notes (C2SP signed-note) and cosignatures (C2SP tlog-cosignature, `cosignature/v1`).

A note is text, an empty line, and signature lines `— <name> <Base64(key id, signature)>`. A key id is the
first four bytes of SHA-256(name, line end, algorithm byte, public key).
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from enum import IntEnum

from holdfast.crypto.ed25519 import KEY_BYTES, SIGNATURE_BYTES, Secret, check_signature, fresh_secret
from holdfast.errors import CheckFailedError, InputRefusedError

NOTE_LIMIT_BYTES = 1_000_000  # bytes; chosen, a checkpoint is under a thousand
_SIGNATURES_LIMIT = 100  # lines; chosen, more are refused before any is verified
_ID_BYTES = 4  # bytes of a key's id in a signature line (C2SP signed-note)
_TIME_BYTES = 8  # bytes of the time before a cosignature (C2SP tlog-cosignature)
_SECRET_HEAD = "PRIVATE+KEY+"


class Algorithm(IntEnum):
    """The algorithm byte of a key, as C2SP assigns it."""

    NOTE = 1
    """Ed25519 over the note's text: what a log signs with."""
    COSIGNATURE = 4
    """Ed25519 over `cosignature/v1`, a time and the text: what a log witness signs with."""


@dataclass(frozen=True, kw_only=True)
class VerifierKey:
    """A public key with its name: `<name>+<key id in hex>+<Base64(algorithm byte, public key)>`."""

    name: str
    algorithm: Algorithm
    public: bytes

    @property
    def key_id(self) -> bytes:
        """Four bytes; binds name, algorithm and key."""
        text = self.name.encode() + b"\n" + bytes([self.algorithm]) + self.public
        return hashlib.sha256(text).digest()[:_ID_BYTES]

    def __str__(self) -> str:
        encoded = base64.b64encode(bytes([self.algorithm]) + self.public).decode("ascii")
        return f"{self.name}+{self.key_id.hex()}+{encoded}"


@dataclass(frozen=True, kw_only=True)
class SignatureLine:
    """One line under a note: who says so, by which key id, and the signature's bytes."""

    name: str
    key_id: bytes
    signature: bytes

    def __str__(self) -> str:
        return f"— {self.name} {base64.b64encode(self.key_id + self.signature).decode('ascii')}\n"


@dataclass(frozen=True, kw_only=True)
class Note:
    """A note as read; nothing in it is believed yet."""

    text: str
    lines: tuple[SignatureLine, ...]

    def __bytes__(self) -> bytes:
        return (self.text + "\n" + "".join(map(str, self.lines))).encode()


@dataclass(frozen=True, kw_only=True)
class Signed:
    """A signature that was checked. Only `signatures_of` makes one."""

    key: VerifierKey
    at_seconds: int | None
    """When a log witness signed (seconds since 1970); None for a plain note signature."""


def _refused(what: str, expected: str, got: str = "") -> InputRefusedError:
    return InputRefusedError("note.unreadable", what, expected=expected, got=got[:80])


def _checked_name(name: str) -> str:
    if not name or "+" in name or any(sign.isspace() for sign in name) or not name.isprintable():
        raise _refused("this is not the name of a key", "printable text without space or +", repr(name[:40]))
    return name


def _decode(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise _refused("this is not Base64", "standard Base64 with padding", repr(text[:40])) from None
    if base64.b64encode(data).decode("ascii") != text:
        raise _refused("this Base64 has loose ends", "the one Base64 form of its bytes", repr(text[:40]))
    return data


def parse_verifier_key(text: str) -> VerifierKey:
    """Read a verifier key. Raises InputRefusedError `note.key`."""
    try:
        # Base64 may hold a plus itself, so only the first two part the fields
        name, key_id, encoded = text.strip().split("+", 2)
        data = _decode(encoded)
        algorithm = Algorithm(data[0])
        key = VerifierKey(name=_checked_name(name), algorithm=algorithm, public=data[1:])
        if len(key.public) != KEY_BYTES or key.key_id.hex() != key_id:
            raise ValueError("key id")
    except (ValueError, IndexError, InputRefusedError):
        raise InputRefusedError(
            "note.key",
            "this is not a verifier key",
            expected="NAME+8 hex digits+Base64, whose digits fit the name and key",
            got=repr(text.strip()[:80]),
            hint="copy the whole line that `holdfast record init` or the log witness printed",
        ) from None
    return key


@dataclass(frozen=True, kw_only=True)
class Signer:
    """A secret key with its name and algorithm. Its text form is Go's: `PRIVATE+KEY+name+id+Base64`."""

    name: str
    algorithm: Algorithm
    secret: Secret

    @property
    def key(self) -> VerifierKey:
        """What others check the signatures with."""
        return VerifierKey(name=self.name, algorithm=self.algorithm, public=self.secret.public)

    def secret_text(self) -> str:
        """The key's file content, one line."""
        encoded = base64.b64encode(bytes([self.algorithm]) + self.secret.seed).decode("ascii")
        return f"{_SECRET_HEAD}{self.name}+{self.key.key_id.hex()}+{encoded}\n"

    def sign(self, text: str, *, at_seconds: int | None = None) -> SignatureLine:
        """Sign a note's text. A cosignature needs `at_seconds`, a plain signature takes none."""
        check_text(text)
        if (self.algorithm is Algorithm.COSIGNATURE) != (at_seconds is not None):
            raise _refused("a cosignature carries a time, a log's own signature does not", "the other form")
        if at_seconds is None:
            signature = self.secret.sign(text.encode())
        else:
            stamp = at_seconds.to_bytes(_TIME_BYTES, "big")
            signature = stamp + self.secret.sign(cosigned_message(text, at_seconds))
        return SignatureLine(name=self.name, key_id=self.key.key_id, signature=signature)


def fresh_signer(name: str, algorithm: Algorithm = Algorithm.NOTE) -> Signer:
    """A new key under a name. Raises InputRefusedError `note.unreadable` when the name is none."""
    return Signer(name=_checked_name(name), algorithm=algorithm, secret=fresh_secret())


def parse_signer(text: str) -> Signer:
    """Read a secret key's file. Raises InputRefusedError `note.secret`, which never shows the text."""
    try:
        if not text.startswith(_SECRET_HEAD):
            raise ValueError("head")
        name, key_id, encoded = text.strip()[len(_SECRET_HEAD) :].split("+", 2)
        data = _decode(encoded)
        signer = Signer(name=_checked_name(name), algorithm=Algorithm(data[0]), secret=Secret(data[1:]))
        if signer.key.key_id.hex() != key_id:
            raise ValueError("key id")
    except (ValueError, IndexError, InputRefusedError):
        raise InputRefusedError(
            "note.secret",
            "this file does not hold a secret key",
            expected="one line that begins with PRIVATE+KEY+",
            hint="restore the file from your backup",
        ) from None
    return signer


def cosigned_message(text: str, at_seconds: int) -> bytes:
    """What a log witness signs: the header line, the time line, the note's text."""
    return f"cosignature/v1\ntime {at_seconds}\n{text}".encode()


def check_text(text: str) -> None:
    """Raise InputRefusedError `note.unreadable` when a note may not carry this text."""
    if not text.endswith("\n") or any(character < " " and character != "\n" for character in text):
        raise _refused("this is not the text of a note", "lines without control characters, the last one ended")


def parse_signature_line(line: str) -> SignatureLine:
    """Read one signature line, without its line end. Raises InputRefusedError `note.unreadable`."""
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "—":
        raise _refused("this is not a signature line", "— NAME BASE64", repr(line[:40]))
    data = _decode(parts[2])
    if len(data) <= _ID_BYTES:
        raise _refused("a signature is too short", "a key id of 4 bytes and a signature", f"{len(data)} bytes")
    return SignatureLine(name=_checked_name(parts[1]), key_id=data[:_ID_BYTES], signature=data[_ID_BYTES:])


def parse_note(data: bytes) -> Note:
    """Read a note; checks its form and no signature. Raises InputRefusedError `note.unreadable`."""
    if len(data) > NOTE_LIMIT_BYTES:
        raise _refused("this note is too large", f"at most {NOTE_LIMIT_BYTES} bytes", f"{len(data)} bytes")
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError:
        raise _refused("this note is not UTF-8", "UTF-8") from None
    check_text(whole)
    text, gap, under = whole.rpartition("\n\n")
    lines = under.split("\n")[:-1]
    if not gap or not lines or len(lines) > _SIGNATURES_LIMIT:
        raise _refused("this is not a signed note", "text, an empty line, 1 to 100 signature lines")
    return Note(text=text + "\n", lines=tuple(parse_signature_line(line) for line in lines))


def signatures_of(note: Note, keys: tuple[VerifierKey, ...]) -> tuple[Signed, ...]:
    """The signatures under a note by known keys, checked; at most one for each key.

    A signature by an unknown key is passed over. Raises CheckFailedError `note.signature` when a known key's
    signature is wrong: that is never an accident.
    """
    found: dict[VerifierKey, Signed] = {}
    for line in note.lines:
        for key in keys:
            if (key.name, key.key_id) == (line.name, line.key_id) and key not in found:
                found[key] = _checked(note.text, line, key)
    return tuple(found.values())


def _checked(text: str, line: SignatureLine, key: VerifierKey) -> Signed:
    message, signature, at_seconds = text.encode(), line.signature, None
    if key.algorithm is Algorithm.COSIGNATURE:
        at_seconds, signature = int.from_bytes(signature[:_TIME_BYTES], "big"), signature[_TIME_BYTES:]
        message = cosigned_message(text, at_seconds)
    try:
        if len(signature) != SIGNATURE_BYTES or (at_seconds or 0) >= 2**63:
            raise CheckFailedError("crypto.signature", "the signature has the wrong length")
        check_signature(key.public, message, signature)
    except CheckFailedError:
        raise CheckFailedError(
            "note.signature",
            f"a signature in the name of {key.name} is wrong",
            expected=f"key {key.key_id.hex()} over this text",
            hint="the text was changed after signing, or it is forged: keep this copy and ask the log's keepers",
            offender=note_name(line),
        ) from None
    return Signed(key=key, at_seconds=at_seconds)


def note_name(line: SignatureLine) -> str:
    """Name and key id of a signature line, for messages."""
    return f"{line.name}+{line.key_id.hex()}"
