"""From one file to an election's pages; and the restoration gate's public page and log."""

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from holdfast.clock import Clock, system_clock
from holdfast.elections.documents import (
    ballot_page,
    call_page,
    results_page,
    rules_page,
    wikitext,
)
from holdfast.elections.gate import Change, Gate
from holdfast.elections.outcome import Outcome
from holdfast.elections.plan import OtherVote, Plan
from holdfast.papers.decoding import UTF_8, read_bytes
from holdfast.papers.documents import parse_toml
from holdfast.papers.rows import Column, Row, Table, day_in, read_table
from holdfast.report.pages.election_plan import as_page, gate_page
from holdfast.report.render import write_page
from holdfast.tables._files import write_atomically
from holdfast.workflows.log.witness import open_public_log

if TYPE_CHECKING:
    from holdfast.tables.lake import Lake


def known_holidays() -> list[tuple[str, str, str]]:
    """Language, day and name of the holidays that ship: a short list, to be completed in the election's file."""
    data = files("holdfast.elections").joinpath("holidays.toml").read_bytes()
    rows = parse_toml(data, "holidays.toml").data["holiday"]
    return [(row["language"], row["day"], row["name"]) for row in rows]


CALENDAR = Table(
    name="calendar",
    title="a list of other votes",
    code="plan.calendar",
    columns={
        "name": Column(meaning="what the vote is called", filled=True),
        "opens": Column(meaning="the day it opens, such as 2026-11-23", filled=True),
        "closes": Column(meaning="the day it closes", filled=True),
    },
    open=True,
)


def read_calendar(path: Path, *, encoding: str = UTF_8) -> list[OtherVote]:
    """Other votes from CSV. Raises InputRefusedError `plan.calendar` with every line that cannot be read."""
    data = read_bytes(path, code="plan.calendar")
    return read_table(data, CALENDAR, _other_vote, place=str(path), encoding=encoding)


def _other_vote(row: Row) -> OtherVote:
    return OtherVote(name=row["name"], opens=day_in(row, "opens"), closes=day_in(row, "closes"))


def votes_in_the_lake(lake: "Lake", wiki: str) -> list[OtherVote]:
    """The elections of a wiki in the lake that have dates, without the candidates' names."""
    rows = lake.table(wiki, "elections").to_pylist()
    return [
        OtherVote(
            name=f"an election of {row['opened_at']:%Y-%m-%d} in the lake",
            opens=row["opened_at"].date(),
            closes=row["closed_at"].date(),
        )
        for row in rows
        if row["opened_at"] and row["closed_at"]
    ]


def write_plan(plan: Plan, out: Path, *, found: Sequence[Outcome] = ()) -> list[Path]:
    """The call, the rules, the results and one ballot page for each candidate of an open vote, in every language.

    Each as `NAME.LANGUAGE.wiki` and `NAME.LANGUAGE.html`. Gives back the files.
    """
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for language in plan.languages:
        pages = {
            "call": call_page(plan, language),
            "rules": rules_page(plan, language),
            "results": results_page(plan, language, found),
        }
        if not plan.is_secret:
            for question in plan.questions:
                for number, who in enumerate(question.candidates, 1):
                    if who.withdrawn is None:
                        name = f"ballot-{question.id}-{number:02d}"
                        pages[name] = ballot_page(plan, question, who.account, language)
        for name, document in pages.items():
            text, page = out / f"{name}.{language}.wiki", out / f"{name}.{language}.html"
            write_atomically(text, wikitext(document).encode())
            write_page(as_page(document), page)
            written += [text, page]
    return written


def write_gate(gate: Gate, out: Path) -> Path:
    """Write the public page."""
    path = out / f"{gate.name}.html"
    write_page(gate_page(gate), path)
    return path


def log_change(gate: Gate, change: Change, log: Path, *, clock: Clock = system_clock) -> int:
    """Put one change of a gate into the log; the entry's index."""
    payload = {
        "about": "restoration gate",
        "gate": gate.name,
        "conditions_sha256": gate.file.sha256,
        **change.to_json(),
    }
    with open_public_log(log, clock=clock) as opened:
        return opened.append("note", payload).index
