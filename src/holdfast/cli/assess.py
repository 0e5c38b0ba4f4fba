"""`holdfast assess`: from a lake to the report of one wiki."""

from datetime import date
from pathlib import Path

import typer

from holdfast.parts import Part

PART = Part.ANALYSIS


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def assess(
        lake: Path = typer.Option(..., "--lake", metavar="DIR", help="The lake's folder."),
        wiki: str = typer.Option(..., "--wiki", metavar="NAME", help="The wiki, as the lake calls it."),
        out: Path = typer.Option(
            ..., "--out", metavar="DIR", help="Where report.html, findings.json and the tables are written."
        ),
        as_of: str | None = typer.Option(
            None,
            "--as-of",
            metavar="DATE",
            help="The last day looked at, YYYY-MM-DD; without it the last full month of the data.",
        ),
        q: float = typer.Option(0.05, "--q", help="Tolerated share of false findings, over 0 and at most 0.5."),
        names: bool = typer.Option(False, "--names", help="Name what is public office: winners of elections."),
        names_all: bool = typer.Option(False, "--names-all", help="Name everybody."),
        pseudonym_key: Path | None = typer.Option(
            None, "--pseudonym-key", metavar="FILE", help="The key for pseudonyms; without it the lake's own."
        ),
        label: list[str] = typer.Option(
            [], "--label", metavar="TEXT", help="What no reader may miss, such as: Simulated accounts."
        ),
        coordination: bool = typer.Option(
            False, "--coordination", help="Also look for accounts that act together (slow: runs the gate)."
        ),
        replicates: int = typer.Option(60, "--replicates", help="coordination only: null runs of each kind."),
        as_json: bool = typer.Option(False, "--json", help="Print a summary as JSON, and nothing else."),
    ) -> None:
        """Measure a wiki's governance, test what stands out, and write the report. There is no overall score."""
        import json
        from dataclasses import asdict

        from holdfast.accounts.naming import pseudonyms_for
        from holdfast.cli._progress import progress_bars
        from holdfast.findings.areas import areas_of
        from holdfast.report.finding_sections import areas_shown, said_of
        from holdfast.report.words import false_alarms_in_words
        from holdfast.report.written import write_report
        from holdfast.settings import settings_from
        from holdfast.tables.lake import open_lake
        from holdfast.workflows.analysis.assess import assess as assess_wiki

        if names_all:
            typer.echo(
                "names of all accounts are shown: a report that names people beyond public office can harm them,"
                " and cannot be taken back once it is passed on",
                err=True,
            )
        with progress_bars(quiet=as_json) as progress:
            found = assess_wiki(
                open_lake(lake, settings_from()),
                wiki=wiki,
                as_of=None if as_of is None else _day(as_of),
                q=q,
                names="all" if names_all else "published" if names else "pseudonyms",
                pseudonyms=pseudonyms_for(pseudonym_key, lake),
                labels=label,
                progress=progress,
            )
            if coordination:
                from holdfast.workflows.analysis.coordination import look_together, with_coordination

                together = look_together(
                    open_lake(lake, settings_from()),
                    wiki=wiki,
                    replicates=replicates,
                    pseudonym_key=pseudonym_key,
                    named=names or names_all,
                    progress=progress,
                )
                found = with_coordination(found, together.findings, together.runs)
            written = write_report(found, out)
        said = {area: each for area, each in areas_of(found).items() if area in areas_shown(found)}
        if as_json:
            summary = {
                "wiki": found.wiki,
                "as_of": found.as_of.isoformat() if found.as_of else None,
                "findings": len(found.findings),
                "looked_at": found.family.looked_at,
                "kept": found.family.kept,
                "areas": {str(area): str(each.said) for area, each in said.items()},
                "false_alarms": None if found.false_alarms is None else asdict(found.false_alarms),
                "written": [str(path) for path in written],
            }
            typer.echo(json.dumps(summary, ensure_ascii=False, indent=1))
            return
        typer.echo(f"{found.wiki} as of {found.as_of or 'all time (the data carry no times)'}")
        typer.echo(
            f"  {found.family.looked_at} hypotheses tested, {found.family.kept} kept at q = {found.family.q:g}"
        )
        for finding in found.findings:
            typer.echo(f"  {finding.area.replace('_', ' ')}: {finding.claim}")
        for area in said:
            typer.echo(f"  {area.replace('_', ' ')}: {' '.join(said_of(found, area))}")
        for each in found.runs:
            if each.status != "ok":
                typer.echo(f"  {each.measure.replace('_', ' ')}: {each.status.replace('_', ' ')}: {each.reason}")
        typer.echo(f"  {false_alarms_in_words(found.false_alarms)}")
        typer.echo(f"  report: {written[-1]}")


def _day(text: str) -> date:
    from holdfast.errors import UsageError

    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(
            "assess.as_of", "this is not a day", expected="YYYY-MM-DD", got=repr(text[:40]), hint="write 2008-12-31"
        ) from None
