"""`holdfast version`: what is installed."""

import typer

from holdfast.parts import Part, install

PART = Part.BASE


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def version() -> None:
        """Print the versions of Holdfast and of the parts that results depend on."""
        from importlib.metadata import PackageNotFoundError
        from importlib.metadata import version as installed

        from holdfast.version import VERSION

        typer.echo(f"holdfast {VERSION}")
        for package in ("duckdb", "pyarrow", "numpy", "scipy", "igraph", "leidenalg"):
            try:
                typer.echo(f"{package} {installed(package)}")
            except PackageNotFoundError:
                typer.echo(f"{package} is not installed; {install(Part.ANALYSIS)}")
