"""The pages of a roll for voters."""

from collections.abc import Sequence
from typing import Any

from holdfast.elections.roll import (
    CONTEST,
    Roll,
)
from holdfast.report.page import Column, Commands, DataTable, Facts, Links, Page, Section, Text


def voter_page(roll: Roll, part: str, lines: Sequence[tuple[str, str, str]], *, names: bool) -> Page:
    """One part of the list of voters: under names where `names`, else under voter codes."""
    first = "account" if names else "voter code"
    table = DataTable(
        caption=f"Eligible as of {roll.as_of:%Y-%m-%d %H:%M} UTC",
        columns=(
            Column(heading=first),
            Column(heading="eligible"),
            Column(heading="tests that failed, and by how much"),
        ),
        rows=tuple(lines),
    )
    return Page(
        title=f"{roll.wiki}: who may vote, part {part}",
        kind="Election",
        sections=(Section(title="Voters", blocks=(Text(text=CONTEST), table)),),
        provenance=_provenance(roll),
        contents=False,
    )


def front_page(roll: Roll, number: str, parts: Sequence[str], *, names: bool) -> Page:
    """Where a voter begins: the tests, and how to find oneself in the parts."""
    how: tuple[Any, ...] = (Text(text="Pages are divided by name, in the order of characters."),)
    if not names:
        how = (
            Text(
                text="Every account stands under a voter code, so that names are not listed here. The code follows"
                " from the name: it keeps names out of search engines and lists, and is no secret. Compute yours:"
            ),
            Commands(lines=(f"printf '{number}\\0%s' 'Your name' | sha256sum | cut -c1-16",)),
            Text(text="The pages are divided by the first digits of the code."),
        )
    return Page(
        title=f"{roll.wiki}: may I vote?",
        kind="Election",
        lead=(f"{roll.rules.title}, version {roll.rules.version}; as of {roll.as_of:%Y-%m-%d %H:%M} UTC.",),
        facts=Facts(pairs=(("eligible", f"{len(roll.accounts):,}"), ("examined", f"{roll.examined:,}")), strip=True),
        sections=(
            Section(
                title="The tests",
                blocks=(
                    DataTable(
                        caption="Each test, and how many of the accounts examined pass it",
                        columns=(Column(heading="test"), Column(heading="pass", kind="number")),
                        rows=tuple(roll.tests),
                    ),
                ),
            ),
            Section(title="Look yourself up", blocks=(*how, Links(links=tuple((p, f"{p}.html") for p in parts)))),
            Section(title="If this is wrong", blocks=(Text(text=CONTEST),)),
        ),
        provenance=_provenance(roll),
    )


def _provenance(roll: Roll) -> tuple[Facts, ...]:
    return (
        Facts(
            pairs=(
                ("rules", f"{roll.rules.name}, SHA-256 {roll.rules.sha256}"),
                ("snapshot of the lake", roll.snapshot),
                (
                    "source of the rules",
                    roll.rules.source + ("" if roll.rules.is_checked else " (not checked in full)"),
                ),
            )
        ),
    )
