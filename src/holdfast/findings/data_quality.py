"""What is wrong or missing in the data themselves: findings too, with counted facts in place of a p-value."""

from collections.abc import Callable, Sequence
from datetime import date

import duckdb

from holdfast.findings.finding import Area, Evidence, Finding, Innocent
from holdfast.findings.published_figures import published_figures
from holdfast.ids import WikiName
from holdfast.measures._calendar import LONE_DAYS, WHOLE, Calendar
from holdfast.measures._flaws import LATE_DAYS, Flaw, month_gaps
from holdfast.tables.lake import Entry
from holdfast.tables.schema import NAMELESS

_HARMLESS_DROPS = {"already_in_lake_or_repeated"}
Rows = tuple[tuple[str | int | float | None, ...], ...]


def data_quality(
    connection: duckdb.DuckDBPyConnection,
    *,
    wiki: WikiName,
    entries: Sequence[Entry],
    days: Calendar,
    label: Callable[[str], str],
    flaws: Sequence[Flaw] = (),
) -> list[Finding]:
    """Every data-quality finding of one wiki, in a fixed order. `connection` is one of `Lake.connect(wiki)`.

    `flaws` are what the measures were told that these tables lack: each becomes a finding too.
    """
    found = (
        *(lacking(wiki, flaw) for flaw in flaws if flaw.claim),
        outlying_times(wiki, days),
        winners_without_support(connection, wiki, label),
        months_missing(connection, wiki, days),
        history_ends_early(wiki, days),
        impossible_counts(connection, wiki, entries),
        published_figures(connection, wiki),
        votes_without_voter(connection, wiki),
        rows_left_out(wiki, entries),
        notes_of_sources(wiki, entries),
    )
    return [each for each in found if each is not None]


def _finding(
    wiki: WikiName,
    name: str,
    claim: str,
    *,
    caption: str,
    columns: tuple[str, ...],
    rows: Rows,
    innocent: tuple[Innocent, ...],
    tell_apart: str,
    period: tuple[date | None, date | None] = (None, None),
) -> Finding:
    return Finding(
        id=f"data_quality.{name}.all",
        wiki=wiki,
        area=Area.DATA_QUALITY,
        measure=name,
        period_start=period[0],
        period_end=period[1],
        claim=claim,
        evidence=(Evidence(caption=caption, columns=columns, rows=rows),),
        innocent=innocent,
        tell_apart=tell_apart,
    )


def lacking(wiki: WikiName, flaw: Flaw) -> Finding:
    """Something that the tables lack, so that measures have no value."""
    return _finding(
        wiki,
        flaw.name,
        flaw.claim,
        caption="What was counted",
        columns=flaw.columns,
        rows=flaw.rows,
        innocent=tuple(Innocent(text=text) for text in flaw.innocent),
        tell_apart=f"{flaw.tell_apart} Until then, what rests on these tables has no value.",
    )


def outlying_times(wiki: WikiName, days: Calendar) -> Finding | None:
    """Rows dated far outside the rest of their table: left out, so that they move no window."""
    rows = [
        (table, side, each.rows, _moment(each.farthest))
        for table, span in sorted(days.spans.items())
        for side, each in (("before the history", span.early), ("after the history", span.late))
        if each is not None
    ]
    if not rows:
        return None
    return _finding(
        wiki,
        "outlying_times",
        f"{_counted(sum(row[2] for row in rows), 'row is', 'rows are')} dated far outside the rest of the history.",
        caption="Rows that were left out for their time, and the one that is farthest out",
        columns=("table", "where", "rows", "farthest"),
        rows=tuple(rows),
        innocent=(
            Innocent(text="a clock was set wrong, or an import kept no time"),
            Innocent(
                text="the wiki lay still for years, and somebody did a few things before or after",
                tested=f"more than {LONE_DAYS} days lie between these rows and all others",
            ),
        ),
        tell_apart="Look at the rows on the wiki itself. The first and last month looked at do not count them.",
    )


def winners_without_support(
    connection: duckdb.DuckDBPyConnection, wiki: WikiName, label: Callable[[str], str]
) -> Finding | None:
    """Elections that passed although the lake holds votes of this wiki, but none in favour of the winner."""
    rows = connection.execute(
        "SELECT e.candidate, e.closed_at, COUNT(v.vote), COUNT(CASE WHEN v.vote < 0 THEN 1 END)"
        " FROM elections AS e LEFT JOIN votes AS v"
        " ON v.wiki = e.wiki AND v.election = e.election AND v.candidate = e.candidate"
        " WHERE e.outcome = 'passed' AND EXISTS (SELECT 1 FROM votes)"
        " GROUP BY e.election, e.candidate, e.closed_at HAVING COUNT(CASE WHEN v.vote > 0 THEN 1 END) = 0"
    ).fetchall()
    if not rows:
        return None
    won = connection.execute("SELECT COUNT(*) FROM elections WHERE outcome = 'passed'").fetchall()[0][0]
    shown = sorted(
        (label(who), f"{closed:%Y-%m-%d}" if closed else None, n, against) for who, closed, n, against in rows
    )
    unvoted = sum(row[2] == 0 for row in rows)
    return _finding(
        wiki,
        "winners_without_support",
        f"{len(rows)} of {won} winners have no support vote in these data.",
        caption="Elections that passed without a support vote",
        columns=("candidate", "closed", "votes", "opposing"),
        rows=tuple(shown),
        innocent=(
            Innocent(
                text="the votes were cast or kept elsewhere, and only the outcome reached these data",
                tested=f"{unvoted} of {len(rows)} have no vote of any kind here",
            ),
            Innocent(text="appointment by a rule that needs no vote (a founder, a steward's emergency grant)"),
        ),
        tell_apart="Read the page of each election and the log entry that granted the right.",
    )


def months_missing(connection: duckdb.DuckDBPyConnection, wiki: WikiName, days: Calendar) -> Finding | None:
    """Months without a row inside a history whose neighbouring months are full."""
    gaps = [(gap.table, f"{gap.month:%Y-%m}", gap.usual) for gap in month_gaps(connection, days)]
    if not gaps:
        return None
    return _finding(
        wiki,
        "months_missing",
        f"{_counted(len(gaps), 'month holds', 'months hold')} no row although the months around are full.",
        caption="Months without rows",
        columns=("table", "month", "rows in a usual month around it"),
        rows=tuple(sorted(gaps)),
        innocent=(
            Innocent(
                text="the wiki was closed, read-only or unreachable in these months",
                tested="the same month is missing in every table that reaches so far: "
                + ("yes" if _in_all(gaps, days) else "no, so a file is more likely to be missing"),
            ),
            Innocent(text="one file of a series was not ingested"),
        ),
        tell_apart="Compare with the wiki's own statistics for the month; ingest the missing file if there is one.",
    )


def _in_all(gaps: Sequence[tuple[str, str, float]], days: Calendar) -> bool:
    filled = {table for table in WHOLE if days.spans[table].rows}
    tables = {month: {table for table, each, _ in gaps if each == month} for _, month, _ in gaps}
    return all(found >= filled for found in tables.values())


def history_ends_early(wiki: WikiName, days: Calendar) -> Finding | None:
    """Tables that end more than a month before the others: a dump cut short, or not as young as the others."""
    ends = {table: days.spans[table].last for table in WHOLE if days.spans[table].last is not None}
    known = {table: last for table, last in ends.items() if last is not None}
    if len(known) < 2:
        return None
    newest = max(known.values())
    short = sorted(table for table, last in known.items() if (newest - last).days > LATE_DAYS)
    if not short:
        return None
    return _finding(
        wiki,
        "history_ends_early",
        f"The history of {' and '.join(short)} ends more than a month before that of other tables.",
        caption="First and last moment of each table",
        columns=("table", "first", "last", "days before the newest"),
        rows=tuple(
            (table, _moment(days.spans[table].first), _moment(last), (newest - last).days)
            for table, last in sorted(known.items())
        ),
        innocent=(
            Innocent(text="the files were made on different days"),
            Innocent(text="nothing of that kind happened any more: a wiki without admins at work has no new blocks"),
        ),
        tell_apart="Look up the day of each dump, and ingest all of one day.",
    )


def _moment(at: object) -> str | None:
    return None if at is None else str(at)[:19]


_IMPOSSIBLE: dict[str, tuple[str, str]] = {
    "edits before the account was registered": (
        "revisions, accounts",
        "SELECT COUNT(*) FROM revisions AS r INNER JOIN accounts AS a ON a.account = r.account AND a.wiki = r.wiki"
        ' WHERE r."at" < a.registered_at - INTERVAL 1 DAY',
    ),
    "elections that close before they open": (
        "elections",
        "SELECT COUNT(*) FROM elections WHERE closed_at < opened_at",
    ),
    "votes more than a day outside the time of voting": (
        "votes, elections",
        "SELECT COUNT(*) FROM votes AS v INNER JOIN elections AS e ON e.wiki = v.wiki AND e.election = v.election"
        ' AND e.candidate = v.candidate WHERE v."at" < e.opened_at - INTERVAL 1 DAY'
        ' OR v."at" > e.closed_at + INTERVAL 1 DAY',
    ),
    "votes on oneself": ("votes", "SELECT COUNT(*) FROM votes WHERE voter = candidate"),
    "rights that expire before they are given": (
        "account_groups",
        'SELECT COUNT(*) FROM account_groups WHERE expires_at < "at"',
    ),
    "accounts with more edits in the history than the wiki itself counts": (
        "revisions, accounts",
        "SELECT COUNT(*) FROM (SELECT r.account FROM revisions AS r INNER JOIN accounts AS a"
        " ON a.wiki = r.wiki AND a.account = r.account WHERE a.edit_count IS NOT NULL"
        " GROUP BY r.account, a.edit_count HAVING COUNT(*) > a.edit_count)",
    ),
}


def impossible_counts(
    connection: duckdb.DuckDBPyConnection, wiki: WikiName, entries: Sequence[Entry]
) -> Finding | None:
    """Rows that cannot all be true."""
    found = [
        (what, tables, int(connection.execute(sql).fetchall()[0][0])) for what, (tables, sql) in _IMPOSSIBLE.items()
    ]
    read = max((entry.ingested_at for entry in entries), default="")
    if read:
        late = connection.execute(
            " UNION ALL ".join(
                f'SELECT COUNT(*) FROM {table} WHERE "at" > CAST(? AS TIMESTAMPTZ)' for table in WHOLE
            ),
            [read] * len(WHOLE),
        ).fetchall()
        found.append(
            ("events later than the day on which they were read", ", ".join(WHOLE), sum(row[0] for row in late))
        )
    wrong = sorted(each for each in found if each[2])
    if not wrong:
        return None
    return _finding(
        wiki,
        "impossible_counts",
        f"{_counted(sum(each[2] for each in wrong), 'row', 'rows')} cannot be as they stand.",
        caption="Rows that contradict others, or the rules",
        columns=("what", "tables", "rows"),
        rows=tuple(wrong),
        innocent=(
            Innocent(text="accounts were renamed or merged, pages imported with older edits, clocks set wrong"),
            Innocent(text="the wiki counts edits by its own rules, and some were deleted since"),
        ),
        tell_apart="Look at single rows of each kind on the wiki itself.",
    )


def votes_without_voter(connection: duckdb.DuckDBPyConnection, wiki: WikiName) -> Finding | None:
    """Votes whose voter's name the source lost."""
    lost, all_votes = connection.execute(
        "SELECT COUNT(CASE WHEN voter = ? THEN 1 END), COUNT(*) FROM votes", [NAMELESS]
    ).fetchall()[0]
    if not lost:
        return None
    real = connection.execute(
        "SELECT MAX(n) FROM (SELECT COUNT(*) AS n FROM votes WHERE voter <> ? GROUP BY voter)", [NAMELESS]
    ).fetchall()[0][0]
    return _finding(
        wiki,
        "votes_without_voter",
        f"{lost} of {all_votes} votes have lost their voter's name.",
        caption="Votes without a voter",
        columns=("counted", "votes"),
        rows=(("without a name", lost), ("all", all_votes), ("of the busiest named voter", real)),
        innocent=(
            Innocent(
                text="signatures that the collectors could not read: many people, not one",
                tested="kept in counts of votes, left out of everything that follows a voter",
            ),
        ),
        tell_apart="Read the election pages again.",
    )


def rows_left_out(wiki: WikiName, entries: Sequence[Entry]) -> Finding | None:
    """Rows of the inputs that did not reach the lake, by reason."""
    rows = [
        (entry.inputs[0].name if entry.inputs else entry.source, reason.replace("_", " "), count,
         "; ".join(entry.places.get(reason, ())[:2]) or None)
        for entry in entries
        for reason, count in entry.dropped.items()
        if reason not in _HARMLESS_DROPS
    ]  # fmt: skip
    if not rows:
        return None
    return _finding(
        wiki,
        "rows_left_out",
        f"{sum(row[2] for row in rows)} rows of the inputs were left out.",
        caption="Rows left out at reading, by reason, with the first places",
        columns=("input", "reason", "rows", "first places"),
        rows=tuple(sorted(rows, key=lambda row: (row[0], row[1]))),
        innocent=(Innocent(text="repeated header lines and damaged lines of the collectors' own making"),),
        tell_apart="Look at the places named, in the input.",
    )


def notes_of_sources(wiki: WikiName, entries: Sequence[Entry]) -> Finding | None:
    """What the sources noted while reading: a dump without its end, hidden entries, times without zone."""
    rows = sorted(
        {(entry.inputs[0].name if entry.inputs else entry.source, note) for entry in entries for note in entry.notes}
    )
    if not rows:
        return None
    return _finding(
        wiki,
        "notes_of_sources",
        f"Reading the inputs gave {_counted(len(rows), 'note that bears', 'notes that bear')} on what values mean.",
        caption="Notes made at reading",
        columns=("input", "note"),
        rows=tuple(rows),
        innocent=(
            Innocent(text="most notes tell of the ordinary: entries that the wiki hid, forms that older logs lack"),
        ),
        tell_apart="Read each note; the values that it touches say so in their details.",
    )


def _counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"
