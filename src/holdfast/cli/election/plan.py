"""`holdfast election plan` and `gate`."""

import json
from pathlib import Path

import typer

from holdfast.cli._encoding import ENCODING
from holdfast.parts import Part

PART = Part.BASE


def register(group: typer.Typer) -> None:
    """Add the commands."""

    @group.command()
    def plan(
        file: Path = typer.Argument(..., metavar="ELECTION", help="The election's one file, election.toml."),
        out: Path | None = typer.Option(None, help="Write the pages into this folder."),
        votes: Path | None = typer.Option(None, help="The votes, for the page of results."),
        lot_seed: str = typer.Option("", help="A published text that decides the order of the lot."),
        before: Path | None = typer.Option(None, help="An earlier version: show old and new of all that differs."),
        calendar: Path | None = typer.Option(None, help="Other votes, CSV: name,opens,closes."),
        lake: Path | None = typer.Option(None, help="Also compare with the elections in this lake."),
        encoding: str = ENCODING,
        as_json: bool = typer.Option(False, "--json", help="Print JSON, and nothing else."),
    ) -> None:
        """Check one file for an election, and make its pages: call, rules, results, ballots, in every language."""
        from holdfast.elections.open_votes import read_votes
        from holdfast.elections.outcome import outcomes
        from holdfast.elections.plan import changes, holidays_within, overlaps, read_plan
        from holdfast.workflows.elections.publish import known_holidays, read_calendar, votes_in_the_lake, write_plan

        found = read_plan(file)
        differs = changes(read_plan(before), found) if before else []
        others = read_calendar(calendar, encoding=encoding) if calendar else []
        if lake:
            from holdfast.tables.lake import open_lake

            others += votes_in_the_lake(open_lake(lake), found.wiki)
        warnings = [f"overlaps with {each.name}, {each.opens} to {each.closes}" for each in overlaps(found, others)]
        warnings += [f"{day} is a holiday: {name}" for day, name in holidays_within(found, known_holidays())]
        written: list[Path] = []
        if out:
            decided = outcomes(found.rules, read_votes(votes, encoding=encoding), lot_seed=lot_seed) if votes else ()
            written = write_plan(found, out, found=decided)
        if as_json:
            names = ("path", "before", "after", "line")
            document = {
                "election": found.name,
                "questions": [question.id for question in found.questions],
                "warnings": warnings,
                "changes": [dict(zip(names, each, strict=True)) for each in differs],
                "files": [path.name for path in written],
            }
            typer.echo(json.dumps(document, ensure_ascii=False))
            return
        for path, old, new, line in differs:
            typer.echo(f"line {line}, {path}: {old} -> {new}")
        for warning in warnings:
            typer.echo(f"warning: {warning}")
        for question in found.questions:
            typer.echo(f"{question.id}: {question.method}, {len(question.candidates)} candidates")
        typer.echo("The file does not contradict itself.")
        if written:
            typer.echo(f"{out}: {len(written)} pages in {', '.join(found.languages)}")

    @group.command()
    def gate(
        file: Path = typer.Argument(..., metavar="GATE", help="The gate's conditions (TOML)."),
        out: Path | None = typer.Option(None, help="Write the public page into this folder."),
        condition: str = typer.Option("", help="The condition whose state changes."),
        state: str = typer.Option("", help="open, met, not_met or waived."),
        evidence: str = typer.Option("", help="Where the evidence stands."),
        judge: str = typer.Option("", help="The body that judged; it must be the condition's own."),
        reason: str = typer.Option("", help="Why; it is published."),
        on: str = typer.Option("", help="The day of the judgement, such as 2026-11-23."),
        log: Path | None = typer.Option(None, help="Commit the change to the log in this folder."),
    ) -> None:
        """Conditions for giving a right back: show them, record a change, write the public page."""
        from holdfast.cli.election.outcome import day_of
        from holdfast.elections.gate import Change, GateState, read_gate, record_change
        from holdfast.errors import UsageError
        from holdfast.workflows.elections.publish import log_change, write_gate

        found = read_gate(file)
        if condition:
            if state not in list(GateState) or not on:
                raise UsageError(
                    "gate.state",
                    "which state, and when?",
                    expected="--state " + "|".join(GateState) + " and --on DATE",
                )
            change = Change(
                condition=condition,
                state=GateState(state),
                evidence=evidence,
                judge=judge,
                on=day_of(on),
                reason=reason,
            )
            found = record_change(found, change, file)
            if log:
                typer.echo(f"Committed to the log as entry {log_change(found, change, log)}")
        for each in found.conditions:
            typer.echo(f"{each.id}: {found.state_of(each.id)} ({each.judge}) {each.text or 'text not known'}")
        typer.echo("The gate is passed." if found.is_passed else "The gate is not passed.")
        if out:
            typer.echo(f"Written: {write_gate(found, out)}")
