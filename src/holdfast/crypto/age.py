"""Files for certain readers only: age (age-encryption.org/v1) for backups and exports.

Whoever holds such a file sees how many readers it has, not who they are. age does not say who wrote it: a backup
carries its own hashes, an export its signature.
"""

from collections.abc import Sequence
from typing import BinaryIO

import pyrage

from holdfast.errors import CheckFailedError, InputRefusedError, UsageError


class Identity:
    """A reader's secret. It never shows itself."""

    __slots__ = ("_identity", "_text")

    def __init__(self, text: str) -> None:
        """From its text, `AGE-SECRET-KEY-1…`. Raises InputRefusedError `crypto.age.identity`."""
        try:
            self._identity = pyrage.x25519.Identity.from_str(text.strip())
        except (pyrage.IdentityError, ValueError):
            raise InputRefusedError(
                "crypto.age.identity",
                "this is not an age identity",
                expected="a line that begins with AGE-SECRET-KEY-1",
                hint="look for the file that age-keygen or holdfast wrote; its text is not shown here",
            ) from None
        self._text = text.strip()

    def __repr__(self) -> str:
        return f"Identity({self.recipient})"

    @property
    def recipient(self) -> str:
        """The public half, `age1…`: what others encrypt to."""
        return str(self._identity.to_public())

    def text(self) -> str:
        """The secret's one line, for the file that keeps it and for nothing else."""
        return self._text + "\n"


def fresh_identity() -> Identity:
    """A new identity from the machine's randomness."""
    return Identity(str(pyrage.x25519.Identity.generate()))


def parse_identities(text: str) -> list[Identity]:
    """The identities of a file as age-keygen writes it: one a line, `#` begins a remark.

    Raises InputRefusedError `crypto.age.identity`, also for a file that holds none.
    """
    lines = [line.strip() for line in text.splitlines()]
    return [Identity(line) for line in lines if line and not line.startswith("#")] or [Identity("")]


def check_recipients(recipients: Sequence[str]) -> None:
    """Return when each is an age recipient. Raises UsageError `crypto.age.recipient`, also when there is none."""
    _parsed(recipients)


def _parsed(recipients: Sequence[str]) -> list[pyrage.x25519.Recipient]:
    found = []
    for text in recipients:
        try:
            found.append(pyrage.x25519.Recipient.from_str(text.strip()))
        except (pyrage.RecipientError, ValueError):
            # a secret pasted here by mistake must not be shown
            got = "a secret identity" if text.strip().upper().startswith("AGE-SECRET") else repr(text.strip()[:80])
            raise UsageError(
                "crypto.age.recipient", "this is not an age recipient", expected="age1 and 58 signs", got=got
            ) from None
    if not found:
        raise UsageError(
            "crypto.age.recipient",
            "nobody is named who could read this",
            expected="one or more age recipients (age1…)",
            hint="make one with age-keygen, keep the secret away from this machine, and name the public line",
        )
    return found


def encrypt_stream(reader: BinaryIO, writer: BinaryIO, recipients: Sequence[str]) -> None:
    """Read all of one stream and write it encrypted; any one of the recipients can open it.

    Raises UsageError `crypto.age.recipient`.
    """
    pyrage.encrypt_io(reader, writer, _parsed(recipients))


def decrypt_stream(reader: BinaryIO, writer: BinaryIO, identities: Sequence[Identity]) -> None:
    """Read all of an encrypted stream and write it opened.

    Parts are written as they are found good, so the caller writes to a temporary file and takes it only when this
    returns. Raises CheckFailedError `crypto.age.sealed` for a stranger, and for a file that was cut or changed.
    """
    try:
        pyrage.decrypt_io(reader, writer, [each._identity for each in identities])
    except (pyrage.DecryptError, OSError) as reason:
        raise CheckFailedError(
            "crypto.age.sealed",
            "this file does not open",
            expected="an age file for one of the identities given, whole and unchanged",
            got=str(reason)[:120],
            hint="name another identity, or take another copy of the file",
        ) from None
