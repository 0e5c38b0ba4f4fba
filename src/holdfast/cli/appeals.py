"""`holdfast appeals`: the public table, made from the office's appeals without a browser. It holds counts alone."""

from pathlib import Path

import typer

from holdfast.cli.office.place import KEYS, OFFICE
from holdfast.parts import Part

PART = Part.OFFICE


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(
        name="appeals",
        help="The public table of appeals. Appeals themselves are read in the console.",
        no_args_is_help=True,
    )
    group.callback()(_group)
    group.command()(table)
    app.add_typer(group)


def _group() -> None:
    """Keeps `table` a command of its own while it is the only one."""


def table(
    out: Path = typer.Option(
        ..., "--out", metavar="DIR", help="Write appeals.json, .csv and .html into this folder."
    ),
    office: Path | None = OFFICE,
    keys: Path | None = KEYS,
    as_json: bool = typer.Option(False, "--json", help="Print JSON, and nothing else."),
) -> None:
    """Ratified, overturned, changed, returned, ineligible, by quarters, with the counts of sealed notices."""
    import json

    from holdfast.workflows.office.opening import open_office

    opened = open_office(office, keys)
    from holdfast.workflows.appeals.table import public_files, write_files

    paths = write_files(opened, out)
    made = public_files(opened)
    whole = made.table.whole
    document = {"files": [str(path) for path in paths], "sha256": made.sha256, **made.table.to_json()}
    text = (
        f"{whole.received} appeals received, {whole.total} decided, {whole.open_at_end} open; SHA-256 {made.sha256}"
    )
    typer.echo(json.dumps(document, ensure_ascii=False) if as_json else "\n".join((text, *map(str, paths))))
