"""Every shared relation and every measure means the same on DuckDB and on Spark, row by row.

Spark is what the Wikimedia analytics cluster runs. It starts slowly and is not in the tests' own set, so this
file is one of the long ones (`scripts/test --all` installs it).
"""

import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from holdfast import measures
from holdfast.clock import fixed_clock
from holdfast.ids import wiki_name
from holdfast.measures._calendar import WINDOWS_MONTHS, calendar, spans
from holdfast.measures._derived import DERIVED
from holdfast.measures._running import prepare
from holdfast.registry import kinds_in
from holdfast.tables.ingest import Ingest, begin
from holdfast.tables.lake import Lake, create_lake
from holdfast.tables.portable_sql import to_spark
from holdfast.tables.schema import TABLES

pytestmark = [pytest.mark.long, pytest.mark.timeout(3600)]

WIKI = wiki_name("simulated")
START = datetime(2018, 1, 1)
DAYS = 900
ACCOUNTS = [f"Editor {number}" for number in range(60)]
ADMINS = ACCOUNTS[:9]


def fill(ingest: Ingest, rng: np.random.Generator) -> None:
    """A small simulated community with every oddity that the columns allow: nulls, bots, addresses, expiries."""

    def moment() -> datetime:
        return START + timedelta(seconds=int(rng.integers(0, DAYS * 86_400)))

    def someone(share_null: float = 0.02) -> str | None:
        return None if rng.random() < share_null else ACCOUNTS[int(60 * rng.random() ** 2)]

    add = ingest.writer("accounts", ("account", "registered_at", "is_address", "bot_by"))
    for number, account in enumerate(ACCOUNTS):
        add((account, moment() if number % 3 else None, False, "name" if number in (5, 40) else None))
    add = ingest.writer("revisions", ("revision_id", "page_id", "namespace", "at", "account", "is_address"))
    for number in range(6000):
        is_address = bool(rng.random() < 0.1)
        who = f"Address {rng.integers(9)}" if is_address else someone()
        add((number, int(rng.integers(80)), int(rng.integers(5)), moment(), who, is_address))
    groups = ingest.writer(
        "account_groups", ("account", "group_name", "change", "at", "expires_at", "actor", "log_id")
    )
    for number, account in enumerate(ADMINS):
        groups((account, "sysop", "grant", START + timedelta(days=20 * number), None, ADMINS[0], 90_000 + number))
        if number > 5:
            groups((account, "sysop", "remove", moment(), None, ADMINS[0], 91_000 + number))
    groups((ACCOUNTS[5], "bot", "grant", moment(), None, ADMINS[0], 92_000))
    groups((ADMINS[1], "bot", "grant", START + timedelta(days=100), None, ADMINS[0], 92_002))
    groups((ADMINS[1], "bot", "remove", START + timedelta(days=300), None, ADMINS[0], 92_003))
    groups((ACCOUNTS[30], "bot", "grant", START, START + timedelta(days=50), ADMINS[0], 92_004))
    groups((ACCOUNTS[20], "sysop", "grant", START, START + timedelta(days=200), ADMINS[0], 92_001))
    blocks = ingest.writer(
        "blocks",
        (
            "log_id",
            "at",
            "actor",
            "target",
            "target_kind",
            "action",
            "duration_seconds",
            "is_indefinite",
            "reason_category",
        ),
    )
    events = ingest.writer("log_events", ("log_id", "at", "actor", "log_type", "action"))
    for number in range(2500):
        at, admin = moment(), ADMINS[int(9 * rng.random() ** 2)]
        if number % 2:
            events((number, at, admin, "delete", "delete"))
            continue
        action = ("block", "block", "block", "reblock", "unblock")[int(rng.integers(5))]
        length = None if action == "unblock" or rng.random() < 0.2 else int(rng.integers(3600, 10**7))
        kind = "account" if rng.random() < 0.7 else "address"
        reason = ("vandalism", "spam", "none")[int(rng.integers(3))]
        blocks((number, at, admin, someone(), kind, action, length, action != "unblock" and length is None, reason))
        events((number, at, admin, "block", action))
    elections = ingest.writer("elections", ("election", "candidate", "opened_at", "closed_at", "outcome"))
    votes = ingest.writer("votes", ("election", "candidate", "voter", "occurrence", "vote", "at"))
    for number in range(25):
        opened, candidate = moment(), ACCOUNTS[10 + number]
        closed = opened + timedelta(days=7)
        elections((f"E{number}", candidate, opened, closed, ("passed", "failed", "unknown")[number % 3]))
        for voter in rng.choice(60, size=30, replace=False):
            at = opened + timedelta(seconds=int(rng.integers(7 * 86_400)))
            votes((f"E{number}", candidate, ACCOUNTS[voter], 1, int(rng.integers(-1, 2)), at))


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    made = create_lake(tmp_path_factory.mktemp("spark") / "lake")
    with begin(made, WIKI, "simulation", "fill") as ingest:
        fill(ingest, np.random.default_rng(7))
        ingest.commit([], "fill", fixed_clock(datetime(2026, 1, 1)))
    return made


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    sql = pytest.importorskip("pyspark.sql", reason="the set spark is not installed: scripts/setup spark")
    session = (
        sql.SparkSession.builder.master("local[2]")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.parquet.inferTimestampNTZ.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


def plain(value: Any) -> Any:
    """A value as both engines must agree on it: numbers to ten significant digits."""
    if isinstance(value, float):
        return "nan" if math.isnan(value) else float(f"{value:.10g}")
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return value


def rows_of(found: list[dict[str, Any]]) -> list[str]:
    return sorted(repr([(name.lower(), plain(row[name])) for name in sorted(row)]) for row in found)


def test_every_relation_and_measure_gives_the_same_rows_on_both_engines(
    lake: Lake, spark: Any, tmp_path: Path
) -> None:
    here = lake.connect(WIKI)
    days = calendar(spans(here, datetime(2026, 1, 1)), None)
    prepare(here, days)
    given = [
        *TABLES,
        "outsiders",
        "months",
        "horizon",
        *(f"{kind}_{n}" for n in WINDOWS_MONTHS for kind in ("periods", "period_months")),
    ]
    for name in given:
        file = tmp_path / f"{name}.parquet"
        here.execute(f"COPY (SELECT * FROM {name}) TO '{file}' (FORMAT parquet)")
        spark.read.parquet(str(file)).createOrReplaceTempView(name)

    differing, compared = [], 0
    for derived in DERIVED:
        there = spark.sql(to_spark(derived.sql, place=derived.name)).localCheckpoint()
        there.createOrReplaceTempView(derived.name)
        ours = rows_of(here.sql(f"SELECT * FROM {derived.name}").to_arrow_table().to_pylist())
        compared += len(ours)
        if ours != rows_of([row.asDict() for row in there.collect()]):
            differing.append(derived.name)
    for name, measure in kinds_in(measures, "MEASURE").items():
        ours = rows_of(here.sql(measure.sql).to_arrow_table().to_pylist())
        theirs = rows_of([row.asDict() for row in spark.sql(to_spark(measure.sql, place=name)).collect()])
        compared += len(ours)
        assert ours, f"{name} has no row to compare"
        if ours != theirs:
            differing.append(name)
    assert not differing
    assert compared > 5000
