"""`holdfast papers`: the schemas of what people write."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command(name="papers")
    def papers(
        name: str = typer.Argument("", help="A kind of paper [default: list them]."),
        out: Path | None = typer.Option(None, metavar="DIR", help="Write every schema into this folder."),
    ) -> None:
        """List the kinds of files that people write, or print the JSON schema of one."""
        from holdfast.errors import UsageError
        from holdfast.tables._files import write_atomically

        found = schemas()
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)
            for each, schema in found.items():
                write_atomically(out / f"{each}.schema.json", as_written(schema))
        elif not name:
            typer.echo("\n".join(f"{each}: {schema['title']}" for each, schema in found.items()))
        elif name not in found:
            raise UsageError("schema.none", f"there is no schema {name[:40]!r}", expected=", ".join(found))
        else:
            typer.echo(as_written(found[name]).decode(), nl=False)


def as_written(schema: Mapping[str, Any]) -> bytes:
    """A schema as it is published."""
    return (json.dumps(schema, indent=2, ensure_ascii=False) + "\n").encode()


def schemas() -> dict[str, Mapping[str, Any]]:
    """The schema of each kind of paper, by name, made from what its reader declares."""
    from holdfast.access.register.import_csv import REGISTER
    from holdfast.access.rules.rule_book import RULES_SHAPE
    from holdfast.actions.plans.file import shape as plan
    from holdfast.canonical import parse_json
    from holdfast.cases.recusal import CLOSENESS
    from holdfast.elections import open_votes, published
    from holdfast.elections.links import LINKS
    from holdfast.papers.shapes import published as titled
    from holdfast.store.office.config import SHAPE as OFFICE
    from holdfast.workflows.elections.publish import CALENDAR
    from holdfast.workflows.elections.roll import FACTS
    from holdfast.worlds.world import SHAPE as WORLD

    tables = (REGISTER, CLOSENESS, LINKS, CALENDAR, FACTS, open_votes.TOTALS, open_votes.SINGLE)
    found: dict[str, Mapping[str, Any]] = {each.name: each.schema() for each in tables}
    found |= {
        name: parse_json(published.schema_bytes(f"{name}.schema.json"), place=name) for name in published.schemas()
    }
    found |= {
        "access_rules": titled("The book of rules for access", RULES_SHAPE),
        "plan": titled("A plan of actions, TOML or JSON", plan()),
        "office": titled("The settings of an office, office.toml", OFFICE),
        "votes": titled("The votes of an open election as totals, TOML or JSON", open_votes.SHAPE),
        "world": titled("A simulated world", WORLD),
    }
    return dict(sorted(found.items()))
