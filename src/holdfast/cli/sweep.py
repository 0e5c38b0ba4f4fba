"""`holdfast sweep`: an approved plan carried out, and how far it is. Approvals stay in the console, with passkeys."""

import json
from pathlib import Path
from typing import Any

import typer

from holdfast.cli._progress import progress_bars
from holdfast.cli.office.place import KEYS, OFFICE
from holdfast.errors import ExitCode
from holdfast.parts import Part

PART = Part.OFFICE

_JSON = typer.Option(False, "--json", help="Print JSON alone.")
_ID = typer.Argument(metavar="ID", help="The plan's id.")
_NAMES = typer.Option(False, "--names", help="Show the targets' account names.")


def run(identity: str = _ID, office: Path | None = OFFICE, keys: Path | None = KEYS, as_json: bool = _JSON) -> None:
    """Carry an approved plan out, until it is done, held or at a sealed phase; run again, it goes on where it was."""
    from holdfast.workflows.office.opening import open_office

    opened = open_office(office, keys)
    from holdfast.workflows.acting.sweep import run_sweep

    with progress_bars(quiet=as_json) as progress:
        outcome = run_sweep(opened, identity, progress=progress)
    told = {"plan": identity, "ending": outcome.ending.value, "held": list(outcome.held), "phase": outcome.phase}
    if as_json:
        typer.echo(json.dumps(told))
    else:
        sealed = f"; phase {outcome.phase} is sealed" if outcome.phase is not None else ""
        typer.echo(f"{identity}: {outcome.ending.value}{sealed}")
        for step in outcome.held:
            typer.echo(f"  held: {step}")
        if outcome.held:
            typer.echo("two people decide on what is held, in the console: skip, amend or undo")
    if outcome.held:
        raise typer.Exit(ExitCode.CHECK_FAILED)


def status(
    identity: str = _ID,
    office: Path | None = OFFICE,
    keys: Path | None = KEYS,
    names: bool = _NAMES,
    as_json: bool = _JSON,
) -> None:
    """Show how far a sweep is, action by action, with what is held and why."""
    from holdfast.workflows.office.opening import open_office

    opened = open_office(office, keys)
    from holdfast.access.rules.console_rules import Because
    from holdfast.store.office.vault import Reader
    from holdfast.workflows.acting.sweep_facts import read_sweep, sweep_status
    from holdfast.workflows.acting.words import sweep_json, sweep_lines

    plan, found = sweep_status(opened, Reader.of_the_office(Because.COMMAND), identity)
    course = read_sweep(opened, Reader.of_the_office(Because.COMMAND), identity)
    if as_json:
        typer.echo(json.dumps(sweep_json(found, course, plan.plan, names=names), ensure_ascii=False))
        return
    for line in sweep_lines(found, course, plan.plan, names=names):
        typer.echo(line)


def undo(identity: str = _ID, office: Path | None = OFFICE, keys: Path | None = KEYS, as_json: bool = _JSON) -> None:
    """Carry out the undoing that two people have approved in the console; without approval it is refused."""
    from holdfast.errors import CheckFailedError
    from holdfast.workflows.office.opening import open_office

    opened = open_office(office, keys)
    from holdfast.access.rules.console_rules import Because
    from holdfast.store.office.vault import Reader
    from holdfast.workflows.acting.sweep import run_sweep
    from holdfast.workflows.acting.sweep_facts import read_sweep

    orders = [
        each
        for each in read_sweep(opened, Reader.of_the_office(Because.COMMAND), identity).orders
        if each.kind == "sweep-undo"
    ]
    if not orders:
        raise CheckFailedError(
            "sweep.undo.not_approved",
            "nobody has approved that this plan is undone",
            expected="the signatures of two deciders",
            place=identity,
            hint=f"propose it in the console: {opened.config.origin}/plans/{identity}/",
        )
    outcome: Any = run_sweep(opened, identity)
    told = {"plan": identity, "ending": outcome.ending.value, "held": list(outcome.held)}
    typer.echo(json.dumps(told) if as_json else f"{identity}: {outcome.ending.value}")
    if outcome.held:
        raise typer.Exit(ExitCode.CHECK_FAILED)


def register(app: typer.Typer) -> None:
    """Add `holdfast sweep`."""
    sweep = typer.Typer(
        no_args_is_help=True, help="Sweeps: an approved plan carried out on the wikis, each step once."
    )
    for command in (run, status, undo):
        sweep.command()(command)
    app.add_typer(sweep, name="sweep")
