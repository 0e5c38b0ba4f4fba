"""A roll from the dump of a real MediaWiki, and the same roll from SQL on that wiki's own database."""

import re
import sqlite3
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from holdfast.cli import main
from holdfast.elections.roll import compute_roll
from holdfast.elections.rules import RuleSet
from holdfast.tables.lake import Lake, open_lake
from mediawiki.fixtures import ServedWiki

# in the middle of what the community does: blocks of some lengths run, some have ended, rights change later
MOMENTS = (
    datetime(2019, 1, 20),
    datetime(2019, 1, 29),
    datetime(2019, 2, 4),
    datetime(2019, 6, 1),
    datetime(2020, 5, 1),
)

ELIGIBILITY = {
    "any": [
        {
            "all": [
                {"test": "edits", "at_least": 2, "namespaces": [0]},
                {"test": "registered", "days": 12},
                {"test": "not-blocked", "sitewide_only": True},
                {"test": "not-bot"},
            ]
        },
        {"test": "group", "groups": ["sysop"]},
    ]
}


@pytest.fixture(scope="module")
def community_lake(acted_wiki: ServedWiki, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    path = tmp_path_factory.mktemp("community") / "lake"
    for name in ("history", "logging"):
        dump = next(each for key, each in acted_wiki.dumps.items() if name in key)
        assert main(["ingest", str(dump), "--wiki", "community", "--lake", str(path)]) == 0
    return open_lake(path)


def from_the_database(database: Path, as_of: datetime) -> tuple[str, ...]:
    """The rule of `ELIGIBILITY` in MediaWiki's own tables, by hand: nothing of Holdfast's takes part."""
    at = as_of.strftime("%Y%m%d%H%M%S")
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        rows = connection.execute
        users = dict(rows("SELECT user_name, user_registration FROM user"))
        edits = dict(
            rows(
                "SELECT actor_name, count(*) FROM revision JOIN actor ON actor_id = rev_actor JOIN page"
                " ON page_id = rev_page WHERE page_namespace = 0 AND rev_timestamp < ? AND rev_deleted & 4 = 0"
                " GROUP BY actor_name",
                (at,),
            )
        )
        seen = dict(
            rows(
                "SELECT actor_name, min(rev_timestamp) FROM revision JOIN actor ON actor_id = rev_actor"
                " WHERE rev_deleted & 4 = 0 GROUP BY actor_name"
            )
        )
        logged = list(
            rows(
                "SELECT log_type, log_action, log_title, log_params, log_timestamp FROM logging"
                " WHERE log_type IN ('block', 'rights') AND log_timestamp < ? AND log_deleted & 1 = 0"
                " ORDER BY log_timestamp, log_id",
                (at,),
            )
        )
    blocked, groups = states(logged, as_of)
    found = []
    for name, registered in users.items():
        first = min(stamp for stamp in (registered, seen.get(name)) if stamp) if registered or name in seen else None
        old = first is not None and (as_of - moment(first)).total_seconds() >= 12 * 86400
        voter = edits.get(name, 0) >= 2 and old and name not in blocked and "bot" not in groups.get(name, ())
        if voter or "sysop" in groups.get(name, ()):
            found.append(name)
    return tuple(sorted(found, key=lambda name: name.encode()))


def states(logged: list[tuple[Any, ...]], as_of: datetime) -> tuple[set[str], dict[str, set[str]]]:
    """Who is blocked from the whole wiki, and who holds which groups, by the log entries before a moment."""
    days = {"hours": 1 / 24, "day": 1, "days": 1, "week": 7, "weeks": 7, "month": 30, "years": 365}
    blocked: dict[str, bool] = {}
    groups: dict[str, set[str]] = {}
    for kind, action, title, params, stamp in logged:
        name = title.replace("_", " ")
        text = params.decode() if isinstance(params, bytes) else params
        if kind == "rights":
            groups[name] = held(text, as_of)
        elif action == "unblock":
            blocked.pop(name, None)
        else:
            old_form = not text.startswith("a:")
            duration = text.split("\n")[0] if old_form else after(text, "5::duration")
            # a length that is not there counts as running, as the roll's rules say
            if duration in ("infinity", "indefinite", "infinite", ""):
                running = True
            elif duration.startswith("20"):
                running = datetime.fromisoformat(duration.rstrip("Z")) > as_of
            else:
                number, unit = duration.split()
                running = moment(stamp) + timedelta(days=int(number) * days[unit]) > as_of
            blocked.pop(name, None)
            # entries of old forms are older than blocks of some pages alone
            if running and (old_form or '"sitewide";b:1' in text):
                blocked[name] = True
    return set(blocked), groups


def moment(stamp: str) -> datetime:
    """A moment as MediaWiki writes it: fourteen digits, UTC."""
    return datetime.fromisoformat(f"{stamp[:8]}T{stamp[8:]}")


def after(text: str, key: str) -> str:
    """The text that follows a key in a PHP-serialized string."""
    return text.split(f'"{key}";', 1)[1].split('"', 2)[1]


def held(text: str, as_of: datetime) -> set[str]:
    """The groups after a rights entry of which the end had not come."""
    if not text.startswith("a:"):
        return set(filter(None, text.partition("\n")[2].split(", ")))
    new = text.split('"5::newgroups";', 1)[1].split('"oldmetadata"', 1)[0]
    names = re.findall(r's:\d+:"([^"]+)";', new)
    ends = re.findall(r's:6:"expiry";(?:N|s:\d+:"(\d+)")', text.split('"newmetadata"', 1)[1])
    return {name for name, end in zip(names, ends, strict=True) if not end or moment(end) > as_of}


@pytest.mark.requirement("6.1")
@pytest.mark.parametrize("as_of", MOMENTS, ids=lambda at: f"{at:%Y-%m-%d}")
def test_the_roll_from_the_dump_equals_the_one_from_the_database(
    acted_wiki: ServedWiki, community_lake: Lake, as_of: datetime
) -> None:
    rules = RuleSet(
        name="r", version="1", title="R", source="here", is_checked=True, sha256="0" * 64, eligibility=ELIGIBILITY
    )
    roll = compute_roll(community_lake, "community", rules, as_of)
    expected = from_the_database(acted_wiki.wiki.database, as_of)
    assert roll.accounts == expected
    if as_of > datetime(2019, 1, 25):
        assert 3 < len(expected) < roll.examined
