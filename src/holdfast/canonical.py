"""Canonical bytes (RFC 8785) and hashes: the same value has the same bytes everywhere."""

import hashlib
import json
from pathlib import Path
from typing import Any

import rfc8785

from holdfast.errors import InputRefusedError

_LARGEST = 2**53 - 1  # the largest whole number that JSON readers keep exactly (RFC 8259, section 6)
# where Python's order and numbers are RFC 8785's, its own encoder writes the same bytes in half the time
_encode_plain = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def _is_plain(value: Any) -> bool:
    """Whether a value holds only text, true, false, null, small integers, lists, and objects with ASCII keys."""
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return True
    if kind is int:
        return bool(-_LARGEST <= value <= _LARGEST)
    if kind is dict:
        return all(type(key) is str and key.isascii() and _is_plain(item) for key, item in value.items())
    return kind is list and all(map(_is_plain, value))


def canonical_bytes(value: Any) -> bytes:
    """The RFC 8785 bytes of a JSON value.

    Raises InputRefusedError `canonical.not_json` for what JSON cannot carry: NaN, integers beyond 2^53,
    lone surrogates, keys that are not text, other types.
    """
    try:
        return _encode_plain(value).encode() if _is_plain(value) else rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError) as reason:
        raise InputRefusedError(
            "canonical.not_json",
            "this value has no canonical JSON form",
            expected="text, numbers within 2^53, lists and objects with text keys",
            got=type(reason).__name__,
            hint="write large integers as text and leave out what is not a number",
        ) from None


def parse_json(data: bytes, *, place: str = "") -> Any:
    """A JSON value read strictly: UTF-8, no repeated keys, no NaN.

    Raises InputRefusedError `canonical.unreadable`, naming `place`.
    """

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(items)
        if len(found) != len(items):
            raise ValueError("a key stands twice")
        return found

    def constant(name: str) -> Any:
        raise ValueError(f"{name} is not JSON")

    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=pairs, parse_constant=constant)
    except (ValueError, RecursionError) as reason:
        raise InputRefusedError(
            "canonical.unreadable",
            "this is not JSON as Holdfast reads it",
            expected="UTF-8 JSON without repeated keys",
            got=str(reason)[:120],
            place=place,
            hint="correct the text; nothing was changed",
        ) from None


def sha256_hex(data: bytes) -> str:
    """SHA-256 of bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal; reads it once, in pieces."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
