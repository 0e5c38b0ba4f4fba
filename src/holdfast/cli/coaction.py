"""`holdfast coaction`: who acts together more than opportunity explains."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from holdfast.parts import Part

if TYPE_CHECKING:
    from holdfast.networks.coaction_run import Outcome

PART = Part.ANALYSIS


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def coaction(
        source: Path = typer.Argument(
            ..., metavar="ACTIONS", help="Parquet or CSV with account, object and at; or a lake."
        ),
        out: Path = typer.Option(..., "--out", metavar="DIR", help="Where the results go."),
        wiki: str = typer.Option("", "--wiki", metavar="NAME", help="Which wiki of a lake."),
        windows: str = typer.Option(
            "5m,1h,6h,1d,2d", "--windows", help="Lengths of time that count as together, shortest first."
        ),
        q: float = typer.Option(0.01, "--q", help="Share of false pairs tolerated; level of the group test."),
        replicates: int = typer.Option(60, "--replicates", help="Null runs of the gate, for each kind of null."),
        seed: int = typer.Option(0, "--seed", help="The same seed and input give the same result."),
        method: str = typer.Option("full", "--method", help="full, or count: plain counting, never a finding."),
        least: int = typer.Option(
            2, "--min-participation", help="count only: coordinated actions that an account needs."
        ),
        names: bool = typer.Option(False, "--names", help="Name the members of published groups."),
        names_all: bool = typer.Option(False, "--names-all", help="Name everybody."),
        pseudonym_key: Path | None = typer.Option(
            None, "--pseudonym-key", metavar="FILE", help="Key of the pseudonyms, for comparing runs of bare files."
        ),
        as_json: bool = typer.Option(False, "--json", help="Print a summary as JSON, and nothing else."),
    ) -> None:
        """Find accounts that act on the same objects close in time more than chance, interests and crowds explain.

        Each run measures its own errors on data without the effect, and publishes nothing when they are too many.
        """
        import json

        from holdfast.accounts.naming import Naming
        from holdfast.cli._progress import progress_bars
        from holdfast.errors import UsageError
        from holdfast.networks.coaction_run import Method, Request
        from holdfast.settings import settings_from
        from holdfast.workflows.analysis.coaction import coaction as find
        from holdfast.worlds.world import seconds_of

        if method not in set(Method):
            raise UsageError("coaction.method", "there is no such method", expected="full, count", got=method[:20])
        if names_all:
            typer.echo(
                "every account is named in these files: most of them did nothing that a group did; keep the files to"
                " yourself and delete them when the question is answered",
                err=True,
            )
        request = Request(
            windows=tuple(seconds_of(each) for each in windows.split(",")),
            q=q,
            seed=seed,
            replicates=replicates,
            method=Method(method),
            least=least,
            naming=Naming(published=names, everybody=names_all, key=pseudonym_key),
        )
        with progress_bars(quiet=as_json) as progress:
            outcome = find(source, out, wiki=wiki, request=request, settings=settings_from(), progress=progress)
        if as_json:
            typer.echo(json.dumps(outcome.to_json(), ensure_ascii=False, indent=1))
            return
        for line in summary(outcome):
            typer.echo(line)


def summary(outcome: "Outcome") -> list[str]:
    """A few lines about a run, for people."""
    found = outcome.to_json()
    lines = [f"{found['actions']:,} actions of {found['accounts']:,} accounts on {found['objects']:,} objects"]
    lines += [f"left out: {count:,} {reason.replace('_', ' ')}" for reason, count in outcome.actions.dropped]
    lines += list(outcome.actions.notes)
    if outcome.run is None:
        lines.append(f"{found['pairs']:,} pairs counted; plain counting accuses the busy and is never a finding")
    elif outcome.run.status == "not_enough_data":
        lines.append(f"not enough data: {outcome.run.missing}")
    else:
        lines.append(f"{found['pairs']:,} rows of pairs and windows tested, {found['flagged']:,} flagged")
        calibration = outcome.run.calibration
        lines.append(calibration.reason)
        lines.append(
            f"{found['groups']:,} groups published: co-action beyond the nulls, which is not misconduct"
            if calibration.published
            else "nothing is published: the run cannot show that it errs no more often than its target"
        )
    if outcome.request.naming.is_of_nobody:
        lines.append("pairs.parquet lists pairs of named accounts: nobody is named without --names or --names-all")
    lines.append(f"written: {', '.join(str(path) for path in outcome.files)}")
    return lines
