"""Identifiers are types, never bare strings."""

import re
import unicodedata
from ipaddress import ip_address, ip_network
from typing import NewType

from holdfast.errors import UsageError

WikiName = NewType("WikiName", str)
"""A wiki's short name in a lake, `[a-z][a-z0-9_-]{0,63}`; only `wiki_name` makes one."""

AccountName = NewType("AccountName", str)
"""An account's name as the input writes it, unchanged. Private class: pseudonyms stand for it in outputs."""

_WIKI = re.compile(r"[a-z][a-z0-9_-]{0,63}\Z")
# what MediaWiki takes for a blank in a title, and the marks of direction that it drops (MediaWikiTitleCodec)
_BLANKS = re.compile(r"[ _\u00a0\u1680\u180e\u2000-\u200a\u202f\u205f\u3000]+")
_MARKS = re.compile(r"[\u200e\u200f\u202a-\u202e]")
_NAMESPACE = re.compile(r"\A(?::? ?user ?: ?)+", re.IGNORECASE)
_LIKE_ADDRESS = re.compile(r"[0-9A-Fa-f:.]+(/\d{1,3})?\Z")


def wiki_name(text: str) -> WikiName:
    """The checked name of a wiki.

    Raises UsageError `ids.wiki` when the text is not a letter followed by at most 63 of `a-z 0-9 _ -`.
    """
    if not _WIKI.match(text):
        raise UsageError(
            "ids.wiki",
            "this is not a name for a wiki",
            expected="a small letter, then up to 63 of a-z, 0-9, _ and -",
            got=repr(text[:80]),
            hint="choose a short name such as enwiki or my-wiki",
        )
    return WikiName(text)


def account_cleaned(name: str) -> str:
    """An account's name as MediaWiki would clean it up: marks of direction off, NFC, runs of blanks as one space."""
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", _MARKS.sub("", name))).strip(" ")


def account_as_compared(name: str) -> str:
    """An account's name in the form in which MediaWiki compares names: for finding equal ones, never for showing.

    The one comparison of names that there is: `User:` off, blanks and underscores as one space, marks of direction
    off, NFC, first letter large (on every wiki: user pages always begin so), an address in its one full form.
    Doing it twice changes nothing. Empty for an empty name.
    """
    cleaned = _NAMESPACE.sub("", " ".join(account_cleaned(name).split()))
    first = cleaned[:1].upper()
    # a letter whose capital is two letters (ß, ﬁ) stays as it is, as on the wiki
    large = first if len(first) == 1 else cleaned[:1]
    return _address_as_compared(cleaned) or unicodedata.normalize("NFC", large + cleaned[1:])


def same_account(one: str, other: str) -> bool:
    """Whether two names are one account for MediaWiki."""
    return account_as_compared(one) == account_as_compared(other)


def accounts_as_kept(name: str) -> frozenset[str]:
    """Every form under which a keyed token of this account may lie: today's, and those of before.

    Before, an address kept its spelling, a prefix stayed, and ß became SS. What is found by an older form may be
    another's: compare the names when the facts are open.
    """
    compared = account_as_compared(name)
    if not compared:
        return frozenset({""})
    spelt = {name, compared, f"User:{compared}"}
    if _LIKE_ADDRESS.match(compared):
        spelt |= {compared.lower(), *_shorter(compared)}
    return frozenset({compared, *map(_as_compared_before, spelt)})


def _as_compared_before(name: str) -> str:
    cleaned = " ".join(unicodedata.normalize("NFC", name).replace("_", " ").split())
    return cleaned[:1].upper() + cleaned[1:]


def _address_as_compared(text: str) -> str:
    """IPv4 without leading zeros, IPv6 in full and capitals, a range at its first address; empty for no address."""
    if not _LIKE_ADDRESS.match(text):
        return ""
    plain = re.sub(r"\b0+(?=\d)", "", text) if ":" not in text else text
    try:
        network = ip_network(plain, strict=False)
    except ValueError:
        return ""
    first = network.network_address
    groups = first.exploded.split(":")
    written = str(first) if first.version == 4 else ":".join(f"{int(each, 16):X}" for each in groups)
    return f"{written}/{network.prefixlen}" if "/" in text else written


def _shorter(address: str) -> set[str]:
    """An address in the spelling with `::`, in small letters and in capitals."""
    bare, slash, length = address.partition("/")
    try:
        short = ip_address(bare).compressed + slash + length
    except ValueError:
        return set()
    return {short, short.upper()}
