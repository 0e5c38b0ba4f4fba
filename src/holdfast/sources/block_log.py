"""Block logs as CSV tables: pieces of an API's answers laid one after another, each under a header line of its own.

The set of columns and even their order changes from piece to piece, so each row is read under the last header line
before it. What still does not fit is dropped, counted by reason and named by line. Prepared copies hold
`reason_category` in place of `comment`, and `user_is_bot`, `title_is_bot`.
"""

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from holdfast.sources._accounts import AccountRows
from holdfast.sources._log_rows import Block, LogItem, LogRows, user_of
from holdfast.sources._source import Head, Likeness, Opening, Source
from holdfast.sources._text_rows import Rows, columns_in
from holdfast.tables.ingest import Ingest
from holdfast.tables.schema import Kind

NEEDED = ("logid", "title", "params", "type", "action", "user", "timestamp")
_ACTIONS = frozenset({"block", "reblock", "unblock"})
_TRUE = frozenset({"1", "true", "True"})
# MediaWiki began to log the length of blocks in January 2005 (on the English Wikipedia on the 14th); for older
# entries its API answers `infinity`, which nobody chose
_LENGTHS_LOGGED_BY = datetime(2005, 2, 1)  # noqa: DTZ001  (tables hold UTC without zone)


_PLAIN_PARAMS = re.compile(
    r"\{'duration': '([^'\\]*)', 'flags': \[((?:'[a-z-]+'(?:, )?)*)\](?:, 'expiry': '[0-9TZ:-]*')?\}\Z"
)


class _DroppedRowError(ValueError):
    """A row that cannot be used; the text is the reason it is counted under."""


def recognise(head: Head) -> Likeness:
    """The first line is a header of a block log; a lacking column is then named by `read`."""
    names = {name.strip() for name in head.first.split(b"\n", 1)[0].decode("utf-8-sig", "replace").split(",")}
    return Likeness.CERTAIN if "logid" in names and len(names & set(NEEDED)) >= 5 else Likeness.NO


def read(opening: Opening, rows: Ingest) -> None:
    """Rows of blocks, log_events and accounts.

    Raises InputRefusedError `source.csv.column` for a header that lacks a needed column, `source.csv.unreadable` and
    `source.truncated`, each naming the line.
    """
    assert opening.path is not None
    text = Rows(path=opening.path, progress=opening.progress, must_end_with_newline=True)
    accounts = AccountRows(rows)
    reader = _Reader(rows, LogRows(rows, accounts), accounts)
    header: list[str] = []
    where: Mapping[str, int] = {}
    for line, fields in text:
        if not header or ("logid" in fields and "timestamp" in fields):
            where = columns_in(text, fields, NEEDED, line)
            header = fields
            reader.headers.add(tuple(fields))
            continue
        try:
            if len(fields) != len(header):
                raise _DroppedRowError("wrong_number_of_fields")
            reader.take({name: fields[place] for name, place in where.items()})
        except _DroppedRowError as reason:
            rows.drop(str(reason), text.place(line))
    reader.finish()


@dataclass(kw_only=True)
class _Unsaid:
    """How many entries say no target, no actor, no length."""

    target: int = 0
    actor: int = 0
    length: int = 0


class _Reader:
    """Turns rows, as dicts by column, into log entries."""

    def __init__(self, rows: Ingest, log: LogRows, accounts: AccountRows) -> None:
        self.rows = rows
        self.log = log
        self.accounts = accounts
        self.headers: set[tuple[str, ...]] = set()
        self.seen: set[int] = set()
        self.unsaid = _Unsaid()
        self.are_lengths_logged = False

    def take(self, row: Mapping[str, str]) -> None:
        """One row. Raises _DroppedRowError."""
        log_id, at = _number(row["logid"]), _moment(row["timestamp"])
        if row["type"] != "block" or row["action"] not in _ACTIONS:
            raise _DroppedRowError("shifted_fields")
        if log_id in self.seen:
            raise _DroppedRowError("repeated_log_id")
        block = self._block(_params(row["params"]), row["action"], at)
        self.seen.add(log_id)
        namespace = row.get("ns", "")
        item = LogItem(
            log_id=log_id,
            at=at,
            log_type="block",
            action=row["action"],
            actor=row["user"] or None,
            actor_id=None,
            namespace=_number(namespace) if namespace else None,
            title=row["title"] or None,
            reason=row.get("reason_category", row.get("comment", "")),
            block=block,
        )
        self.unsaid.actor += item.actor is None
        self.unsaid.target += item.title is None
        self.log.add(item)
        for name, column in ((item.actor, "user_is_bot"), (user_of(item.title), "title_is_bot")):
            if name is not None and row.get(column) in _TRUE:
                self.accounts.add(name, bot_by="name")

    def _block(self, params: Mapping[str, Any], action: str, at: datetime) -> Block | None:
        """The terms of a block; without a length where the log could not say one."""
        if action == "unblock":
            return None
        duration = params.get("duration")
        self.are_lengths_logged = self.are_lengths_logged or duration not in (None, "infinity")
        if duration is None or not (self.are_lengths_logged or at >= _LENGTHS_LOGGED_BY):
            self.unsaid.length += 1
            duration = None
        return Block(duration=duration, flags=tuple(map(str, params.get("flags") or ())), is_sitewide=None)

    def finish(self) -> None:
        """Say what readers of the rows should know."""
        self.log.finish()
        if len(self.headers) > 1:
            self.rows.note(
                f"{len(self.headers)} different header lines: each row is read under the last one before it"
            )
        if self.unsaid.target:
            self.rows.note(f"the target of {self.unsaid.target:,} entries is hidden; they are kept without it")
        if self.unsaid.actor:
            self.rows.note(f"the actor of {self.unsaid.actor:,} entries is hidden; they are kept without it")
        if self.unsaid.length:
            self.rows.note(f"{self.unsaid.length:,} blocks have no recorded length (hidden, or before January 2005)")


def _number(text: str) -> int:
    """A whole number, which such logs also write as `2.0`."""
    whole, _, rest = text.partition(".")
    if not whole.isdecimal() or rest.strip("0"):
        raise _DroppedRowError("shifted_fields")
    return int(whole)


def _moment(text: str) -> datetime:
    try:
        if len(text) == 20 and text[-1] == "Z":
            return datetime.fromisoformat(text[:-1])
    except ValueError:
        pass
    raise _DroppedRowError("shifted_fields")


def _params(text: str) -> Mapping[str, Any]:
    """The text of a Python dict, read as a value and never run."""
    if not text or text == "{}":
        return {}
    # nearly all are of one form; the general reader takes ten times as long
    plain = _PLAIN_PARAMS.match(text)
    if plain:
        return {"duration": plain[1], "flags": plain[2].replace("'", "").split(", ") if plain[2] else []}
    try:
        found = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        raise _DroppedRowError("params_unreadable") from None
    if not isinstance(found, dict) or not isinstance(found.get("duration", ""), str):
        raise _DroppedRowError("params_unreadable")
    return found


SOURCE = Source(
    name="block_log",
    describes="CSV of a block log: logid, title, params, type, action, user, timestamp and more, in changing layouts",
    kind=Kind.BLOCK_LOG,
    tables=("blocks", "log_events", "accounts"),
    recognise=recognise,
    read=read,
)
