"""Names of accounts in MediaWiki's form: the only room that makes and compares them.

The rules are MediaWiki's own (UserNameUtils, MediaWikiTitleCodec, IPUtils; decision 0104 says what was read and run).
"""

import re
import unicodedata
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import NewType

from holdfast.accounts.kinds import NameKind, name_kind
from holdfast.errors import InputRefusedError

AccountName = NewType("AccountName", str)
"""An account's name. Private class: pseudonyms stand for it in outputs. Only this file makes one."""

_LONGEST_BYTES = 255  # bytes of UTF-8; MediaWiki's cap on titles, and so on names (decision 0104)
# what MediaWiki takes for a blank in a title, and the marks of direction that it drops (MediaWikiTitleCodec)
_BLANKS = re.compile(r"[ _\u00a0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
_MARKS = re.compile(r"[\u200e\u200f\u202a-\u202e]")
_NAMESPACE = re.compile(r"\A(?::? ?user ?: ?)+", re.IGNORECASE)
_LIKE_ADDRESS = re.compile(r"[0-9A-Fa-f:.]+(/\d{1,3})?\Z")
# what no page title may hold (MediaWikiTitleCodec), and what no user name may (UserNameUtils::isValid): the slash,
# control characters, characters of no width, private use
_FORBIDDEN = re.compile(
    r"[#<>\[\]|{}/\x00-\x1f\x7f-\x9f\u200b-\u200d\ue000-\uf8ff\ufffd]|~~~|%[0-9A-Fa-f]{2}|&(?:[A-Za-z0-9]+|#\d+);"
)


def account_name(text: str, *, place: str = "") -> AccountName:
    """The account that somebody wrote, in the form in which the wiki keeps its name.

    Old names that could not be registered today (with `@` or `:`) are accepted: they exist.
    Raises InputRefusedError `access.name` for what can be no account: empty, an address, longer than 255 bytes, an
    author of another wiki (`old>Name`), or with a character that no name holds or that nobody can see.
    """
    named = asked_name(text, place=place)
    if name_kind(named) is not NameKind.ACCOUNT:
        raise _refused(text, "an address is no account's name", place)
    return named


def asked_name(text: str, *, place: str = "") -> AccountName:
    """As `account_name`; an address or a range, which act on a wiki under their own name, is accepted too."""
    form = account_as_compared(text)
    if ">" in form and "<" not in form:
        raise _refused(text, "this is an author of another wiki (an imported edit), and nobody's account here", place)
    if not _is_name(form, _BLANKS.sub(" ", _MARKS.sub("", text)).strip(" ")):
        raise _refused(text, "this can be no account's name", place)
    return AccountName(form)


def _is_name(form: str, written: str) -> bool:
    try:
        size_bytes = len(form.encode())
    except UnicodeEncodeError:
        return False
    if name_kind(form) in (NameKind.ADDRESS, NameKind.RANGE):
        return True
    return 0 < size_bytes <= _LONGEST_BYTES and not form.startswith(":") and not _FORBIDDEN.search(written)


def _refused(text: str, what: str, place: str) -> InputRefusedError:
    return InputRefusedError(
        "access.name",
        what,
        expected="1 to 255 bytes, no address, none of # < > [ ] | { } / and no ~~~, nothing that nobody can see",
        got=f"{len(text)} characters",
        place=place,
        hint="write the name as the wiki shows it; nothing was changed",
        offender=text,
    )


def kept_name(text: str) -> AccountName:
    """A name as a wiki, a lake or the office's store holds it, unchanged and unchecked: never for what is typed."""
    return AccountName(text)


@lru_cache(maxsize=1 << 16)
def account_as_compared(name: str) -> str:
    """An account's name in the form in which MediaWiki compares names: for finding equal ones.

    `User:` off, blanks and underscores as one space, marks of direction off, NFC, first letter large (on every wiki:
    user pages always begin so), an address in its one full form, after `old>` the name alone. Nothing else is folded:
    a letter whose capital is two letters (ß, ﬁ) stays. Doing it twice changes nothing. Empty for an empty name.
    """
    cleaned = _NAMESPACE.sub("", _cleaned(name))
    wiki, imported, author = cleaned.partition(">")
    if imported:
        return f"{wiki.strip(' ')}>{_first_large(author.strip(' '))}"
    return _address(cleaned) or _first_large(cleaned)


def same_account(one: str, other: str) -> bool:
    """Whether two names are one account for MediaWiki."""
    return one == other or account_as_compared(one) == account_as_compared(other)


def is_named_in(account: str, text: str) -> bool:
    """Whether a text holds an account's name, however it is spelt there; small and capital letters are one."""
    form = account_as_compared(account)
    return bool(form) and form.casefold() in _cleaned(text).casefold()


def accounts_as_kept(name: str) -> frozenset[str]:
    """Every form under which a keyed token of this account may lie: today's, and those of before.

    Before, an address kept its spelling, a prefix stayed, ß became SS, Georgian letters their capitals, and `old>`
    began large. What is found by an older form may be another's: compare the names when the facts are open.
    """
    compared = account_as_compared(name)
    if not compared:
        return frozenset({""})
    spelt = {name, compared, f"User:{compared}"}
    if _LIKE_ADDRESS.match(compared):
        spelt |= {compared.lower(), *_shorter(compared)}
    small, rest = compared[:1].lower(), compared[1:]
    letters = {compared[:1].upper(), *([small] if len(small.upper()) > 1 else [])}
    forms = (unicodedata.normalize("NFC", each + rest) for each in letters)
    return frozenset({compared, *forms, *map(_as_compared_before, spelt)})


def _cleaned(name: str) -> str:
    composed = unicodedata.normalize("NFC", _MARKS.sub("", name))
    return " ".join(_BLANKS.sub(" ", composed).split())


def _first_large(name: str) -> str:
    # the capital of a title: ǆ has one of its own, and Georgian letters stay (Language::ucfirst)
    first = name[:1].title()
    return unicodedata.normalize("NFC", first + name[1:]) if len(first) == 1 else name


def _as_compared_before(name: str) -> str:
    cleaned = " ".join(unicodedata.normalize("NFC", name).replace("_", " ").split())
    return cleaned[:1].upper() + cleaned[1:]


def _address(text: str) -> str:
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
