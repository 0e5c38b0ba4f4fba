"""`holdfast console`: the confidential site, on this machine alone."""

from dataclasses import replace
from pathlib import Path

import typer

from holdfast.cli.office.place import KEYS, OFFICE
from holdfast.parts import Part

PART = Part.OFFICE


def console(
    office: Path | None = OFFICE,
    keys: Path | None = KEYS,
    port: int | None = typer.Option(None, "--port", min=1, max=65535, help="Another port than office.toml names."),
) -> None:
    """Serve the console at http://localhost:PORT until interrupted; makes an office first when there is none."""
    from holdfast.cli._signals import ended_by_signals
    from holdfast.store.office.config import office_folders
    from holdfast.web.console.serve import console_application, listening, serve
    from holdfast.web.console.settings import console_settings
    from holdfast.workflows.office.opening import OfficePlace, init_office, place_of

    home, apart = office_folders(office, keys)
    is_new = not (home / "office.toml").exists()
    wanted = port or (8420 if is_new else place_of(home, apart).config.port)
    with ended_by_signals(), listening(wanted) as listener:
        if is_new:
            made, secret = init_office(home, apart, name="Holdfast office", port=wanted, django=console_settings)
            typer.echo(f"a new office: {home}, its keys: {apart}")
            typer.echo(f"the first operator's link, for one use within a day: {made.config.origin}/join/{secret}/")
        place = place_of(home, apart)
        place = OfficePlace(config=replace(place.config, port=wanted), master=place.master)
        opened, application = console_application(place)
        from holdfast.workflows.tick import tick  # the store's tables are there from here on

        def ready(address: str) -> None:
            typer.echo(f"console: {address} (end with Ctrl-C)")

        serve(opened, application, listener=listener, every_minute=lambda: (tick(opened), None)[1], ready=ready)


def register(app: typer.Typer) -> None:
    """Add `holdfast console`."""
    app.command()(console)
