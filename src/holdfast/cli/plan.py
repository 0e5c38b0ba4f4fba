"""`holdfast plan`: a plan's file, and what an office knows of one. Approvals stay in the console, with passkeys."""

import json
from pathlib import Path
from typing import Any

import typer

from holdfast.cli.office.place import KEYS, OFFICE
from holdfast.errors import CheckFailedError
from holdfast.parts import Part

PART = Part.OFFICE

_JSON = typer.Option(False, "--json", help="Print JSON alone.")


def template() -> None:
    """Print a plan file with comments, to be filled in."""
    from holdfast.actions.plans.file import template as text

    typer.echo(text(), nl=False)


def check(
    file: Path = typer.Argument(help="The plan, TOML or JSON."),
    office: Path | None = OFFICE,
    keys: Path | None = KEYS,
    live: bool = typer.Option(False, "--live", help="Look at all targets on the wikis too; nothing is written."),
    as_json: bool = _JSON,
) -> None:
    """Check a plan as a whole and list every problem at once, each with its place in the file.

    Where there is an office, the plan is held against its members, its operators and its other open plans.
    """
    from holdfast.actions.plans.check import check as problems_of
    from holdfast.actions.plans.file import read_plan

    plan, places = read_plan(file)
    found = [each.words() for each in problems_of(plan, _surroundings(office, keys), places)]
    if live and not found:
        found = _live(keys, office, plan, places)
    if as_json:
        typer.echo(
            json.dumps({"plan": plan.id, "actions": plan.public_counts(), "problems": found}, ensure_ascii=False)
        )
    elif not found:
        counts = ", ".join(f"{count} {kind}" for kind, count in plan.public_counts().items())
        typer.echo(f"{plan.id}: {counts}; no problem found" + ("" if live else " (the wikis were not asked: --live)"))
    if found:
        raise CheckFailedError(
            "plan.check",
            f"the plan has {len(found)} problem(s): " + "; ".join(found),
            place=str(file),
            hint="correct the file; nothing was changed",
        )


def _surroundings(office: Path | None, keys: Path | None) -> Any:
    from holdfast.actions.plans.check import Surroundings
    from holdfast.clock import system_clock
    from holdfast.store.office.config import CONFIG_FILE, office_folders

    home, apart = office_folders(office, keys)
    if not (home / CONFIG_FILE).exists():
        if office is None:
            return Surroundings(now=system_clock())
        from holdfast.store.office.config import read_config

        read_config(home, apart)  # says what is missing
    from holdfast.workflows.office.opening import open_office

    opened = open_office(home, apart)
    from holdfast.workflows.acting.surroundings import surroundings
    from holdfast.workflows.office.operators import operators_of

    return surroundings(opened, operators_of(opened))


def _live(keys: Path | None, office: Path | None, plan: Any, places: Any) -> list[str]:
    from holdfast.actions.plans.planning import prepare
    from holdfast.actions.plans.preflight import preflight
    from holdfast.clock import system_clock
    from holdfast.store.office.config import office_folders
    from holdfast.wiki.operators import read_operators

    known, now = read_operators(office_folders(office, keys)[1]), system_clock()
    crews = {each.name: known.hands_for(each.name) for each in plan.wikis}
    first = {wiki: hands[0] for wiki, hands in crews.items()}
    ready = prepare(plan, first, appeal_link=lambda action: "https://office.example/appeal", now=now, places=places)
    found = preflight([each.action for each in ready.actions], crews, now=now)
    return [f"{places.get(each.action, each.wiki)}: {each.what} ({each.code})" for each in found.problems]


def show(
    identity: str = typer.Argument(metavar="ID", help="The plan's id."),
    office: Path | None = OFFICE,
    keys: Path | None = KEYS,
    names: bool = typer.Option(False, "--names", help="Show the targets' account names."),
    as_json: bool = _JSON,
) -> None:
    """Show a plan: where it stands, its gates, its actions. Accounts are named with --names alone."""
    from holdfast.workflows.office.opening import open_office

    opened = open_office(office, keys)
    from holdfast.access.rules.console_rules import Because
    from holdfast.store.office.vault import Reader
    from holdfast.workflows.acting.plan import read_plan
    from holdfast.workflows.acting.words import plan_json, plan_lines

    found = read_plan(
        opened, Reader.of_the_office(Because.COMMAND), identity, purpose="plan shown on the command line"
    )
    if as_json:
        typer.echo(json.dumps(plan_json(found, names=names), ensure_ascii=False))
        return
    for line in plan_lines(found, names=names):
        typer.echo(line)


def register(app: typer.Typer) -> None:
    """Add `holdfast plan`."""
    plan = typer.Typer(no_args_is_help=True, help="Plans: who is to be acted on, how, and why.")
    plan.command()(template)
    plan.command()(check)
    plan.command()(show)
    app.add_typer(plan, name="plan")
