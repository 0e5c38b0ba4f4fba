"""`holdfast office way-back show|ask|stop|open`: back into an office that shut itself out."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from holdfast.cli.office.place import KEYS, OFFICE
from holdfast.parts import Part

if TYPE_CHECKING:
    from holdfast.store.office.members import MemberRecord
    from holdfast.workflows.access.way_back import WayBack
    from holdfast.workflows.office.lockout import Weakness

PART = Part.OFFICE

_ID = typer.Argument(help="The way back, as `show` lists it.", show_default=False)


def show(
    office: Path | None = OFFICE,
    keys: Path | None = KEYS,
    as_json: bool = typer.Option(False, "--json", help="Print JSON alone."),
) -> None:
    """List the seats, what too few people can do, and the ways back that were asked for."""
    from holdfast.workflows.office.opening import open_office

    found = open_office(office, keys)
    # what knows the database is imported when the office is open, in every command here
    from holdfast.store.office.members import all_members
    from holdfast.workflows.access.way_back import announced
    from holdfast.workflows.office.lockout import weaknesses

    seats, weak, ways = all_members(), weaknesses(found), announced(found)
    if as_json:
        typer.echo(json.dumps(_document(seats, weak, ways), ensure_ascii=False))
        return
    for seat in seats:
        state = "suspended" if seat.suspended_at else f"passkeys: {seat.passkeys}"
        typer.echo(f"{seat.member}  {', '.join(sorted(seat.roles)) or 'no role'}  {state}")
    for each in weak:
        typer.echo(f"{each.loss}: {each.text}")
    for way in ways:
        when = f"opens at {way.opens_at.isoformat(timespec='minutes')}" if way.may_be_stopped else way.state
        typer.echo(f"way back {way.id} for {way.member} ({', '.join(way.roles)}): {when}")


def _document(
    seats: "Sequence[MemberRecord]", weak: "Sequence[Weakness]", ways: "Sequence[WayBack]"
) -> dict[str, Any]:
    return {
        "seats": [
            {
                "member": each.member,
                "roles": sorted(each.roles),
                "passkeys": each.passkeys,
                "suspended": each.suspended_at is not None,
            }
            for each in seats
        ],
        "weak": [{"loss": each.loss.value, "what": each.text} for each in weak],
        "ways_back": [
            {
                "id": each.id,
                "member": each.member,
                "roles": list(each.roles),
                "state": each.state,
                "opens_at": each.opens_at.isoformat(),
            }
            for each in ways
        ],
    }


def ask(
    member: str = typer.Argument(help="The seat: an operator's or a guardian's member id.", show_default=False),
    share: list[Path] = typer.Option(help="A file with a share. Three of one set are needed; repeat."),
    office: Path | None = OFFICE,
    keys: Path | None = KEYS,
) -> None:
    """Ask for a way back with three shares; everybody is told, and it opens after the hours of office.toml."""
    from holdfast.workflows.office.opening import open_office

    opened = open_office(office, keys)
    from holdfast.workflows.access.way_back import ask as begin
    from holdfast.workflows.office.master_keys import read_share

    found = begin(opened, member, [read_share(each) for each in share])
    typer.echo(f"way back {found.id} for {found.member} ({', '.join(found.roles)})")
    typer.echo("it stands on every member's start page, in the audit and as an alarm; any guardian may stop it")
    typer.echo(f"from {found.opens_at.isoformat(timespec='minutes')} on: `holdfast office way-back open {found.id}`")
    typer.echo("delete the shares' files from this machine")


def stop(number: str = _ID, office: Path | None = OFFICE, keys: Path | None = KEYS) -> None:
    """Stop a way back that waits."""
    from holdfast.workflows.office.opening import open_office

    opened = open_office(office, keys)
    from holdfast.access.rules.console_rules import Because
    from holdfast.store.office.vault import Reader
    from holdfast.workflows.access.way_back import stop as end

    found = end(opened, Reader.of_the_office(Because.COMMAND), number)
    typer.echo(f"way back {found.id} for {found.member} is stopped")


def open_(number: str = _ID, office: Path | None = OFFICE, keys: Path | None = KEYS) -> None:
    """Open a way back whose time has come: prints the link, and ends the seat's old passkeys and sessions."""
    from holdfast.workflows.office.opening import open_office

    found = open_office(office, keys)
    from holdfast.workflows.access.way_back import open_way

    secret = open_way(found, number)
    typer.echo("give this link to the person whose seat it is; it works once, within a day:")
    typer.echo(f"  {found.config.origin}/join/{secret}/")
    typer.echo("run this again for a new link while nobody has enrolled with it")


def add_to(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(no_args_is_help=True, help="Back into an office that shut itself out, by three shares.")
    for command in (show, ask, stop):
        group.command()(command)
    group.command("open")(open_)
    app.add_typer(group, name="way-back")
