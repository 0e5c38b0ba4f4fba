"""What an account's name alone can tell: an address, a range, an automatic block, nobody's account; by a rule, a bot.

The one place for these rules: sources fill `is_address`, `target_kind` and `bot_by` with them, `tables.people` tells
persons from the rest, and the prepared copies of real data (`scripts/prepare_data`) put codes of the same kinds in
the place of names.
"""

import re
from enum import StrEnum
from functools import lru_cache
from ipaddress import ip_address, ip_network


class NameKind(StrEnum):
    """What a name in a block log or a history stands for."""

    ACCOUNT = "account"
    ADDRESS = "address"
    RANGE = "range"
    AUTOBLOCK = "autoblock"


CODE_PREFIXES = {
    NameKind.ACCOUNT: "Editor",
    NameKind.ADDRESS: "Address",
    NameKind.RANGE: "Range",
    NameKind.AUTOBLOCK: "Autoblock",
}
"""How the codes of prepared copies begin; after it a hyphen and seven small letters or digits."""


class Outsider(StrEnum):
    """What a name stands for that is written like an account's and is no person's account on this wiki."""

    ADDRESS = "address"
    TEMPORARY = "temporary account"
    """Made by the software for somebody without an account, for one browser and some weeks: `~2025-12345`."""
    IMPORTED = "imported author"
    """Somebody on another wiki whose edit was imported: `prefix>Name`."""
    SOFTWARE = "account of the software"
    HOST = "host name"
    """What the oldest software wrote for an edit without account: `dialup-7.example.net`."""


def plural(kind: Outsider) -> str:
    """The kind's name for several."""
    return _SEVERAL.get(kind, f"{kind}s")


_SEVERAL = {Outsider.ADDRESS: "addresses", Outsider.SOFTWARE: "accounts of the software"}

_CODES = {prefix: kind for kind, prefix in CODE_PREFIXES.items()}
_CODE = re.compile(r"(Editor|Address|Range|Autoblock)-[a-z2-7]{7}\Z")
_AUTOBLOCK = re.compile(r"#\d+\Z")
_LIKE_ADDRESS = re.compile(r"[0-9A-Fa-f:.]+(/\d{1,3})?\Z")
# old logs write 010.001.002.003; the leading zeros mean nothing
_QUADS = re.compile(r"(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\Z")
# addresses whose last part the wiki's old software hid: 198.51.100.xxx
_HIDDEN_LAST_PART = re.compile(r"(\d{1,3}\.){3}x{1,3}\Z")

# `~2025-1`, `~2025-12345-67`; MediaWiki reserves such names (AutoCreateTempUser), so no person can register one
_TEMPORARY = re.compile(r"~2\d{3}-\d+(-\d+)*\Z")
_HOST = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}\Z")
SOFTWARE_NAMES = frozenset(
    {
        "MediaWiki default", "Conversion script", "Maintenance script", "ScriptImporter", "Delete page script",
        "Move page script", "Command line script", "Unknown user", "Redirect fixer", "Abuse filter", "Edit filter",
        "MediaWiki message delivery", "MediaWiki spam cleanup", "MediaWiki automatic change", "New user message",
        "Template namespace initialisation script", "Flow talk page manager", "Babel AutoCreate",
        "Global rename script", "Proxy blocker", "SpamBlacklist", "MediaWiki upgrade", "Usage tracker",
    }
)  # fmt: skip
"""Names under which MediaWiki and its common extensions act by themselves, in English. A wiki in another language may
translate some of them (the abuse filter's above all); such a one is not found."""

# the word "bot" closes a word: ExampleBot, Example bot, Example-bot 2, examplebot (tool)
_BOT = re.compile(r"bot(?![a-z])", re.IGNORECASE)
# surnames, fish and plain words that end alike; "Bot" with a capital inside a word is taken as meant
_NOT_BOTS = re.compile(r"(c?ab|tal|sa|tur|ja|ro|gam|bar|hei)bot\Z")


@lru_cache(maxsize=1 << 16)
def name_kind(name: str) -> NameKind:
    """What this name stands for: `#123` is an automatic block, `192.0.2.0/24` a range, `192.0.2.7` an address.

    A network written with bits beyond its length counts as a range, as MediaWiki accepts it. The codes of
    prepared copies tell their kind. Everything else is an account.
    """
    code = _CODE.match(name)
    if code:
        return _CODES[code[1]]
    if _AUTOBLOCK.match(name):
        return NameKind.AUTOBLOCK
    if _HIDDEN_LAST_PART.match(name):
        return NameKind.ADDRESS
    if not _LIKE_ADDRESS.match(name):
        return NameKind.ACCOUNT
    quads = _QUADS.match(name)
    if quads:  # by far the most addresses; the general reader takes ten times as long
        return NameKind.ADDRESS if all(int(part) < 256 for part in quads.groups()) else NameKind.ACCOUNT
    try:
        if "/" in name:
            ip_network(name, strict=False)
            return NameKind.RANGE
        ip_address(name)
        return NameKind.ADDRESS
    except ValueError:
        return NameKind.ACCOUNT


def is_address(name: str) -> bool:
    """Whether this name is an IP address: an edit without an account."""
    return name_kind(name) is NameKind.ADDRESS


def outsider_kind(name: str, *, has_number: bool) -> Outsider | None:
    """What this name stands for when no person of this wiki is behind it; None for what may be a person's account.

    `has_number`: the wiki gave it an account's number. A name with dots is a host's only without one, since people
    name accounts so too.
    """
    if name_kind(name) in (NameKind.ADDRESS, NameKind.RANGE):
        return Outsider.ADDRESS
    if _TEMPORARY.match(name):
        return Outsider.TEMPORARY
    if ">" in name:  # no name of an account may hold it; imports write it after the other wiki's prefix
        return Outsider.IMPORTED
    if name in SOFTWARE_NAMES:
        return Outsider.SOFTWARE
    if not has_number and _HOST.match(name):
        return Outsider.HOST
    return None


def is_bot_by_name(name: str) -> bool:
    """Whether the name says that a program edits: the word "bot" closes the name or one of its words.

    Conservative on purpose: `Talbot` and `Abbot` are people, `Botany` and `Robotje` do not match. A person who
    calls themself `Riotbot` is taken for a program, and a program without "bot" in its name is not found.
    """
    for found in _BOT.finditer(name):
        word = re.split(r"[^A-Za-z]", name[: found.end()])[-1]
        has_capital = word[-3] == "B" and word[-4:-3].islower()
        if has_capital or not _NOT_BOTS.search(word.lower()):
            return True
    return False
