"""What a wiki's log entries mean, whether they come from a dump or from the API: events, rights, blocks, accounts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from holdfast.accounts.kinds import name_kind
from holdfast.sources._accounts import AccountRows
from holdfast.sources._durations import block_length
from holdfast.sources._reasons import reason_category
from holdfast.tables.ingest import Ingest

USER_NAMESPACE = 2  # number of MediaWiki's namespace of user pages (NS_USER)
BOT_GROUPS = frozenset({"bot", "bot-global"})
"""Groups whose holders are programs."""
IMPLICIT_GROUPS = frozenset({"*", "user", "autoconfirmed", "emailconfirmed", "named", "temp"})
"""Groups that the wiki's software gives by itself: nobody grants or removes them."""


@dataclass(frozen=True, kw_only=True)
class Rights:
    """A change of rights: group to the moment at which it ends (null: never), before and after."""

    old: Mapping[str, datetime | None]
    new: Mapping[str, datetime | None]


@dataclass(frozen=True, kw_only=True)
class Block:
    """The terms of a block; `is_sitewide` is null in entries older than partial blocks."""

    duration: str | None
    """Null in entries that are older than the recording of lengths."""
    flags: tuple[str, ...]
    is_sitewide: bool | None


@dataclass(frozen=True, kw_only=True)
class LogItem:
    """One log entry as its source gives it; null where the wiki hides it or the source does not say."""

    log_id: int
    at: datetime
    """UTC, without zone."""
    log_type: str
    action: str
    actor: str | None
    actor_id: int | None
    namespace: int | None
    title: str | None
    """With its namespace, as the wiki writes it."""
    reason: str | None
    """Cut to a category at once; null when hidden, empty when there is none."""
    rights: Rights | None = None
    block: Block | None = None
    new_account_id: int | None = None
    """For the creation of an account by somebody else: its number."""


class LogRows:
    """Turns log entries into rows of log_events, account_groups, blocks and accounts. Ends with `finish`."""

    def __init__(self, ingest: Ingest, accounts: AccountRows) -> None:
        self._ingest = ingest
        self._accounts = accounts
        self._bots: dict[str, tuple[datetime, datetime | None]] = {}
        self._last_at: datetime | None = None
        self._event = ingest.writer(
            "log_events", ("log_id", "at", "actor", "log_type", "action", "namespace", "title")
        )
        self._group = ingest.writer(
            "account_groups", ("account", "group_name", "change", "at", "expires_at", "actor", "log_id")
        )
        self._block = ingest.writer(
            "blocks",
            ("log_id", "at", "actor", "target", "target_kind", "action", "duration", "duration_seconds",
             "is_indefinite", "flags", "is_sitewide", "reason_category"),
        )  # fmt: skip

    def add(self, item: LogItem) -> None:
        """Add all rows that follow from one entry."""
        self.add_event(item)
        if item.log_type == "rights":
            self._add_rights(item)
        elif item.log_type == "block":
            self._add_block(item)
        elif item.log_type == "newusers":
            self._add_account(item)

    def add_holder(self, account: str, group: str, at: datetime) -> None:
        """Say that a list of holders, read at this moment, names the account."""
        self._group((account, group, "listed", at, None, None, None))

    def add_event(self, item: LogItem) -> None:
        """Add the bare event and who acted."""
        self._event((item.log_id, item.at, item.actor, item.log_type, item.action, item.namespace, item.title))
        if self._last_at is None or item.at > self._last_at:
            self._last_at = item.at
        if item.actor is not None:
            self._accounts.meet(item.actor, item.actor_id)

    def _add_rights(self, item: LogItem) -> None:
        account = user_of(item.title)
        if not account or item.rights is None:
            if item.title is not None:
                self._ingest.drop("rights_change_without_groups", f"log entry {item.log_id}")
            return
        if "@" in account:
            # a central wiki's log of a change on another wiki: no account here holds that group
            self._ingest.drop("rights_change_on_another_wiki", f"log entry {item.log_id}")
            return
        old, new = item.rights.old, item.rights.new
        self._accounts.meet(account)
        self._note_bot(account, item.at, new)
        for group in sorted(old.keys() | new.keys()):
            if group not in old:
                change, expires_at = "grant", new[group]
            elif group not in new:
                change, expires_at = "remove", None
            elif old[group] != new[group]:
                change, expires_at = "expiry_change", new[group]
            else:
                continue
            self._group((account, group, change, item.at, expires_at, item.actor, item.log_id))

    def _add_block(self, item: LogItem) -> None:
        if item.action not in ("block", "reblock", "unblock"):
            self._ingest.drop("block_entry_of_unknown_action", f"log entry {item.log_id}")
            return
        target = user_of(item.title)
        kind = target_kind(target)
        if target and kind in ("account", "address"):
            self._accounts.meet(target)
        block = item.block if item.action != "unblock" else None
        # all words for "without end" become one, as the API gives them; an entry without a length says nothing
        length = block_length(block.duration, item.at) if block and block.duration else None
        self._block(
            (
                item.log_id,
                item.at,
                item.actor,
                target,
                kind,
                item.action,
                "infinity" if length and length.is_indefinite else block.duration if block else None,
                length.seconds if length else None,
                length.is_indefinite if length else None,
                ",".join(sorted(block.flags)) if block else None,
                block.is_sitewide if block else None,
                reason_category(item.reason),
            )
        )

    def _note_bot(self, account: str, at: datetime, groups: Mapping[str, datetime | None]) -> None:
        """Keep who holds a bot group after the latest change; a person who held it for a day's work is no bot."""
        held = [expires_at for group, expires_at in groups.items() if group in BOT_GROUPS]
        known = self._bots.get(account)
        if known is not None and known[0] > at:
            return  # logs are ordered by number, and a few entries lie out of the order of time
        if held:
            self._bots[account] = (at, None if None in held else max(filter(None, held)))
        elif known is not None:
            self._bots[account] = (at, at)

    def finish(self) -> datetime | None:
        """Mark as bots who holds a bot group at the end of the log. The moment of the last entry."""
        for account, (_, expires_at) in sorted(self._bots.items()):
            if expires_at is None or (self._last_at is not None and expires_at > self._last_at):
                self._accounts.add(account, bot_by="group")
        return self._last_at

    def _add_account(self, item: LogItem) -> None:
        account = user_of(item.title)
        if not account:
            return
        account_id = item.actor_id if account == item.actor else item.new_account_id
        self._accounts.add(account, account_id, registered_at=item.at)


def user_of(title: str | None) -> str | None:
    """The account, address, range or #NUMBER in the title of a user page, whatever the namespace is called.

    None when the title is hidden; empty when the entry names nobody, as a few old unblocks do (`User:`).
    """
    if not title or ":" not in title:
        return None
    return title.partition(":")[2]


def target_kind(target: str | None) -> str | None:
    """account, address, range or autoblock; null for a hidden target."""
    return None if target is None else str(name_kind(target))
