"""Measures as sections: each with its chart, its last value, what it was compared with, and what it cannot tell."""

from collections.abc import Mapping, Sequence
from datetime import date

from holdfast.findings.assessment import Assessment, Described
from holdfast.findings.finding import Area, Finding, Status, Value
from holdfast.report.charts import Interval, interval_chart
from holdfast.report.finding_sections import anchor_of, areas_shown
from holdfast.report.page import (
    Beside,
    Block,
    Bullets,
    Column,
    DataTable,
    Facts,
    Figure,
    Folded,
    Grid,
    Links,
    Section,
    Text,
)
from holdfast.report.shape_charts import lorenz_chart
from holdfast.report.text import counted, day, number, slug
from holdfast.report.time_charts import Change, Point, more_like_it, small_multiples, time_chart
from holdfast.report.words import AREAS, STATUSES

_MOST_PEERS = 30
"""Rows of one interval chart; a lake may hold hundreds of wikis of like size."""


def values_of(values: Sequence[Value], measure: str) -> list[Value]:
    """The values of one measure, oldest first."""
    return sorted(
        (each for each in values if each.measure == measure),
        key=lambda value: (value.wiki, value.period_end or date.min, value.period_start or date.min),
    )


def has_data(values: Sequence[Value]) -> bool:
    """Whether any period gave a value."""
    return any(value.value is not None for value in values)


def measure_chart(described: Described, assessment: Assessment) -> Figure | None:
    """The measure over time with interval, gaps and change points; None when no two periods have dates."""
    dated = [_point(each) for each in values_of(assessment.values, described.name)]
    points = [point for point in dated if point is not None]
    if len(points) < 2 or not any(point.value is not None for point in points):
        return None
    changes = [
        Change(at=each.at, label="change of level")
        for each in assessment.changes
        if each.measure == described.name and each.found
    ]
    return time_chart(points, title=described.question, unit=described.unit, changes=changes)


def measure_sections(
    assessment: Assessment, charts: Mapping[str, Figure | None], *, found: Mapping[str, Finding]
) -> Section:
    """All measures that have values, by area and name; `found` names the finding that shows a measure's chart."""
    areas = []
    for area in areas_shown(assessment):
        inside = [
            measure_section(described, assessment, charts[name], found.get(name))
            for name, described in sorted(assessment.measures.items())
            if described.area == area and has_data(values_of(assessment.values, name))
        ]
        if area == _lorenz_area(assessment):
            inside.append(_lorenz(assessment))
        if inside:
            areas.append(Section(title=AREAS[area][0], id=f"measures-{slug(area)}", sections=tuple(inside)))
    text = (
        "Every measure that has at least one value, found or not. Bands are the interval named beside the value."
        " A measure without a null model is described here and never becomes a finding."
    )
    return Section(title="What was measured", id="measures", blocks=(Text(text=text),), sections=tuple(areas))


def measure_section(
    described: Described, assessment: Assessment, chart: Figure | None, finding: Finding | None
) -> Section:
    """One measure: its chart (or where it stands), its newest value, and its limits."""
    values = values_of(assessment.values, described.name)
    last = next(value for value in reversed(values) if value.value is not None)
    facts = Facts(
        pairs=(
            ("Newest value", f"{number(last.value)} {described.unit}"),
            ("Interval", _interval(last)),
            ("Rests on", f"n = {last.n:,}"),
            *((("Period", f"{day(last.period_start)} until {day(last.period_end)}"),) if last.period_end else ()),
            *((("Since then", _silence(values[-1])),) if values[-1].value is None else ()),
            *((("Counts", STATUSES[last.status]),) if last.status is Status.ACTING_ONLY else ()),
            ("Compared with", _tested(described, assessment)),
        )
    )
    words: list[Block] = [
        facts,
        Text(text=described.cannot_tell, strong="Cannot tell:"),
        _definition(described, last),
    ]
    question = Text(text=described.question, quiet=True)
    blocks: tuple[Block, ...]
    if finding is not None:
        where = Links(links=((f"Found: {finding.claim}", f"#{anchor_of(finding)}"),))
        blocks = (question, where, *words)
    elif chart is None:
        blocks = (question, *words)
    else:
        blocks = (Beside(figure=chart, blocks=tuple(words)),)
    return Section(title=described.title, id=f"measure-{slug(described.name)}", blocks=blocks)


def without_data(assessment: Assessment) -> Section:
    """The measures that gave no value in any period, each with the reason."""
    rows = []
    for name, described in sorted(assessment.measures.items()):
        values = values_of(assessment.values, name)
        if has_data(values):
            continue
        status = values[-1].status if values else Status.NOT_ENOUGH_DATA
        detail = next((value.detail for value in reversed(values) if value.detail), "")
        rows.append((described.title, STATUSES[status], detail or f"needs at least {described.minimum}"))
    table = DataTable(
        caption="Measures without a value",
        columns=(Column(heading="Measure"), Column(heading="Why"), Column(heading="What is missing")),
        rows=tuple(rows),
        empty="every measure has at least one value.",
    )
    return Section(title="What there is not enough data for", id="without-data", blocks=(table,))


def not_found(assessment: Assessment) -> Section:
    """The hypotheses that were tested and not kept: looked at, and nothing to report."""
    rows = []
    tested = sorted({(test.measure, test.null) for test in assessment.tests})
    for measure, null in tested:
        group = [test for test in assessment.tests if (test.measure, test.null) == (measure, null)]
        if any(test.found for test in group):
            continue
        smallest = min(group, key=lambda test: test.p)
        title = assessment.measures[measure].title if measure in assessment.measures else measure
        rows.append((title, null, len(group), smallest.p, smallest.q))
    table = DataTable(
        caption="Looked at against a null model, and not beyond chance",
        columns=(
            Column(heading="Measure"),
            Column(heading="Compared with"),
            Column(heading="tests", kind="number"),
            Column(heading="smallest p", kind="p"),
            Column(heading="its q", kind="p"),
        ),
        rows=tuple(rows),
        empty="no hypothesis was tested without being found.",
    )
    family = assessment.family
    text = (
        f"{counted(family.looked_at, 'hypothesis', 'hypotheses')} in one family, false discoveries controlled by"
        f" {family.method} at q = {number(family.q)}; {family.kept} kept. A small p that is not kept is what one"
        " expects to see somewhere when so much is looked at."
    )
    return Section(title="What was looked at and not found", id="not-found", blocks=(Text(text=text), table))


def peers_section(assessment: Assessment) -> Section | None:
    """Small multiples against the wikis of like size, one figure for each measure; None without peers."""
    figures = []
    for name, described in sorted(assessment.measures.items()):
        own, others = values_of(assessment.values, name), values_of(assessment.peers, name)
        if has_data(own) and has_data(others):
            figures.append(_against_peers(described, assessment.wiki, [*own, *others]))
    if not figures:
        return None
    text = (
        "The same measures for wikis of like size in the same lake, on the same scales, in alphabetical order. To"
        " differ from the others is not a fault: the wikis may differ in what they are for."
    )
    blocks: tuple[Block, ...] = (Text(text=text), Grid(figures=tuple(figures)))
    return Section(title="Beside other wikis", id="peers", blocks=blocks)


def _against_peers(described: Described, own: str, values: Sequence[Value]) -> Figure:
    names = sorted({value.wiki for value in values})
    series: dict[str, list[Point]] = {
        name: [point for point in map(_point, values_of(_of(values, name), described.name)) if point]
        for name in names
    }
    if any(sum(point.value is not None for point in points) > 1 for points in series.values()):
        return small_multiples(series, own=own, title=described.title, unit=described.unit)
    drawn = sorted({own, *[name for name in names if name != own][: _MOST_PEERS - 1]})
    newest = {name: _of(values, name)[-1] for name in drawn}
    intervals = [
        Interval(label=name, value=value.value, low=value.low, high=value.high, emphasis=name == own)
        for name, value in newest.items()
    ]
    words = "; ".join(f"{name}: {number(value.value)}" for name, value in newest.items())
    return interval_chart(
        intervals,
        title=described.title,
        description=f"{words}.",
        label="wiki",
        unit=described.unit,
        note=more_like_it(len(names) - len(drawn)),
    )


def _of(values: Sequence[Value], wiki: str) -> list[Value]:
    return [value for value in values if value.wiki == wiki]


def _point(value: Value) -> Point | None:
    if value.period_start is None or value.period_end is None:
        return None
    return Point(
        period_start=value.period_start,
        period_end=value.period_end,
        value=value.value,
        low=value.low,
        high=value.high,
        n=value.n,
        status=str(value.status),
    )


def _interval(value: Value) -> str:
    if value.low is None or value.high is None:
        return "none"
    return f"{number(value.low)} to {number(value.high)}{f' ({value.interval})' if value.interval else ''}"


def _silence(last: Value) -> str:
    """Why there is no value for the newest period."""
    return f"no value: {last.detail or STATUSES[last.status]}"


def _tested(described: Described, assessment: Assessment) -> str:
    if not described.null or described.null.startswith("none"):
        return described.null or "no null model: described, never found"
    tests = [test for test in assessment.tests if test.measure == described.name]
    if not tests:
        return f"{described.null}: could not be tested with these data"
    found = sum(test.found for test in tests)
    nulls = "; ".join(sorted({test.null for test in tests}))
    return f"{nulls}: {counted(len(tests), 'test')}, {found or 'none'} beyond chance"


def _definition(described: Described, last: Value) -> Folded:
    facts = Facts(
        pairs=tuple(
            (name, text)
            for name, text in (
                ("Window", described.window),
                ("Minimum", described.minimum),
                ("Known values", described.reference),
                ("Source", described.source),
                ("Left out", last.detail),
            )
            if text
        )
    )
    innocent = tuple(described.innocent)
    label = Text(text="What else gives a value that alarms:", quiet=True)
    blocks: tuple[Block, ...] = (facts, label, Bullets(items=innocent)) if innocent else (facts,)
    return Folded(title=f"How {described.title} is measured", blocks=blocks)


def _lorenz_area(assessment: Assessment) -> Area | None:
    """The curve stands beside the index that sums it up."""
    areas = [Area(each.area) for each in assessment.measures.values() if each.picture == "lorenz"]
    return (areas or [Area.USE])[0] if assessment.lorenz else None


def _lorenz(assessment: Assessment) -> Section:
    figure = lorenz_chart(
        assessment.lorenz,
        title="How logged admin actions are shared out",
        people="admins",
        things="actions",
        note="The newest twelve months with enough data. The further the curve sags below the dashed line, the fewer"
        " people do the work. Holders of the flag who did nothing are in it.",
    )
    words = Text(
        text="A sagging curve is usual: volunteers choose how much they do. It alarms when few do it all and others"
        " cannot join them.",
    )
    return Section(title="Shares of the work", id="lorenz", blocks=(Beside(figure=figure, blocks=(words,)),))
