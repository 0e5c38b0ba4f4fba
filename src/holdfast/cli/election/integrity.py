"""`holdfast election integrity`."""

from pathlib import Path

import typer

from holdfast.parts import Part

PART = Part.ANALYSIS


def register(group: typer.Typer) -> None:
    """Add the command."""

    @group.command()
    def integrity(
        rules: str = typer.Argument(..., metavar="RULES", help="The rule set that held, or a shipped one's name."),
        votes: Path = typer.Argument(
            ..., metavar="VOTES", help="A lake, or a vote list, of all elections there were."
        ),
        candidate: str = typer.Option(..., help="The candidate whose election is looked at: a name or a pseudonym."),
        out: Path = typer.Option(..., help="Where integrity.html and integrity.json are written."),
        election: str = typer.Option("", help="Which one, when the candidate stood more than once."),
        kind: str = typer.Option("", help="Kind of request, as the rule set calls it."),
        wiki: str | None = typer.Option(None, help="Which wiki of a lake."),
        seed: int = typer.Option(0, help="The same seed gives the same result."),
        replicates: int = typer.Option(60, help="Runs of the calibration for each kind of null."),
        names: bool = typer.Option(False, "--names", help="Name the members of published groups."),
        names_all: bool = typer.Option(
            False, "--names-all", help="Name everybody; keep the result where few see it."
        ),
        pseudonym_key: Path | None = typer.Option(None, metavar="FILE", help="A key that keeps pseudonyms the same."),
        as_json: bool = typer.Option(False, "--json", help="Print JSON, and nothing else."),
    ) -> None:
        """One open election: rules, outcome, margin, groups that vote together, and the rate of false alarms."""
        import json
        import os

        # many small products: more threads than one only wait for each other
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

        from holdfast.accounts.naming import Naming
        from holdfast.cli._progress import progress_bars
        from holdfast.elections.rules import load_rules
        from holdfast.networks.election_integrity import check_election
        from holdfast.settings import settings_from
        from holdfast.workflows.analysis.votes import run_votes
        from holdfast.workflows.elections.integrity import write_integrity

        rule_set = load_rules(rules)
        if names_all:
            typer.echo("names of everybody are written; most have nothing to do with any finding", err=True)
        with progress_bars(quiet=as_json) as progress:
            run = run_votes(
                votes,
                wiki=wiki,
                seed=seed,
                replicates=replicates,
                naming=Naming(published=names, everybody=names_all, key=pseudonym_key),
                settings=settings_from(),
                progress=progress,
            )
        found = check_election(run, rule_set, candidate=candidate, election=election, kind=kind)
        content = write_integrity(found, out)
        if as_json:
            typer.echo(json.dumps(content, ensure_ascii=False))
            return
        typer.echo(
            f"{content['candidate']}: {found.outcome.outcome}; nearest other outcome: {found.margin.smallest} votes"
        )
        for each in found.groups:
            typer.echo(f"  without {each.group}: {each.outcome.outcome}{' (pivotal)' if each.is_pivotal else ''}")
        typer.echo(f"written: {out / 'integrity.html'}")
