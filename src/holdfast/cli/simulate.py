"""`holdfast simulate`: simulated wikis with known truth, and power curves."""

from pathlib import Path

import typer

from holdfast.parts import Part

PART = Part.ANALYSIS


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def simulate(
        world: str = typer.Argument(
            ..., metavar="WORLD.toml|power", help="A world file, the name of an example, or: power."
        ),
        out: Path | None = typer.Option(None, "--out", metavar="DIR", help="Where the world goes."),
        seed: int = typer.Option(0, "--seed", help="The same seed gives the same world."),
        actions: int = typer.Option(100_000, "--actions", help="power only: actions of each world."),
        worlds: int = typer.Option(3, "--worlds", help="power only: worlds for each delay."),
        as_json: bool = typer.Option(False, "--json", help="Print JSON, and nothing else."),
    ) -> None:
        """Write a simulated wiki, its healthy twin and the truth about both; or print power curves.

        `simulate power` plants groups of several sizes and delays and prints how many of their members are found.
        """
        import json

        from holdfast.cli._progress import progress_bars
        from holdfast.errors import UsageError
        from holdfast.settings import settings_from
        from holdfast.workflows.analysis.simulate import power, world_file
        from holdfast.workflows.analysis.simulate import simulate as write

        if world == "power":
            if actions < 1000 or worlds < 1:
                raise UsageError("simulate.power", "a power curve needs 1,000 actions and one world at least")
            with progress_bars(quiet=as_json) as progress:
                points = [
                    point.to_json() for point in power(actions=actions, worlds=worlds, seed=seed, progress=progress)
                ]
            if as_json:
                typer.echo(json.dumps({"simulated": True, "points": points}, indent=1))
                return
            typer.echo("simulated groups: 20 events, half of the members at each; recall with its 95 % interval")
            typer.echo(f"{'members':>8} {'delay':>6} {'recall':>7} {'low':>6} {'high':>6} {'found':>9}")
            for each in points:
                typer.echo(
                    f"{each['size']:>8} {each['delay']:>6} {each['recall']:>7.3f} {each['low']:>6.3f}"
                    f" {each['high']:>6.3f} {each['members_found']:>4}/{each['members_planted']}"
                )
            return
        if out is None:
            raise UsageError("simulate.out", "a world needs a folder", expected="--out DIR")
        done = write(world_file(world), out, seed=seed, settings=settings_from())
        if as_json:
            content = {
                "lake": str(done.lake),
                "wikis": list(done.wikis),
                "actions": list(done.actions),
                "planted_accounts": done.planted,
                "files": [str(path) for path in done.files],
            }
            typer.echo(json.dumps(content, indent=1))
            return
        for wiki, count in zip(done.wikis, done.actions, strict=True):
            typer.echo(f"{wiki}: {count:,} actions of simulated accounts, in {done.lake}")
        typer.echo(f"{done.planted:,} accounts are planted; the truth is in {out / 'truth.parquet'}")
