"""The export of the audit: JSON lines, signed, that a stranger can check with the file and one public key.

Line 1 says what it is: form, range, the hash before the first entry, when and for which approval it was made, and the
key. Then one entry a line, none left out. The last line is the signature (Ed25519, C2SP signed-note form) over the
SHA-256 of every byte before it.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from holdfast.audit.chain import Head, check_chain
from holdfast.audit.entry import Entry
from holdfast.canonical import canonical_bytes, parse_json
from holdfast.crypto.notes import Note, Signer, VerifierKey, parse_signature_line, signatures_of
from holdfast.errors import CheckFailedError, HoldfastError, InputRefusedError

FORM = "holdfast audit export 1"
_HEADER = {"form", "key", "made_at", "first", "last", "previous", "approval_sha256"}
_LINE_LIMIT_BYTES = 65_536  # bytes of one line; chosen, an entry is far shorter


@dataclass(frozen=True, kw_only=True)
class ExportReport:
    """What a checked export holds."""

    first: int
    """Number of the first entry."""
    head: Head
    """Where the audit stands after the last entry of the export."""
    entries: int
    made_at: str
    approval_sha256: str
    key: VerifierKey


def export_lines(
    entries: Iterable[Entry], *, before: Head, last: int, approval_sha256: str, made_at: datetime, signer: Signer
) -> Iterator[bytes]:
    """The export's lines, each with its line end: the entries after `before` up to number `last`.

    `approval_sha256` is the content that two people approved. The entries are checked on the way.
    Raises CheckFailedError `audit.chain.…`, before the signature is made.
    """
    hasher = hashlib.sha256()
    header = {
        "form": FORM,
        "key": str(signer.key),
        "made_at": made_at.isoformat(),
        "first": before.size + 1,
        "last": last,
        "previous": before.sha256,
        "approval_sha256": approval_sha256,
    }
    line = _line(header)
    hasher.update(line)
    yield line
    head = before
    for entry in entries:
        head = check_chain([entry], start=head)
        line = _line(entry.to_json())
        hasher.update(line)
        yield line
    check_chain([], start=head, until=Head(size=last, sha256=head.sha256))
    yield _line({"signature": str(signer.sign(_signed_text(hasher.hexdigest()))).rstrip("\n")})


def check_export(lines: Iterable[bytes], key: VerifierKey, *, heads: Collection[str] = ()) -> ExportReport:
    """What an export holds, when every entry is in its place and the key signed the whole.

    `lines` are the file's, with their line ends, read once. `heads` are hashes from the log's `audit head` entries:
    each must be that of an entry of this export (or of the one before its first).
    Raises InputRefusedError `audit.export.unreadable`, CheckFailedError `audit.export.signature`,
    `audit.export.key`, `audit.export.head`, `audit.chain.…`; each names the place.
    """
    reader = _Reader(lines)
    header = _checked_header(reader.take())
    if header["key"] != str(key):
        raise CheckFailedError(
            "audit.export.key",
            "this export names another key",
            expected=str(key),
            got=str(header["key"])[:120],
            hint="take the key from the log or from the auditor, never from the export itself",
        )
    before = Head(size=header["first"] - 1, sha256=header["previous"])
    missing = set(heads) - {before.sha256}
    head = check_chain(_without(reader.entries(), missing), start=before)
    if head.size != header["last"]:
        raise _unreadable(f"the header says that the last entry is {header['last']}, and it is {head.size}", reader)
    _check_signature(reader, key)
    if missing:
        raise CheckFailedError(
            "audit.export.head",
            "a head from the log is of no entry of this export",
            expected=min(missing),
            hint="the audit was made anew after that head was published, or the export does not reach that far",
        )
    return ExportReport(
        first=header["first"],
        head=head,
        entries=head.size - before.size,
        made_at=header["made_at"],
        approval_sha256=header["approval_sha256"],
        key=key,
    )


def _without(entries: Iterable[Entry], missing: set[str]) -> Iterator[Entry]:
    """The entries as they pass; their hashes are taken out of `missing`."""
    for entry in entries:
        missing.discard(entry.sha256)
        yield entry


class _Reader:
    """The lines of an export, with the hash of all that was read before the signature."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = iter(lines)
        self._hasher = hashlib.sha256()
        self.number = 0
        self.signature: str | None = None

    def take(self) -> Any:
        line = next(self._lines, b"")
        self.number += 1
        if not line.endswith(b"\n") or len(line) > _LINE_LIMIT_BYTES:
            raise _unreadable("a line is missing, cut or too long", self)
        value = parse_json(line[:-1], place=f"line {self.number}")
        if isinstance(value, dict) and set(value) == {"signature"}:
            self.signature = str(value["signature"])
        else:
            self._hasher.update(line)
        return value

    def entries(self) -> Iterator[Entry]:
        while True:
            value = self.take()
            if self.signature is not None:
                return
            if not isinstance(value, dict):
                raise _unreadable("this line is no entry", self)
            yield Entry.from_json(value)

    @property
    def sha256(self) -> str:
        return self._hasher.hexdigest()

    def is_at_end(self) -> bool:
        return next(self._lines, None) is None


def _checked_header(value: Any) -> dict[str, Any]:
    fits = (
        isinstance(value, dict)
        and set(value) == _HEADER
        and value["form"] == FORM
        and all(type(value[name]) is int for name in ("first", "last"))
        and value["first"] >= 1
    )
    if not fits:
        raise InputRefusedError(
            "audit.export.unreadable", "this is not an export of the audit", expected=FORM, place="line 1"
        )
    return dict(value)


def _check_signature(reader: _Reader, key: VerifierKey) -> None:
    if not reader.is_at_end():
        raise _unreadable("something stands after the signature", reader)
    try:
        line = parse_signature_line(reader.signature or "")
        signed = signatures_of(Note(text=_signed_text(reader.sha256), lines=(line,)), (key,))
    except HoldfastError:
        signed = ()
    if not signed:
        raise CheckFailedError(
            "audit.export.signature",
            "the signature under this export is not the key's over these lines",
            expected=f"a signature of {key.name}+{key.key_id.hex()}",
            place=f"line {reader.number}",
            hint="the file was changed, or it is not from this office: ask for it again",
        )


def _signed_text(sha256: str) -> str:
    return f"{FORM}\nsha256 {sha256}\n"


def _line(value: Any) -> bytes:
    return canonical_bytes(value) + b"\n"


def _unreadable(what: str, reader: _Reader) -> InputRefusedError:
    return InputRefusedError(
        "audit.export.unreadable",
        what,
        expected="a header, entries, and one signature, each a whole line",
        place=f"line {reader.number}",
        hint="take the file again from where it was made",
    )
