"""`holdfast election count` and `ballots`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from holdfast.parts import Part

if TYPE_CHECKING:
    from holdfast.elections.counting._method import Count

PART = Part.BASE


def register(group: typer.Typer) -> None:
    """Add the commands."""

    @group.command()
    def count(
        file: Path = typer.Argument(..., help="Ballots: BLT, SecurePoll XML or JSON, Scottish CSV, canonical JSON."),
        method: str = typer.Option(
            "", help="support-share, approval, meek-stv, scottish-stv, schulze or range-score; else as the file says."
        ),
        seats: int | None = typer.Option(None, help="Seats to fill; without it, as the file says, else 1."),
        reading: str = typer.Option("", help="Skipped and repeated places: as-written, close-up or stop."),
        lot_seed: str = typer.Option(
            "", help="A published text from which the lot follows; needed where equal votes leave it to a lot."
        ),
        option: list[str] = typer.Option([], help="A parameter of the method, NAME=VALUE; may be repeated."),
        rules: str = typer.Option("", help="A rule set that says the reading and the seats, when no option does."),
        question: int = typer.Option(0, help="Which question of a file with several, from 1."),
        as_format: str = typer.Option("", "--as", help="The file's format, when it is not recognised."),
        out: Path | None = typer.Option(
            None, help="Write result, rounds, page and canonical ballots into this folder."
        ),
        as_json: bool = typer.Option(False, "--json", help="Print winners and rounds as JSON, and nothing else."),
    ) -> None:
        """Count ballots and write every round out. Everything about the count is exact; ties by a stated rule."""
        from holdfast.elections.counts import contest_in, count_contest
        from holdfast.errors import UsageError

        pairs = [tuple(each.split("=", 1)) for each in option]
        if any(len(pair) != 2 for pair in pairs):
            raise UsageError("counting.option", "a parameter has no value", expected="--option NAME=VALUE")
        if rules:
            from holdfast.elections.rules import load_rules

            rule_set = load_rules(rules)
            seats = seats if seats is not None else rule_set.seats
            reading = reading or rule_set.reading
        contest = contest_in(file, question=question, as_format=as_format)
        found = count_contest(
            contest,
            method,
            seats=seats,
            reading=reading,
            lot_seed=lot_seed,
            options=[(pair[0], pair[1]) for pair in pairs],
        )
        if out is not None:
            from holdfast.workflows.elections.count import write_count

            write_count(found, out)
        if as_json:
            typer.echo(json.dumps(found.to_json(), ensure_ascii=False))
        else:
            typer.echo("\n".join(_lines(found, out)))

    @group.command()
    def ballots(
        file: Path = typer.Argument(..., help="A ballot file of any format that is read."),
        out: Path = typer.Argument(..., help="Where the canonical ballot file is written."),
        question: int = typer.Option(0, help="Which question of a file with several, from 1."),
        as_format: str = typer.Option("", "--as", help="The file's format, when it is not recognised."),
    ) -> None:
        """Write ballots as a canonical ballot file: the same ballots are the same bytes everywhere."""
        from holdfast.canonical import sha256_hex
        from holdfast.elections.counts import contest_in
        from holdfast.elections.formats.canonical import write

        data = write(contest_in(file, question=question, as_format=as_format))
        out.write_bytes(data)
        typer.echo(f"{out}: {len(data)} bytes, SHA-256 {sha256_hex(data)}")


def _lines(found: "Count", out: Path | None) -> list[str]:
    """The count for people: what was counted, each round, the winners, ties, irregular ballots."""
    from holdfast.elections.contest import irregular
    from holdfast.elections.counts import figure_lines
    from holdfast.report.text import visible

    contest = found.contest
    # a name may hold characters that would hide or reorder what a terminal shows
    names = {each.key: visible(each.name) for each in contest.candidates}
    title = visible(contest.title) or "Untitled"
    lines = [
        f"{title}: {contest.cast} ballots, {len(names)} candidates, {found.choice.seats} seats",
        f"{found.method.title}. Ties: {found.method.ties}",
    ]
    lines += [f"note: {visible(note)}" for note in contest.notes]
    lines += [f"{kind.replace('_', ' ')}: {number} ballots" for kind, number in irregular(contest).items() if number]
    for each in found.rounds:
        lines.append(f"round {each['round']}" + (f": {each['action']}" if each.get("action") else ""))
        lines += [f"  {line}" for line in figure_lines(found.method, each, names)]
        for word, verb in (("elected", "elected"), ("eliminated", "excluded")):
            if each.get(word):
                lines.append(f"  {verb}: {', '.join(names[key] for key in each[word])}")
        if each.get("tie"):
            lines.append(f"  a tie, settled by {each['tie']}")
    elected = ", ".join(names[key] for key in found.winners) or "nobody"
    lines.append(f"Elected, in this order: {elected}")
    if len(found.winners) < found.choice.seats:
        lines.append(f"{found.choice.seats - len(found.winners)} of {found.choice.seats} seats stay empty.")
    if out is not None:
        lines.append(f"Written: {out}")
    return lines
