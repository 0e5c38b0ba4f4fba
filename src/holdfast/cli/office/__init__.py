"""`holdfast office`: making an office and keeping it running."""

from pathlib import Path

import typer

from holdfast.cli.office import keys, upkeep, way_back
from holdfast.cli.office.place import KEYS, OFFICE
from holdfast.parts import Part

PART = Part.OFFICE


def init(
    office: Path | None = OFFICE,
    keys: Path | None = KEYS,
    name: str = typer.Option("Holdfast office", "--name", help="Shown on every page."),
    database_url: str = typer.Option(
        "", "--database", help="postgresql://USER@HOST:PORT/NAME; left out: a SQLite file in the office's folder."
    ),
    port: int = typer.Option(8420, "--port", min=1, max=65535, help="Where the console listens on this machine."),
) -> None:
    """Make a new office and invite its first operator; the link is shown once and works once."""
    from holdfast.workflows.office.opening import init_office

    made, secret = init_office(office, keys, name=name, database_url=database_url, port=port)
    typer.echo(f"office: {made.config.folder}")
    typer.echo(f"keys, to be kept apart from it: {made.config.keys}")
    typer.echo("next: `holdfast console`, then let the first operator open this link, within a day and once:")
    typer.echo(f"  {made.config.origin}/join/{secret}/")
    typer.echo("and split the master key among five people: `holdfast office keys split`")


def register(app: typer.Typer) -> None:
    """Add `holdfast office`."""
    office = typer.Typer(
        no_args_is_help=True, help="Make an office and keep it running: keys, backups, upgrades, the way back in."
    )
    office.command()(init)
    upkeep.add_to(office)
    keys.add_to(office)
    way_back.add_to(office)
    app.add_typer(office, name="office")
