"""`holdfast election …`: rules, rolls, counting, plans. One verb to a file; see the files beside this one."""

import typer

from holdfast.cli.election import count, integrity, outcome, plan, roll


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(
        help="Rules as data, rolls that can be checked, counts that anyone can repeat.", no_args_is_help=True
    )
    app.add_typer(group, name="election")
    for part in (outcome, count, roll, plan, integrity):
        part.register(group)
