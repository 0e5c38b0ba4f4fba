"""MediaWiki XML exports of the public logs (pages-logging): rights, blocks and new accounts become rows.

Every entry is kept in `log_events`, of whatever type. Entries of the types that become more must have params that
can be read; see `_log_params`.
"""

from dataclasses import replace

from holdfast.sources._accounts import AccountRows
from holdfast.sources._log_params import UnknownParamsError, block_params, new_account_id, rights_params
from holdfast.sources._log_rows import LogItem, LogRows
from holdfast.sources._mediawiki_xml import Dump, End, Start, looks_like_export, read_dump
from holdfast.sources._source import Head, Likeness, Opening, Source
from holdfast.tables.ingest import Ingest
from holdfast.tables.schema import Kind

_KEEP = "keep"
_RIGHTS = frozenset({"rights", "autopromote"})
_BLOCKS = frozenset({"block", "reblock"})
_NEW_ACCOUNTS = frozenset({"create", "create2", "byemail", "autocreate", "newusers"})


def recognise(head: Head) -> Likeness:
    """An export that holds log items."""
    if not looks_like_export(head.first):
        return Likeness.NO
    if b"<logitem" in head.first:
        return Likeness.CERTAIN
    return Likeness.SHAPE_AND_NAME if "logging" in head.name and b"<page>" not in head.first else Likeness.NO


def read(opening: Opening, rows: Ingest) -> None:
    """Rows of log_events, blocks, account_groups and accounts.

    Raises as `read_dump`, and `source.xml.log_params` for a rights, block or newusers entry whose params are of no
    known form, unless the option `unknown_params=keep` is given: then the entry is kept as an event and counted.
    """
    reader = _Logging(rows, keep_unknown=opening.options.get("unknown_params") == _KEEP)
    read_dump(opening, rows, reader.begin)
    reader.finish()


class _Logging:
    """The handlers: every leaf's text goes into the dict of the element it lies in, a closing tag makes the entry."""

    def __init__(self, rows: Ingest, *, keep_unknown: bool) -> None:
        self.rows = rows
        self.keep_unknown = keep_unknown
        self.log = LogRows(rows, AccountRows(rows))
        self.hidden = {"actor": 0, "target": 0}

    def begin(self, dump: Dump) -> tuple[Start, End]:
        """The handlers for what follows the siteinfo."""
        parts: list[str] = []
        dump.parser.CharacterDataHandler = parts.append
        item: dict[str, str] = {}
        contributor: dict[str, str] = {}
        current = item
        is_reason_hidden = False

        def start(name: str, attributes: dict[str, str]) -> None:
            nonlocal item, contributor, current, is_reason_hidden
            parts.clear()
            if name == "contributor":
                contributor = current = {}
            elif name == "comment":
                is_reason_hidden = "deleted" in attributes
            elif name == "logitem":
                item = current = {}
                contributor = {}
                is_reason_hidden = False

        def end(name: str) -> None:
            nonlocal current
            if name == "contributor":
                current = item
            elif name == "logitem":
                self.write(dump, item, contributor, None if is_reason_hidden else item.get("comment", ""))
            else:
                current[name] = "".join(parts)
            parts.clear()

        return start, end

    def write(self, dump: Dump, words: dict[str, str], contributor: dict[str, str], reason: str | None) -> None:
        """The rows of one entry, as far as its params can be read."""
        number = contributor.get("id", "")
        title = words.get("logtitle") or None
        item = LogItem(
            log_id=dump.number(dump.field(words, "id", "logitem"), "log entry's id"),
            at=dump.instant(dump.field(words, "timestamp", "logitem")),
            log_type=dump.field(words, "type", "logitem"),
            action=words.get("action", ""),
            actor=contributor.get("username") or contributor.get("ip") or None,
            actor_id=int(number) if number.isdecimal() else None,
            namespace=dump.namespace_of(title) if title else None,
            title=title,
            reason=reason,
        )
        self.hidden["actor"] += item.actor is None
        self.hidden["target"] += title is None
        params = words.get("params", "")
        try:
            item = self.understood(item, params)
        except UnknownParamsError as odd:
            if not self.keep_unknown:
                raise dump.refuse(
                    "source.xml.log_params",
                    f"the {item.log_type} entry {item.log_id} has params of no known form",
                    expected=odd.expected,
                    got=str(odd),
                    hint="to keep such entries as bare events and count them, add --option unknown_params=keep",
                ) from None
            self.rows.drop("log_params_unknown", dump.place)
            self.log.add_event(item)
            return
        self.log.add(item)

    def understood(self, item: LogItem, params: str) -> LogItem:
        """The entry with what its params say. Raises UnknownParamsError."""
        if item.title is None:
            return item  # hidden together with its params
        if item.log_type == "rights" and item.action in _RIGHTS:
            return replace(item, rights=rights_params(params))
        if item.log_type == "block" and item.action in _BLOCKS:
            return replace(item, block=block_params(params))
        if item.log_type == "newusers" and item.action in _NEW_ACCOUNTS:
            return replace(item, new_account_id=new_account_id(params))
        return item

    def finish(self) -> None:
        """Say what readers of the rows should know."""
        last_at = self.log.finish()
        for role, count in self.hidden.items():
            if count:
                self.rows.note(f"the {role} of {count:,} log entries is hidden; they are kept without it")
        if last_at is not None:
            self.rows.facts["last_log_entry_at"] = last_at.isoformat()


SOURCE = Source(
    name="mediawiki_logging",
    describes="MediaWiki XML export of the public logs: pages-logging",
    kind=Kind.XML_LOGGING,
    tables=("log_events", "blocks", "account_groups", "accounts"),
    recognise=recognise,
    read=read,
)
