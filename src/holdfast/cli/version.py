"""`holdfast version`: what is installed."""

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def version() -> None:
        """Print the versions of Holdfast and of the parts that results depend on."""
        from importlib.metadata import version as installed

        from holdfast.version import VERSION

        typer.echo(f"holdfast {VERSION}")
        for part in ("duckdb", "pyarrow", "numpy", "scipy", "igraph", "leidenalg"):
            typer.echo(f"{part} {installed(part)}")
