"""An assessment in a notebook: the same words and charts as the report, without a page around them."""

from markupsafe import Markup

from holdfast.findings.assessment import Assessment
from holdfast.report.finding_sections import areas_shown, by_area, finding_section, said_of
from holdfast.report.measure_sections import measure_chart, measure_section, without_data
from holdfast.report.page import Block, Column, DataTable, Folded, Section, Text
from holdfast.report.render import render_fragment
from holdfast.report.svg import unchecked
from holdfast.report.text import day
from holdfast.report.words import AREAS, NAMES, NO_SCORE, NOTHING_FOUND


def html_of(assessment: Assessment) -> str:
    """The assessment as an HTML fragment for a notebook's output cell. It holds no script and no style of its own.

    Colours are those of the light scheme, on a light ground, whatever the notebook's theme: a notebook may
    strip style sheets, and then nothing would be legible on a dark one.
    """
    with unchecked():
        section = _section(assessment)
    return str(Markup('<div lang="en" class="holdfast-assessment" style="{}">{}</div>').format(_GROUND, section))


_GROUND = "background: #fbfaf6; color: #1a2326; padding: 1em; max-width: 60em; overflow-x: auto"


def _section(assessment: Assessment) -> Markup:
    told = {value.measure for value in assessment.values if value.value is not None}
    areas = DataTable(
        caption=f"As of {day(assessment.as_of)}" if assessment.as_of else "Data without times",
        columns=(Column(heading="area"), Column(heading="found"), Column(heading="on")),
        rows=tuple((AREAS[area][0], *said_of(assessment, area)) for area in areas_shown(assessment)),
    )
    labels = tuple(Text(text=label, strong="Note:") for label in assessment.labels)
    blocks: list[Block] = [*labels, areas, Text(text=NO_SCORE, quiet=True)]
    if not assessment.findings:
        blocks.append(Text(text=NOTHING_FOUND))
    for area in areas_shown(assessment):
        for finding in by_area(assessment.findings, area):
            inner = finding_section(finding, assessment, {}, None)
            blocks.append(Folded(title=f"{AREAS[area][0]}: {finding.claim}", blocks=_flat(inner)))
    for name, described in sorted(assessment.measures.items()):
        if name in told:
            chart = measure_chart(described, assessment)
            blocks.append(
                Folded(title=described.title, blocks=measure_section(described, assessment, chart, None).blocks)
            )
    blocks += [Folded(title="Without enough data", blocks=without_data(assessment).blocks)]
    blocks.append(Text(text=NAMES[assessment.names], quiet=True))
    return render_fragment(Section(title=f"Assessment of {assessment.wiki}", id="holdfast", blocks=tuple(blocks)))


def _flat(section: Section) -> tuple[Block, ...]:
    return (*section.blocks, *(block for inner in section.sections for block in _flat(inner)))
