"""Addresses at the border: told from account names, turned into keyed tokens, and blotted out of reasons."""

import ipaddress
import re
import unicodedata
from dataclasses import dataclass

from holdfast.access.exposure.lookups import Target, TargetKind
from holdfast.accounts.names import account_as_compared
from holdfast.accounts.pseudonym import Pseudonyms
from holdfast.ids import WikiName

BLOTTED = "[address]"

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_XFF = "/xff"
_QUAD = r"\d{1,3}\.\d{1,3}\.\d{1,3}\.(?:\d{1,3}|[*xX]+)"
_IN_TEXT = re.compile(
    rf"(?<![\d.])(?:{_QUAD}|\d{{1,3}}\.\d{{1,3}}\.(?:\d{{1,3}}|[*xX]+)(?:\.[*xX]+|(?=/\d)))(?:/\d{{1,2}})?(?!\d)"
    r"|(?<![0-9A-Fa-f])(?:[0-9A-Fa-f]{0,4}:){2,9}(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4}|[*xX]+)(?:/\d{1,3})?(?!\w)"
)


@dataclass(frozen=True, kw_only=True)
class AddressRange:
    """One address or a range of them, by first and last."""

    first: Address
    last: Address
    is_range: bool

    @property
    def kind(self) -> TargetKind:
        """Which kind of target it is."""
        if self.first.version == 4:
            return TargetKind.IPV4_RANGE if self.is_range else TargetKind.IPV4
        return TargetKind.IPV6_RANGE if self.is_range else TargetKind.IPV6

    def hexadecimal(self) -> tuple[str, str]:
        """First and last as MediaWiki's tables write them: `CB007105`, `v6-20010DB8…`."""
        return _hexadecimal(self.first), _hexadecimal(self.last)


def _hexadecimal(address: Address) -> str:
    return f"{int(address):08X}" if address.version == 4 else f"v6-{int(address):032X}"


def parse_address(text: str) -> AddressRange | None:
    """The address or range that a target names, in any of MediaWiki's spellings; None for an account name."""
    text = text.removesuffix(_XFF).strip()
    first, dash, last = (part.strip() for part in text.partition("-"))
    try:
        if dash:
            low, high = ipaddress.ip_address(first), ipaddress.ip_address(last)
            same = low.version == high.version and int(low) <= int(high)
            return AddressRange(first=low, last=high, is_range=low != high) if same else None
        network: Network = ipaddress.ip_network(account_as_compared(text), strict=False)
    except ValueError:
        return None
    return AddressRange(
        first=network.network_address, last=network.broadcast_address, is_range=network.num_addresses > 1
    )


def target_of(text: str, wiki: WikiName, tokens: Pseudonyms) -> Target:
    """The target as it is kept: an account by name, an address by its kind and a token.

    A token is the same for every spelling of an address on one wiki and differs between wikis, so that look-ups of
    one wiki can be compared and those of two cannot be joined.
    """
    address = parse_address(text)
    if address is None:
        return Target(kind=TargetKind.ACCOUNT, name=text)
    # a space stands in no wiki's name, so no account can have the same token
    token = tokens.of(f"{wiki} address", f"{address.first}-{address.last}")
    return Target(kind=address.kind, name="A-" + token.removeprefix("P-"))


def blot_addresses(text: str) -> str:
    """The text with everything that may be an address, whole or in part, replaced by `[address]`."""
    pieces, start = [], 0
    for found in _IN_TEXT.finditer(_as_ascii(text)):
        if _reveals(found.group()):
            pieces += [text[start : found.start()], BLOTTED]
            start = found.end()
    return "".join((*pieces, text[start:]))


def _as_ascii(text: str) -> str:
    """The text, sign for sign, with digits, stops and colons of other scripts and widths as ASCII."""
    return "".join(
        str(unicodedata.decimal(each)) if each.isdecimal() and not each.isascii() else _WIDE.get(each, each)
        for each in text
    )


_WIDE = {"．": ".", "：": ":", "／": "/", "。": "."}


def _reveals(text: str) -> bool:
    """Whether a run of digits and colons is an address rather than a time of day such as 12:30:45."""
    if "." in text:
        return True
    groups = [each for each in text.partition("/")[0].split(":") if each]
    if "::" in text:
        return bool(groups)
    return len(groups) >= 3 and any(len(each) > 2 or not each.isdecimal() for each in groups)
