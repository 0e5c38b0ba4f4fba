"""`holdfast serve`: read reports in a browser on this machine."""

from pathlib import Path

import typer

from holdfast.parts import Part

PART = Part.BASE


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def serve(
        folder: Path = typer.Argument(..., metavar="DIR", help="The folder with reports, as --out made it."),
        port: int = typer.Option(8000, min=0, max=65535, help="Port on 127.0.0.1; 0 takes any free one."),
    ) -> None:
        """Serve the reports in DIR to this machine alone (127.0.0.1), until Ctrl-C."""
        from holdfast.cli._signals import ended_by_signals
        from holdfast.cli._static import HOST, server_for

        with ended_by_signals(), server_for(folder, port) as server:
            typer.echo(f"Reports in {folder}: http://{HOST}:{server.server_port}/")
            typer.echo("Only this machine can read them. Ctrl-C stops.", err=True)
            server.serve_forever(poll_interval=0.2)
