"""Pseudonyms: what stands for an account in every output unless names are asked for."""

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from holdfast.errors import InputRefusedError
from holdfast.ids import WikiName

KEY_FILE = "pseudonym.key"
"""The name of the key's file in a lake; never copied to an output."""

_KEY_BYTES = 32  # bytes; as long as the output of SHA-256
_SHOWN = 12  # characters after `P-`: 60 bits in base 32, so that two rarely collide in one lake


class Pseudonyms:
    """Turns names into `P-` and 12 base32 characters of HMAC-SHA256(key, wiki, NUL, account).

    The same key gives the same pseudonym, so reports of one lake can be compared; without the key nobody
    can test a guess. The object never shows its key.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) != _KEY_BYTES:
            raise InputRefusedError(
                "pseudonym.key",
                "this is not a pseudonym key",
                expected=f"{_KEY_BYTES} bytes",
                got=f"{len(key)} bytes",
                hint="give the file pseudonym.key of a lake, or leave the option out",
            )
        self._key = key

    def __repr__(self) -> str:
        return "Pseudonyms(<key not shown>)"

    def of(self, wiki: WikiName | str, account: str) -> str:
        """The pseudonym of one account of one wiki."""
        message = wiki.encode() + b"\0" + account.encode("utf-8", "surrogatepass")
        return "P-" + base64.b32encode(self.digest(message))[:_SHOWN].decode("ascii")

    def digest(self, message: bytes) -> bytes:
        """HMAC-SHA256 of a message under the key: what only its holder can make."""
        return hmac.digest(self._key, message, hashlib.sha256)


def fresh_pseudonyms() -> Pseudonyms:
    """Pseudonyms under a key that is thrown away with the object."""
    return Pseudonyms(secrets.token_bytes(_KEY_BYTES))


def pseudonyms_from(path: Path) -> Pseudonyms:
    """Pseudonyms under the key in a file. Raises InputRefusedError `pseudonym.key`."""
    try:
        return Pseudonyms(path.read_bytes())
    except OSError as reason:
        raise InputRefusedError(
            "pseudonym.key",
            "the pseudonym key cannot be read",
            got=reason.strerror or "",
            place=str(path),
            hint="give the file pseudonym.key of a lake",
        ) from None


def make_key(path: Path) -> None:
    """Write a fresh key with mode 0600, unless one is there."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "wb") as stream:
        stream.write(secrets.token_bytes(_KEY_BYTES))
        stream.flush()
        os.fsync(stream.fileno())
