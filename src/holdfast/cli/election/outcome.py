"""`holdfast election outcome`, `simulate`, `rules`, `schema`, `recall` and `holders`."""

import json
from datetime import date
from pathlib import Path

import typer

from holdfast.cli._encoding import ENCODING
from holdfast.parts import Part

PART = Part.BASE


def register(group: typer.Typer) -> None:
    """Add the commands."""

    @group.command()
    def outcome(
        rules: str = typer.Argument(..., metavar="RULES", help="A rule set (TOML), or the name of a shipped one."),
        votes: Path = typer.Argument(..., metavar="VOTES", help="The votes: JSON, TOML or CSV."),
        kind: str = typer.Option("", help="Kind of request, for candidates whose file names none."),
        lot_seed: str = typer.Option("", help="A published text that decides the order of the lot."),
        encoding: str = ENCODING,
        as_json: bool = typer.Option(False, "--json", help="Print JSON, and nothing else."),
    ) -> None:
        """What votes lead to under a rule set, each step in words with its arithmetic."""
        from holdfast.elections.open_votes import read_votes
        from holdfast.elections.outcome import outcomes
        from holdfast.elections.rules import load_rules

        rule_set, cast = load_rules(rules), read_votes(votes, encoding=encoding)
        found = outcomes(rule_set, cast, kind=kind, lot_seed=lot_seed)
        if as_json:
            about = {"name": rule_set.name, "version": rule_set.version, "sha256": rule_set.sha256}
            typer.echo(
                json.dumps({"rules": about, "outcomes": [each.to_json() for each in found]}, ensure_ascii=False)
            )
            return
        from holdfast.report.text import visible

        typer.echo(f"{rule_set.title}, version {rule_set.version}")
        for note in cast.notes:
            typer.echo(f"note: {note}")
        for each in found:
            typer.echo(f"{visible(each.candidate)}: {each.outcome}")
            for line in each.explanation:
                typer.echo(f"  {line}")

    @group.command()
    def simulate(
        before: str = typer.Argument(..., metavar="RULES", help="The rule set in force, or its shipped name."),
        after: str = typer.Argument(..., metavar="NEW_RULES", help="The rule set to compare with."),
        votes: Path = typer.Argument(..., metavar="VOTES", help="The votes: JSON, TOML or CSV."),
        kind: str = typer.Option("", help="Kind of request, for candidates whose file names none."),
        lot_seed: str = typer.Option("", help="A published text that decides the order of the lot."),
        encoding: str = ENCODING,
        as_json: bool = typer.Option(False, "--json", help="Print JSON, and nothing else."),
    ) -> None:
        """Run the same votes under two rule sets and show whose outcome changes."""
        from holdfast.elections.open_votes import read_votes
        from holdfast.elections.outcome import differences, outcomes
        from holdfast.elections.rules import load_rules

        cast = read_votes(votes, encoding=encoding)
        old, new = load_rules(before), load_rules(after)
        one = outcomes(old, cast, kind=kind, lot_seed=lot_seed)
        two = outcomes(new, cast, kind=kind, lot_seed=lot_seed)
        changed = differences(one, two)
        if as_json:
            document = {
                "rules": [{"name": each.name, "version": each.version, "sha256": each.sha256} for each in (old, new)],
                "outcomes": [[each.to_json() for each in found] for found in (one, two)],
                "changed": [each.candidate for each, _ in changed],
            }
            typer.echo(json.dumps(document, ensure_ascii=False))
            return
        from holdfast.report.text import visible

        typer.echo(f"candidate: {old.name} {old.version} -> {new.name} {new.version}")
        for first, second in zip(one, two, strict=True):
            mark = "" if first.outcome == second.outcome else "  (changes)"
            typer.echo(f"{visible(first.candidate)}: {first.outcome} -> {second.outcome}{mark}")
        typer.echo(f"{len(changed)} of {len(one)} outcomes change. The votes were cast under other rules:")
        typer.echo("people might have voted, or stood, differently under the new ones.")

    @group.command()
    def rules(
        name: str = typer.Argument("", help="A shipped rule set to print; without it, the list of them."),
    ) -> None:
        """List the rule sets that come with Holdfast, or print one of them."""
        from importlib.resources import files

        from holdfast.elections.rules import load_rules, shipped

        if name:
            load_rules(name)
            folder = files("holdfast.elections").joinpath("rulesets")
            typer.echo(folder.joinpath(f"{name}.toml").read_text("utf-8"), nl=False)
            return
        for each in shipped():
            found = load_rules(each)
            typer.echo(f"{each}: {found.title}{'' if found.is_checked else ' [source not checked in full]'}")

    @group.command()
    def schema(name: str = typer.Argument("rule_set", help="rule_set, election or gate.")) -> None:
        """Print one of the published schemas."""
        from holdfast.elections.published import schema_bytes, schemas
        from holdfast.errors import UsageError

        if name not in schemas():
            raise UsageError("schema.none", f"there is no schema {name!r}", expected=", ".join(schemas()))
        typer.echo(schema_bytes(f"{name}.schema.json").decode(), nl=False)

    @group.command()
    def recall(
        rules: str = typer.Argument(..., metavar="RULES", help="A rule set with [recall]."),
        petition: Path = typer.Argument(..., help="The petition (TOML): opened, signature = [{day, eligible}], …"),
        today: str = typer.Option(..., help="The day to judge, such as 2026-11-23."),
    ) -> None:
        """Where a recall petition stands on a day, and which clock runs out next. Ending without a vote is normal."""
        from holdfast.elections.clocks import petition_in, recall_state
        from holdfast.elections.rules import load_rules

        report = recall_state(load_rules(rules), petition_in(petition), day_of(today))
        typer.echo(report.state)
        for line in report.explanation:
            typer.echo(f"  {line}")
        if report.next_day:
            typer.echo(f"  Next clock: {report.next_day}")

    @group.command()
    def holders(
        rules: str = typer.Argument(..., metavar="RULES", help="A rule set with [holders]."),
        count: int = typer.Option(..., min=0, help="How many hold the right."),
        since: str = typer.Option(..., help="Since which day."),
        today: str = typer.Option(..., help="The day to judge."),
    ) -> None:
        """Whether a number of holders of a right is allowed ("two or none"), and when the clock runs out."""
        from holdfast.elections.clocks import holders_state
        from holdfast.elections.rules import load_rules

        report = holders_state(load_rules(rules), count, since=day_of(since), today=day_of(today))
        typer.echo(report.state)
        typer.echo(f"  {report.explanation}")


def day_of(text: str) -> date:
    """A date of the command line."""
    from holdfast.errors import UsageError

    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError("election.day", "this is no date", expected="2026-11-23", got=repr(text[:20])) from None
