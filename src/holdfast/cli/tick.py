"""`holdfast tick`: one step of every clock; a timer calls it where the console does not run."""

import json
from dataclasses import asdict
from pathlib import Path

import typer

from holdfast.cli.office.place import KEYS, OFFICE
from holdfast.errors import ExitCode
from holdfast.parts import Part

PART = Part.OFFICE


def tick(
    office: Path | None = OFFICE,
    keys: Path | None = KEYS,
    as_json: bool = typer.Option(False, "--json", help="Print JSON alone."),
) -> None:
    """Let everything happen that is due: grants end, notices, seals, retention. Safe to call at any time."""
    from holdfast.workflows.office.opening import open_office

    opened = open_office(office, keys)
    from holdfast.workflows.tick import tick as one_step

    done = one_step(opened)
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in done]))
    else:
        for each in done:
            for line in each.done:
                typer.echo(f"{each.clock}: {line}")
            if each.failed:
                typer.echo(f"{each.clock}: FAILED {each.failed}")
    if any(each.failed for each in done):
        raise typer.Exit(ExitCode.CHECK_FAILED)


def register(app: typer.Typer) -> None:
    """Add `holdfast tick`."""
    app.command()(tick)
