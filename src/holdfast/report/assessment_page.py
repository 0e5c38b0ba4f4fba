"""An assessment as a page: summary by area, findings, what was measured, its limits, where it comes from."""

from collections.abc import Mapping, Sequence

from holdfast.accounts.kinds import Outsider, plural
from holdfast.findings.assessment import Assessment
from holdfast.report.finding_sections import areas_shown, by_area, finding_section, summary_cards
from holdfast.report.measure_sections import (
    measure_chart,
    measure_sections,
    not_found,
    peers_section,
    without_data,
)
from holdfast.report.page import (
    Block,
    Bullets,
    Cards,
    Column,
    Commands,
    DataTable,
    Facts,
    Figure,
    Links,
    Notice,
    Page,
    Section,
    Text,
)
from holdfast.report.text import counted, day, size
from holdfast.report.words import CANNOT_TELL, LEAD, NAMES, NO_SCORE, NOTHING_FOUND, READERS, false_alarms_in_words


def assessment_page(
    assessment: Assessment,
    *,
    files: Sequence[str] = (),
    more: Mapping[str, Sequence[Block]] | None = None,
    sections: Sequence[Section] = (),
) -> Page:
    """The page of one assessment.

    `files` are the names of the machine files beside it. `more` holds further blocks for findings, by their id;
    `sections` stand after the findings: both for rooms that draw pictures of their own.
    """
    charts = {name: measure_chart(described, assessment) for name, described in sorted(assessment.measures.items())}
    peers = peers_section(assessment)
    first = [
        finding
        for area in reversed(areas_shown(assessment))
        for finding in reversed(by_area(assessment.findings, area))
    ]
    return Page(
        title=assessment.wiki,
        kind="Assessment",
        lead=(LEAD.format(wiki=assessment.wiki),),
        labels=assessment.labels,
        facts=_strip(assessment),
        sections=(
            _summary(assessment),
            _readers(),
            _findings(assessment, more or {}, charts, files),
            *sections,
            measure_sections(assessment, charts, found={finding.measure: finding for finding in first}),
            *((peers,) if peers else ()),
            not_found(assessment),
            without_data(assessment),
            _data(assessment),
            Section(title="What this report cannot tell", id="limits", blocks=(Bullets(items=CANNOT_TELL),)),
        ),
        provenance=_provenance(assessment, files),
        footer=(NAMES[assessment.names], "A claim about people is never made by this page alone."),
    )


def _strip(assessment: Assessment) -> Facts:
    tables = assessment.coverage.get("tables", {})
    rows = sum(table.get("rows", 0) for table in tables.values())
    told = {value.measure for value in assessment.values if value.value is not None}
    return Facts(
        strip=True,
        pairs=(
            ("as of", day(assessment.as_of) if assessment.as_of else "data without times"),
            *((("rows read", f"{rows:,}"),) if tables else ()),
            ("measures with data", f"{len(told)} of {len(assessment.measures)}"),
            ("hypotheses tested", f"{assessment.family.looked_at:,}"),
            ("findings", f"{len(assessment.findings):,}"),
        ),
    )


def _summary(assessment: Assessment) -> Section:
    rate = Text(text=false_alarms_in_words(assessment.false_alarms), strong="How often such a report is wrong.")
    blocks: list[Block] = [summary_cards(assessment), rate, Notice(text=NO_SCORE)]
    if not assessment.findings:
        blocks.insert(0, Text(text=NOTHING_FOUND))
    return Section(title="In short, by area", id="summary", blocks=tuple(blocks))


def _readers() -> Section:
    cards = tuple(Section(title=title, blocks=(Text(text=text),)) for title, text in READERS)
    return Section(title="How to read this", id="how-to-read", blocks=(Cards(cards=cards),))


def _findings(
    assessment: Assessment,
    more: Mapping[str, Sequence[Block]],
    charts: Mapping[str, Figure | None],
    files: Sequence[str],
) -> Section:
    inner = []
    left = dict(charts)
    for area in areas_shown(assessment):
        for finding in by_area(assessment.findings, area):
            inner.append(finding_section(finding, assessment, more, left.pop(finding.measure, None), files=files))
    text = f"{counted(len(inner), 'finding')}, by area and then by name: the order says nothing about weight."
    blocks = (Text(text=text if inner else NOTHING_FOUND),)
    return Section(title="Findings", id="findings", blocks=blocks, sections=tuple(inner))


def _data(assessment: Assessment) -> Section:
    coverage = assessment.coverage
    tables = DataTable(
        caption="What the tables hold",
        columns=(
            Column(heading="table"),
            Column(heading="rows", kind="number"),
            Column(heading="first"),
            Column(heading="last"),
        ),
        rows=tuple(
            (name, table.get("rows"), table.get("first"), table.get("last"))
            for name, table in sorted(coverage.get("tables", {}).items())
        ),
        empty="no table holds a row.",
    )
    dropped = DataTable(
        caption="Rows left out when reading, by reason",
        columns=(Column(heading="reason"), Column(heading="rows", kind="number")),
        rows=tuple(
            (reason.replace("_", " "), count) for reason, count in sorted(coverage.get("dropped", {}).items())
        ),
        empty="none.",
    )
    blocks: list[Block] = [tables, dropped]
    if "bots_left_out" in coverage:
        bots = counted(int(coverage["bots_left_out"]), "account")
        text = f"{bots} recognised as bots (by name, or by group while they held it) and left out of the measures."
        blocks.append(Text(text=text))
    others = coverage.get("others_left_out") or {}
    if others:
        told = ", ".join(f"{count:,} {plural(Outsider(why)) if count > 1 else why}" for why, count in others.items())
        blocks.append(Text(text=f"Left out too, as no persons of this wiki: {told}."))
    if coverage.get("notes"):
        blocks.append(Bullets(items=tuple(coverage["notes"])))
    return Section(title="What the data hold", id="data", blocks=tuple(blocks))


def _provenance(assessment: Assessment, files: Sequence[str]) -> tuple[Block, ...]:
    inputs = DataTable(
        caption="What was read",
        columns=(
            Column(heading="input"),
            Column(heading="read as"),
            Column(heading="size"),
            Column(heading="SHA-256", kind="code"),
            Column(heading="ingested"),
        ),
        rows=tuple(
            (
                each["name"],
                each.get("source"),
                size(each["size_bytes"]) if each.get("size_bytes") is not None else None,
                each["sha256"],
                each.get("ingested_at"),
            )
            for each in assessment.inputs
        ),
        empty="no input is recorded.",
    )
    versions = DataTable(
        caption="What it was made with",
        columns=(Column(heading="part"), Column(heading="version")),
        rows=tuple(sorted(assessment.versions.items())),
        empty="no version is recorded.",
    )
    blocks: list[Block] = [inputs, versions]
    if assessment.rerun:
        blocks += [
            Text(text="To make this assessment again:"),
            Commands(lines=assessment.rerun, label="To run it again"),
        ]
    if files:
        blocks += [Text(text="The same as files for machines, beside this page:"), _files(files)]
    return tuple(blocks)


def _files(files: Sequence[str]) -> Links:
    return Links(links=tuple((name, name) for name in sorted(files)), in_line=True)
