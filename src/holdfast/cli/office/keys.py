"""`holdfast office keys split|acknowledge|restore|rotate`."""

from pathlib import Path

import typer

from holdfast.cli.office.place import KEYS, OFFICE
from holdfast.parts import Part

PART = Part.OFFICE


def split(
    out: Path = typer.Option(help="An empty folder for the five files, not in the office."),
    office: Path | None = OFFICE,
    keys: Path | None = KEYS,
) -> None:
    """Split the master key into five shares; any three bring it back. One for each of five people."""
    from holdfast.workflows.office.master_keys import write_shares
    from holdfast.workflows.office.opening import open_office

    for place in write_shares(open_office(office, keys), out):
        typer.echo(str(place))
    typer.echo("give each file to another person, on paper or on their own disk, and delete it here")
    typer.echo("each of them acknowledges it: `holdfast office keys acknowledge --share FILE`")


def acknowledge(
    share: Path = typer.Option(help="The file with one share."),
    office: Path | None = OFFICE,
    keys: Path | None = KEYS,
) -> None:
    """Note that a keeper has their share at hand; the doctor warns while too few are acknowledged."""
    from holdfast.crypto.master_key import SHARES_MADE
    from holdfast.workflows.office.master_keys import acknowledge as note
    from holdfast.workflows.office.master_keys import read_share
    from holdfast.workflows.office.opening import open_office

    known = note(open_office(office, keys), read_share(share))
    typer.echo(f"{len(known)} of {SHARES_MADE} shares are acknowledged; delete the file from this machine again")


def restore(
    share: list[Path] = typer.Option(help="A file with a share. Three of one set are needed; repeat."),
    office: Path | None = OFFICE,
    keys: Path | None = KEYS,
) -> None:
    """Bring a lost master key back from three shares; the audit says so, and an alarm is raised."""
    from holdfast.store.office.config import office_folders
    from holdfast.workflows.office.master_keys import bring_back, read_share

    folder, apart = office_folders(office, keys)
    master = bring_back(folder, apart, [read_share(each) for each in share])
    typer.echo(f"master key {master.id} is in {apart}; delete the shares' files from this machine")


def rotate(office: Path | None = OFFICE, keys: Path | None = KEYS) -> None:
    """Change the master key: stop the console first. Old shares and old backups do not open what comes after."""
    from holdfast.store.office.config import office_folders
    from holdfast.workflows.office.master_keys import rotate_master_key

    done = rotate_master_key(*office_folders(office, keys))
    typer.echo(f"master key {done.old_id} is replaced by {done.new_id}; {done.streams} keys wrapped anew")
    typer.echo(f"the old one is {done.old_file}: only backups from before need it; delete it when they have lapsed")
    typer.echo("now split the new key (holdfast office keys split) and make a backup")


def add_to(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(no_args_is_help=True, help="The master key: split it, bring it back, change it.")
    for command in (split, acknowledge, restore, rotate):
        group.command()(command)
    app.add_typer(group, name="keys")
