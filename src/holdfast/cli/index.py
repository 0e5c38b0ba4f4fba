"""`holdfast index`: one page over several reports."""

from pathlib import Path

import typer

from holdfast.parts import Part

PART = Part.ANALYSIS


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def index(
        folder: Path = typer.Argument(..., metavar="DIR", help="The folder that holds a folder for each report."),
        about: list[str] = typer.Option(
            [], "--about", metavar="WIKI=TEXT", help="A sentence or two on what the data of a wiki are."
        ),
        title: str = typer.Option("Assessments", "--title", help="The page's title."),
    ) -> None:
        """Write DIR/index.html over the reports in DIR/*/, in alphabetical order."""
        from holdfast.report.index import entries_in, write_index

        if not folder.is_dir():
            raise _no_folder(folder)
        entries = entries_in(folder, about=dict(_pair(each) for each in about))
        typer.echo(f"{write_index(folder, entries, title=title)}: {len(entries)} reports")


def _no_folder(folder: Path) -> Exception:
    from holdfast.errors import UsageError

    return UsageError(
        "index.no_folder",
        "there is no such folder",
        expected="a folder with a folder for each report",
        place=str(folder),
        hint="write reports into it first: holdfast assess --lake DIR --wiki NAME --out DIR/NAME",
    )


def _pair(text: str) -> tuple[str, str]:
    from holdfast.errors import UsageError

    wiki, equals, sentence = text.partition("=")
    if not equals:
        raise UsageError(
            "index.about",
            "this says nothing about a wiki",
            expected="WIKI=TEXT",
            got=repr(text[:60]),
            hint="add the =",
        )
    return wiki, sentence
