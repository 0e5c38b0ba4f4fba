"""Sealing: AES-256-GCM with associated data, keys wrapped by keys, and blind tokens for equality search.

A sealed value is a version byte, a random nonce of 96 bits, and the ciphertext with its tag of 128 bits. What a value
is about (its stream, its place) is given as associated data, so that a value moved to another place does not open.
Random nonces are safe for 2^32 values under one key (NIST SP 800-38D, 8.3); a stream has a key of its own.
"""

import hashlib
import hmac
import secrets
from typing import NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from holdfast.errors import CheckFailedError, InputRefusedError

KEY_BYTES = 32  # bytes; AES-256
_VERSION = b"\x01"
_NONCE_BYTES = 12  # bytes; GCM's own length (NIST SP 800-38D)
_TAG_BYTES = 16  # bytes; GCM's full tag (NIST SP 800-38D)
OVERHEAD_BYTES = len(_VERSION) + _NONCE_BYTES + _TAG_BYTES
"""How much longer a sealed value is than its plaintext."""

_WRAP = b"holdfast wrapped key\x00"
_BLIND = b"holdfast blind token\x00"


class Key:
    """32 secret bytes. It never shows itself, is not pickled, and two keys are compared in constant time."""

    __slots__ = ("_raw",)

    def __init__(self, raw: bytes) -> None:
        """Raises InputRefusedError `crypto.key` for another length than 32 bytes."""
        if len(raw) != KEY_BYTES:
            raise InputRefusedError(
                "crypto.key", "this is not a sealing key", expected=f"{KEY_BYTES} bytes", got=f"{len(raw)} bytes"
            )
        self._raw = bytes(raw)

    def __repr__(self) -> str:
        return "Key(<not shown>)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Key) and hmac.compare_digest(self._raw, other._raw)

    __hash__ = None  # type: ignore[assignment]  # a secret is no key of a table

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is not pickled")

    @property
    def raw(self) -> bytes:
        """The 32 bytes, for wrapping and for the file that keeps them; for nothing else."""
        return self._raw

    def derived(self, purpose: str) -> "Key":
        """A key for one purpose, by HKDF-SHA256 (RFC 5869): it tells nothing about this key or another purpose's."""
        info = b"holdfast key for \x00" + purpose.encode()
        return Key(HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(self._raw))


def fresh_key() -> Key:
    """A new key from the machine's randomness."""
    return Key(secrets.token_bytes(KEY_BYTES))


def seal(key: Key, plaintext: bytes, associated: bytes) -> bytes:
    """The plaintext sealed under a key, bound to `associated`: what the value is and where it stands."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return _VERSION + nonce + AESGCM(key.raw).encrypt(nonce, plaintext, _VERSION + associated)


def unseal(key: Key, sealed: bytes, associated: bytes) -> bytes:
    """The plaintext of a sealed value.

    Raises CheckFailedError `crypto.sealed` when it was sealed under another key, for another place, or was changed;
    the error does not tell which, and shows nothing of the value.
    """
    body = bytes(sealed)
    try:
        if body[:1] != _VERSION or len(body) < OVERHEAD_BYTES:
            raise InvalidTag
        nonce = body[1 : 1 + _NONCE_BYTES]
        return AESGCM(key.raw).decrypt(nonce, body[1 + _NONCE_BYTES :], _VERSION + associated)
    except InvalidTag:
        raise CheckFailedError(
            "crypto.sealed",
            "this sealed value does not open",
            expected="a value sealed under this key, for this place, and unchanged since",
            hint="check that the master key belongs to this office; if it does, restore the value from a backup",
        ) from None


def wrap_key(master: Key, key: Key, name: str) -> bytes:
    """A stream's key sealed under the master key and bound to the stream's name. Deleting this forgets the stream."""
    return seal(master, key.raw, _WRAP + name.encode())


def unwrap_key(master: Key, wrapped: bytes, name: str) -> Key:
    """The key of the named stream. Raises CheckFailedError `crypto.sealed`."""
    return Key(unseal(master, wrapped, _WRAP + name.encode()))


def blind(key: Key, domain: str, *parts: str) -> str:
    """A token (64 hex digits) that is equal when domain and parts are equal, and tells nothing without the key.

    HMAC-SHA256 over the domain and the parts, each after its length, so that no two lists of parts run together.
    For equality search on sealed values, and for matching between cases without opening them.
    Text is taken as it is: normalise names before.
    """
    mac = hmac.new(key.raw, _BLIND, hashlib.sha256)
    for part in (domain, *parts):
        data = part.encode("utf-8", "surrogatepass")
        mac.update(len(data).to_bytes(8, "big") + data)
    return mac.hexdigest()
