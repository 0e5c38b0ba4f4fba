"""Assess: from a lake to an assessment of one wiki, and its report."""

import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

import duckdb

from holdfast import measures
from holdfast.accounts.naming import pseudonyms_for
from holdfast.accounts.pseudonym import Pseudonyms
from holdfast.clock import utc_naive
from holdfast.errors import UsageError
from holdfast.findings.assessment import Assessment
from holdfast.findings.data_quality import data_quality
from holdfast.findings.false_alarms import false_alarms
from holdfast.findings.finding import Finding, Value
from holdfast.findings.published_figures import months_not_held
from holdfast.findings.testing import hypotheses, judge
from holdfast.findings.values import described, published
from holdfast.findings.who_counts import who_counts
from holdfast.ids import WikiName
from holdfast.measures._calendar import Calendar, calendar, spans
from holdfast.measures._flaws import Flaw, flaws
from holdfast.measures._measure import Measure, Picture
from holdfast.measures._running import BotMonths, Measured, prepare, run
from holdfast.progress import Progress, silent
from holdfast.registry import kinds_in
from holdfast.tables.lake import Entry, Lake, open_lake
from holdfast.version import VERSION

Names = Literal["pseudonyms", "published", "all"]

LIKE_SIZE = 3
"""Wikis are of like size when neither has more than three times the other's rows."""
Q = 0.05  # false discovery rate of a family of findings; a judgement, see docs/findings.md
_SIZED_BY = ("revisions", "log_events", "votes")


def all_measures() -> Mapping[str, Measure]:
    """Every measure of this installation, by name."""
    return kinds_in(measures, "MEASURE")


def assess(
    lake: Lake | str | Path,
    *,
    wiki: str,
    as_of: date | None = None,
    q: float = Q,
    names: Names = "pseudonyms",
    pseudonyms: Pseudonyms | None = None,
    labels: Sequence[str] = (),
    progress: Progress = silent,
) -> Assessment:
    """The assessment of one wiki: its values, what was found and what was tested, never one score.

    `as_of` is the last day looked at; left out, the last day of the last full month of the data. `q` is the
    tolerated share of false findings, above 0 and at most 0.5. `names` as --names and --names-all. Raises
    UsageError for a missing lake or wiki, or a day before the data begin. Deterministic for the same lake.
    """
    opened = lake if isinstance(lake, Lake) else open_lake(lake)
    name = opened.require(wiki)
    if not 0 < q <= 0.5:
        raise UsageError(
            "assess.q", "this share of false findings makes no sense", expected="0 < q <= 0.5", got=f"{q}"
        )
    shown = _labels(opened, name, names, pseudonyms)
    own = _measure(opened, name, as_of, progress)
    try:
        peers = {peer: _measured_alone(opened, peer, own.days.as_of, progress) for peer in peers_of(opened, name)}
        progress("testing", 0, None)
        tested = hypotheses(
            own.connection, own.measured, {each: found for each, (found, _) in peers.items()},
            wiki=name, days=own.days, label=shown.candidates,
        )  # fmt: skip
        judged = judge(tested, wiki=name, q=q)
        counted = _data_quality(opened, own, name, shown)
        lorenz = _lorenz(own.connection, own.measured)
        aside = len(months_not_held(own.connection))
        left_out = dict(
            own.connection.execute("SELECT why, COUNT(DISTINCT account) FROM not_people GROUP BY 1").fetchall()
        )
    finally:
        own.connection.close()
    entries = opened.entries(name)
    return Assessment(
        wiki=name,
        as_of=own.days.as_of,
        values=_values(own.measured, name),
        peers=tuple(value for _, values in sorted(peers.items()) for value in values[1]),
        findings=(*judged.findings, *counted),
        family=judged.family,
        measures={each.name: described(each) for each in all_measures().values()},
        tests=judged.tests,
        changes=judged.changes,
        false_alarms=false_alarms({table: span.rows for table, span in own.days.spans.items()}, q),
        lorenz=lorenz,
        coverage=_coverage(own, entries, left_out, aside, as_of),
        names=names,
        labels=(*_labels_of(entries), *labels),
        inputs=tuple(_input(entry, each) for entry in entries for each in entry.inputs),
        versions=_versions(),
        rerun=_rerun(name, entries, own.days, q),
    )


@dataclass(frozen=True, kw_only=True)
class _Own:
    connection: duckdb.DuckDBPyConnection
    days: Calendar
    measured: Mapping[str, Sequence[Measured]]
    flaws: Sequence[Flaw]


def _measure(lake: Lake, wiki: WikiName, as_of: date | None, progress: Progress) -> _Own:
    connection = lake.connect(wiki)
    read = [datetime.fromisoformat(entry.ingested_at) for entry in lake.entries(wiki)]
    days = calendar(spans(connection, max(utc_naive(each) for each in read)), as_of)
    if as_of is not None and days.first_month is not None and as_of < days.first_month:
        connection.close()
        raise UsageError(
            "assess.as_of",
            f"the data of {wiki} begin after this day",
            expected=f"{days.first_month.isoformat()} or later",
            got=as_of.isoformat(),
            hint="leave --as-of out for the last full month of the data",
        )
    lacking = flaws(connection, lake.entries(wiki), days)
    prepare(connection, days, progress)
    bots = BotMonths(connection)
    measured = {}
    kinds = all_measures()
    for done, (name, measure) in enumerate(sorted(kinds.items())):
        progress(f"measuring {wiki}", done, len(kinds))
        measured[name] = run(measure, connection, wiki=wiki, days=days, bots=bots, flaws=lacking)
    return _Own(connection=connection, days=days, measured=measured, flaws=lacking)


def _measured_alone(
    lake: Lake, wiki: WikiName, as_of: date | None, progress: Progress
) -> tuple[Mapping[str, Sequence[Measured]], tuple[Value, ...]]:
    try:
        found = _measure(lake, wiki, as_of, progress)
    except UsageError:  # this peer begins after the day: it has nothing to compare
        return {}, ()
    found.connection.close()
    return found.measured, _values(found.measured, wiki)


def _values(measured: Mapping[str, Sequence[Measured]], wiki: WikiName) -> tuple[Value, ...]:
    return published((each for values in measured.values() for each in values), wiki)


def peers_of(lake: Lake, wiki: WikiName) -> tuple[WikiName, ...]:
    """The lake's other wikis of like size: rows of revisions (else of the log, else votes) within a factor of 3."""

    def rows(of: WikiName, table: str) -> int:
        return sum(entry.tables[table].rows for entry in lake.entries(of) if table in entry.tables)

    by = next((table for table in _SIZED_BY if rows(wiki, table)), None)
    if by is None:
        return ()
    own = rows(wiki, by)
    return tuple(
        other
        for other in lake.wikis()
        if other != wiki and own <= LIKE_SIZE * rows(other, by) and rows(other, by) <= LIKE_SIZE * own
    )


@dataclass(frozen=True, kw_only=True)
class _Labels:
    """What candidates and winners are called: pseudonyms, or names for public office, or names for all."""

    candidates: Callable[[str], str]
    winners: Callable[[str], str]


def _labels(lake: Lake, wiki: WikiName, names: Names, given: Pseudonyms | None) -> _Labels:
    key = pseudonyms_for(given, lake.path)

    def pseudonym(account: str) -> str:
        return key.of(wiki, account)

    def itself(account: str) -> str:
        return account

    return _Labels(
        candidates=itself if names == "all" else pseudonym, winners=pseudonym if names == "pseudonyms" else itself
    )


def _data_quality(lake: Lake, own: _Own, wiki: WikiName, shown: _Labels) -> list[Finding]:
    connection = lake.connect(wiki)  # all rows: what lies after the last full month can be wrong too
    try:
        found = data_quality(
            connection, wiki=wiki, entries=lake.entries(wiki), days=own.days, label=shown.winners, flaws=own.flaws
        )
    finally:
        connection.close()
    return [*found, *who_counts(own.connection, wiki=wiki, days=own.days, label=shown.candidates)]


def _lorenz(
    connection: duckdb.DuckDBPyConnection, measured: Mapping[str, Sequence[Measured]]
) -> tuple[tuple[float, float], ...]:
    windows: list[tuple[date, date]] = [
        each.period
        for values in measured.values()
        for each in values
        if each.measure.picture is Picture.LORENZ
        and each.period is not None
        and not each.is_quarter
        and each.computed.value is not None
    ]
    if not windows:
        return ()
    rows = connection.execute(
        "SELECT actions, CAST(SUM(admins) AS BIGINT) FROM admin_loads WHERE period_start = ? AND period_end = ?"
        " GROUP BY 1 ORDER BY 1",
        list(max(windows)),
    ).fetchall()
    people, work = sum(row[1] for row in rows), sum(row[0] * row[1] for row in rows)
    points, x, y = [(0.0, 0.0)], 0, 0
    for actions, admins in rows:
        x, y = x + admins, y + actions * admins
        points.append((x / people, y / work))
    return tuple(points)


def _coverage(
    own: _Own, entries: Sequence[Entry], left_out: Mapping[str, int], aside: int, asked: date | None
) -> dict[str, Any]:
    days = own.days
    dropped: dict[str, int] = {}
    for entry in entries:
        for reason, count in entry.dropped.items():
            dropped[reason] = dropped.get(reason, 0) + count
    notes = [f"As of {days.as_of}, the last day looked at." if days.as_of else "These data carry no times."]
    if asked is None and days.as_of:
        notes[0] = f"As of {days.as_of}, the end of the last full month of the data."
    if aside:
        notes.append(
            f"Published figures of {aside} months are not compared: the lake holds no block of these months."
        )
    if asked is not None and days.as_of and asked > days.as_of:
        notes.append(f"Asked for {asked}; the last full month of the data ends on {days.as_of}.")
    return {
        "tables": {
            name: {
                "rows": span.rows,
                "first": span.first.isoformat() if span.first else None,
                "last": span.last.isoformat() if span.last else None,
            }
            for name, span in days.spans.items()
            if span.rows
        },
        "bots_left_out": left_out.get("bot", 0),
        "others_left_out": {why: count for why, count in sorted(left_out.items()) if why != "bot"},
        "dropped": dict(sorted(dropped.items())),
        "notes": notes,
    }


def _labels_of(entries: Sequence[Entry]) -> tuple[str, ...]:
    simulated = any(entry.source == "simulation" or entry.facts.get("simulated") for entry in entries)
    return ("Simulated accounts",) if simulated else ()


def _input(entry: Entry, each: Any) -> dict[str, Any]:
    return {
        "name": each.name,
        "sha256": each.sha256,
        "size_bytes": each.size_bytes,
        "source": entry.source,
        "ingested_at": entry.ingested_at,
    }


def _versions() -> dict[str, str]:
    parts = {name: version(name) for name in ("duckdb", "numpy", "pyarrow", "scipy")}
    return {"holdfast": VERSION, "python": platform.python_version(), **parts}


def _rerun(wiki: WikiName, entries: Sequence[Entry], days: Calendar, q: float) -> tuple[str, ...]:
    reading = [
        f"holdfast ingest {' '.join(each.name for each in entry.inputs)} --wiki {wiki} --lake LAKE"
        f" --as {entry.source}"
        for entry in entries
        if entry.inputs
    ]
    day = f" --as-of {days.as_of}" if days.as_of else ""
    share = "" if q == Q else f" --q {q:g}"
    return (*reading, f"holdfast assess --lake LAKE --wiki {wiki} --out OUT{day}{share}")
