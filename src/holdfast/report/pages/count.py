"""The page of a count: what was counted, who is elected, every round as table and chart."""

from fractions import Fraction
from typing import Any

from holdfast.elections.contest import irregular
from holdfast.elections.counting._method import Count, Figure, Method, Of
from holdfast.elections.counts import shown, standings
from holdfast.parts import Part, install, is_installed
from holdfast.report.page import Block, Bullets, Column, DataTable, Facts, Notice, Page, Section, Text

_MOST_LINES = 5  # lines in a chart; chosen for reading
_MOST_ROUNDS = 200  # rounds in a table; chosen for reading


def count_page(count: Count, by_reading: dict[str, list[str]]) -> Page:
    """The page. `by_reading`: the winners under each reading of irregular rankings, empty when none is irregular."""
    names = {each.key: each.name for each in count.contest.candidates}
    winners = tuple(names[key] for key in count.winners)
    odd = [f"{kind.replace('_', ' ')}: {number}" for kind, number in irregular(count.contest).items() if number]
    counted: list[Block] = [Text(text=count.method.describes), Text(text=f"Ties: {count.method.ties}")]
    if odd:
        counted.append(Bullets(items=tuple(odd)))
    if by_reading:
        counted.append(_readings(count, by_reading, names))
    return Page(
        title=count.contest.title or "A count",
        kind="Count",
        lead=(f"Elected, in this order: {', '.join(winners) or 'nobody'}.", count.method.title + "."),
        facts=Facts(
            pairs=(
                ("ballots", f"{count.contest.cast:,}"),
                ("candidates", str(len(names))),
                ("seats", str(count.choice.seats)),
                ("elected", str(len(winners))),
                ("rounds", str(len(count.rounds))),
            ),
            strip=True,
        ),
        sections=(
            Section(title="What was counted, and how", blocks=tuple(counted)),
            Section(title="Rounds", blocks=(*_charts(count, names), *_tables(count, names))),
        ),
        provenance=(
            Facts(
                pairs=(
                    ("reading of rankings", str(count.choice.reading)),
                    ("lot", _lot(count, names)),
                    *((name, value) for name, value in count.choice.options),
                )
            ),
            *(Text(text=note, quiet=True) for note in count.contest.notes),
        ),
    )


def _lot(count: Count, names: dict[str, str]) -> str:
    if not count.choice.lot_seed:
        return "none was drawn, and none was needed"
    order = ", ".join(names[count.contest.keys[index]] for index in count.choice.lot)
    return f"{order}; from the seed {count.choice.lot_seed!r}"


def _readings(count: Count, by_reading: dict[str, list[str]], names: dict[str, str]) -> Block:
    said = "; ".join(f"{reading}: {', '.join(names[key] for key in keys)}" for reading, keys in by_reading.items())
    same = len({tuple(sorted(keys)) for keys in by_reading.values()}) == 1
    text = (
        f"Rankings with skipped or repeated places were read as {count.choice.reading}. Elected by reading: {said}."
    )
    return Notice(text=text, kind="note" if same else "caution", title="" if same else "The reading decides")


def _charts(count: Count, names: dict[str, str]) -> tuple[Block, ...]:
    found = standings(count)
    line = count.method.line
    if not found or line is None:
        return ()
    if not is_installed(Part.ANALYSIS):
        text = f"No picture: it is drawn where the part for analysis is installed ({install(Part.ANALYSIS)}). "
        return (Text(text=text + "The tables hold every number of it.", quiet=True),)
    from holdfast.report.charts import Series, bar_chart, line_chart

    title = line.heading.capitalize()
    if len(found) == 1:
        bars = [(names[key], float(Fraction(votes))) for key, votes in found[0][1].items()][:40]
        return (bar_chart(bars, title=title, description=title, label="candidate", unit=line.unit),)
    drawn = {
        key: tuple((float(number), float(Fraction(votes[key]))) for number, votes in found if key in votes)
        for key in names
    }
    last = [key for key in names if drawn[key]]
    most = sorted(last, key=lambda key: (-max(height for _, height in drawn[key]), last.index(key)))
    series = [Series(name=names[key], points=drawn[key]) for key in most[:_MOST_LINES]]
    for figure in count.method.figures:
        if figure.of is Of.ROUND and figure.is_bar:
            known = [(float(each["round"]), figure.read(each)) for each in count.rounds]
            points = tuple((number, float(Fraction(height))) for number, height in known if height is not None)
            series.append(Series(name=figure.heading, points=points))
    others = len(last) - len(most[:_MOST_LINES])
    note = f"The {others} candidates who never had as much are in the table." if others else ""
    title = f"{title} by round"
    described = (
        f"The {line.heading} of {len(series)} lines over {len(found)} rounds; the numbers stand in the table below."
    )
    chart = line_chart(series, title=title, description=described, x_title="round", y_title=line.heading, note=note)
    return (chart,)


def _tables(count: Count, names: dict[str, str]) -> tuple[Block, ...]:
    """Every figure that the method declares: of pairs, of candidates beside each other, and of each round."""
    figures = count.method.figures
    blocks: list[Block] = [
        _pairs(figure, found, names)
        for figure in figures
        if figure.of is Of.PAIR
        for each in count.rounds
        if (found := figure.read(each))
    ]
    of_candidates = [figure for figure in figures if figure.of is Of.CANDIDATE]
    if len(of_candidates) > 1:
        blocks += [_candidates(each, of_candidates, names) for each in count.rounds[-_MOST_ROUNDS:]]
    blocks += [
        _rounds(count, names),
        Text(text="rounds.csv beside this page holds every figure of every round.", quiet=True),
    ]
    return tuple(blocks)


def _rounds(count: Count, names: dict[str, str]) -> DataTable:
    """A row for each round: the drawn figure by candidate, the round's own figures, and what happened."""
    line = count.method.line
    own = [figure for figure in count.method.figures if figure.of is Of.ROUND]
    keys = list(names) if line else []
    rows = []
    for each in count.rounds:
        drawn = (line.read(each) if line else None) or {}
        cells = (*(drawn.get(key) for key in keys), *(figure.read(each) for figure in own))
        rows.append((str(each["round"]), *map(shown, cells), _happened(count.method, each, names)))
    left = len(rows) - _MOST_ROUNDS
    kept = rows if left <= 0 else [*rows[: _MOST_ROUNDS // 2], *rows[-_MOST_ROUNDS // 2 :]]
    headings = ("round", *(names[key] for key in keys), *(figure.heading for figure in own), "what happened")
    return DataTable(
        caption="Every round" if left <= 0 else f"The first and last rounds; {left} more are in rounds.csv",
        columns=tuple(Column(heading=heading) for heading in headings),
        rows=tuple(kept),
    )


def _candidates(each: dict[str, Any], figures: list[Figure], names: dict[str, str]) -> DataTable:
    """A row for each candidate, a column for each figure."""
    found = [figure.read(each) or {} for figure in figures]
    return DataTable(
        caption=f"The candidates in round {each['round']}",
        columns=(Column(heading="candidate"), *(Column(heading=figure.heading) for figure in figures)),
        rows=tuple((names[key], *(shown(values.get(key)) for values in found)) for key in names),
    )


def _pairs(figure: Figure, found: dict[str, dict[str, Any]], names: dict[str, str]) -> DataTable:
    """One figure of pairs, row beside column."""
    rows = [
        (names[row], *(shown(found[row].get(column) if row != column else None) for column in names)) for row in names
    ]
    return DataTable(
        caption=figure.heading,
        columns=(Column(heading="candidate"), *(Column(heading=names[column]) for column in names)),
        rows=tuple(rows),
    )


def _happened(method: Method, each: dict[str, Any], names: dict[str, str]) -> str:
    parts = [str(each.get("action") or "")]
    if each.get("candidate"):
        parts[0] += f" of {names[each['candidate']]}"
    lists = [("elected", each.get("elected")), ("excluded", each.get("eliminated"))]
    lists += [(figure.heading, figure.read(each)) for figure in method.figures if figure.of is Of.NAMED]
    parts += [f"{figure.heading}: above" for figure in method.figures if figure.of is Of.PAIR and figure.read(each)]
    parts += [f"{word}: {', '.join(names[key] for key in keys)}" for word, keys in lists if keys]
    if each.get("tie"):
        parts.append(f"tie settled by {each['tie']}")
    return "; ".join(part for part in parts if part)
