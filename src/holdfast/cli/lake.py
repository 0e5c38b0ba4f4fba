"""`holdfast lake`: what is in a lake, and whether it is unharmed."""

from pathlib import Path

import typer

from holdfast.parts import Part

PART = Part.ANALYSIS


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def lake(
        given: list[str] = typer.Argument(
            ...,
            metavar="DIR [verify]",
            help="The lake's folder; with `verify`, before or after it, check every file.",
        ),
        as_json: bool = typer.Option(False, "--json", help="Print JSON, and nothing else."),
    ) -> None:
        """Show what a lake holds: wikis, tables, rows, accounts, and what was left out and why.

        `holdfast lake DIR verify` reads every file again and compares its hash with the manifest. A lake whose
        folder is called verify is written ./verify.
        """
        import json

        from holdfast.cli._progress import progress_bars
        from holdfast.settings import settings_from
        from holdfast.tables.lake import open_lake

        folder, wants_verify = _asked(given)
        opened = open_lake(folder, settings_from())
        if wants_verify:
            with progress_bars(quiet=as_json) as progress:
                count = opened.verify(progress)
            if as_json:
                typer.echo(json.dumps({"verified_files": count}))
            else:
                typer.echo(f"{folder}: all {count} files are what was ingested")
            return
        contents = opened.contents()
        if as_json:
            typer.echo(json.dumps(contents, ensure_ascii=False, indent=1))
            return
        if not contents["wikis"]:
            typer.echo(f"{folder}: an empty lake")
        for wiki, found in contents["wikis"].items():
            typer.echo(wiki)
            for name, count_of in found["tables"].items():
                typer.echo(f"  {name:20} {count_of['rows']:>14,} rows {count_of['accounts']:>12,} accounts")
            for reason, dropped in found["dropped"].items():
                typer.echo(f"  left out: {dropped:,} {reason}")


def _asked(given: list[str]) -> tuple[Path, bool]:
    from holdfast.errors import UsageError

    words = [word for word in given if word != "verify"]
    if len(words) != 1 or len(given) > 2:
        raise UsageError(
            "lake.arguments",
            "one folder is needed",
            expected="holdfast lake DIR, or holdfast lake DIR verify",
            got=" ".join(given)[:80],
            hint="a folder that is called verify is written ./verify",
        )
    return Path(words[0]), len(given) == 2
