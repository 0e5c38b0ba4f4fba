"""From the API's answers to the states that the actions know; pure. Names and texts stay as the wiki gives them."""

from collections.abc import Iterable, Mapping
from typing import Any

from holdfast.accounts.names import kept_name
from holdfast.actions.steps.ports import INFINITY, AccountState, BlockState, LogEntry, PageState

_ENDLESS = frozenset({"infinity", "infinite", "indefinite", "never", ""})
CASCADE = "cascade"
"""Stands among a page's protections where it reaches the pages that it includes."""


def end_of(text: object) -> str:
    """An expiry as the API writes it, with one word for never."""
    return INFINITY if text in _ENDLESS or not isinstance(text, str) else text


def account_state(user: Mapping[str, Any], blocks: Iterable[Mapping[str, Any]], *, is_system: bool) -> AccountState:
    """One account from list=users and its entries of list=blocks. The lock is not known here."""
    name = kept_name(user["name"])
    if "userid" not in user or user.get("missing") or user.get("invalid"):
        return AccountState(account=name, exists=False, is_system=is_system)
    memberships = user.get("groupmemberships") or []
    return AccountState(
        account=name,
        exists=True,
        user_id=user["userid"],
        groups={each["group"]: end_of(each.get("expiry")) for each in memberships},
        block=block_state(blocks),
        is_system=is_system,
    )


def block_state(blocks: Iterable[Mapping[str, Any]]) -> BlockState | None:
    """The block of one account, or null. Newer wikis allow several at once: those count as a partial one, which no
    kind of action replaces, since they could not be put back."""
    found = [each for each in blocks if not each.get("automatic")]
    if not found:
        return None
    block = found[0]
    return BlockState(
        id=block["id"],
        expiry=end_of(block.get("expiry")),
        by=block.get("by", ""),
        reason=block.get("reason", ""),
        partial=bool(block.get("partial")) or len(found) > 1,
        no_create=bool(block.get("nocreate")),
        no_email=bool(block.get("noemail")),
        allow_talk=bool(block.get("allowusertalk")),
        autoblock=bool(block.get("autoblock")),
    )


def page_state(title: str, page: Mapping[str, Any]) -> PageState:
    """One page from prop=info. What it inherits from a cascading page is not its own and is left out."""
    own = [each for each in page.get("protection", ()) if "source" not in each]
    protection = {each["type"]: (each["level"], end_of(each.get("expiry"))) for each in own}
    if any(each.get(CASCADE) for each in own):
        protection[CASCADE] = ("on", INFINITY)
    return PageState(title=title, exists="pageid" in page and not page.get("missing"), protection=protection)


def log_entry(event: Mapping[str, Any]) -> LogEntry:
    """One entry of list=logevents; what is hidden from the operator is empty."""
    return LogEntry(
        id=event["logid"],
        type=event.get("type", ""),
        action=event.get("action", ""),
        title=event.get("title", ""),
        by=event.get("user", ""),
        at=event.get("timestamp", ""),
        params=event.get("params") or {},
        comment=event.get("comment", ""),
    )
