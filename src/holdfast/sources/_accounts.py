"""Who an account is, as far as its name tells: an address, or a bot by the rule that all sources share."""

import ipaddress
import re
from collections.abc import Callable
from typing import Any

from holdfast.tables.ingest import Ingest

# the rule of Wikimedia's own history tables (is_bot_by "name"): "bot" at the end of the name or of a word in it.
# It takes Talbot for a bot and misses bots without the word, so what it left out is always counted and shown.
_BOT = re.compile(r"bot(?![a-z])", re.IGNORECASE)
_OLD_MASK = re.compile(r"\d{1,3}(?:\.\d{1,3}){2}\.(?:xxx|\d{1,3})\Z", re.IGNORECASE)

_ROWS_REMEMBERED = 200_000


def is_bot_name(name: str) -> bool:
    """Whether the name says that this is a bot."""
    return _BOT.search(name) is not None


def is_address(name: str) -> bool:
    """Whether the text is an IPv4 or IPv6 address (an old one may end in xxx), not a range."""
    if _OLD_MASK.match(name):
        return True
    if name.count(":") < 2:  # far cheaper than trying: nearly all names end here
        return False
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


class AccountRows:
    """The rows of `accounts` that one input gives rise to, each said once or a few times."""

    _COLUMNS = ("account", "account_id", "registered_at", "is_address", "bot_by", "edit_count")

    def __init__(self, ingest: Ingest) -> None:
        self._add: Callable[[tuple[Any, ...]], None] = ingest.writer("accounts", self._COLUMNS)
        self._seen: set[tuple[Any, ...]] = set()

    def add(
        self,
        account: str,
        account_id: int | None = None,
        *,
        registered_at: Any = None,
        edit_count: int | None = None,
        has_bot_group: bool = False,
    ) -> None:
        """Say that the source has seen this account or address; an id of 0 means none.

        A bot by its name is said to be one `by` name even when it has the group, so that every source says the same.
        """
        address = is_address(account)
        bot_by = "name" if not address and is_bot_name(account) else "group" if has_bot_group else None
        row = (account, None if address else account_id or None, registered_at, address, bot_by, edit_count)
        if row in self._seen:
            return
        if len(self._seen) >= _ROWS_REMEMBERED:
            self._seen.clear()
        self._seen.add(row)
        self._add(row)
