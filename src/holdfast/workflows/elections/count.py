"""Elections from end to end: where the elections room meets files, the log and the reports."""

import json
from pathlib import Path

from holdfast.elections.contest import irregular
from holdfast.elections.counting._method import Count
from holdfast.elections.counts import figures_of, readings_compared, rounds_csv
from holdfast.elections.formats.canonical import write as canonical_ballots
from holdfast.report.pages.count import count_page
from holdfast.report.render import write_page
from holdfast.tables._files import write_atomically


def write_count(count: Count, out: Path) -> None:
    """A count's files: `count.json`, `rounds.csv`, `count.html`, `ballots.json` (canonical)."""
    out.mkdir(parents=True, exist_ok=True)
    choice = count.choice
    compared = readings_compared(
        count.contest, count.method, seats=choice.seats, lot=choice.lot, options=choice.options
    )
    by_reading = {reading: list(winners) for reading, winners in compared.items()}
    keys = count.contest.keys
    record = {
        "title": count.contest.title,
        "method": count.method.name,
        "ties": count.method.ties,
        "seats": choice.seats,
        "reading": str(choice.reading),
        "lot_seed": choice.lot_seed,
        "lot": [keys[index] for index in choice.lot] if choice.lot_seed else [],
        "options": dict(choice.options),
        "candidates": [{"key": each.key, "name": each.name} for each in count.contest.candidates],
        "ballots_cast": count.contest.cast,
        "irregular_ballots": irregular(count.contest),
        "winners_by_reading": by_reading,
        "figures": figures_of(count),
        **count.to_json(),
    }
    write_atomically(out / "count.json", json.dumps(record, ensure_ascii=False, indent=1).encode())
    write_atomically(out / "rounds.csv", rounds_csv(count))
    write_atomically(out / "ballots.json", canonical_ballots(count.contest))
    write_page(count_page(count, by_reading), out / "count.html")
