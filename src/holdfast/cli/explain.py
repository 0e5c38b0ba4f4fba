"""`holdfast explain`: what an error code means and what to do next."""

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def explain(code: str = typer.Argument(..., help="The word before the first colon of a message.")) -> None:
        """Say what an error code means, what to do next, and where it comes from."""
        import json
        import re
        from importlib.resources import files

        from holdfast.errors import UsageError

        rows = json.loads((files("holdfast") / "error_codes.json").read_text("utf-8"))
        # a name in <angles> stands for any word; a code that is written out goes first
        forms = {each: re.sub(r"<[^>]*>", "[a-z0-9_-]+", re.escape(each)) for each in rows}
        found = code if code in rows else next((each for each in rows if re.fullmatch(forms[each], code)), None)
        if found is None:
            raise UsageError(
                "explain.unknown",
                "there is no error with this code",
                expected="a code such as record.proof.inclusion",
                got=repr(code[:60]),
                hint="docs/errors.md lists all codes",
            )
        row = rows[found]
        typer.echo(f"{code}: {' / '.join(row['cause'])}")
        for each in row["next"]:
            typer.echo(f"next: {each}")
        typer.echo(f"ends as: {', '.join(row['exit'])}; raised in: {', '.join(row['raised_in'])}")
