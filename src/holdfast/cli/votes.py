"""`holdfast votes`: who votes alike beyond chance, and what that changes."""

from pathlib import Path

import typer

from holdfast.parts import Part

PART = Part.ANALYSIS


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def votes(
        given: Path = typer.Argument(..., metavar="VOTES", help="A lake, or a vote list (docs/sources.md)."),
        out: Path = typer.Option(..., "--out", metavar="DIR", help="Where the tables and the page are written."),
        wiki: str | None = typer.Option(None, "--wiki", metavar="NAME", help="Which wiki of a lake."),
        threshold: float | None = typer.Option(
            None,
            "--threshold",
            metavar="SHARE",
            help="Support needed to pass, such as 0.7; without it outcomes are unknown.",
        ),
        seed: int = typer.Option(0, "--seed", help="The same seed gives the same result."),
        replicates: int = typer.Option(60, "--replicates", help="Runs of the calibration for each kind of null."),
        names: bool = typer.Option(False, "--names", help="Name the members of published groups."),
        names_all: bool = typer.Option(False, "--names-all", help="Name everybody."),
        pseudonym_key: Path | None = typer.Option(
            None, "--pseudonym-key", metavar="FILE", help="A key that keeps pseudonyms the same between runs."
        ),
        as_json: bool = typer.Option(False, "--json", help="Print a summary as JSON, and nothing else."),
    ) -> None:
        """Pairs and groups of voters who act together beyond what opportunity explains."""
        import json
        import os

        # many small products: more threads than one only wait for each other
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

        from holdfast.accounts.naming import Naming
        from holdfast.cli._progress import progress_bars
        from holdfast.settings import settings_from
        from holdfast.workflows.analysis.votes import run_votes, write_votes

        if names_all:
            typer.echo(
                "names of everybody are written: most of them have nothing to do with any finding, and a list of "
                "people with scores beside them invites misuse; keep it where only those who must see it can",
                err=True,
            )
        with progress_bars(quiet=as_json) as progress:
            run = run_votes(
                given,
                wiki=wiki,
                threshold=threshold,
                seed=seed,
                replicates=replicates,
                naming=Naming(published=names, everybody=names_all, key=pseudonym_key),
                settings=settings_from(),
                progress=progress,
            )
            summary = write_votes(run, out)
        if as_json:
            typer.echo(json.dumps(summary, indent=2, sort_keys=True))
            return
        for note in run.result.notes:
            typer.echo(note)
        if run.result.gate is not None:
            typer.echo(run.result.gate.reason)
        pairs = run.result.agreement
        typer.echo(
            f"{len(run.result.ballots.side):,} votes; {len(pairs.z):,} pairs tested, "
            f"{int(pairs.flagged.sum())} flagged ({pairs.flagged_if_assumed_normal} if the spread were assumed); "
            f"{len(run.result.published)} blocs published"
        )
        typer.echo(f"written: {out / 'report.html'}")
