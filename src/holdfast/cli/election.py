"""`holdfast election …`: rules, rolls, counting, plans. One verb to a file; see the modules `_election_*`."""

import typer

from holdfast.cli import _election_count, _election_integrity, _election_outcome, _election_plan, _election_roll


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(
        help="Rules as data, rolls that can be checked, counts that anyone can repeat.", no_args_is_help=True
    )
    app.add_typer(group, name="election")
    for part in (_election_outcome, _election_count, _election_roll, _election_plan, _election_integrity):
        part.register(group)
