"""`holdfast reconcile`: a plan held against its journal, the public list, the log and the wikis as they are."""

import json
from pathlib import Path
from typing import Any

import typer

from holdfast.cli.office.place import KEYS, OFFICE
from holdfast.errors import ExitCode, InputRefusedError, UsageError
from holdfast.parts import Part

PART = Part.OFFICE


def reconcile(
    identity: str = typer.Argument(metavar="ID", help="The plan's id."),
    office: Path | None = OFFICE,
    keys: Path | None = KEYS,
    public: Path | None = typer.Option(
        None,
        "--public",
        help='The list that was published: JSON, {"global_ban": ["Account", …]}, or one banned account a line.',
    ),
    as_json: bool = typer.Option(False, "--json", help="Print JSON alone."),
) -> None:
    """Compare, and name every difference; each raises an alarm. Exit code 1 when there is one."""
    listed = None if public is None else _public(public)
    from holdfast.workflows.office.opening import open_office

    opened = open_office(office, keys)
    from holdfast.access.rules.console_rules import Because
    from holdfast.store.office.vault import Reader
    from holdfast.workflows.acting.reconcile import reconcile_plan

    found = reconcile_plan(opened, Reader.of_the_office(Because.COMMAND), identity, public=listed)
    if as_json:
        told = {"plan": identity, "differences": [each.to_json() for each in found]}
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        typer.echo(f"{identity}: {len(found)} difference(s)")
        for each in found:
            where = " on ".join(filter(None, (each.target, each.wiki)))
            typer.echo(f"  {each.code.value}: {where}: {each.what}")
    if found:
        raise typer.Exit(ExitCode.CHECK_FAILED)


def _public(file: Path) -> Any:
    from holdfast.canonical import parse_json

    if not file.is_file():
        raise UsageError("reconcile.no_file", "there is no such file", place=str(file))
    data = file.read_bytes()
    if not data.lstrip().startswith(b"{"):
        return {"global_ban": [line.strip() for line in data.decode("utf-8").splitlines() if line.strip()]}
    found = parse_json(data, place=str(file))
    if not all(isinstance(names, list) and all(isinstance(each, str) for each in names) for names in found.values()):
        raise InputRefusedError(
            "reconcile.public",
            "this is no public list",
            expected="kinds of action to lists of accounts",
            place=str(file),
        )
    return found


def register(app: typer.Typer) -> None:
    """Add `holdfast reconcile`."""
    app.command()(reconcile)
