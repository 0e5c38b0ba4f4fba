"""Making a roll, committing it to the log, changing it with a reason, and showing each voter where they stand."""

import csv
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from holdfast.accounts.names import account_name
from holdfast.accounts.naming import Naming
from holdfast.canonical import parse_json, sha256_hex
from holdfast.clock import Clock, parse_at, system_clock, utc_naive
from holdfast.elections.eligibility import failed
from holdfast.elections.links import Link, linked_accounts
from holdfast.elections.roll import (
    Roll,
    account_today,
    all_rows,
    commitment,
    compute_roll,
    read_roll,
    roll_csv,
    roll_document,
    roll_id,
    salt,
)
from holdfast.elections.roll_lake import Given
from holdfast.elections.rules import RuleSet, load_rules, rules_text
from holdfast.errors import CheckFailedError, UsageError
from holdfast.papers.decoding import UTF_8, read_bytes
from holdfast.papers.rows import Column, Row, Table, read_list, read_table
from holdfast.progress import Progress, silent
from holdfast.report.pages.roll import front_page, voter_page
from holdfast.report.render import write_page
from holdfast.tables._files import write_atomically
from holdfast.tables.lake import Lake
from holdfast.workflows.log.witness import open_public_log

# so many accounts stand on one page of the voters' pages before they are divided
_ON_ONE_PAGE = 600


FACTS = Table(
    name="declared_facts",
    title="a list of declared facts",
    code="roll.facts",
    columns={
        "account": Column(meaning="an account", filled=True),
        "fact": Column(meaning="the fact, as the rules call it", filled=True),
        "value": Column(meaning="whether it holds for the account", filled=True, values=("yes", "no")),
    },
)


def read_accounts(path: Path, *, encoding: str = UTF_8) -> frozenset[str]:
    """A list of accounts, one a line; empty lines are passed over.

    Raises UsageError `roll.list`, InputRefusedError `roll.list` or `access.name` with every line that is no name.
    """
    data, place = read_bytes(path, code="roll.list"), str(path)

    def read(line: str, at: str) -> str:
        return account_name(line, place=at)

    return frozenset(read_list(data, read, place=place, code="roll.list", encoding=encoding))


def read_facts(path: Path, *, encoding: str = UTF_8) -> dict[str, frozenset[str]]:
    """Declared facts from CSV: account, fact, value (yes or no).

    Raises InputRefusedError `roll.facts` with every line that cannot be read.
    """
    found: dict[str, set[str]] = {}

    def take(row: Row) -> None:
        account, holders = account_name(row["account"], place=row.at), found.setdefault(row["fact"], set())
        if row["value"] == "yes":
            holders.add(account)

    read_table(read_bytes(path, code="roll.facts"), FACTS, take, place=str(path), encoding=encoding)
    return {name: frozenset(accounts) for name, accounts in found.items()}


def make_roll(
    lake: Lake, wiki: str, rules_at: str, *, as_of: datetime, given: Given | None = None, progress: Progress = silent
) -> Roll:
    """The roll of a wiki under a rule set, as of the first moment that no longer counts."""
    return compute_roll(lake, wiki, load_rules(rules_at), as_of, given=given, progress=progress)


def write_roll(
    roll: Roll,
    rules_at: str,
    out: Path,
    *,
    naming: Naming,
    election: str,
    links: Sequence[Link] = (),
) -> dict[str, Any]:
    """The roll's files: `roll.csv`, `roll.json`, `rules.toml`, and `linked.csv` for the clerk when links were given.

    Gives back what `roll.json` holds.
    """
    out.mkdir(parents=True, exist_ok=True)
    number = roll_id(roll)
    keyed, labels = naming.pseudonyms(), naming.labels(roll.wiki)
    data = roll_csv([(labels.of(each), commitment(salt(keyed, number, each), each)) for each in roll.accounts])
    document = roll_document(roll, election=election, csv_sha256=sha256_hex(data), named=naming.everybody)
    write_atomically(out / "roll.csv", data)
    write_atomically(out / "rules.toml", rules_text(rules_at))
    write_atomically(out / "roll.json", json.dumps(document, ensure_ascii=False, indent=1).encode())
    if links:
        write_linked(roll, links, out / "linked.csv", naming)
    return document


def write_linked(roll: Roll, links: Sequence[Link], path: Path, naming: Naming) -> int:
    """For the clerk: declared links of which both accounts are on the roll. Gives back how many."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("account", "linked_account", "kind", "declared_at"))
    found, label = linked_accounts(frozenset(roll.accounts), links), naming.labels(roll.wiki).of
    writer.writerows(sorted((label(each.account), label(each.linked), each.kind, each.declared_at) for each in found))
    write_atomically(path, stream.getvalue().encode())
    path.chmod(0o600)
    return len(found)


def commit_roll(document: Mapping[str, Any], log: Path, *, reason: str = "", clock: Clock = system_clock) -> int:
    """Put the roll's commitment into the log; the entry's index. A change carries its reason."""
    payload = {
        "election": document["election"],
        "sha256": document["roll_csv_sha256"],
        "count": document["eligible"],
        "snapshot": document["as_of"],
        "rules": document["rules"]["sha256"],
    }
    if reason:
        payload["change_reason"] = reason
    with open_public_log(log, clock=clock) as opened:
        return opened.append("roll commitment", payload).index


def amend_roll(
    folder: Path, lake: Lake, account: str, *, add: bool, reason: str, naming: Naming, clock: Clock = system_clock
) -> dict[str, Any]:
    """Put one account on a roll, or take it off, with a reason. Gives back what `roll.json` then holds.

    The account is called as the lake calls it today, however it was written. Writes the change into `changes.csv`.

    Raises InputRefusedError `access.name`, UsageError `roll.reason`, `roll.no_change`, `roll.unknown_account`,
    CheckFailedError `roll.changed` when the roll's file is not the one that `roll.json` speaks of.
    """
    if not reason.strip():
        raise UsageError("roll.reason", "a change of the roll needs a reason", hint="say it with --reason")
    document = load_roll_document(folder)
    rows = read_roll(folder / "roll.csv")
    account = account_today(lake, document["wiki"], account_name(account))
    entry = commitment(salt(naming.pseudonyms(), document["roll_id"], account), account)
    is_there = any(row[1] == entry for row in rows)
    if is_there == add:
        raise UsageError(
            "roll.no_change", "the account is already on the roll" if add else "the account is not on the roll"
        )
    label = replace(naming, everybody=document["names"]).labels(document["wiki"]).of(account)
    rows = [*rows, (label, entry)] if add else [row for row in rows if row[1] != entry]
    data = roll_csv(rows)
    before, after = document["roll_csv_sha256"], sha256_hex(data)
    changed = {**document, "roll_csv_sha256": after, "eligible": len(rows)}
    changes = folder / "changes.csv"
    line = io.StringIO(newline="")
    writer = csv.writer(line, lineterminator="\n")
    if not changes.exists():
        writer.writerow(("at", "change", "account", "reason", "sha256_before", "sha256_after"))
    at = utc_naive(clock()).isoformat(timespec="seconds") + "Z"
    writer.writerow((at, "add" if add else "remove", label, reason, before, after))
    write_atomically(changes, (changes.read_bytes() if changes.exists() else b"") + line.getvalue().encode())
    write_atomically(folder / "roll.csv", data)
    write_atomically(folder / "roll.json", json.dumps(changed, ensure_ascii=False, indent=1).encode())
    return changed


def load_roll_document(folder: Path) -> dict[str, Any]:
    """What `roll.json` holds, after its roll file was checked against it. Raises CheckFailedError `roll.changed`."""
    path = folder / "roll.json"
    if not path.is_file():
        raise UsageError("roll.none_here", "there is no roll in this folder", expected="roll.json", place=str(folder))
    document: dict[str, Any] = parse_json(path.read_bytes(), place=str(path))
    found = sha256_hex((folder / "roll.csv").read_bytes())
    if found != document["roll_csv_sha256"]:
        raise CheckFailedError(
            "roll.changed",
            "the roll's file is not the one that was committed",
            expected=f"SHA-256 {document['roll_csv_sha256']}",
            got=found,
            place=str(folder / "roll.csv"),
            hint="make the roll again, or change it with holdfast election amend",
        )
    return document


def opening(document: Mapping[str, Any], account: str, naming: Naming) -> tuple[str, str]:
    """For one voter: the salt (hexadecimal) and the entry that it opens. Only the holder of the key can say it."""
    own = salt(naming.pseudonyms(), document["roll_id"], account)
    return own.hex(), commitment(own, account)


def is_on_roll(folder: Path, entry: str) -> bool:
    """Whether a commitment stands on the roll in a folder."""
    return any(row[1] == entry for row in read_roll(folder / "roll.csv"))


def voter_code(number: str, account: str) -> str:
    """What a voter looks up on the voters' pages: 16 hexadecimal digits that anyone can compute from a name."""
    return hashlib.sha256(f"{number}\0{account}".encode("utf-8", "surrogatepass")).hexdigest()[:16]


def write_voter_pages(
    lake: Lake, roll: Roll, out: Path, *, given: Given | None = None, names: bool = False, progress: Progress = silent
) -> int:
    """Static pages that say for every examined account whether it is eligible and which test failed by how much.

    Without names an account stands under its voter code, and pages are divided by the code's first digits. Gives
    back how many pages were written.
    """
    node, rows = all_rows(lake, roll.wiki, roll.rules, roll.as_of, given=given)
    number, eligible = roll_id(roll), set(roll.accounts)
    shown = sorted(
        (
            (row["account"] if names else voter_code(number, row["account"])),
            "yes" if row["account"] in eligible else "no",
            "; ".join(failed(node, row)) if row["account"] not in eligible else "",
        )
        for row in rows
    )
    pages: dict[str, list[tuple[str, str, str]]] = {}
    digits = 0 if len(shown) <= _ON_ONE_PAGE else 1 if len(shown) <= 16 * _ON_ONE_PAGE else 2
    for position, line in enumerate(shown):
        part = f"{position // _ON_ONE_PAGE + 1:04d}" if names else line[0][:digits]
        pages.setdefault(part or "all", []).append(line)
    for done, (part, lines) in enumerate(pages.items()):
        progress("voters' pages", done, len(pages))
        write_page(voter_page(roll, part, lines, names=names), out / f"{part}.html")
    write_page(front_page(roll, number, list(pages), names=names), out / "index.html")
    return len(pages) + 1


def roll_inputs(document: Mapping[str, Any], folder: Path) -> tuple[str, RuleSet, datetime]:
    """Wiki, rules and moment of a roll that lies in a folder."""
    return document["wiki"], load_rules(folder / "rules.toml"), utc_naive(parse_at(document["as_of"]))
