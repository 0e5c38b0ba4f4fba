"""Figures that somebody else published about a block log, beside what the lake's own rows give."""

from collections import defaultdict
from datetime import date

import duckdb

from holdfast.findings.finding import Area, Evidence, Finding, Innocent
from holdfast.ids import WikiName

RULE = (
    "events with a non-empty target that is not the acting account itself; block means block and reblock; "
    "calendar months, UTC"
)
COUNTED: dict[str, str] = {
    "n_log_all": "COUNT(*)",
    "n_log_all_block": "COUNT(CASE WHEN action IN ('block', 'reblock') THEN 1 END)",
    "n_log_all_unblock": "COUNT(CASE WHEN action = 'unblock' THEN 1 END)",
    "n_admin_all": "COUNT(DISTINCT actor)",
    "n_admin_all_block": "COUNT(DISTINCT CASE WHEN action IN ('block', 'reblock') THEN actor END)",
    "n_admin_all_unblock": "COUNT(DISTINCT CASE WHEN action = 'unblock' THEN actor END)",
    "n_editor_all": "COUNT(DISTINCT target)",
}
"""Published names and how each is counted; the rule is that of the publishers (haochencoding/wiki_open_science)."""


# an empty text as target is a log entry that names nobody, which the publishers counted; null is a hidden one
def compare(connection: duckdb.DuckDBPyConnection) -> list[tuple[date, str, float, int]]:
    """Month, figure, published and counted, for each published figure that can be counted from the block log.

    Months of which the lake holds no block log are left out: to hold nothing is not to disagree.
    """
    held = _months_held(connection)
    return [each for each in _all_months(connection) if each[0] in held]


def months_not_held(connection: duckdb.DuckDBPyConnection) -> list[date]:
    """The months with published figures of which the lake holds no block log."""
    return sorted({month for month, *_ in _all_months(connection)} - _months_held(connection))


def _months_held(connection: duckdb.DuckDBPyConnection) -> set[date]:
    rows = connection.execute(
        'SELECT DISTINCT CAST(DATE_TRUNC(\'month\', "at") AS DATE) FROM blocks WHERE "at" IS NOT NULL'
    ).fetchall()
    return {row[0] for row in rows}


def _all_months(connection: duckdb.DuckDBPyConnection) -> list[tuple[date, str, float, int]]:
    columns = ", ".join(f"{how} AS {name}" for name, how in COUNTED.items())
    rows = connection.execute(
        f"SELECT CAST(DATE_TRUNC('month', \"at\") AS DATE) AS month, {columns} FROM blocks"
        " WHERE target IS NOT NULL AND (actor IS NULL OR target <> actor) GROUP BY 1"
    ).fetchall()
    counted = {row[0]: dict(zip(COUNTED, row[1:], strict=True)) for row in rows}
    published = connection.execute(
        "SELECT period_start, period_end, figure, value FROM published_figures ORDER BY 1, 3"
    ).fetchall()
    return [
        (start, figure, value, counted.get(start, {}).get(figure, 0))
        for start, end, figure, value in published
        if figure in COUNTED and (end.year - start.year) * 12 + end.month - start.month == 1
    ]


def published_figures(connection: duckdb.DuckDBPyConnection, wiki: WikiName) -> Finding | None:
    """A data-quality finding when published and counted figures disagree, with a table of both; else None."""
    pairs = compare(connection)
    months = sorted({month for month, *_ in pairs})
    differing = [(month, name, value, count) for month, name, value, count in pairs if value != count]
    if not differing:
        return None
    bad = sorted({month for month, *_ in differing})
    nearly = _totals_agree(pairs, bad)
    end = date(bad[-1].year + bad[-1].month // 12, bad[-1].month % 12 + 1, 1)
    return Finding(
        id="data_quality.published_figures.all",
        wiki=wiki,
        area=Area.DATA_QUALITY,
        measure="published_figures",
        period_start=bad[0],
        period_end=end,
        claim=f"Published and counted figures disagree in {len(bad)} of {len(months)} months; in the other "
        f"{len(months) - len(bad)} every published figure is reproduced exactly.",
        effect=f"{len(differing)} of {len(pairs)} figures differ; rule: {RULE}" + _not_compared(connection),
        evidence=(
            Evidence(
                caption="Figures that differ, published and counted from this lake's block log",
                columns=("month", "figure", "published", "counted", "difference"),
                rows=tuple(
                    (f"{month:%Y-%m}", name, _plain(value), count, _plain(count - value))
                    for month, name, value, count in sorted(differing)
                ),
            ),
        ),
        innocent=(
            Innocent(
                text="the publishers read some rows under the wrong columns: events changed their kind or actor",
                tested=f"in {len(nearly)} of {len(bad)} months the totals agree within 1 % while their parts do not, "
                "which misread columns would do and missing rows would not"
                + (f": {', '.join(f'{month:%Y-%m}' for month in nearly)}" if nearly else ""),
            ),
            Innocent(
                text="rows are missing from this lake's copy, or were suppressed after publication",
                tested=_fewer(differing, nearly),
            ),
            Innocent(
                text="the publishers counted by another rule or in another time zone", tested=_same_rule(months, bad)
            ),
        ),
        tell_apart="Read the original log entries of a month that differs, and the publishers' code for them.",
        details={"months": len(months), "months_differing": [f"{month:%Y-%m}" for month in bad], "rule": RULE},
    )


def _not_compared(connection: duckdb.DuckDBPyConnection) -> str:
    aside = len(months_not_held(connection))
    if not aside:
        return ""
    months = "month" if aside == 1 else "months"
    return f"; figures of {aside} other {months}, of which the lake holds no block, are not compared"


def _totals_agree(pairs: list[tuple[date, str, float, int]], bad: list[date]) -> list[date]:
    by_month: dict[date, dict[str, tuple[float, int]]] = defaultdict(dict)
    for month, name, value, count in pairs:
        by_month[month][name] = (value, count)

    def near(month: date, name: str) -> bool:
        value, count = by_month[month].get(name, (0.0, 0))
        return abs(value - count) <= 0.01 * max(value, count)

    return [
        month
        for month in bad
        if "n_log_all" in by_month[month]
        and near(month, "n_log_all")
        and not all(near(month, name) for name in by_month[month])
    ]


def _fewer(differing: list[tuple[date, str, float, int]], misread: list[date]) -> str:
    short = sorted(
        {m for m, name, value, count in differing if name == "n_log_all" and count < value and m not in misread}
    )
    if not short:
        return "no month has fewer events here than published, beyond those above"
    return f"fewer events here than published, with parts in proportion: {', '.join(f'{m:%Y-%m}' for m in short)}"


def _same_rule(months: list[date], bad: list[date]) -> str:
    agreeing = len(months) - len(bad)
    if not agreeing:
        return "no month agrees: another rule is possible"
    return f"the same rule reproduces {agreeing} other months exactly, so another rule is unlikely"


def _plain(value: float) -> int | float:
    return int(value) if float(value).is_integer() else value
