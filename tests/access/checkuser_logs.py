"""CheckUser logs for tests: the recorded one, and planted ones of simulated accounts with known counts."""

import csv
import io
import json
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from holdfast.access.exposure.lookups import Lookup
from holdfast.access.exposure.lookups_read import LogFile, ReadLog, read_lookups
from holdfast.accounts.pseudonym import Pseudonyms
from holdfast.ids import wiki_name

RECORDED = Path(__file__).parents[1] / "data" / "checkuser"
TOKENS = Pseudonyms(b"k" * 32)
WIKI = wiki_name("examplewiki")

Entry = dict[str, Any]


def recorded(name: str) -> LogFile:
    """One of the recorded files."""
    return LogFile(place=name, data=(RECORDED / name).read_bytes())


def read(*files: LogFile | Any, wiki: str = WIKI, **options: Any) -> ReadLog:
    """The log in files, or in JSON values that stand for them."""
    given = [
        each if isinstance(each, LogFile) else LogFile(place=f"file {number}", data=json.dumps(each).encode())
        for number, each in enumerate(files, 1)
    ]
    return read_lookups(given, wiki=wiki_name(wiki), tokens=TOKENS, **options)


def entry(**other: Any) -> Entry:
    """One entry of the API's answer."""
    return {
        "timestamp": "2021-09-01T10:00:00Z",
        "checkuser": "Holder 1 (simulated)",
        "type": "userips",
        "reason": "a reason",
        "target": "Person 1 (simulated)",
        **other,
    }


def answer(entries: Sequence[Entry], goes_on_at: str | None = None) -> Entry:
    """The API's answer with these entries."""
    more = {"continue": {"culcontinue": f"{goes_on_at}|7", "continue": "-||"}} if goes_on_at else {}
    return {"batchcomplete": True, **more, "query": {"checkuserlog": {"entries": list(entries)}}}


def planted(
    count: int, *, seed: int = 1, wiki: str = WIKI, days: int = 200
) -> tuple[list[Entry], tuple[Lookup, ...]]:
    """A log of simulated accounts, newest first as the API gives it, and its look-ups."""
    rng = random.Random(seed)
    first = datetime(2021, 3, 1, tzinfo=UTC)
    entries = []
    for _ in range(count):
        kind = rng.choice(["userips", "useredits", "ipedits", "ipusers", "ipusers-xff"])
        target = f"Person {rng.randrange(40)} (simulated)"
        if kind.startswith("ip"):
            target = rng.choice(["192.0.2.{}", "198.51.100.0/2{}", "2001:DB8:0:0:0:0:0:{}"]).format(
                rng.randrange(4, 9)
            )
        at = first + timedelta(seconds=rng.randrange(days * 86400))
        entries.append(
            entry(
                timestamp=f"{at:%Y-%m-%dT%H:%M:%SZ}",
                checkuser=f"Holder {rng.randrange(3)} (simulated)",
                type=kind,
                target=target,
                reason=rng.choice(["API: ", "API: case 7", "vote scrutiny", ""]),
            )
        )
    entries.sort(key=lambda each: each["timestamp"], reverse=True)
    return entries, read(answer(entries), wiki=wiki).lookups


COLUMNS = (
    *("cul_id", "cul_timestamp", "cul_user", "cul_user_text", "cul_reason", "cul_type", "cul_target_id"),
    *("cul_target_text", "cul_target_hex", "cul_range_start", "cul_range_end"),
)


def table_rows() -> list[dict[str, Any]]:
    """The recorded rows of cu_log."""
    rows: list[dict[str, Any]] = json.loads((RECORDED / "cu_log.json").read_bytes())["cu_log"]
    return rows


def as_csv(rows: Sequence[dict[str, Any]]) -> LogFile:
    """Rows of cu_log as CSV."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return LogFile(place="cu_log.csv", data=text.getvalue().encode())


def as_tsv(rows: Sequence[dict[str, Any]]) -> LogFile:
    """Rows of cu_log as `mysql -B` prints them."""

    def escaped(value: Any) -> str:
        return str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")

    lines = ["\t".join(rows[0]), *("\t".join(escaped(value) for value in row.values()) for row in rows)]
    return LogFile(place="cu_log.tsv", data=("\n".join(lines) + "\n").encode())


def as_mysql(rows: Sequence[dict[str, Any]], *, table: str = "cu_log", footer: bool = True) -> LogFile:
    """Rows of cu_log as mysqldump writes them: columns in CREATE TABLE, one INSERT."""

    def value(each: Any) -> str:
        if each is None or isinstance(each, int):
            return "NULL" if each is None else str(each)
        text = str(each).replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\0", "\\0")
        return f"_binary '{text}'"

    columns = ",\n".join(f"  `{name}` varbinary(255) DEFAULT NULL COMMENT 'x, y'" for name in rows[0])
    tuples = ",".join("(" + ",".join(value(each) for each in row.values()) + ")" for row in rows)
    text = (
        "-- MySQL dump 10.13  Distrib 8.0\n--\n-- it's the table `cu_log`\n\n/*!40101 SET NAMES binary */;\n"
        f"CREATE TABLE `{table}` (\n{columns},\n  PRIMARY KEY (`cul_id`),\n  KEY `at` (`cul_timestamp`)\n);\n"
        "INSERT INTO `updatelog` VALUES ('a','b;c');\n"
        f"INSERT INTO `{table}` VALUES {tuples};\n" + ("-- Dump completed on 2026-11-22\n" if footer else "")
    )
    return LogFile(place="cu_log.sql", data=text.encode())
