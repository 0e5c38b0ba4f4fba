"""What every measure must obey; a new file in the folder is tested here with no further work."""

from collections.abc import Sequence

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from holdfast.errors import CheckFailedError
from holdfast.findings.finding import Area, Status
from holdfast.measures._calendar import Calendar
from holdfast.measures._derived import DERIVED
from holdfast.measures._measure import Measure
from holdfast.measures._running import BotMonths, Measured, run
from holdfast.tables.portable_sql import check, to_spark
from holdfast.tables.schema import TABLES
from holdfast.worlds.governed import Governed, governed
from small_wikis import MEASURES, WIKI, Rows, bounds, prepared

EVERY = pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES.keys())
Prepared = tuple[duckdb.DuckDBPyConnection, Calendar]


@pytest.fixture(scope="module")
def world() -> dict[str, pa.Table]:
    return governed(Governed(seed=3, months=26, editors=900))


@pytest.fixture(scope="module")
def whole(world: dict[str, pa.Table]) -> Prepared:
    return prepared(world)


@pytest.fixture(scope="module")
def shuffled(world: dict[str, pa.Table]) -> Prepared:
    rng = np.random.default_rng(1)
    return prepared({name: rows.take(rng.permutation(rows.num_rows)) for name, rows in world.items()})


def measured(measure: Measure, given: Prepared) -> list[Measured]:
    return run(measure, given[0], wiki=WIKI, days=given[1], bots=BotMonths(given[0]))


@EVERY
def test_it_says_its_unit_source_and_innocent_explanation(measure: Measure) -> None:
    for told in (
        measure.title,
        measure.question,
        measure.unit,
        measure.source,
        measure.reference,
        measure.cannot_tell,
    ):
        assert told.strip()
    assert measure.question.endswith("?")
    assert measure.innocent
    assert all(each.strip() for each in measure.innocent)
    assert measure.alarming in {"high", "low", "neither"}
    assert measure.area in {str(area) for area in Area}
    assert measure.window_months in {1, 12, 36}
    assert measure.minimum
    assert measure.null
    assert measure.null.startswith("none") == (not measure.nulls)


@EVERY
def test_it_needs_only_tables_that_exist(measure: Measure) -> None:
    assert measure.needs
    assert all(each in TABLES for need in measure.needs for each in need.split("|"))


@EVERY
def test_its_sql_means_the_same_on_both_engines(measure: Measure) -> None:
    assert "`at`" in to_spark(measure.sql, place=measure.name) or '"at"' not in measure.sql


@EVERY
def test_on_empty_tables_it_says_not_enough_data(measure: Measure) -> None:
    found = measured(measure, prepared({}))
    assert [(each.computed.status, each.computed.value, each.computed.n) for each in found] == [
        ("not_enough_data", None, 0)
    ]
    assert found[0].computed.detail


@EVERY
def test_below_its_minimum_it_says_so_and_gives_no_number(measure: Measure) -> None:
    tiny: dict[str, Rows] = {
        "revisions": bounds("2020-01-01", "2020-12-31"),
        "log_events": [],
        "accounts": [{"account": "A", "is_address": False}],
    }
    for name in {each for need in measure.needs for each in need.split("|")} - set(tiny):
        columns = [name for name in TABLES[name].names if name != "at"]
        tiny[name] = [dict.fromkeys(columns)]
    for each in measured(measure, prepared(tiny)):
        assert each.computed.status in {"not_enough_data", "no_times"}
        assert (each.computed.value, each.computed.low, each.computed.high) == (None, None, None)
        assert each.computed.detail


@EVERY
def test_the_order_of_rows_does_not_matter(measure: Measure, whole: Prepared, shuffled: Prepared) -> None:
    assert numbers(measured(measure, whole)) == numbers(measured(measure, shuffled))


@EVERY
def test_finish_does_not_look_at_the_order_of_its_rows(measure: Measure, whole: Prepared) -> None:
    rows = whole[0].sql(measure.sql).to_arrow_table().to_pylist()
    newest = max((row["period_end"] for row in rows), key=str)
    mine = [row for row in rows if row["period_end"] == newest]
    forwards = measure.finish(mine, np.random.default_rng(1))
    assert measure.finish(mine[::-1], np.random.default_rng(1)) == forwards


@EVERY
def test_the_same_tables_give_the_same_values(measure: Measure, whole: Prepared) -> None:
    assert numbers(measured(measure, whole)) == numbers(measured(measure, whole))


@EVERY
def test_each_value_has_its_interval_count_and_status(measure: Measure, whole: Prepared) -> None:
    found = measured(measure, whole)
    assert any(each.computed.value is not None for each in found)
    for each in found:
        computed = each.computed
        assert computed.status in {str(status) for status in Status}
        if computed.value is None:
            assert computed.status in {"not_enough_data", "no_times"}
            continue
        assert computed.low is not None
        assert computed.high is not None
        assert computed.low <= computed.value <= computed.high
        assert computed.interval
        assert computed.n >= 0
        if measure.unit == "share":
            assert computed.low >= 0
            assert computed.high <= 1


@pytest.mark.parametrize("derived", DERIVED, ids=[each.name for each in DERIVED])
def test_every_shared_relation_is_portable_too(derived: object) -> None:
    assert to_spark(derived.sql, place=derived.name)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("code", "sql"),
    [
        ("decimal", "SELECT AVG(CASE WHEN a THEN 1.0 ELSE 0.0 END) FROM t"),
        ("order", "SELECT ROW_NUMBER() OVER (PARTITION BY a ORDER BY n) FROM t"),
        ("order", "SELECT ROW_NUMBER() OVER (PARTITION BY a) FROM t"),
        ("form", "SELECT QUANTILE_CONT(a, 5e-1) FROM t"),
        ("form", "SELECT APPROX_COUNT_DISTINCT(a) FROM t"),
        ("join", "SELECT a FROM t ASOF JOIN u ON t.a = u.a AND t.b >= u.b"),
        ("join", "SELECT a FROM t FULL JOIN u ON t.a = u.a"),
        ("reserved", "SELECT at FROM t"),
        ("truncation", "SELECT DATE_TRUNC('week', b) FROM t"),
        ("interval", "SELECT b + INTERVAL 1 MONTH FROM t"),
        ("type", "SELECT CAST(a AS DECIMAL(9, 2)) FROM t"),
        ("type", "SELECT CAST(a AS TIMESTAMPTZ) FROM t"),
        ("frame", "SELECT MAX(a) OVER (PARTITION BY b ORDER BY c) FROM t"),
        ("not_a_query", "DROP TABLE t"),
        ("unreadable", "SELECT FROM WHERE"),
    ],
)
def test_what_may_differ_between_engines_is_refused(code: str, sql: str) -> None:
    with pytest.raises(CheckFailedError, match=f"portable_sql.{code}"):
        check(sql)


def numbers(found: Sequence[Measured]) -> list[object]:
    return [(each.period, each.computed) for each in found]
