"""Sources and their independence, and reports: N sources, M of them independent, conflicts of interest (D8)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from holdfast.cases import choices
from holdfast.cases._kind import GATHERS, Body, added, declared, kind, known
from holdfast.facts import Fact
from holdfast.facts.fields import SHORT, Ident, Many, OneOf, Text, Thing, line, page, why

if TYPE_CHECKING:
    from holdfast.cases.case import Case


class SourceKind(StrEnum):
    """Where something comes from."""

    PUBLIC_RECORD = "public_record"
    """A wiki's history or log, which anybody can check."""
    TOOL = "tool"
    """A computation over public records, with its error rate."""
    NON_PUBLIC_DATA = "non_public_data"
    REPORTER = "reporter"
    WITNESS = "witness"
    DOCUMENT = "document"


@dataclass(frozen=True, kw_only=True)
class Source:
    """One source. Sources of one camp count as one; a source with a conflict of interest counts as none."""

    id: str
    kind: SourceKind
    text: str
    camp: str = ""
    """A label of the side that the source stands on in the dispute; empty when it stands on none."""
    conflict: str = ""
    """Its own interest in the outcome, in words; empty when none is known."""
    depends_on: frozenset[str] = frozenset()
    """Sources that it repeats."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a reporter sent. It opens a case in triage and, alone, moves it no further."""

    id: str
    source: str
    text: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Tie:
    """A closeness between two sources: they act, vote or speak together, or say so."""

    one: str
    other: str
    why: str


def independent_of(case: "Case", used: Iterable[str]) -> int:
    """M among these sources of a case, with the ties found between them."""
    return independent(case.sources, used, case.ties)


def independent(sources: Mapping[str, Source], used: Iterable[str], ties: Iterable[Tie] = ()) -> int:
    """M: how many of the used sources are independent of each other.

    Sources that repeat one another, are tied or stand in one camp are one; a group that holds a source with a
    conflict of interest and none without counts as none. Cost: linear in sources and ties.
    """
    chosen = set(used) & set(sources)
    group: dict[str, str] = {}

    def root(name: str) -> str:
        while group.setdefault(name, name) != name:
            group[name] = group[group[name]]
            name = group[name]
        return name

    for name in sources:  # through sources that are not used, too: two that repeat a third are one
        source = sources[name]
        if source.camp:
            group[root(f"s:{name}")] = root(f"c:{source.camp}")
        for other in source.depends_on:
            group[root(f"s:{name}")] = root(f"s:{other}")
    for tie in ties:
        group[root(f"s:{tie.one}")] = root(f"s:{tie.other}")
    return len({root(f"s:{name}") for name in chosen if not sources[name].conflict})


def _record_source(case: "Case", fact: Fact, body: Body) -> "Case":
    for each in body.get("depends_on", ()):
        known(case.sources, each, "source")
    return replace(case, sources=added(case.sources, body["id"], Source(**body)))


def _declare_conflict(case: "Case", fact: Fact, body: Body) -> "Case":
    source = replace(known(case.sources, body["id"], "source"), conflict=body["conflict"])
    return replace(case, sources={**case.sources, source.id: source})


def _tie_sources(case: "Case", fact: Fact, body: Body) -> "Case":
    for each in ("one", "other"):
        known(case.sources, body[each], "source")
    tie = Tie(**body)
    return replace(case, ties=case.ties | {tie})


def _receive_report(case: "Case", fact: Fact, body: Body) -> "Case":
    known(case.sources, body["source"], "source")
    return replace(case, reports=added(case.reports, body["id"], Report(**body, at=fact.at)))


FACTS = declared(
    kind(
        "source recorded", _record_source, tab="evidence", title="Record a source", prefix="s", marks=GATHERS,
        fields={
            "id": Ident(), "kind": OneOf("Kind", kind=SourceKind), "text": line("What it is"),
            "camp": Text(
                "Camp", help="The side it stands on in the dispute, if any.", most=SHORT, blank=True, optional=True
            ),
            "conflict": Text(
                "Conflict of interest", help="Its own interest in the outcome, if any.", blank=True, optional=True
            ),
            "depends_on": Many(
                "Sources that it repeats", of=Thing(of=choices.sources), as_set=True, optional=True
            ),
        },
    ),
    kind(
        "conflict declared", _declare_conflict, tab="evidence", title="Declare a conflict of interest",
        fields={"id": Thing("Source", of=choices.sources), "conflict": line("Conflict of interest")},
    ),
    kind(
        "sources tied", _tie_sources, tab="evidence", title="Tie two sources",
        fields={"one": Thing("One", of=choices.sources), "other": Thing("Other", of=choices.sources), "why": why()},
    ),
    kind(
        "report received", _receive_report, tab="evidence", title="Record a report", prefix="r", marks=GATHERS,
        fields={"id": Ident(), "source": Thing("Source", of=choices.sources), "text": page("The report")},
    ),
)  # fmt: skip
