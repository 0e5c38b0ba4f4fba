"""Links that open an appeal without an account, and receipts that show how it stands. Only their hashes are kept."""

import base64
import hashlib
import re
from dataclasses import dataclass, field

from holdfast.errors import CheckFailedError, UsageError

ENTROPY_BYTES = 20
"""160 bits: nobody guesses one."""

_TOKEN = re.compile(r"[0-9a-f]{40}\Z")
_RECEIPT = re.compile(r"[A-Z2-7]{32}\Z")


@dataclass(frozen=True, kw_only=True)
class Secret:
    """A fresh link token or receipt: `text` goes to the person and nowhere else, `sha256` is kept."""

    text: str = field(repr=False)
    sha256: str


def make_link(entropy: bytes) -> Secret:
    """The token of a new link, 40 hex digits, from fresh random bytes."""
    text = _checked(entropy).hex()
    return Secret(text=text, sha256=link_sha256(text))


def make_receipt(entropy: bytes) -> Secret:
    """A new receipt, eight groups of four letters and digits that can be written down."""
    letters = base64.b32encode(_checked(entropy)).decode("ascii")
    text = "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))
    return Secret(text=text, sha256=receipt_sha256(text))


def link_sha256(token: str) -> str:
    """What a link's token is kept as. Raises CheckFailedError `appeal.link`, as for any link that opens nothing."""
    if not _TOKEN.match(token):
        raise no_such_link()
    return hashlib.sha256(b"holdfast appeal link\0" + token.encode("ascii")).hexdigest()


def receipt_sha256(text: str) -> str:
    """What a receipt is kept as, however it was typed. Raises CheckFailedError `appeal.receipt`."""
    plain = re.sub(r"[\s-]", "", text).upper()
    if not _RECEIPT.match(plain):
        raise no_such_receipt()
    return hashlib.sha256(b"holdfast appeal receipt\0" + plain.encode("ascii")).hexdigest()


def no_such_link() -> CheckFailedError:
    """One refusal for every link that opens nothing: whoever guesses learns nothing from it."""
    return CheckFailedError(
        "appeal.link",
        "this link opens no appeal: it was mistyped, was closed, or its time is over",
        hint="copy the whole link from the notice; if you have filed already, use your receipt",
    )


def no_such_receipt() -> CheckFailedError:
    """One refusal for every receipt that shows nothing."""
    return CheckFailedError(
        "appeal.receipt", "this receipt shows no appeal", hint="copy all eight groups of four letters and digits"
    )


def _checked(entropy: bytes) -> bytes:
    if len(entropy) != ENTROPY_BYTES:
        raise UsageError("appeal.entropy", "fresh random bytes are needed", expected=f"{ENTROPY_BYTES} bytes")
    return entropy
