"""`holdfast measures`: what is measured, and how each measure is defined."""

from typing import TYPE_CHECKING, Any

import typer

from holdfast.parts import Part

if TYPE_CHECKING:
    from holdfast.measures._measure import Measure

PART = Part.ANALYSIS


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def measures(
        name: str = typer.Argument("", metavar="[NAME]", help="Show one measure with its whole definition."),
        as_json: bool = typer.Option(False, "--json", help="Print as JSON, and nothing else."),
        markdown: bool = typer.Option(
            False, "--markdown", help="Print all definitions as the page docs/measures.md."
        ),
    ) -> None:
        """List the measures, or show one with its definition."""
        import json

        from holdfast.errors import UsageError
        from holdfast.workflows.analysis.assess import all_measures

        known = all_measures()
        if name and name not in known:
            raise UsageError(
                "measures.no_such_measure",
                "there is no measure of this name",
                expected=", ".join(known),
                got=name,
                hint="holdfast measures lists them",
            )
        wanted = [known[name]] if name else list(known.values())
        if markdown:
            from holdfast.measures._page import page

            typer.echo(page(wanted), nl=False)
        elif as_json:
            found = [_as_json(each) for each in wanted]
            typer.echo(json.dumps(found[0] if name else {"measures": found}, ensure_ascii=False, indent=1))
        elif name:
            typer.echo("\n".join(_definition(wanted[0])))
        else:
            for each in wanted:
                typer.echo(f"{each.name:22} {each.title} ({each.unit}; {each.area.replace('_', ' ')})")


def _as_json(measure: "Measure") -> dict[str, Any]:
    from holdfast.tables.portable_sql import to_spark

    return {
        "name": measure.name,
        "title": measure.title,
        "question": measure.question,
        "area": measure.area,
        "unit": measure.unit,
        "window_months": measure.window_months,
        "minimum": dict(measure.minimum),
        "null": measure.null,
        "nulls": [str(null) for null in measure.nulls],
        "alarming": measure.alarming,
        "reference": measure.reference,
        "source": measure.source,
        "innocent": list(measure.innocent),
        "cannot_tell": measure.cannot_tell,
        "needs": list(measure.needs),
        "sql": measure.sql.strip(),
        "sql_spark": to_spark(measure.sql, place=measure.name),
    }


def _definition(measure: "Measure") -> list[str]:
    window = "1 month" if measure.window_months == 1 else f"{measure.window_months} months, at each month's end"
    return [
        f"{measure.name}: {measure.title}",
        measure.question,
        f"area         {measure.area.replace('_', ' ')}",
        f"unit         {measure.unit}",
        f"window       {window}",
        f"minimum      {', '.join(f'{least} {what}' for what, least in measure.minimum.items())}",
        f"null         {measure.null}",
        f"alarming     {measure.alarming}",
        f"reference    {measure.reference}",
        f"source       {measure.source}",
        *(f"innocent     {each}" for each in measure.innocent),
        f"cannot tell  {measure.cannot_tell}",
        f"needs        {', '.join(need.replace('|', ' or ') for need in measure.needs)}",
        "",
        "SQL over the canonical tables and the shared relations (docs/measures.md):",
        measure.sql.strip(),
    ]
