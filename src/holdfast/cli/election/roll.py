"""`holdfast election roll`, `eligible` and `amend`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from holdfast.cli._encoding import ENCODING
from holdfast.parts import Part

if TYPE_CHECKING:
    from holdfast.elections.roll_lake import Given

PART = Part.ANALYSIS

_WHY_NOT = (
    "These files name everybody. Names stay public once they are published; for a wiki where taking part is"
    " dangerous leave --names-all out."
)


def register(group: typer.Typer) -> None:
    """Add the commands."""

    @group.command()
    def roll(
        rules: str = typer.Argument(
            ..., metavar="RULES", help="A rule set with [eligibility], or a shipped one's name."
        ),
        lake: Path = typer.Option(..., help="The lake."),
        wiki: str = typer.Option(..., help="The wiki in the lake."),
        as_of: str = typer.Option(
            ..., help="The snapshot: a date (its midnight, UTC) or a moment; later does not count."
        ),
        out: Path = typer.Option(..., help="The folder for roll.csv, roll.json and rules.toml."),
        election: str = typer.Option("", help="The election's name; else wiki and date."),
        include: Path | None = typer.Option(None, help="Accounts that are on the roll whatever the rules say."),
        exclude: Path | None = typer.Option(None, help="Accounts that are not, whatever else holds."),
        given_list: list[str] = typer.Option([], "--list", help="A list that the rules name, NAME=FILE; repeatable."),
        facts: Path | None = typer.Option(None, help="Declared facts, CSV: account,fact,value (yes or no)."),
        encoding: str = ENCODING,
        links: Path | None = typer.Option(None, help="Declared links: account,linked_account,kind,declared_at."),
        log: Path | None = typer.Option(None, help="Commit the roll to the log in this folder."),
        pages: bool = typer.Option(False, "--pages", help="Also write the voters' static pages."),
        names: bool = typer.Option(
            False, "--names", help="As everywhere; names nobody here, a roll holds no office."
        ),
        names_all: bool = typer.Option(False, "--names-all", help="Write names instead of pseudonyms."),
        pseudonym_key: Path | None = typer.Option(None, help="Another key than the lake's."),
        as_json: bool = typer.Option(False, "--json", help="Print roll.json, and nothing else."),
    ) -> None:
        """Who may vote: computed by rule on a frozen snapshot, and committed so that changes show."""
        from holdfast.accounts.naming import Naming
        from holdfast.cli._progress import progress_bars
        from holdfast.elections.links import read_links
        from holdfast.elections.roll import as_of_moment
        from holdfast.tables.lake import open_lake
        from holdfast.workflows.elections.roll import commit_roll, make_roll, write_roll, write_voter_pages

        opened, moment = open_lake(lake), as_of_moment(as_of)
        given = _given(include, exclude, given_list, facts, encoding)
        naming = Naming(everybody=names_all, key=pseudonym_key).on(lake)
        with progress_bars(quiet=as_json) as progress:
            found = make_roll(opened, wiki, rules, as_of=moment, given=given, progress=progress)
            name = election or f"{wiki} {moment:%Y-%m-%d}"
            declared = read_links(links, encoding=encoding) if links else ()
            document = write_roll(found, rules, out, naming=naming, election=name, links=declared)
            written = (
                write_voter_pages(opened, found, out / "voters", given=given, names=names_all, progress=progress)
                if pages
                else 0
            )
        index = commit_roll(document, log) if log else None
        if names_all:
            typer.echo(_WHY_NOT, err=True)
        if as_json:
            typer.echo(json.dumps(document, ensure_ascii=False))
            return
        typer.echo(f"{len(found.accounts)} of {found.examined} accounts are eligible as of {moment} UTC")
        for words, count in found.tests:
            typer.echo(f"  {count} pass: {words}")
        typer.echo(f"{out / 'roll.csv'}: SHA-256 {document['roll_csv_sha256']}")
        if links:
            typer.echo(
                f"{out / 'linked.csv'}: declared links of which both accounts are on the roll, for the clerk only"
            )
        if written:
            typer.echo(f"{out / 'voters' / 'index.html'}: {written} pages for voters")
        if index is not None:
            typer.echo(f"Committed to the log as entry {index}; it is public with the log's next checkpoint")

    @group.command()
    def eligible(
        account: str = typer.Argument(..., metavar="ACCOUNT", help="The account's name, as the wiki writes it."),
        roll: Path | None = typer.Option(None, help="A roll's folder: its rules, wiki and moment are taken."),
        rules: str = typer.Option("", help="Without a roll: the rule set."),
        lake: Path = typer.Option(..., help="The lake."),
        wiki: str = typer.Option("", help="Without a roll: the wiki."),
        as_of: str = typer.Option("", help="Without a roll: the snapshot."),
        include: Path | None = typer.Option(None, help="Accounts that are on the roll whatever the rules say."),
        exclude: Path | None = typer.Option(None, help="Accounts that are not, whatever else holds."),
        given_list: list[str] = typer.Option([], "--list", help="A list that the rules name, NAME=FILE; repeatable."),
        facts: Path | None = typer.Option(None, help="Declared facts, CSV: account,fact,value (yes or no)."),
        encoding: str = ENCODING,
        pseudonym_key: Path | None = typer.Option(None, help="Another key than the lake's."),
        as_json: bool = typer.Option(False, "--json", help="Print JSON, and nothing else."),
    ) -> None:
        """Yes, no, unknown or no such account; which test failed by how much, and how to contest it."""
        from holdfast.accounts.names import account_name
        from holdfast.accounts.naming import Naming
        from holdfast.elections.roll import CONTEST, as_of_moment, snapshot_of, verdict
        from holdfast.elections.rules import load_rules
        from holdfast.errors import UsageError
        from holdfast.tables.lake import open_lake
        from holdfast.workflows.elections.roll import is_on_roll, load_roll_document, opening, roll_inputs

        opened = open_lake(lake)
        document = load_roll_document(roll) if roll else None
        if document is not None and roll is not None:
            wiki, rule_set, moment = roll_inputs(document, roll)
        elif rules and wiki and as_of:
            rule_set, moment = load_rules(rules), as_of_moment(as_of)
        else:
            raise UsageError(
                "election.eligible", "which roll?", expected="--roll DIR, or --rules, --wiki and --as-of"
            )
        given = _given(include, exclude, given_list, facts, encoding)
        found = verdict(opened, wiki, rule_set, moment, account=account_name(account, place="ACCOUNT"), given=given)
        contest = rule_set.contest or CONTEST
        unknown = {"unknown_account": "no such account", "unknown": "unknown"}
        word = unknown.get(found.decided_by, "yes" if found.is_eligible else "no")
        answer: dict[str, object] = {
            "eligible": None if found.decided_by in unknown else found.is_eligible,
            "account": found.account,
            "decided_by": found.decided_by,
            "failed": list(found.failed),
            "explanation": list(found.explanation),
            "contest": contest,
        }
        if document is not None and roll is not None:
            own, entry = opening(document, found.account, Naming(key=pseudonym_key).on(lake))
            answer |= {
                "on_roll": is_on_roll(roll, entry),
                "salt": own,
                "commitment": entry,
                "same_snapshot": snapshot_of(opened, wiki) == document["snapshot_sha256"],
            }
        if as_json:
            typer.echo(json.dumps(answer, ensure_ascii=False))
            return
        typer.echo(word)
        for line in found.explanation:
            typer.echo(f"  {line}")
        if "on_roll" in answer:
            typer.echo(f"On the committed roll: {'yes' if answer['on_roll'] else 'no'}; entry {answer['commitment']}")
            typer.echo(f"  which is SHA-256 of the salt {answer['salt']} (16 bytes), NUL, and the name")
            if answer["on_roll"] != found.is_eligible:
                typer.echo("  The roll and the answer differ: a list, or a change with its reason, decided; see")
                typer.echo(f"  {roll / 'changes.csv' if roll else ''} and ask the clerk.")
            if not answer["same_snapshot"]:
                typer.echo("  The lake has grown since the roll was made: the answer above may differ from it.")
        typer.echo(contest)

    @group.command()
    def amend(
        roll: Path = typer.Argument(..., help="The roll's folder."),
        lake: Path = typer.Option(..., help="The lake that the roll was made from."),
        add: str = typer.Option("", help="An account to put on the roll."),
        remove: str = typer.Option("", help="An account to take off."),
        reason: str = typer.Option(..., help="Why; it is published with the change."),
        log: Path | None = typer.Option(None, help="Commit the change to the log in this folder."),
        pseudonym_key: Path | None = typer.Option(None, help="Another key than the lake's."),
    ) -> None:
        """Change a roll, with a reason, as an entry of its own."""
        from holdfast.accounts.naming import Naming
        from holdfast.errors import UsageError
        from holdfast.tables.lake import open_lake
        from holdfast.workflows.elections.roll import amend_roll, commit_roll

        if bool(add) == bool(remove):
            raise UsageError("roll.amend", "what changes?", expected="one of --add and --remove")
        opened = open_lake(lake)
        naming = Naming(key=pseudonym_key).on(lake)
        document = amend_roll(roll, opened, add or remove, add=bool(add), reason=reason, naming=naming)
        typer.echo(f"{document['eligible']} accounts; {roll / 'roll.csv'}: SHA-256 {document['roll_csv_sha256']}")
        if log:
            typer.echo(f"Committed to the log as entry {commit_roll(document, log, reason=reason)}")


def _given(
    include: Path | None, exclude: Path | None, lists: list[str], facts: Path | None, encoding: str
) -> "Given":
    from holdfast.elections.roll_lake import Given
    from holdfast.errors import UsageError
    from holdfast.workflows.elections.roll import read_accounts, read_facts

    named = {}
    for each in lists:
        name, equals, path = each.partition("=")
        if not equals:
            raise UsageError("roll.list", "a list has no file", expected="--list NAME=FILE", got=each)
        named[name] = read_accounts(Path(path), encoding=encoding)
    return Given(
        lists=named,
        facts=read_facts(facts, encoding=encoding) if facts else {},
        include=read_accounts(include, encoding=encoding) if include else frozenset(),
        exclude=read_accounts(exclude, encoding=encoding) if exclude else frozenset(),
    )
