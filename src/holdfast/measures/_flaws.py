"""What the tables are known to lack: pages, earlier edits, months, or the right wiki. What rests on it has no value.

Each check compares the tables with each other and with what the manifest says; none compares them with a wiki.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from holdfast.clock import add_months, month_end
from holdfast.measures._calendar import WHOLE, Calendar, Span
from holdfast.measures._measure import Measure
from holdfast.tables.lake import Entry, same_database
from holdfast.tables.schema import TABLES

Cell = str | int | float | None
LOG = frozenset({"log_events", "blocks", "account_groups"})
"""The tables that one log fills."""

LEAST_PARENTS = 20
PARENTS_LACKING = 0.1
"""Of the edits whose parent should be here, the part without it from which on the history is known to be cut."""
LEAST_PAGES = 100
"""Pages with one edit each that are too many to be chance, where no edit names its parent."""
LEAST_TITLES = 20
TITLES_LACKING = 0.15
"""Of the pages that the log made or protected and never moved or deleted, the part that may lack."""
LEAST_NEW_PAGES = 20
"""New pages that should have come after the last one, by the rate before it, for their lack to be known."""
LEAST_ACTS = 5
LEAST_ACTORS = 3
STRANGERS = 0.75
"""So many accounts with so many admin actions, and more than this part of them, never edited: log and history are of
two wikis."""
USUAL_ROWS = 10
LONG_ROWS = 20
FILLED = 0.9
"""A month without rows is told where the six months around it hold `USUAL_ROWS`, in the middle. It is known to lack
(and so are several in a row that would hold `LONG_ROWS`) where so many of the 24 months around hold rows: the silence
of a wiki that often falls silent tells nothing."""
LATE_DAYS = 31
"""A table that ends more than so many days before another one ends early."""


@dataclass(frozen=True, kw_only=True)
class Flaw:
    """Something that the tables lack, for all times or for months; and how a finding tells it."""

    name: str
    tables: frozenset[str]
    months: tuple[date, ...] | None = None
    """The first day of each month that lacks; null: nothing of these tables can be relied on."""
    told: str
    """Why there is no value, in a few words."""
    claim: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    innocent: tuple[str, ...] = ()
    tell_apart: str = ""

    def spoils(self, measure: Measure, period: tuple[date, date] | None) -> bool:
        """Whether a value of this measure and period rests on what lacks."""
        if not self.tables & measure.reads:
            return False
        if self.months is None or period is None:
            return True
        before, after = measure.reads_around
        start, end = add_months(period[0], -before), add_months(period[1], after)
        return any(start <= month < end for month in self.months)


def flaws(connection: duckdb.DuckDBPyConnection, entries: Sequence[Entry], days: Calendar) -> list[Flaw]:
    """Everything that one wiki's tables are known to lack. `connection` is one of `Lake.connect(wiki)`."""
    found = [
        _two_wikis(entries),
        _earlier_edits(connection, entries),
        _pages(connection),
        _log_of_another_wiki(connection, entries),
        *_silent(connection, days),
    ]
    return [each for each in found if each is not None]


def _two_wikis(entries: Sequence[Entry]) -> Flaw | None:
    """Inputs that say they are of different databases, unless that was said to be right when they were read."""
    named = [
        (each.inputs[0].name if each.inputs else each.source, str(each.facts["database"]), each)
        for each in entries
        if each.facts.get("database") and not each.facts.get("another_database")
    ]
    if not named or all(same_database(database, named[0][1]) for _, database, _ in named):
        return None
    return Flaw(
        name="two_wikis",
        tables=frozenset(TABLES),
        told="the inputs are of two wikis",
        claim="The inputs read under this name say that they are of different wikis.",
        columns=("input", "database"),
        rows=tuple(sorted((name, database) for name, database, _ in named)),
        innocent=("the wiki's database was renamed, or moved to another host, between the inputs",),
        tell_apart="Read each wiki under a name of its own: holdfast lake forget, then holdfast ingest --wiki NAME.",
    )


def _earlier_edits(connection: duckdb.DuckDBPyConnection, entries: Sequence[Entry]) -> Flaw | None:
    """Histories cut to the newest revision of each page, of all pages or of many."""
    rows, pages, parents = connection.execute(
        "SELECT COUNT(*), COUNT(DISTINCT page_id), COUNT(CASE WHEN parent_id > 0 THEN 1 END) FROM revisions"
    ).fetchall()[0]
    # a parent older than everything here lies before the beginning of a reading with --since
    due, lacking = connection.execute(
        "SELECT COUNT(*), COUNT(CASE WHEN p.revision_id IS NULL THEN 1 END) FROM revisions AS r"
        " LEFT JOIN revisions AS p ON p.revision_id = r.parent_id"
        " WHERE r.parent_id > (SELECT MIN(revision_id) FROM revisions)"
    ).fetchall()[0]
    told = {each.facts["revisions"] for each in entries if each.facts.get("revisions")}
    is_cut = due >= LEAST_PARENTS and lacking > PARENTS_LACKING * due
    is_single = parents == 0 and rows == pages >= LEAST_PAGES
    if not (rows and (is_cut or is_single or told == {"current"})):
        return None
    return Flaw(
        name="earlier_edits_missing",
        tables=frozenset({"revisions"}),
        told="earlier edits of many pages are not in these data",
        claim="The history lacks earlier edits: only the newest edit of each page is here, or of many pages.",
        columns=("counted", "edits"),
        rows=(
            ("in the history", rows),
            ("of different pages", pages),
            ("whose edit before should be here", due),
            ("whose edit before is not here", lacking),
        ),
        innocent=("a dump of current revisions was read, as it is meant for other uses",),
        tell_apart="Read a dump of the whole history (stub-meta-history), into a lake of its own.",
    )


_TITLES = """
WITH named AS (
  SELECT DISTINCT title FROM log_events
  WHERE title IS NOT NULL AND ((log_type = 'create' AND action = 'create')
    OR (log_type = 'protect' AND action IN ('protect', 'modify')))
), gone AS (
  SELECT DISTINCT title FROM log_events
  WHERE title IS NOT NULL AND log_type IN ('delete', 'move', 'merge', 'suppress')
)
SELECT COUNT(*), COUNT(CASE WHEN p.title IS NULL THEN 1 END)
FROM named AS n
LEFT JOIN gone AS g ON g.title = n.title
LEFT JOIN (SELECT DISTINCT title FROM pages) AS p ON p.title = n.title
WHERE g.title IS NULL AND EXISTS (SELECT 1 FROM pages)
"""
_NEW_PAGES = """
WITH made AS (SELECT COUNT(*) AS pages, MAX("at") AS last_at FROM revisions WHERE COALESCE(parent_id, 0) = 0)
SELECT m.pages, m.last_at, COUNT(CASE WHEN r."at" <= m.last_at THEN 1 END),
  COUNT(CASE WHEN r."at" > m.last_at THEN 1 END)
FROM revisions AS r CROSS JOIN made AS m
WHERE EXISTS (SELECT 1 FROM revisions WHERE parent_id > 0)
GROUP BY 1, 2
"""


def _pages(connection: duckdb.DuckDBPyConnection) -> Flaw | None:
    """Pages that the log names and the history lacks; or no new page for long, as in the first of several parts."""
    titles, lacking = connection.execute(_TITLES).fetchall()[0]
    found = connection.execute(_NEW_PAGES).fetchall()
    pages, last_at, before, after = found[0] if found else (0, None, 0, 0)
    expected = round(after * pages / before) if before else 0
    is_named = titles >= LEAST_TITLES and lacking > TITLES_LACKING * titles
    if not is_named and expected < LEAST_NEW_PAGES:
        return None
    return Flaw(
        name="pages_missing",
        tables=frozenset({"revisions"}),
        told="pages are missing from these data",
        claim="The history lacks pages: the log names pages that are not here, or new pages end long before the "
        "edits.",
        columns=("counted", "value"),
        rows=(
            ("pages that the log made or protected, and never moved or deleted", titles),
            ("of these, not in the history", lacking),
            ("last new page in the history", str(last_at)[:10] if last_at else None),
            ("edits after it", after),
            ("new pages to be expected among them", expected),
        ),
        innocent=(
            "only one of several parts of a dump was read, or only some namespaces",
            "pages were protected before they were made, or nobody was allowed to make new ones",
        ),
        tell_apart="Compare with the wiki's own count of pages; read the dump's other parts.",
    )


def _log_of_another_wiki(connection: duckdb.DuckDBPyConnection, entries: Sequence[Entry]) -> Flaw | None:
    """A log, read apart from the history, whose busy admins never edited here: it is another wiki's."""
    if any("revisions" in entry.tables and not LOG.isdisjoint(entry.tables) for entry in entries):
        return None  # one reading gave both
    actors, strange = connection.execute(
        "WITH busy AS (SELECT actor FROM (SELECT log_id, actor FROM log_events WHERE actor IS NOT NULL"
        " AND log_type IN ('block', 'delete', 'protect', 'rights') UNION SELECT log_id, actor FROM blocks"
        " WHERE actor IS NOT NULL) AS acts GROUP BY actor HAVING COUNT(*) >= ?)"
        " SELECT COUNT(*), COUNT(CASE WHEN r.account IS NULL THEN 1 END) FROM busy AS b"
        " LEFT JOIN (SELECT DISTINCT account FROM revisions) AS r ON r.account = b.actor"
        " WHERE EXISTS (SELECT 1 FROM revisions)",
        [LEAST_ACTS],
    ).fetchall()[0]
    if strange < LEAST_ACTORS or strange <= STRANGERS * actors:
        return None
    return Flaw(
        name="log_of_another_wiki",
        tables=LOG | {"revisions"},
        told="log and history do not seem to be of one wiki",
        claim=f"{strange} of {actors} accounts that act as admins in the log never edited in the history.",
        columns=("counted", "accounts"),
        rows=((f"acted at least {LEAST_ACTS} times in the log", actors), ("of these, never edited", strange)),
        innocent=(
            "most of the history is not here: a part of a dump, or some namespaces only",
            "admins of a wiki family act here who do not edit here",
        ),
        tell_apart="Compare the names of both files, and the wiki that each names at its beginning.",
    )


@dataclass(frozen=True, kw_only=True)
class Gap:
    """A month without rows inside a history. `is_known`: it lacks; else it may have been silent."""

    table: str
    month: date
    usual: float
    """Rows of a month around it, in the middle."""
    is_known: bool


def month_gaps(connection: duckdb.DuckDBPyConnection, days: Calendar) -> list[Gap]:
    """Months without rows that the months around them do not explain; see `USUAL_ROWS`."""
    found: list[Gap] = []
    counts = {table: _by_month(connection, table, days.spans[table]) for table in WHOLE}
    for table, rows in counts.items():
        if not rows:
            continue
        last = max(month for month in rows if days.end is None or month <= days.end)
        months = _months(min(rows), month_end(last))
        for run in _empty_runs(months, rows):
            is_known = _lacks(months, rows, run)
            if table == "blocks" and any(counts["log_events"].get(month) for month in run):
                is_known = False  # blocks are a part of the log: where it goes on without them, there were none
            for month in run:
                near = _around(months, rows, [month], 3)
                usual = _middle(_around(months, rows, run, 3) if is_known else near)
                if is_known or _middle(near) >= USUAL_ROWS:
                    found.append(Gap(table=table, month=month, usual=usual, is_known=is_known))
    return found


def _silent(connection: duckdb.DuckDBPyConnection, days: Calendar) -> Iterator[Flaw]:
    """Months that lack inside a history, and those after its end while other tables go on."""
    counts = {table: _by_month(connection, table, days.spans[table]) for table in WHOLE}
    lacking: dict[str, set[date]] = {table: set() for table in WHOLE}
    for gap in month_gaps(connection, days):
        if gap.is_known:
            lacking[gap.table].add(gap.month)
    newest = max((last for table in WHOLE if (last := days.spans[table].last)), default=None)
    for table, rows in counts.items():
        own = days.spans[table].last
        if own is None or newest is None or days.end is None or (newest - own).days <= LATE_DAYS:
            continue
        if table == "blocks" and counts["log_events"]:
            continue
        months = _months(min(rows), max(days.end, month_end(max(rows))))
        run = [month for month in months if month > max(rows)]
        if run and _lacks(months, rows, run):
            lacking[table] |= set(run)
    for table, missing in lacking.items():
        if missing:
            yield Flaw(
                name="months_missing",
                tables=LOG if table == "log_events" else frozenset({table}),
                months=tuple(sorted(missing)),
                told=f"{len(missing)} months of {table} are missing",
                claim="",
            )


def _by_month(connection: duckdb.DuckDBPyConnection, table: str, span: Span) -> Mapping[date, int]:
    if span.first is None or span.last is None:
        return {}
    return dict(
        connection.execute(
            f"SELECT CAST(DATE_TRUNC('month', \"at\") AS DATE), COUNT(*) FROM {table}"
            ' WHERE "at" >= ? AND "at" <= ? GROUP BY 1',
            [span.first, span.last],
        ).fetchall()
    )


def _months(first: date, end: date) -> list[date]:
    """The months from the first up to the end (exclusive)."""
    found = []
    while first < end:
        found.append(first)
        first = month_end(first)
    return found


def _empty_runs(months: Sequence[date], rows: Mapping[date, int]) -> Iterator[list[date]]:
    run: list[date] = []
    for month in months:
        if month in rows:
            if run:
                yield run
            run = []
        else:
            run.append(month)


def _around(months: Sequence[date], rows: Mapping[date, int], run: Sequence[date], reach: int) -> list[int]:
    """Rows of the months before a run and after it, `reach` of each."""
    start, end = months.index(run[0]), months.index(run[-1]) + 1
    return [rows.get(month, 0) for month in [*months[max(0, start - reach) : start], *months[end : end + reach]]]


def _lacks(months: Sequence[date], rows: Mapping[date, int], run: Sequence[date]) -> bool:
    """Whether silence does not explain a run of months without rows."""
    usual, around = _middle(_around(months, rows, run, 3)), _around(months, rows, run, 12)
    is_busy = usual >= USUAL_ROWS if len(run) == 1 else usual * len(run) >= LONG_ROWS
    return is_busy and len(around) >= 6 and sum(count > 0 for count in around) >= FILLED * len(around)


def _middle(found: Sequence[int]) -> float:
    ordered = sorted(found)
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2 if ordered else 0.0
