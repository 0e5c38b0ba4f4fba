"""`holdfast access`: the register of people with non-public access, what the rules say about them, and what if."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from holdfast.cli._encoding import ENCODING
from holdfast.cli.office.place import KEYS, OFFICE
from holdfast.parts import Part

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from holdfast.workflows.access.register_file import FileRegister, Preview

PART = Part.BASE
PARTS = {"reviews": Part.OFFICE}
"""Commands of this file that belong to another part."""

_REGISTER = typer.Option(None, "--register", metavar="FILE", help="A register as CSV, without an office.")
_RULES = typer.Option(None, "--rules", metavar="FILE", help="With --register: the book of rules, TOML.")
_ON = typer.Option("", "--on", metavar="DATE", help="As of this day or moment (UTC) [default: now].")
_NAMES = typer.Option(False, "--names", help="Show accounts by name, not by pseudonym.")
_NAMES_ALL = typer.Option(False, "--names-all", help="The same; there are no other people in it.")
_KEY = typer.Option(None, "--pseudonym-key", metavar="FILE", help="A key for pseudonyms, to compare outputs.")
_JSON = typer.Option(False, "--json", help="Print JSON, and nothing else.")


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(
        name="access", help="Who may see non-public data, by which rule, and what if.", no_args_is_help=True
    )
    app.add_typer(group)

    @group.command()
    def explain(
        person: str = typer.Argument(..., metavar="PERSON", help="An account, by any name it has or had."),
        right: str = typer.Argument(..., metavar="RIGHT", help="checkuser, oversight, steward, ombuds, vrt …"),
        wiki: str = typer.Option("", "--wiki", metavar="NAME", help="On one wiki alone."),
        reason: str | None = typer.Option(
            None, "--reason", metavar="TEXT", help="May the person use the right now, for this reason?"
        ),
        on: str = _ON,
        register_file: Path | None = _REGISTER,
        office: Path | None = OFFICE,
        keys: Path | None = KEYS,
        rules: Path | None = _RULES,
        encoding: str = ENCODING,
        names: bool = _NAMES,
        names_all: bool = _NAMES_ALL,
        pseudonym_key: Path | None = _KEY,
        as_json: bool = _JSON,
    ) -> None:
        """Say whether a person may hold a right, or use it for a reason, and by the name of which rule."""
        from holdfast.cli._access_output import explain_text, explained

        found = _open(register_file, office, keys, rules, encoding)
        document = explained(
            found.register, person, right, wiki, _moment(on), _labels(names or names_all, pseudonym_key), reason
        )
        _print(document, explain_text(document), found, as_json=as_json)

    @group.command(name="what-if")
    def what_if(
        jurisdiction: list[str] = typer.Option([], "--jurisdiction", metavar="CLASS", help="Such as J1; repeatable."),
        right: list[str] = typer.Option([], "--right", metavar="RIGHT", help="Repeatable [default: every right]."),
        person: list[str] = typer.Option([], "--person", metavar="NAME", help="Freeze people instead; repeatable."),
        on: str = _ON,
        register_file: Path | None = _REGISTER,
        office: Path | None = OFFICE,
        keys: Path | None = KEYS,
        rules: Path | None = _RULES,
        encoding: str = ENCODING,
        names: bool = _NAMES,
        names_all: bool = _NAMES_ALL,
        pseudonym_key: Path | None = _KEY,
        as_json: bool = _JSON,
    ) -> None:
        """Who would lose what; which wikis would fall below two holders, and which languages lose cover."""
        from holdfast.access.register.what_if import what_if as ask
        from holdfast.access.rules.engine import load_policies
        from holdfast.access.rules.rights import RIGHTS, right_named
        from holdfast.cli._access_output import what_if_document, what_if_text

        found = _open(register_file, office, keys, rules, encoding)
        answer = ask(
            load_policies(),
            found.register,
            at=_moment(on),
            rights=[right_named(each).name for each in right] or list(RIGHTS),
            jurisdictions=jurisdiction,
            people=[found.register.one(each).id for each in person],
        )
        document = what_if_document(answer, found.register, _labels(names or names_all, pseudonym_key))
        _print(document, what_if_text(document), found, as_json=as_json)

    @group.command()
    def noticeboard(
        out: Path = typer.Option(..., "--out", metavar="DIR", help="Write the board into this folder."),
        register_file: Path | None = _REGISTER,
        office: Path | None = OFFICE,
        keys: Path | None = KEYS,
        rules: Path | None = _RULES,
        encoding: str = ENCODING,
        names: bool = typer.Option(False, "--names", help="With accounts by name, as it is published."),
        names_all: bool = _NAMES_ALL,
        pseudonym_key: Path | None = _KEY,
        as_json: bool = _JSON,
    ) -> None:
        """Make the public noticeboard from the register: HTML, wikitext and JSON. It shows no domicile."""
        from holdfast.access.register.noticeboard import noticeboard as make
        from holdfast.clock import system_clock
        from holdfast.workflows.access.noticeboard import write_board

        found = _open(register_file, office, keys, rules, encoding)
        board = make(found.register, now=system_clock())
        label = _labels(names or names_all, pseudonym_key)
        paths = write_board(board, out, label=lambda account: label("", account))
        document = {
            "as_of": board.as_of.isoformat(),
            "agreements": len(board.lines),
            "files": [str(path) for path in paths],
        }
        text = f"{out}: {len(board.lines)} agreements as of {board.as_of.isoformat()}"
        _print(document, text + ("" if names or names_all else " (pseudonyms; --names puts the names)"), found,
               as_json=as_json)  # fmt: skip

    @group.command(name="import")
    def import_(
        file: Path = typer.Argument(..., metavar="FILE", help="CSV, wikitext, or JSON answers of the API."),
        kind: str = typer.Option(..., "--as", metavar="KIND", help="csv, noticeboard or groups."),
        wiki: str = typer.Option("", "--wiki", metavar="NAME", help="For groups: whose they are."),
        version: str = typer.Option("", "--agreement-version", metavar="TEXT", help="For a noticeboard."),
        register_file: Path | None = _REGISTER,
        office: Path | None = OFFICE,
        keys: Path | None = KEYS,
        rules: Path | None = _RULES,
        encoding: str = ENCODING,
        names: bool = _NAMES,
        names_all: bool = _NAMES_ALL,
        as_json: bool = _JSON,
    ) -> None:
        """Read people into the office's register; without an office, say what would be read. Twice adds nothing."""
        from holdfast.access.register.register import Register
        from holdfast.access.rules.rule_book import RuleBook
        from holdfast.cli._access_output import import_document, import_text
        from holdfast.clock import system_clock
        from holdfast.workflows.access.register_file import FileRegister, preview_import

        here = None if register_file else _office(office)
        if here is not None:
            found, preview = _into_office(here, keys, file, kind, wiki=wiki, version=version, encoding=encoding)
        else:
            empty = Register(people={}, book=RuleBook(current_versions=frozenset({"none"})))
            found = FileRegister(register=empty, assumed=("no register: everything in the file is new",))
            if register_file is not None:
                found = _open(register_file, None, None, rules, encoding)
            preview = preview_import(
                file, kind, found.register, wiki=wiki, version=version, now=system_clock(), encoding=encoding
            )
        document = import_document(preview, named=names or names_all, written=here is not None)
        _print(document, import_text(document), found, as_json=as_json)

    @group.command()
    def reviews(office: Path | None = OFFICE, keys: Path | None = KEYS, as_json: bool = _JSON) -> None:
        """The public table of reviews: how many are open, median days, share restored. It names nobody."""
        import json

        from holdfast.workflows.office.opening import open_office

        opened = open_office(office, keys)
        from holdfast.workflows.freezes.review import public_table

        table = public_table(opened).to_json()
        if as_json:
            typer.echo(json.dumps(table, indent=2, sort_keys=True))
            return
        for name, value in table.items():
            typer.echo(f"{name.replace('_', ' ')}: {'not published (too few people)' if value is None else value}")

    @group.command()
    def template() -> None:
        """Print a CSV file with every column of the register and two simulated people."""
        from holdfast.access.register.import_csv import template as text

        typer.echo(text(), nl=False)

    @group.command()
    def columns(as_json: bool = _JSON) -> None:
        """Say what each column of the CSV file holds."""
        import json

        from holdfast.access.register.import_csv import COLUMNS

        if as_json:
            typer.echo(json.dumps(dict(COLUMNS), indent=2))
        else:
            typer.echo("\n".join(f"{name}: {means}" for name, means in COLUMNS.items()))


def _office(office: Path | None) -> Path | None:
    """The office's folder, when one was named or lies here."""
    import os

    if office is not None:
        return office
    here = Path(os.environ.get("HOLDFAST_OFFICE", "office"))
    return here if (here / "office.toml").exists() else None


def _open(
    register_file: Path | None, office: Path | None, keys: Path | None, rules: Path | None, encoding: str
) -> "FileRegister":
    from holdfast.clock import system_clock
    from holdfast.errors import UsageError
    from holdfast.workflows.access.register_file import FileRegister, read_register_file

    if register_file is not None and office is not None:
        raise UsageError("access.which_register", "there are two registers", hint="give --register or --office")
    if register_file is not None:
        return read_register_file(register_file, rules=rules, now=system_clock(), encoding=encoding)
    here = _office(office)
    if here is None:
        raise UsageError(
            "access.no_register",
            "there is no register",
            expected="--register FILE, or --office DIR",
            hint="holdfast access template prints a file to fill in",
        )
    if rules is not None:
        raise UsageError("access.which_rules", "an office has a rule book of its own", hint="leave --rules out")
    from holdfast.workflows.office.opening import open_office

    opened = open_office(here, keys)
    from holdfast.access.rules.console_rules import Because
    from holdfast.store.office.vault import Reader
    from holdfast.workflows.access.register import load

    found = load(opened, Reader.of_the_office(Because.COMMAND), purpose="asked from the command line")
    return FileRegister(register=found.register, assumed=found.assumed)


def _into_office(
    office: Path, keys: Path | None, file: Path, kind: str, *, wiki: str, version: str, encoding: str
) -> "tuple[FileRegister, Preview]":
    """Whoever holds the keys' folder acts as the office itself; each step is in its audit."""
    from holdfast.workflows.access.register_file import FileRegister
    from holdfast.workflows.office.opening import open_office

    opened = open_office(office, keys)
    from holdfast.access.rules.console_rules import Because
    from holdfast.store.office.vault import Reader
    from holdfast.workflows.access.register import import_file, load

    preview = import_file(
        opened, Reader.of_the_office(Because.COMMAND), file, kind, wiki=wiki, version=version, encoding=encoding
    )
    found = load(opened, Reader.of_the_office(Because.COMMAND), purpose="asked from the command line")
    return FileRegister(register=found.register, assumed=found.assumed), preview


def _moment(text: str) -> "datetime":
    from holdfast.access.register.moments import day_or_moment
    from holdfast.clock import system_clock

    return day_or_moment(text, place="--on") if text else system_clock()


def _labels(named: bool, key: Path | None) -> "Callable[[str, str], str]":
    """What an account of a wiki is called in this output."""
    from holdfast.accounts.naming import Naming

    return Naming(everybody=named, key=key).label()


def _print(document: dict[str, Any], text: str, found: "FileRegister", *, as_json: bool) -> None:
    import json

    if as_json:
        full = {**document, "assumed": list(found.assumed)}
        typer.echo(json.dumps(full, indent=2, sort_keys=True, ensure_ascii=False))
        return
    typer.echo(text)
    for each in found.assumed:
        typer.echo(f"note: {each}", err=True)
