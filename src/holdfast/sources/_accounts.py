"""The accounts that an input names: addresses and bots by name are told by the rules of `accounts.kinds`."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from holdfast.accounts.kinds import is_address, is_bot_by_name
from holdfast.tables.ingest import Ingest

_NAMES_REMEMBERED = 1_000_000  # names; chosen, bounds memory


class AccountRows:
    """The rows of `accounts` that one input gives rise to, each said once or a few times.

    A name can be written again when more than a million others stood between: the lake makes one row of them.
    """

    _COLUMNS = ("account", "account_id", "registered_at", "is_address", "bot_by", "edit_count")

    def __init__(self, ingest: Ingest) -> None:
        self._add: Callable[[tuple[Any, ...]], None] = ingest.writer("accounts", self._COLUMNS)
        self._seen: dict[str, bool] = {}

    def meet(self, account: str, account_id: int | None = None) -> bool:
        """Say that the source has come across this name; whether it is an address. Cheap for a known one."""
        known = self._seen.get(account)
        if known is not None:
            return known
        return self.add(account, account_id)

    def add(
        self,
        account: str,
        account_id: int | None = None,
        *,
        registered_at: datetime | None = None,
        edit_count: int | None = None,
        bot_by: str | None = None,
    ) -> bool:
        """Say what the source knows of this account or address; whether it is an address. An id of 0 means none.

        A bot by its name is said to be one `by` name even when it has the group, so that every source says the same.
        """
        if len(self._seen) >= _NAMES_REMEMBERED:
            self._seen.clear()
        address = self._seen[account] = is_address(account)
        by = "name" if not address and is_bot_by_name(account) else bot_by
        self._add((account, None if address else account_id or None, registered_at, address, by, edit_count))
        return address
