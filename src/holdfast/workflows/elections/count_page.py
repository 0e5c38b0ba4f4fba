"""The page of a count: what was counted, who is elected, every round as table and chart."""

from fractions import Fraction
from typing import Any

from holdfast.elections.contest import irregular
from holdfast.elections.counting._method import Count
from holdfast.elections.counts import standings
from holdfast.parts import Part, install, is_installed
from holdfast.report.page import Block, Bullets, Column, DataTable, Facts, Notice, Page, Section, Text

_MOST_LINES = 5
_MOST_ROUNDS = 200


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
    if not found:
        return ()
    if not is_installed(Part.ANALYSIS):
        text = f"No picture: it is drawn where the part for analysis is installed ({install(Part.ANALYSIS)}). "
        return (Text(text=text + "The tables hold every number of it.", quiet=True),)
    from holdfast.report.charts import Series, bar_chart, line_chart

    if len(found) == 1:
        bars = [(names[key], float(Fraction(votes))) for key, votes in found[0][1].items()][:40]
        title = "Votes"
        return (bar_chart(bars, title=title, description=title, label="candidate", unit="votes"),)
    last = found[-1][1]
    most = sorted(last, key=lambda key: (-max(Fraction(votes[key]) for _, votes in found), list(last).index(key)))
    series = [
        Series(name=names[key], points=tuple((float(number), float(Fraction(votes[key]))) for number, votes in found))
        for key in most[:_MOST_LINES]
    ]
    quota = tuple((float(each["round"]), float(Fraction(each["quota"]))) for each in count.rounds if "quota" in each)
    if quota:
        series.append(Series(name="quota", points=quota))
    others = len(last) - len(most[:_MOST_LINES])
    note = f"The {others} candidates who never had as many votes are in the table." if others else ""
    title = "Votes by round"
    described = f"The votes of {len(series)} lines over {len(found)} rounds; the numbers stand in the table below."
    chart = line_chart(series, title=title, description=described, x_title="round", y_title="votes", note=note)
    return (chart,)


def _tables(count: Count, names: dict[str, str]) -> tuple[Block, ...]:
    """A row for each round: each candidate's votes as the method writes them, and what happened."""
    shown = dict(standings(count))
    keys = list(names)
    rows = []
    for each in count.rounds:
        votes = shown.get(each["round"], {})
        rows.append(
            (str(each["round"]), *(votes.get(key, "") for key in keys), each.get("quota", ""), _happened(each, names))
        )
    left = len(rows) - _MOST_ROUNDS
    kept = rows if left <= 0 else [*rows[: _MOST_ROUNDS // 2], *rows[-_MOST_ROUNDS // 2 :]]
    headings = ("round", *(names[key] for key in keys), "quota", "what happened")
    table = DataTable(
        caption="Every round" if left <= 0 else f"The first and last rounds; {left} more are in rounds.csv",
        columns=tuple(Column(heading=heading) for heading in headings),
        rows=tuple(kept),
    )
    pairs = tuple(_pairs(each, names) for each in count.rounds if "wins" in each or "paths" in each)
    return (*pairs, table, Text(text="rounds.csv beside this page holds every figure of every round.", quiet=True))


def _pairs(each: dict[str, Any], names: dict[str, str]) -> DataTable:
    """A pairwise table: how many prefer the row to the column, or the strongest path from row to column."""
    what, found = ("wins", each["wins"]) if "wins" in each else ("paths", each["paths"])
    rows = []
    for row in names:
        cells = [found[row].get(column, "") if row != column else "" for column in names]
        rows.append((names[row], *(str(cell) for cell in cells)))
    caption = (
        "How many voters prefer the row to the column" if what == "wins" else "The strongest path, row to column"
    )
    return DataTable(
        caption=caption,
        columns=(Column(heading="candidate"), *(Column(heading=names[column]) for column in names)),
        rows=tuple(rows),
    )


def _happened(each: dict[str, Any], names: dict[str, str]) -> str:
    parts = [str(each.get("action") or each.get("step") or "")]
    if each.get("candidate"):
        parts[0] += f" of {names[each['candidate']]}"
    for word, field in (("elected", "elected"), ("excluded", "eliminated"), ("place", "place")):
        if each.get(field):
            parts.append(f"{word}: {', '.join(names[key] for key in each[field])}")
    if each.get("tie"):
        parts.append(f"tie settled by {each['tie']}")
    return "; ".join(part for part in parts if part)
