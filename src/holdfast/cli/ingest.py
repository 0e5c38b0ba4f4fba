"""`holdfast ingest`: read dumps, logs, vote lists or a live wiki into a lake."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from holdfast.parts import Part

if TYPE_CHECKING:
    from holdfast.workflows.analysis.ingest import Ingested

PART = Part.ANALYSIS


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def ingest(
        given: list[str] = typer.Argument(
            ...,
            metavar="PATH|URL…",
            help="Files (plain, .gz, .bz2, .xz, .zst), or the address of a live wiki's api.php.",
        ),
        wiki: str = typer.Option(
            ..., "--wiki", metavar="NAME", help="What the lake calls this wiki: a-z, 0-9, _ and -."
        ),
        lake: Path = typer.Option(..., "--lake", metavar="DIR", help="The lake's folder; made if there is none."),
        as_source: str | None = typer.Option(
            None,
            "--as",
            metavar="SOURCE",
            help="The format, where name and content do not tell it (docs/sources.md).",
        ),
        since: str | None = typer.Option(
            None,
            "--since",
            metavar="DATE",
            help="Live wikis: only what happened at or after this time (ISO 8601, UTC).",
        ),
        option: list[str] = typer.Option(
            [],
            "--option",
            metavar="KEY=VALUE",
            help="What one source understands; see docs/sources.md. May be repeated.",
        ),
        as_json: bool = typer.Option(False, "--json", help="Print what was read as JSON, and nothing else."),
    ) -> None:
        """Read files or a live wiki into a lake. The same file twice changes nothing."""
        import json

        from holdfast.cli._progress import progress_bars
        from holdfast.clock import parse_at
        from holdfast.settings import settings_from
        from holdfast.workflows.analysis.ingest import Reading
        from holdfast.workflows.analysis.ingest import ingest as read_all

        with progress_bars(quiet=as_json) as progress:
            reading = Reading(
                as_source=as_source,
                since=parse_at(since) if since is not None else None,
                options=_options(option),
                progress=progress,
            )
            done = read_all(given, lake, wiki=wiki, reading=reading, settings=settings_from())
        if as_json:
            typer.echo(json.dumps({"ingested": [_as_json(each) for each in done]}, ensure_ascii=False, indent=1))
            return
        for each in done:
            for line in summary(each):
                typer.echo(line)


def _options(given: list[str]) -> dict[str, str]:
    from holdfast.errors import UsageError

    found = {}
    for text in given:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise UsageError(
                "ingest.option", "an option is written KEY=VALUE", got=repr(text[:40]), hint="see docs/sources.md"
            )
        found[key] = value
    return found


def _as_json(done: "Ingested") -> dict[str, object]:
    entry = done.entry
    return {
        "given": done.given,
        "source": entry.source,
        "wiki": entry.wiki,
        "was_known": done.was_known,
        "rows": {name: part.rows for name, part in entry.tables.items()},
        "dropped": dict(entry.dropped),
        "places": {reason: list(places) for reason, places in entry.places.items()},
        "notes": list(entry.notes),
    }


def summary(done: "Ingested") -> list[str]:
    """What became of one input, for people: rows by table, what was left out and where, what to know."""
    entry = done.entry
    if done.was_known:
        return [
            f"{done.given}: already in the lake as {entry.wiki}"
            f" (entry {entry.number}, {entry.source}); nothing changed"
        ]
    lines = [f"{done.given}: read as {entry.source} into {entry.wiki}"]
    width = max((len(name) for name in entry.tables), default=0)
    lines += [f"  {name:{width}}  {part.rows:>12,} rows" for name, part in entry.tables.items()]
    if not entry.tables:
        lines.append("  no new rows")
    if entry.dropped:
        lines.append("  left out:")
        for reason, count in entry.dropped.items():
            places = entry.places.get(reason, ())
            where = f" (first: {'; '.join(places[:3])})" if places else ""
            lines.append(f"    {count:,} {reason}{where}")
    lines += [f"  note: {note}" for note in entry.notes]
    return lines
