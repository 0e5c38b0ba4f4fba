"""What an account's name alone can tell: an address, a range, an automatic block; and, by a rule, a bot.

The one place for these rules: sources fill `is_address`, `target_kind` and `bot_by` with them, and the prepared
copies of real data (`scripts/prepare_data`) put codes of the same kinds in the place of names.
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

_CODES = {prefix: kind for kind, prefix in CODE_PREFIXES.items()}
_CODE = re.compile(r"(Editor|Address|Range|Autoblock)-[a-z2-7]{7}\Z")
_AUTOBLOCK = re.compile(r"#\d+\Z")
_LIKE_ADDRESS = re.compile(r"[0-9A-Fa-f:.]+(/\d{1,3})?\Z")
# old logs write 010.001.002.003; the leading zeros mean nothing
_QUADS = re.compile(r"(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\Z")
# addresses whose last part the wiki's old software hid: 198.51.100.xxx
_HIDDEN_LAST_PART = re.compile(r"(\d{1,3}\.){3}x{1,3}\Z")

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
