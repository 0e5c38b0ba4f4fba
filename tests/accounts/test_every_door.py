"""Every command and page that takes an account finds it however it is spelt, and says so of what is no account.

The doors are found by walking the command line and the console's forms: a new one that is not in a table here fails.
"""

import inspect
import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import typer

from access.checkuser_logs import answer, entry
from accounts.spellings import ADDRESSES, NOBODY, SPELLINGS, STRANGERS
from elections.lake_of import WIKI, account, edits, lake_of
from holdfast.cli import build_app, main
from holdfast.errors import ExitCode

_ERROR = re.compile(r"[a-z_]+\.[a-z_.]+: ")
EVERYBODY = [*SPELLINGS, *STRANGERS]
LOG_WIKI = "examplewiki"
AS_OF = datetime(2021, 12, 11)
ROLL_RULES = """format = 1
name = "r"
version = "1"
title = "R"
source = "a test"
source_checked = true
[eligibility]
test = "listed"
list = "voters"
"""
REGISTER = (
    "account,wiki,wiki_language,right,grant_begins,agreement_version,agreement_signed,"
    "jurisdiction,jurisdiction_source,jurisdiction_date\n"
)


class Commands:
    """The command line over files in which each account has its own look-ups, grants, edits and votes."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys, self._count = folder, capsys, 0
        log = [entry(checkuser=name, target=name) for name in EVERYBODY]
        log += [entry(type="ipusers", target=name, checkuser="Keeper") for name in ADDRESSES]
        self.log = self.file(json.dumps(answer(log)))
        person = "{},enwiki,en,checkuser,2020-01-01,3,2019-12-01,J1,own statement,2019-12-01\n"
        self.register = self.file(REGISTER + "".join(person.format(name) for name in EVERYBODY))
        vote = {"occurrence": 1, "vote": 1, "voter": "Voter"}
        self.lake = lake_of(
            folder / "lake",
            {
                "accounts": [account(name, AS_OF - timedelta(days=900)) for name in EVERYBODY],
                "revisions": [
                    {**row, "page_id": page, "sha1": f"{page % 7}"}
                    for name in EVERYBODY
                    for page, row in enumerate(edits(name, 25, AS_OF - timedelta(days=300)), 1)
                ],
                "votes": [{**vote, "election": f"on {name}", "candidate": name} for name in EVERYBODY],
                "elections": [{"election": f"on {name}", "candidate": name} for name in EVERYBODY],
            },
        ).path
        self.rules = self.file(ROLL_RULES)

    def file(self, text: str) -> Path:
        self._count += 1
        path = self.folder / f"given-{self._count}"
        path.write_text(text, "utf-8")
        return path

    def run(self, *arguments: object) -> Any:
        code = main([*map(str, arguments)])
        said = self._capsys.readouterr()
        return json.loads(said.out) if code == ExitCode.DONE and said.out.startswith("{") else said.err or said.out

    def report(self, *arguments: object) -> Any:
        period = ("--from", "2021-01-01", "--to", "2022-01-01", "--names", "--json")
        return self.run("exposure", "report", self.log, "--wiki", LOG_WIKI, *period, *arguments)

    def holder(self, name: str) -> Any:
        return self.report("--holder", name)

    def at_risk(self, name: str) -> Any:
        holders = [part for each in (*EVERYBODY, "Keeper") for part in ("--holder", each)]
        found = self.report(*holders, "--at-risk", self.file(f"{name}\n"))
        # an address stands under a key of its own in each run
        return found if isinstance(found, str) else (len(found["at_risk"]), sum(c["at_risk"] for c in found["cells"]))

    def who(self, name: str) -> Any:
        more = ("--on", "2021-09-01", "--account", name, "--names", "--json")
        found = self.run("exposure", "who", self.log, "--wiki", LOG_WIKI, *more)
        return found if isinstance(found, str) else [(each["holder"], each["target_kind"]) for each in found["did"]]

    def explain(self, name: str) -> Any:
        asked = ("--on", "2021-01-01", "--names", "--json", "--register", self.register)
        return self.run("access", "explain", name, "checkuser", *asked)

    def what_if(self, name: str) -> Any:
        asked = ("--on", "2021-01-01", "--names", "--json", "--register", self.register)
        return self.run("access", "what-if", "--person", name, *asked)

    def link(self, name: str) -> Any:
        return self.run(
            "link", name, "Wardens", "--lake", self.lake, "--wiki", WIKI, "--reason", "x", "--names", "--json"
        )

    def integrity(self, name: str) -> Any:
        asked = ("--candidate", name, "--out", self.folder / "integrity", "--names-all", "--json")
        return self.run(
            "election", "integrity", "meta-stewards", self.lake, "--wiki", WIKI, *asked, "--replicates", 1
        )

    def eligible(self, name: str, **given: str) -> Any:
        asked = {"list": f"voters={self.file('Anna B')}", **given}
        more = [part for key, value in asked.items() for part in (f"--{key}", value)]
        place = ("--lake", self.lake, "--wiki", WIKI, "--as-of", "2021-12-11", "--json")
        return self.run("election", "eligible", name, "--rules", self.rules, *place, *more)

    def roll(self, *arguments: object, voters: str = "") -> Any:
        place = ("--lake", self.lake, "--wiki", WIKI, "--as-of", "2021-12-11", "--names-all", "--json")
        lists = ("--list", f"voters={self.file(voters)}", "--out", self.folder / f"roll-{self._count}")
        found = self.run("election", "roll", self.rules, *place, *lists, *arguments)
        return found if isinstance(found, str) else (self.folder / f"roll-{self._count}" / "roll.csv").read_text()

    def listed(self, name: str) -> Any:
        return self.roll(voters=name)

    def include(self, name: str) -> Any:
        return self.roll("--include", self.file(name))

    def exclude(self, name: str) -> Any:
        return self.roll("--exclude", self.file(name), voters="\n".join(EVERYBODY))

    def facts(self, name: str) -> Any:
        rules = ROLL_RULES.replace('"listed"', '"fact"').replace('list = "voters"', 'fact = "member"')
        self.rules = self.file(rules)
        return self.roll("--facts", self.file(f"account,fact,value\n{name},member,yes\n"))

    def links(self, name: str) -> Any:
        links = self.file(f"account,linked_account,kind,declared_at\n{name},Wardens,person-bot,a page\n")
        found = self.roll("--links", links, voters="\n".join(EVERYBODY))
        made = self.folder / f"roll-{self._count}" / "linked.csv"
        return made.read_text() if made.exists() else found

    def amend(self, name: str, *, add: bool) -> Any:
        self.roll(voters="" if add else "\n".join(EVERYBODY))
        folder = self.folder / f"roll-{self._count}"
        said = self.run("election", "amend", folder, "--lake", self.lake, f"--{'add' if add else 'remove'}", name,
                        "--reason", "x")  # fmt: skip
        return said if _ERROR.match(said) else (folder / "roll.csv").read_text()


COMMANDS: dict[tuple[str, str], Callable[[Commands, str], Any]] = {
    ("exposure report", "holder"): Commands.holder,
    ("exposure report", "at_risk"): Commands.at_risk,
    ("exposure who", "account"): Commands.who,
    ("access explain", "person"): Commands.explain,
    ("access what-if", "person"): Commands.what_if,
    ("link", "accounts"): Commands.link,
    ("election integrity", "candidate"): Commands.integrity,
    ("election eligible", "account"): Commands.eligible,
    ("election eligible", "include"): lambda on, name: on.eligible("Wardens", include=str(on.file(name))),
    ("election eligible", "exclude"): lambda on, name: on.eligible("Anna B", exclude=str(on.file(name))),
    ("election eligible", "given_list"): lambda on, name: on.eligible("Anna B", list=f"voters={on.file(name)}"),
    ("election eligible", "facts"): lambda on, name: on.eligible(
        "Anna B", facts=str(on.file(f"account,fact,value\n{name},member,yes\n"))
    ),
    ("election roll", "include"): Commands.include,
    ("election roll", "exclude"): Commands.exclude,
    ("election roll", "given_list"): Commands.listed,
    ("election roll", "facts"): Commands.facts,
    ("election roll", "links"): Commands.links,
    ("election amend", "add"): lambda on, name: on.amend(name, add=True),
    ("election amend", "remove"): lambda on, name: on.amend(name, add=False),
}
OF_ADDRESSES = {("exposure report", "at_risk"), ("exposure who", "account")}
"""Doors that take an address too."""

LIKE_ACCOUNTS = re.compile(
    r"(^|_)(account|accounts|holder|holders|person|people|voter|voters|candidate|target|targets|member|user|name|"
    r"former|at_risk|add|remove|include|exclude|given_list|facts|links|author|operator|asker)($|_)"
)
NO_ACCOUNTS = {
    ("election rules", "name"): "a rule set",
    ("election schema", "name"): "a schema",
    ("measures", "name"): "a measure",
    ("office init", "name"): "the office's",
    ("record witness", "name"): "the witness's",
    ("office way-back ask", "member"): "a member's id",
}


def commands() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every command by its words."""

    def inside(app: typer.Typer, words: tuple[str, ...]) -> Iterator[tuple[str, Callable[..., Any]]]:
        for group in app.registered_groups:
            assert group.typer_instance is not None
            name = typer.main.solve_typer_info_defaults(group).name
            yield from inside(group.typer_instance, (*words, str(name)))
        for command in app.registered_commands:
            assert command.callback is not None
            name = command.name or command.callback.__name__.strip("_").replace("_", "-")
            yield " ".join((*words, name)), command.callback

    return inside(build_app(), ())


def test_every_option_that_may_take_an_account_is_a_door_in_the_table() -> None:
    found = {
        (words, name)
        for words, command in commands()
        for name, given in inspect.signature(command).parameters.items()
        if LIKE_ACCOUNTS.search(name) and given.annotation not in (bool, int, float)
    }
    assert found == COMMANDS.keys() | NO_ACCOUNTS.keys()


@pytest.mark.parametrize("door", COMMANDS, ids=" ".join)
def test_a_command_finds_an_account_however_it_is_spelt_and_refuses_what_is_none(
    door: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    on = Commands(tmp_path, capsys)
    known = SPELLINGS | (ADDRESSES if door in OF_ADDRESSES else {})
    if door[0].startswith(("election", "link")):  # a temporary account is no voter, and no person to be compared
        known = {name: spellings for name, spellings in known.items() if not name.startswith("~")}
    said = {name: COMMANDS[door](on, name) for name in known}
    for name, spellings in known.items():
        assert not _ERROR.match(str(said[name])), said[name]
        for each in spellings:
            assert COMMANDS[door](on, each) == said[name], each
    for each in NOBODY if door in OF_ADDRESSES else (*NOBODY, *ADDRESSES):
        assert "access.name: " in str(COMMANDS[door](on, each)), each


@pytest.mark.parametrize(
    ("door", "counted"),
    [
        (("exposure report", "holder"), lambda found: found["lookups"]),
        (("exposure report", "at_risk"), lambda found: found[0]),
        (("exposure who", "account"), len),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, tuple) else "",
)
def test_whoever_was_looked_up_is_counted_once_under_every_spelling(
    door: tuple[str, str], counted: Callable[[Any], int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    on = Commands(tmp_path, capsys)
    for name in SPELLINGS | (ADDRESSES if door in OF_ADDRESSES else {}):
        assert counted(COMMANDS[door](on, name)) == 1, name
    assert counted(COMMANDS[door](on, "Nobody here")) == 0
