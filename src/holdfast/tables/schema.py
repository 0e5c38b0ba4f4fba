"""Every canonical table: what its columns hold, in which unit, who may see them, which sources can fill them.

The wiki is not a column here: a lake keeps each wiki's rows apart and adds `wiki` when it reads them.
Instants are UTC microseconds without zone; shares lie in [0, 1]; names are the input's text unchanged.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa


class Privacy(StrEnum):
    """Who may see a column without asking: everybody, the lake's owner, or nobody without a case."""

    PUBLIC = "public"
    RESTRICTED = "restricted"
    SEALED = "sealed"


class Kind(StrEnum):
    """A kind of source, as far as the columns that it can fill are concerned."""

    XML_HISTORY = "xml_history"
    XML_LOGGING = "xml_logging"
    API = "api"
    VOTE_LIST = "vote_list"
    VOTE_GRAPH = "vote_graph"
    BLOCK_LOG = "block_log"
    REVISION_TABLE = "revision_table"
    GROUP_LIST = "group_list"
    PUBLISHED_FIGURES = "published_figures"
    SIMULATION = "simulation"


class Merge(StrEnum):
    """What happens to a row whose key the lake holds already."""

    FIRST = "first"
    """The first row stays; the later one is counted as `already_in_lake`."""
    COMBINE = "combine"
    """Both stay, and reading gives one row per key with the largest known value of each column."""


TEXT = pa.string()
INTEGER = pa.int64()
SMALL = pa.int8()
TRUTH = pa.bool_()
INSTANT = pa.timestamp("us")
DAY = pa.date32()
NUMBER = pa.float64()


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: `filled_by` names the kinds of source that can know it; others leave it null."""

    name: str
    type: pa.DataType
    meaning: str
    filled_by: frozenset[Kind]
    unit: str = ""
    privacy: Privacy = Privacy.PUBLIC
    is_account: bool = False
    """The text names an account, so every output shows a pseudonym unless asked otherwise."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """One canonical table. Rows are unique by `key` within a wiki and stored in the order of `order_by`."""

    name: str
    meaning: str
    key: tuple[str, ...]
    order_by: tuple[str, ...]
    columns: tuple[Column, ...]
    merge: Merge = Merge.FIRST

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def account_columns(self) -> tuple[str, ...]:
        """The columns that name accounts."""
        return tuple(column.name for column in self.columns if column.is_account)

    @property
    def arrow(self) -> pa.Schema:
        """The table's Arrow schema: plain strings, no dictionaries."""
        return pa.schema([(column.name, column.type) for column in self.columns])

    def filled_by(self, *kinds: Kind) -> tuple[str, ...]:
        """The columns that every one of these kinds of source can fill."""
        return tuple(column.name for column in self.columns if column.filled_by.issuperset(kinds))


_DUMPS = frozenset({Kind.XML_HISTORY, Kind.API, Kind.SIMULATION})
_LOGS = frozenset({Kind.XML_LOGGING, Kind.API, Kind.SIMULATION})
_BLOCKS = _LOGS | {Kind.BLOCK_LOG}
_REVISIONS = _DUMPS | {Kind.REVISION_TABLE}
_VOTES = frozenset({Kind.VOTE_LIST, Kind.VOTE_GRAPH, Kind.SIMULATION})
_DATED_VOTES = frozenset({Kind.VOTE_LIST, Kind.SIMULATION})
_ACCOUNTS = _REVISIONS | {Kind.XML_LOGGING, Kind.GROUP_LIST}
_NAMES = _ACCOUNTS | {Kind.BLOCK_LOG}
_API = frozenset({Kind.API, Kind.SIMULATION})


def _account(name: str, meaning: str, filled_by: frozenset[Kind]) -> Column:
    return Column(
        name=name,
        type=TEXT,
        meaning=meaning,
        filled_by=filled_by,
        is_account=True,
        privacy=Privacy.RESTRICTED,
    )


ACCOUNTS = Table(
    name="accounts",
    meaning="Every account or address that a source has seen or lists.",
    key=("account",),
    order_by=("account",),
    merge=Merge.COMBINE,
    columns=(
        _account("account", "the account's name, or an address for an edit without account", _NAMES),
        Column(
            name="account_id",
            type=INTEGER,
            meaning="the wiki's own number of the account",
            filled_by=_ACCOUNTS,
            privacy=Privacy.RESTRICTED,
        ),
        Column(
            name="registered_at",
            type=INSTANT,
            unit="UTC",
            meaning="when the account was made; null when the source does not say",
            filled_by=_API | {Kind.XML_LOGGING, Kind.GROUP_LIST},
        ),
        Column(name="is_address", type=TRUTH, meaning="no account: an IP address", filled_by=_NAMES),
        Column(
            name="bot_by",
            type=TEXT,
            meaning="how a bot was recognised: group, name or list; null: not known as a bot",
            filled_by=_NAMES,
        ),
        Column(
            name="edit_count",
            type=INTEGER,
            unit="edits",
            meaning="edits in all, as the wiki itself counts them on the day of reading",
            filled_by=frozenset({Kind.API, Kind.GROUP_LIST}),
        ),
    ),
)

ACCOUNT_GROUPS = Table(
    name="account_groups",
    meaning="Rights over time: each grant and removal of a group, and lists of holders on one day.",
    key=("account", "group_name", "change", "at", "log_id"),
    order_by=("at", "account", "group_name"),
    columns=(
        _account("account", "who holds or held the group", _LOGS | {Kind.GROUP_LIST}),
        Column(
            name="group_name",
            type=TEXT,
            meaning="the group as the wiki names it: sysop, bureaucrat, bot …",
            filled_by=_LOGS | {Kind.GROUP_LIST},
        ),
        Column(
            name="change",
            type=TEXT,
            meaning="grant, remove, expiry_change, or listed: was a holder when a list of holders was read"
            " (a log never says that; an API and a group list do)",
            filled_by=_LOGS | {Kind.GROUP_LIST},
        ),
        Column(
            name="at",
            type=INSTANT,
            unit="UTC",
            meaning="when; of a list of holders, when it was read, null if not known",
            filled_by=_LOGS,
        ),
        Column(
            name="expires_at",
            type=INSTANT,
            unit="UTC",
            meaning="when the holding ends by itself; null: never, or not known",
            filled_by=_LOGS,
        ),
        _account("actor", "who granted or removed", _LOGS),
        Column(name="log_id", type=INTEGER, meaning="the wiki's number of the log entry", filled_by=_LOGS),
    ),
)

BLOCKS = Table(
    name="blocks",
    meaning="Each block, change of a block and unblock.",
    key=("log_id",),
    order_by=("at", "log_id"),
    columns=(
        Column(name="log_id", type=INTEGER, meaning="the wiki's number of the log entry", filled_by=_BLOCKS),
        Column(name="at", type=INSTANT, unit="UTC", meaning="when", filled_by=_BLOCKS),
        _account("actor", "who acted; null when the entry is suppressed", _BLOCKS),
        _account(
            "target", "the account, address or range; null when suppressed, empty when it names nobody", _BLOCKS
        ),
        Column(
            name="target_kind",
            type=TEXT,
            meaning="account, address, range or autoblock (an automatic block named by number)",
            filled_by=_BLOCKS,
        ),
        Column(name="action", type=TEXT, meaning="block, reblock or unblock", filled_by=_BLOCKS),
        Column(name="duration", type=TEXT, meaning="the length as the log words it", filled_by=_BLOCKS),
        Column(
            name="duration_seconds",
            type=INTEGER,
            unit="s",
            meaning="the length; null when without end, unreadable, or an unblock",
            filled_by=_BLOCKS,
        ),
        Column(name="is_indefinite", type=TRUTH, meaning="without end", filled_by=_BLOCKS),
        Column(name="flags", type=TEXT, meaning="options, sorted, joined by commas", filled_by=_BLOCKS),
        Column(
            name="is_sitewide",
            type=TRUTH,
            meaning="false: only some pages or namespaces; null: the log is older than partial blocks",
            filled_by=_LOGS,
        ),
        Column(
            name="reason_category",
            type=TEXT,
            meaning="vandalism, spam, username, sockpuppetry, conduct, proxy, test, other or none; never the text",
            filled_by=_BLOCKS,
        ),
    ),
)

LOG_EVENTS = Table(
    name="log_events",
    meaning="Every public log entry of any kind, without its text.",
    key=("log_id",),
    order_by=("at", "log_id"),
    columns=(
        Column(name="log_id", type=INTEGER, meaning="the wiki's number of the log entry", filled_by=_BLOCKS),
        Column(name="at", type=INSTANT, unit="UTC", meaning="when", filled_by=_BLOCKS),
        _account("actor", "who acted; null when hidden", _BLOCKS),
        Column(name="log_type", type=TEXT, meaning="block, rights, delete, protect …", filled_by=_BLOCKS),
        Column(name="action", type=TEXT, meaning="what was done within the type", filled_by=_BLOCKS),
        Column(
            name="namespace",
            type=INTEGER,
            meaning="the target's namespace number",
            filled_by=_LOGS | {Kind.BLOCK_LOG},
        ),
        Column(
            name="title",
            type=TEXT,
            meaning="the target page's title with its namespace; null when hidden",
            filled_by=_BLOCKS,
            privacy=Privacy.RESTRICTED,
        ),
    ),
)

PAGES = Table(
    name="pages",
    meaning="Each page as it is named on the day of reading.",
    key=("page_id",),
    order_by=("page_id",),
    columns=(
        Column(name="page_id", type=INTEGER, meaning="the wiki's number of the page", filled_by=_REVISIONS),
        Column(name="namespace", type=INTEGER, meaning="namespace number", filled_by=_REVISIONS),
        Column(
            name="title",
            type=TEXT,
            meaning="title with its namespace",
            filled_by=_REVISIONS,
            privacy=Privacy.RESTRICTED,
        ),
        Column(name="is_redirect", type=TRUTH, meaning="redirects elsewhere", filled_by=_DUMPS),
    ),
)

REVISIONS = Table(
    name="revisions",
    meaning="Each edit, without its text.",
    key=("revision_id",),
    order_by=("at", "revision_id"),
    columns=(
        Column(name="revision_id", type=INTEGER, meaning="the wiki's number of the edit", filled_by=_REVISIONS),
        Column(name="page_id", type=INTEGER, meaning="the page edited", filled_by=_REVISIONS),
        Column(name="namespace", type=INTEGER, meaning="the page's namespace number", filled_by=_REVISIONS),
        Column(name="parent_id", type=INTEGER, meaning="the edit before; null: none", filled_by=_DUMPS),
        Column(name="at", type=INSTANT, unit="UTC", meaning="when", filled_by=_REVISIONS),
        _account("account", "who edited: account or address; null when hidden", _REVISIONS),
        Column(name="is_address", type=TRUTH, meaning="edited without account", filled_by=_REVISIONS),
        Column(name="is_minor", type=TRUTH, meaning="marked minor by its editor", filled_by=_DUMPS),
        Column(
            name="size_bytes",
            type=INTEGER,
            unit="B",
            meaning="the text's length after it",
            filled_by=_REVISIONS,
        ),
        Column(
            name="sha1",
            type=TEXT,
            meaning="SHA-1 of the text, hexadecimal; equal to an earlier one: the edit restored that state",
            filled_by=_DUMPS,
        ),
    ),
)

ELECTIONS = Table(
    name="elections",
    meaning="Each election or request with one candidate.",
    key=("election", "candidate"),
    order_by=("election", "candidate"),
    columns=(
        Column(
            name="election",
            type=TEXT,
            meaning="its name; the candidate where nothing else is known",
            filled_by=_VOTES,
        ),
        _account("candidate", "who stood", _VOTES),
        Column(
            name="opened_at",
            type=INSTANT,
            unit="UTC",
            meaning="first moment of voting",
            filled_by=_DATED_VOTES,
        ),
        Column(name="closed_at", type=INSTANT, unit="UTC", meaning="end of voting", filled_by=_DATED_VOTES),
        Column(
            name="outcome",
            type=TEXT,
            meaning="passed, failed, withdrawn or unknown",
            filled_by=_VOTES,
        ),
    ),
)

VOTES = Table(
    name="votes",
    meaning="Each vote in an open election.",
    key=("election", "candidate", "voter", "occurrence"),
    order_by=("election", "candidate", "occurrence", "voter"),
    columns=(
        Column(name="election", type=TEXT, meaning="the election's name", filled_by=_VOTES),
        _account("candidate", "who stood", _VOTES),
        _account("voter", "who voted; `nameless` where the source lost the name", _VOTES),
        Column(
            name="occurrence",
            type=INTEGER,
            meaning="1 for the voter's first row in this election in the file, 2 for the second …",
            filled_by=_VOTES,
        ),
        Column(
            name="vote",
            type=SMALL,
            meaning="1 support, 0 neutral, -1 oppose",
            filled_by=_DATED_VOTES | {Kind.VOTE_GRAPH},
        ),
        Column(name="at", type=INSTANT, unit="UTC", meaning="when", filled_by=_DATED_VOTES),
    ),
)

PUBLISHED_FIGURES = Table(
    name="published_figures",
    meaning="Figures that somebody else published about the wiki, to be compared with what the tables give.",
    key=("figure", "period_start", "period_end"),
    order_by=("period_start", "figure"),
    columns=(
        Column(
            name="figure",
            type=TEXT,
            meaning="its published name",
            filled_by=frozenset({Kind.PUBLISHED_FIGURES}),
        ),
        Column(
            name="period_start",
            type=DAY,
            meaning="first day, inclusive",
            filled_by=frozenset({Kind.PUBLISHED_FIGURES}),
        ),
        Column(
            name="period_end",
            type=DAY,
            meaning="last day, exclusive",
            filled_by=frozenset({Kind.PUBLISHED_FIGURES}),
        ),
        Column(name="value", type=NUMBER, meaning="as published", filled_by=frozenset({Kind.PUBLISHED_FIGURES})),
    ),
)

TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (
        ACCOUNTS,
        ACCOUNT_GROUPS,
        BLOCKS,
        LOG_EVENTS,
        PAGES,
        REVISIONS,
        ELECTIONS,
        VOTES,
        PUBLISHED_FIGURES,
    )
}

NAMELESS = "nameless"
"""The voter whose name the source lost: kept, counted, and left out of every test of pairs."""
