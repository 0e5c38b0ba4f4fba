"""`holdfast exposure`: from the files of CheckUser's log alone: who could, who did, what a holder looked at."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from holdfast.cli._encoding import ENCODING
from holdfast.parts import Part

if TYPE_CHECKING:
    from datetime import date

    from holdfast.access.exposure.lookups_read import ReadLog
    from holdfast.accounts.names import AccountName
    from holdfast.accounts.pseudonym import Pseudonyms
    from holdfast.report.page import Page

PART = Part.BASE

_LOGS = typer.Argument(
    ..., metavar="LOG...", help="CheckUser's log: answers of the API in order, an export, a table."
)
_WIKI = typer.Option(..., "--wiki", metavar="NAME", help="Whose log it is.")
_PART = typer.Option(False, "--part", help="The files are a part of the log.")
_OUT = typer.Option(None, "--out", metavar="DIR", help="Write JSON and a page (a report also CSV) into this folder.")
_NAMES = typer.Option(False, "--names", help="Show accounts by name, not by pseudonym.")
_NAMES_ALL = typer.Option(False, "--names-all", help="The same; everybody in a log is either holder or looked up.")
_KEY = typer.Option(None, "--pseudonym-key", metavar="FILE", help="A key for pseudonyms, to compare outputs.")
_JSON = typer.Option(False, "--json", help="Print JSON, and nothing else.")


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(
        name="exposure",
        help="Who could see non-public data, who did, and what a holder looked at.",
        no_args_is_help=True,
    )
    app.add_typer(group)
    group.command()(check)
    group.command()(report)
    group.command()(who)


def check(logs: list[Path] = _LOGS, wiki: str = _WIKI, part: bool = _PART, as_json: bool = _JSON) -> None:
    """Read a log and say what is in it; refuse it with its place when it is damaged."""
    from holdfast.accounts.naming import pseudonyms_for

    found = _read(logs, wiki, pseudonyms_for(), part=part)
    document = {
        "wiki": wiki,
        "lookups": len(found.lookups),
        "without_reason": found.without_reason,
        "complete": found.complete,
        "first": found.lookups[0].to_json()["at"] if found.lookups else None,
        "last": found.lookups[-1].to_json()["at"] if found.lookups else None,
        "forms": {place: form.value for place, form in found.forms.items()},
    }
    text = (
        f"{wiki}: {len(found.lookups):,} look-ups, {found.without_reason:,} without a reason; "
        f"{'the whole log' if found.complete else 'a part of the log'}"
    )
    _print(document, text, as_json=as_json)


def report(
    logs: list[Path] = _LOGS,
    wiki: str = _WIKI,
    holder: list[str] = typer.Option(
        ..., "--holder", metavar="ACCOUNT", help="An account of the holder; repeatable."
    ),
    start: str = typer.Option(..., "--from", metavar="DATE", help="First day (UTC)."),
    end: str = typer.Option(..., "--to", metavar="DATE", help="The day after the last (UTC)."),
    at_risk: Path | None = typer.Option(
        None, "--at-risk", metavar="FILE", help="Accounts at risk, one on each line."
    ),
    encoding: str = ENCODING,
    part: bool = _PART,
    out: Path | None = _OUT,
    names: bool = _NAMES,
    names_all: bool = _NAMES_ALL,
    pseudonym_key: Path | None = _KEY,
    as_json: bool = _JSON,
) -> None:
    """What one holder looked at in a period: how many people, which kinds, and who of them was at risk."""
    from holdfast.access.exposure.lookups_addresses import target_of
    from holdfast.access.exposure.report import exposure_report
    from holdfast.accounts.names import account_name
    from holdfast.accounts.naming import Naming, pseudonyms_for
    from holdfast.ids import wiki_name
    from holdfast.report.pages.exposure import report_page

    tokens = pseudonyms_for(pseudonym_key)
    found = _read(logs, wiki, tokens, part=part)
    name = wiki_name(wiki)
    made = exposure_report(
        found.lookups,
        holder={name: [account_name(each, place="--holder") for each in holder]},
        period_start=_day(start),
        period_end=_day(end),
        at_risk=[(name, target_of(each, name, tokens)) for each in _accounts(at_risk, encoding)] if at_risk else None,
    )
    label = Naming(everybody=names or names_all, key=tokens).label()
    document = {**made.to_json(label), "complete": found.complete}
    danger = (
        "who is at risk is not known without --at-risk"
        if made.at_risk is None
        else f"{len(made.at_risk):,} of them at risk"
    )
    text = f"{made.lookups:,} look-ups of {made.people:,} people, {danger}; {made.without_reason:,} without a reason"
    files = _write(out, "exposure", document, report_page(made, label), made.to_csv())
    _print(document, _with_files(text, files), as_json=as_json)


def who(
    logs: list[Path] = _LOGS,
    wiki: str = _WIKI,
    on: str = typer.Option(..., "--on", metavar="DATE", help="The day (UTC)."),
    account: str = typer.Option("", "--account", metavar="NAME", help="Whose data [default: anybody's]."),
    register_file: Path | None = typer.Option(None, "--register", metavar="FILE", help="The register as CSV."),
    rules: Path | None = typer.Option(None, "--rules", metavar="FILE", help="The book of rules, TOML."),
    encoding: str = ENCODING,
    part: bool = _PART,
    out: Path | None = _OUT,
    names: bool = _NAMES,
    names_all: bool = _NAMES_ALL,
    pseudonym_key: Path | None = _KEY,
    as_json: bool = _JSON,
) -> None:
    """Who could see somebody's data on a day, by the register, and who did, by the log."""
    from holdfast.access.exposure.lookups_addresses import target_of
    from holdfast.access.exposure.report import who_could_and_did
    from holdfast.access.exposure.who_could import held_rights
    from holdfast.accounts.names import asked_name
    from holdfast.accounts.naming import Naming, pseudonyms_for
    from holdfast.clock import system_clock
    from holdfast.ids import wiki_name
    from holdfast.report.pages.exposure import seen_page
    from holdfast.workflows.access.register_file import read_register_file

    tokens = pseudonyms_for(pseudonym_key)
    found = _read(logs, wiki, tokens, part=part)
    known = (
        read_register_file(register_file, rules=rules, now=system_clock(), encoding=encoding)
        if register_file
        else None
    )
    name = wiki_name(wiki)
    seen = who_could_and_did(
        held_rights(known.register) if known else None,
        found.lookups,
        wiki=name,
        day=_day(on),
        about=target_of(asked_name(account, place="--account"), name, tokens) if account else None,
    )
    label = Naming(everybody=names or names_all, key=tokens).label()
    document = {**seen.to_json(label), "register": "read" if known else "not given", "complete": found.complete}
    could = "who could is not known without --register" if seen.could is None else f"{len(seen.could):,} could"
    without = seen.unaccounted
    strangers = "" if without is None else f", {len(without):,} of them without a known right"
    text = f"{could}; {len(seen.did):,} look-ups{strangers}"
    files = _write(out, "who-could-and-did", document, seen_page(seen, label), "")
    _print(document, _with_files(text, files), as_json=as_json)


def _read(logs: list[Path], wiki: str, tokens: "Pseudonyms", *, part: bool) -> "ReadLog":
    from holdfast.access.exposure.lookups_read import LogFile, Part, read_lookups
    from holdfast.errors import InputRefusedError
    from holdfast.ids import wiki_name

    files = []
    for path in logs:
        try:
            files.append(LogFile(place=path.name, data=path.read_bytes()))
        except OSError as reason:
            raise InputRefusedError(
                "exposure.no_file", "this file cannot be read", got=reason.strerror or "", place=str(path)
            ) from None
    return read_lookups(files, wiki=wiki_name(wiki), tokens=tokens, part=Part.PART if part else Part.WHOLE)


def _accounts(path: Path, encoding: str) -> list["AccountName"]:
    from holdfast.accounts.names import asked_name
    from holdfast.papers.decoding import read_bytes
    from holdfast.papers.rows import read_list

    def read(line: str, at: str) -> "AccountName":
        return asked_name(line, place=at)

    code = "exposure.at_risk"
    return read_list(read_bytes(path, code=code), read, place=str(path), code=code, encoding=encoding)


def _day(text: str) -> "date":
    from datetime import date

    from holdfast.errors import UsageError

    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError("exposure.day", "this is no day", expected="2021-09-13", got=repr(text[:40])) from None


def _write(out: Path | None, name: str, document: dict[str, Any], page: "Page", csv: str) -> list[Path]:
    from holdfast.canonical import canonical_bytes
    from holdfast.report.render import render
    from holdfast.tables._files import write_atomically

    if out is None:
        return []
    out.mkdir(parents=True, exist_ok=True)
    contents = {f"{name}.json": canonical_bytes(document) + b"\n", f"{name}.html": render(page).encode()}
    if csv:
        contents[f"{name}.csv"] = csv.encode()
    for file, data in contents.items():
        write_atomically(out / file, data)
    return [out / file for file in sorted(contents)]


def _with_files(text: str, files: list[Path]) -> str:
    return "\n".join((text, *map(str, files)))


def _print(document: dict[str, Any], text: str, *, as_json: bool) -> None:
    import json

    typer.echo(json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) if as_json else text)
