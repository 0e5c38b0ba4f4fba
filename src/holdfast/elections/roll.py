"""Rolls: the eligible accounts of a wiki as of a frozen snapshot, in a form that can be checked.

For every eligible account the roll holds a commitment, SHA-256(salt, NUL, account), with
salt = HMAC-SHA256(key of the lake, "roll", roll id, account). Nobody can test a guess without the salt; a voter who
is told the own salt can check the own entry; whoever has lake and key computes the same bytes again. See
docs/decisions/0062.
"""

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from holdfast.accounts.pseudonym import Pseudonyms
from holdfast.canonical import canonical_bytes, sha256_hex
from holdfast.clock import parse_at, utc_naive
from holdfast.elections.eligibility import Node, condition, explain, facts_sql, failed
from holdfast.elections.roll_lake import (
    Given,
    cannot_be_asked,
    check_can_be_asked,
    connected,
    resolve_given,
    resolved,
)
from holdfast.elections.rules import RuleSet
from holdfast.errors import InputRefusedError, UsageError
from holdfast.ids import WikiName
from holdfast.progress import Progress, silent
from holdfast.tables.lake import Lake

CONTEST = (
    "To contest this, write to the election clerk before the roll closes, with links to the edits, log entries or"
    " declarations that were missed. A change of the roll is an entry in the log with its reason."
)


@dataclass(frozen=True, kw_only=True)
class Roll:
    """Who is eligible, and what the answer rests on. Accounts are names: outputs show pseudonyms unless asked."""

    wiki: WikiName
    rules: RuleSet
    as_of: datetime
    snapshot: str
    """SHA-256 over the hashes of every file of the wiki in the lake."""
    accounts: tuple[str, ...]
    """The eligible accounts, in the order of their names."""
    examined: int
    tests: tuple[tuple[str, int], ...]
    """Each test in words and how many of those examined pass it."""
    included: int
    excluded: int
    notes: tuple[str, ...]
    unknown: int = 0
    """Of those examined, for whom the lake cannot say whether the rules hold; they are not on the roll."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Whether one account is eligible, and why."""

    account: str
    is_eligible: bool
    decided_by: str
    """rules, include, exclude, unknown_account (there is none) or unknown (the lake cannot say what a rule asks)."""
    explanation: tuple[str, ...]
    failed: tuple[str, ...]


def as_of_moment(text: str) -> datetime:
    """The first moment that no longer counts: a date means its midnight, UTC."""
    return utc_naive(parse_at(text))


def snapshot_of(lake: Lake, wiki: str) -> str:
    """One hash over everything that the lake holds about a wiki; it changes with any ingest."""
    parts = [[entry.id, {name: part.sha256 for name, part in entry.tables.items()}] for entry in lake.entries(wiki)]
    return sha256_hex(canonical_bytes(parts))


def compute_roll(
    lake: Lake, wiki: str, rules: RuleSet, as_of: datetime, *, given: Given | None = None, progress: Progress = silent
) -> Roll:
    """The roll under the rules' `eligibility`. Deterministic for one snapshot.

    Raises UsageError `roll.no_eligibility`, `lake.no_such_wiki`, InputRefusedError `roll.not_given` when the rules
    name a list or fact that was not given.
    """
    name = lake.require(wiki)
    given = given or Given()
    node = _node(rules, as_of, given)
    connection = connected(lake, name, given)
    progress("reading the lake", 0, None)
    leaves = list(node.leaves())
    check_can_be_asked(connection, leaves)
    unresolved = resolve_given(connection, given)
    connection.execute(f"CREATE TEMP TABLE row_of AS {facts_sql(node)}")
    passed = ", ".join(f"count(*) FILTER (WHERE {leaf.passes_sql()})" for leaf in leaves)
    examined, unknown, early, *counts = connection.execute(
        f"SELECT count(*), count(*) FILTER (WHERE ({node.passes_sql()}) IS NULL),"
        f" count(*) FILTER (WHERE early_edits > 0), {passed} FROM row_of"
    ).fetchall()[0]
    # the engine's own order of text is that of its bytes, on every machine
    found = connection.execute(
        f"SELECT account FROM row_of WHERE (coalesce({node.passes_sql()}, FALSE)"
        " OR account IN (SELECT account FROM given_include))"
        " AND account NOT IN (SELECT account FROM given_exclude)"
        " UNION SELECT account FROM given_include WHERE account NOT IN (SELECT account FROM given_exclude)"
        " ORDER BY account"
    ).fetchall()
    connection.close()
    progress("reading the lake", 1, 1)
    return Roll(
        wiki=name,
        rules=rules,
        as_of=as_of,
        snapshot=snapshot_of(lake, name),
        accounts=tuple(row[0] for row in found),
        examined=examined,
        tests=tuple((leaf.words(), count) for leaf, count in zip(leaves, counts, strict=True)),
        included=len(given.include),
        excluded=len(given.exclude),
        notes=(*rules.notes, *_notes(unresolved, early, unknown)),
        unknown=unknown,
    )


def _notes(unresolved: int, early: int, unknown: int) -> list[str]:
    found = []
    if unresolved:
        found.append(f"{unresolved} names on the clerk's lists and facts are of no account in this lake.")
    if early:
        found.append(f"{early} accounts have edits dated before their registration, perhaps imported: not counted.")
    if unknown:
        found.append(f"For {unknown} accounts the lake cannot say whether the rules hold; they are not on the roll.")
    return found


def verdict(
    lake: Lake, wiki: str, rules: RuleSet, as_of: datetime, *, account: str, given: Given | None = None
) -> Verdict:
    """Whether one account is eligible, which tests failed and by how much."""
    name = lake.require(wiki)
    given = given or Given()
    node = _node(rules, as_of, given)
    connection = connected(lake, name, given)
    resolve_given(connection, given)
    called = resolved(connection, [account]).get(account, account)
    rows = connection.sql(facts_sql(node, only=called))
    names, found = rows.columns, rows.fetchall()
    lists = {
        table: bool(connection.execute(f"SELECT 1 FROM {table} WHERE account = ?", [called]).fetchall())
        for table in ("given_exclude", "given_include")
    }
    row = dict(zip(names, found[0], strict=True)) if found else None
    if row is not None:
        row |= dict.fromkeys((leaf.column for leaf in cannot_be_asked(connection, list(node.leaves()))), None)
    connection.close()
    return _judged(node, called, row, excluded=lists["given_exclude"], included=lists["given_include"])


def _judged(node: Node, account: str, row: Mapping[str, Any] | None, *, excluded: bool, included: bool) -> Verdict:
    said = tuple(explain(node, row)) if row is not None else ("there is no such account here before that moment",)
    lacking = tuple(failed(node, row)) if row is not None else ()
    if excluded:
        decided, eligible = "exclude", False
    elif included:
        decided, eligible = "include", True
    elif row is None:
        decided, eligible = "unknown_account", False
    else:
        decided, eligible = "unknown" if node.passes(row) is None else "rules", not lacking
    if decided in ("exclude", "include"):
        said = (f"decided by the list of those to {decided}, not by the rules", *said)
    return Verdict(
        account=account,
        is_eligible=eligible,
        decided_by=decided,
        explanation=said,
        failed=() if eligible else lacking,
    )


def account_today(lake: Lake, wiki: str, written: str) -> str:
    """What the lake calls an account today, however it is written. Raises UsageError `roll.unknown_account`."""
    connection = connected(lake, lake.require(wiki), Given())
    found = resolved(connection, [written]).get(written)
    connection.close()
    if found is None:
        raise UsageError(
            "roll.unknown_account",
            "there is no such account in the lake",
            expected="a name as the wiki writes it",
            got=repr(written[:60]),
            hint="correct the name, or read the wiki again if the account is new",
        )
    return found


def all_rows(
    lake: Lake, wiki: str, rules: RuleSet, as_of: datetime, *, given: Given | None = None
) -> tuple[Node, list[dict[str, Any]]]:
    """Every examined account with what each test looks at, for the voters' pages."""
    name = lake.require(wiki)
    given = given or Given()
    node = _node(rules, as_of, given)
    connection = connected(lake, name, given)
    check_can_be_asked(connection, list(node.leaves()))
    resolve_given(connection, given)
    rows = connection.sql(f"SELECT * FROM ({facts_sql(node)}) ORDER BY account")
    found = [dict(zip(rows.columns, row, strict=True)) for row in rows.fetchall()]
    connection.close()
    return node, found


def _node(rules: RuleSet, as_of: datetime, given: Given) -> Node:
    if rules.eligibility is None:
        raise UsageError(
            "roll.no_eligibility",
            f"the rule set {rules.name} says nothing about who may vote",
            expected="[eligibility]",
        )
    node = condition(rules.eligibility, as_of, rules.name)
    for leaf in node.leaves():
        kind, known = ("list", given.lists) if leaf.test == "listed" else ("fact", given.facts)
        if leaf.test in ("listed", "fact") and leaf.fields[kind] not in known:
            raise InputRefusedError(
                "roll.not_given",
                f"the rules name a {kind} that was not given",
                expected=f"--{kind}{'s' if kind == 'fact' else ''} for {leaf.fields[kind]}",
                hint="an empty file says that it holds for nobody",
            )
    return node


def salt(keyed: Pseudonyms, election: str, account: str) -> bytes:
    """The salt of one account's entry: 16 bytes that only the holder of the key can make."""
    message = b"roll\0" + election.encode() + b"\0" + account.encode("utf-8", "surrogatepass")
    return keyed.digest(message)[:16]


def commitment(salt_bytes: bytes, account: str) -> str:
    """The entry that stands for an account, in hexadecimal."""
    return hashlib.sha256(salt_bytes + b"\0" + account.encode("utf-8", "surrogatepass")).hexdigest()


def roll_id(roll: Roll) -> str:
    """What an election's salts hang on: the same rules, wiki, moment and snapshot have the same one."""
    text = "\0".join([roll.wiki, roll.rules.sha256, roll.as_of.isoformat(), roll.snapshot])
    return sha256_hex(text.encode())[:32]


def roll_csv(rows: Sequence[tuple[str, str]]) -> bytes:
    """The roll file: account (a pseudonym, or the name when names were asked for) and commitment, by commitment."""
    ordered: list[tuple[str, str]] = sorted(rows, key=lambda row: row[1])
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("account", "commitment"))
    writer.writerows(ordered)
    return stream.getvalue().encode()


def read_roll(path: Path) -> list[tuple[str, str]]:
    """The rows of a roll file. Raises InputRefusedError `roll.file`."""
    try:
        rows = list(csv.reader(io.StringIO(path.read_text("utf-8"), newline="")))
    except (OSError, UnicodeDecodeError, csv.Error):
        rows = []
    if not rows or rows[0] != ["account", "commitment"] or any(len(row) != 2 for row in rows):
        raise InputRefusedError(
            "roll.file", "this is no roll", expected="columns account and commitment", place=str(path)
        )
    return [(row[0], row[1]) for row in rows[1:]]


def roll_document(roll: Roll, *, election: str, csv_sha256: str, named: bool) -> dict[str, Any]:
    """What stands beside the roll file, as JSON: on what it rests, and how it is checked."""
    return {
        "format": "holdfast-roll",
        "version": 1,
        "election": election,
        "roll_id": roll_id(roll),
        "wiki": roll.wiki,
        "as_of": roll.as_of.isoformat() + "Z",
        "rules": {"name": roll.rules.name, "version": roll.rules.version, "sha256": roll.rules.sha256},
        "snapshot_sha256": roll.snapshot,
        "roll_csv_sha256": csv_sha256,
        "eligible": len(roll.accounts),
        "examined": roll.examined,
        "unknown": roll.unknown,
        "included_by_list": roll.included,
        "excluded_by_list": roll.excluded,
        "tests": [{"test": words, "pass": count} for words, count in roll.tests],
        "names": named,
        "commitment": "SHA-256(salt, NUL, account in UTF-8); salt = first 16 bytes of HMAC-SHA256(key,"
        " 'roll', NUL, roll_id, NUL, account)",
        "notes": [
            *roll.notes,
            "Deleted edits are not in a lake made of dumps, and hidden names are counted for nobody.",
            "Groups are those of the rights log before the moment; bots are those in the group bot.",
        ],
    }
