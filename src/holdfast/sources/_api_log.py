"""A log entry as list=logevents gives it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from holdfast.clock import parse_at, utc_naive
from holdfast.sources._log_rows import Block, LogItem, Rights

_SET = frozenset({"block", "reblock"})
_WITHOUT_END = frozenset({"infinity", "infinite", "indefinite", "never"})


def log_item(row: Mapping[str, Any]) -> LogItem:
    """The entry; what the wiki hides is null. Raises KeyError, TypeError or ValueError for another shape."""
    hidden = bool(row.get("actionhidden"))
    params = row.get("params") or {}
    log_type, action = row["type"], row["action"]
    return LogItem(
        log_id=row["logid"],
        at=_moment(row["timestamp"]),
        log_type=log_type,
        action=action,
        actor=None if row.get("userhidden") else row["user"],
        actor_id=None if row.get("userhidden") else row.get("userid"),
        namespace=None if hidden else row["ns"],
        title=None if hidden else row["title"],
        reason=None if row.get("commenthidden") else row["comment"],
        rights=_rights(params) if log_type == "rights" and "newgroups" in params else None,
        block=_block(params) if log_type == "block" and action in _SET and not hidden else None,
        new_account_id=params.get("userid"),
    )


def _rights(params: Mapping[str, Any]) -> Rights:
    return Rights(
        old=_held(params.get("oldgroups") or [], params.get("oldmetadata") or []),
        new=_held(params["newgroups"] or [], params.get("newmetadata") or []),
    )


def _held(groups: list[str], metadata: list[Mapping[str, Any]]) -> dict[str, datetime | None]:
    ends = {each["group"]: _end(each.get("expiry")) for each in metadata}
    return {group: ends.get(group) for group in groups if group}


def _end(text: str | None) -> datetime | None:
    return None if text is None or text in _WITHOUT_END else _moment(text)


def _block(params: Mapping[str, Any]) -> Block:
    return Block(
        duration=params.get("duration"),
        flags=tuple(params.get("flags") or ()),
        is_sitewide=params.get("sitewide"),
    )


def _moment(text: str) -> datetime:
    return utc_naive(parse_at(text))
