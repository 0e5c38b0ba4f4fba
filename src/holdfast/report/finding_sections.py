"""Findings as sections: the claim, its uncertainty, its evidence, and what else would look the same."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from holdfast.findings.areas import AreaSaid, Said, areas_of
from holdfast.findings.assessment import Assessment, SearchRun
from holdfast.findings.finding import Area, Evidence, Finding
from holdfast.report.page import (
    Beside,
    Block,
    Cards,
    Column,
    DataTable,
    Facts,
    Figure,
    Folded,
    Links,
    Section,
    Text,
)
from holdfast.report.text import anchor, counted, day, probability, slug
from holdfast.report.words import AREAS, p_in_words, q_in_words


def anchor_of(finding: Finding) -> str:
    """Where links to the finding go."""
    return f"finding-{anchor(finding.id)}"


def areas_shown(assessment: Assessment) -> list[Area]:
    """The areas in the report's fixed order; coordination only when it was asked for."""
    touched = {finding.area for finding in assessment.findings} | {run.area for run in assessment.runs}
    touched |= {Area(measure.area) for measure in assessment.measures.values()}
    return [area for area in AREAS if area in touched or area is not Area.COORDINATION]


def by_area(findings: Sequence[Finding], area: Area) -> list[Finding]:
    """The findings of one area, by their ids: the order says nothing about weight."""
    return sorted((each for each in findings if each.area is area), key=lambda finding: finding.id)


def summary_cards(assessment: Assessment) -> Cards:
    """One card for each area: how much was measured and found, and the claims. No card weighs more."""
    return Cards(cards=tuple(_card(assessment, area) for area in areas_shown(assessment)))


def _card(assessment: Assessment, area: Area) -> Section:
    title, question = AREAS[area]
    found = by_area(assessment.findings, area)
    links = Links(links=tuple((finding.claim, f"#{anchor_of(finding)}") for finding in found))
    what, measured = said_of(assessment, area)
    return Section(
        title=title,
        id=f"summary-{slug(area)}",
        blocks=(
            Text(text=question, quiet=True),
            Text(text=measured, strong=f"{what}."),
            *((links,) if found else ()),
        ),
    )


def said_of(assessment: Assessment, area: Area) -> tuple[str, str]:
    """What can be said of an area, and of how much of it: "no finding" is said of what was tested alone."""
    return in_words(areas_of(assessment)[area], tuple(each for each in assessment.runs if each.area is area))


def in_words(said: AreaSaid, runs: Sequence[SearchRun] = ()) -> tuple[str, str]:
    """What can be said of an area in a word or two, and how many of its measures stand where."""
    of = len(said.measures)
    head = {
        Said.FOUND: counted(said.findings, "finding"),
        Said.NOT_FOUND: "No finding" if said.tested == of else f"No finding in the {said.tested} of {of} tested",
        Said.NOT_TESTABLE: "Measured, not testable",
        Said.NO_DATA: "Nothing can be said",
    }[said.said]
    counts = (
        (said.count(Said.FOUND), "with a finding"),
        (said.count(Said.NOT_FOUND), "tested and not found"),
        (said.count(Said.NOT_TESTABLE), "measured, but not testable with these data"),
        (said.count(Said.NO_DATA), "without enough data"),
    )
    parts = [f"{count} {what}" for count, what in counts if count]
    more = [f"{counted(of, 'measure')}: {', '.join(parts)}."] if of else []
    more += [f"Search for {_SEARCHES[each.measure]}: {_searched(each)}." for each in runs]
    return head, " ".join(more)


_SEARCHES = {"co_action": "accounts that act together", "voting_bloc": "accounts that vote together"}


def _searched(run: SearchRun) -> str:
    if run.status == "ok":
        return f"run, with at most {run.upper_bound:.3f} false groups shown (95 %)"
    words = {"not_published": "nothing is published", "not_enough_data": "not enough data"}
    return f"{words.get(run.status, run.status)}, {run.reason}"


def finding_section(
    finding: Finding,
    assessment: Assessment,
    more: Mapping[str, Sequence[Block]],
    figure: Figure | None,
    *,
    files: Sequence[str] = (),
) -> Section:
    """One finding. `more` holds further blocks by finding id, `figure` is the chart of its measure, `files` the names
    of the machine files beside the page."""
    words: list[Block] = [Text(text=finding.effect, strong="Effect.")] if finding.effect else []
    words += uncertainty(finding, assessment)
    blocks: list[Block] = [Beside(figure=figure, blocks=tuple(words))] if figure else words
    for each in finding.evidence:
        blocks += evidence_blocks(finding, each, files)
    blocks += more.get(finding.id, ())
    inner = []
    if finding.innocent:
        inner.append(_innocent(finding))
    return Section(
        title=finding.claim,
        id=anchor_of(finding),
        tag=AREAS[finding.area][0],
        blocks=tuple(blocks),
        sections=tuple(inner),
    )


def uncertainty(finding: Finding, assessment: Assessment) -> tuple[Block, ...]:
    """How sure the claim is: p and q against the named null, or that it is counted and not estimated."""
    period = _period(finding)
    when = (("Period", period),) if period else ()
    if finding.p is None:
        sure = "counted in the data, not estimated: there is no null model and no p-value"
        return (Facts(pairs=(*when, ("Uncertainty", sure))),)
    pairs = [*when, ("Compared with", finding.null), ("p", probability(finding.p))]
    words = p_in_words(finding.p, finding.null)
    if finding.q is not None:
        pairs.append(("q", probability(finding.q)))
        words = f"{words} {q_in_words(finding.q, assessment.family.looked_at)}"
    return (Facts(pairs=tuple(pairs)), Text(text=words, quiet=True))


LONG_TABLE = 12
"""A table of counted facts with more rows is folded."""
MOST_ROWS = 200
"""So many rows of a folded table stand on the page; all of them are in evidence.csv."""


def evidence_blocks(finding: Finding, evidence: Evidence, files: Sequence[str]) -> list[Block]:
    """The table behind a claim; a long one of counted facts is summed up in a line, folded, and linked as a file."""
    if finding.area is not Area.DATA_QUALITY or len(evidence.rows) <= LONG_TABLE:
        return [evidence_table(evidence)]
    first, last, head = evidence.rows[0][0], evidence.rows[-1][0], evidence.columns[0]
    summary = f"{evidence.caption}: {counted(len(evidence.rows), 'row')}, {head} from {first} to {last}."
    inside: list[Block] = [evidence_table(replace(evidence, rows=evidence.rows[:MOST_ROWS]))]
    if len(evidence.rows) > MOST_ROWS:
        inside.append(Text(text=f"The first {MOST_ROWS} of {len(evidence.rows):,} rows.", quiet=True))
    blocks: list[Block] = [Text(text=summary), Folded(title=f"The rows: {evidence.caption}", blocks=tuple(inside))]
    if EVIDENCE_FILE in files:
        blocks.append(Links(links=((f"All rows, in {EVIDENCE_FILE}", EVIDENCE_FILE),), in_line=True))
    return blocks


EVIDENCE_FILE = "evidence.csv"


def evidence_table(evidence: Evidence) -> DataTable:
    """The table behind a claim, as it was handed over."""
    kinds = [
        any(isinstance(row[place], (int, float)) for row in evidence.rows) for place in range(len(evidence.columns))
    ]
    columns = tuple(
        Column(heading=heading, kind="number" if numeric else "text")
        for heading, numeric in zip(evidence.columns, kinds, strict=True)
    )
    return DataTable(caption=evidence.caption, columns=columns, rows=evidence.rows)


def _innocent(finding: Finding) -> Section:
    table = DataTable(
        caption="What would look the same without any ill will, and what was done to tell it apart",
        columns=(Column(heading="Innocent explanation"), Column(heading="Tested")),
        rows=tuple((each.text, each.tested) for each in finding.innocent),
    )
    blocks: list[Block] = [table]
    if finding.tell_apart:
        blocks.append(Text(text=finding.tell_apart, strong="What would tell them apart."))
    return Section(title="What else could explain it", id=f"{anchor_of(finding)}-else", blocks=tuple(blocks))


def _period(finding: Finding) -> str:
    if finding.period_start is None or finding.period_end is None:
        return ""
    return f"{day(finding.period_start)} until {day(finding.period_end)} (exclusive)"
