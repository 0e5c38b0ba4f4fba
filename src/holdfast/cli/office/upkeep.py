"""`holdfast office backup|restore|upgrade|doctor`."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typer

from holdfast.cli.office.place import KEYS, OFFICE
from holdfast.errors import ExitCode, InputRefusedError
from holdfast.parts import Part

PART = Part.OFFICE

RECIPIENT = typer.Option([], "--recipient", help="Who can open it: an age recipient (age1…). Repeat.")
_JSON = typer.Option(False, "--json", help="Print JSON alone.")


def backup(
    destination: Path = typer.Argument(help="A new file, or a folder for one.", show_default=False),
    recipient: list[str] = RECIPIENT,
    office: Path | None = OFFICE,
    keys: Path | None = KEYS,
    as_json: bool = _JSON,
) -> None:
    """Copy database, log and settings into one age file; the keys are not in it."""
    from holdfast.workflows.office.opening import open_office
    from holdfast.workflows.office.upkeep import back_up_office

    copy = back_up_office(open_office(office, keys), destination, recipient)
    text = (
        f"{copy.path}: {copy.files} files, {copy.size_bytes} bytes, sha256 {copy.sha256}\n"
        f"to open it: an identity of a recipient, and the master key {copy.master_key_id}"
    )
    typer.echo(json.dumps(_plain(asdict(copy))) if as_json else text)


def restore(
    source: Path = typer.Argument(help="The age file.", show_default=False),
    identity: list[Path] = typer.Option(help="A file with an age identity (AGE-SECRET-KEY-1…). Repeat."),
    office: Path | None = OFFICE,
    keys: Path | None = KEYS,
    database_url: str = typer.Option("", "--database", help="An empty PostgreSQL database for a copy of one."),
    as_json: bool = _JSON,
) -> None:
    """Put a copy into a new place and check all of it; a place in use is refused."""
    from holdfast.crypto.age import parse_identities
    from holdfast.store.office.config import office_folders
    from holdfast.workflows.office.upkeep import restore_office

    folder, apart = office_folders(office, keys)
    identities = [each for file in identity for each in parse_identities(_read(file))]
    done = restore_office(source, identities, folder, apart, database_url=database_url)
    copy = done.copy
    lines = [f"restored to {folder}: {copy.files} files of {copy.made_at}, log of {copy.log_size} entries"]
    lines += [f"{each.mark} {each.name}: {each.text}" for each in done.findings]
    if done.waiting:
        lines.append(f"{len(done.waiting)} migrations wait: run `holdfast office upgrade`, which checks all of it")
    lines.append("if the public log went further since, take its public files: a log must not go back")
    typer.echo(json.dumps(_plain(asdict(done))) if as_json else "\n".join(lines))


def upgrade(
    office: Path | None = OFFICE,
    keys: Path | None = KEYS,
    copy_to: Path | None = typer.Option(None, "--backup", help="Where the copy before the upgrade goes."),
    recipient: list[str] = RECIPIENT,
    as_json: bool = _JSON,
) -> None:
    """Bring the database to this version's form: a backup, the migrations, and every check."""
    from holdfast.workflows.office.opening import place_of
    from holdfast.workflows.office.upkeep import upgrade_office

    done = upgrade_office(place_of(office, keys), copy_to, recipient)
    lines = [f"{len(done.migrations)} migrations" if done.migrations else "nothing to upgrade"]
    lines += [f"backup: {done.copy.path}"] if done.copy else []
    lines += [f"{each.mark} {each.name}: {each.text}" for each in done.findings]
    typer.echo(json.dumps(_plain(asdict(done))) if as_json else "\n".join(lines))


def doctor(office: Path | None = OFFICE, keys: Path | None = KEYS, as_json: bool = _JSON) -> None:
    """Check folders, keys, that everything sealed opens, the audit, the log, clocks, promises; warn of lock-outs."""
    from holdfast.workflows.office.doctor import examine
    from holdfast.workflows.office.opening import open_office

    found = examine(open_office(office, keys))
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in found], ensure_ascii=False))
    else:
        for each in found:
            typer.echo(f"{each.mark} {each.name}: {each.text}")
    if not all(each.ok for each in found):
        raise typer.Exit(ExitCode.CHECK_FAILED)


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (backup, restore, upgrade, doctor):
        app.command()(command)


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8", "replace")
    except OSError as reason:
        raise InputRefusedError(
            "crypto.age.identity", "this file cannot be read", got=str(reason.strerror), place=str(file)
        ) from None


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Path) else value
