"""Runs every command of the base part for real, in this process: `python base_part.py FOLDER [--blocked]`.

With --blocked the packages of the other parts cannot be imported. Prints what was run, as JSON; ends with exit code 1
where a command answers otherwise than expected. It uses Holdfast and the standard library alone.
"""

import contextlib
import io
import json
import os
import signal
import sys
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any

from holdfast.parts import NEEDS, Part

REGISTER = (
    "account,wiki,wiki_language,right,grant_begins,grant_ends,agreement_version,agreement_signed,"
    "jurisdiction,jurisdiction_source,jurisdiction_date,domicile_known\n"
    "Simulated Ann,examplewiki,fa,checkuser,2019-01-01,,3,2018-12-01,J1,own statement,2018-12-01,no\n"
)
BALLOTS = '3 1\n5 1 2 0\n3 2 3 0\n1 3 2 0\n0\n"A"\n"B"\n"C"\n"Simulated"\n'
VOTES = Path(__file__).parent.parent / "data" / "checkuser"


class Blocked(MetaPathFinder):
    """The packages of the other parts are not there."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name.split(".")[0] in NEEDS[Part.ALL]:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


class Commands:
    """Runs commands in this process and keeps what was run."""

    def __init__(self) -> None:
        self.ran: list[str] = []

    def run(self, *words: object, code: int = 0, named: str = "") -> str:
        """Run one; what it said on stdout. `named`: an error's code that must be said."""
        from holdfast.cli import main

        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            got = main([str(word) for word in words])
        if got != code or named not in err.getvalue():
            sys.exit(f"{words}: exit code {got}, expected {code} {named}\n{out.getvalue()}\n{err.getvalue()}")
        self.ran.append(" ".join(map(str, words)))
        return out.getvalue()

    def serve(self, *words: object) -> str:
        """Run one that serves, in a process of its own, until it has said where; then end it as Ctrl-C does."""
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            from holdfast.cli import main

            os.dup2(write, 1)
            sys.stdout = io.TextIOWrapper(os.fdopen(1, "wb", 0), write_through=True)
            os._exit(main([str(word) for word in words]))
        os.close(write)
        with os.fdopen(read) as told:
            line = told.readline()
            os.kill(child, signal.SIGINT)
            os.waitpid(child, 0)
        if "http://" not in line:
            sys.exit(f"{words}: said {line!r}")
        self.ran.append(" ".join(map(str, words)))
        return line


def record(to: Commands, folder: Path) -> None:
    """A log made, filled, changed in every way, verified and cosigned."""
    log, lines = folder / "log", folder / "lines.jsonl"
    lines.write_text(
        "".join(json.dumps({"kind": "note", "payload": {"text": f"number {n}"}}) + "\n" for n in range(3))
    )
    key = to.run("record", "init", log, "--origin", "example.org/log").strip()
    to.run("record", "append", log, lines)
    to.run("record", "append", log, lines, "--until", "2020-01-01T00:00:00Z")
    to.run("record", "checkpoint", log)
    assert "number 1" in to.run("record", "prove", log, 1, "--key", key)
    to.run("record", "open", log, 3)
    to.run("record", "erase", log, 1, "--reason", "a person asked")
    to.run("record", "clock", log, "--reason", "it was not ahead", code=2, named="record.")
    to.run("record", "checkpoint", log)
    told = json.loads(to.run("record", "verify", log, "--key", key, "--json"))
    assert told["ok"] is True, told
    to.run("record", "witness", log, "--key", key, "--state", folder / "w", "--name", "w.example")
    to.run("record", "policy", log, "--quorum", 0)
    to.run("record", "rotate", log)
    to.run("record", "verify", log, "--key", key)
    to.serve("record", "serve", log, "--port", 0)
    to.serve("serve", folder, "--port", 0)
    to.run("audit", "verify", folder / "none", "--key", key, code=3, named="audit.export.unreadable")


def elections(to: Commands, folder: Path) -> None:
    """Ballots counted and written, votes judged, rules listed; what has no file is refused by its own code."""
    ballots, votes, none = folder / "a.blt", folder / "votes.csv", folder / "none.toml"
    ballots.write_text(BALLOTS)
    votes.write_text("candidate,voter,vote\nSimulated A,v1,support\nSimulated A,v2,oppose\n")
    to.run("election", "count", ballots, "--method", "meek-stv", "--out", folder / "count")
    assert "Elected, in this order: A" in (folder / "count" / "count.html").read_text("utf-8")
    to.run("election", "ballots", ballots, folder / "ballots.json")
    assert "zhwiki-survey-2023-70" in to.run("election", "rules")
    to.run("election", "rules", "zhwiki-survey-2023-70")
    to.run("election", "schema")
    to.run("election", "outcome", "zhwiki-survey-2023-70", votes)
    to.run("election", "simulate", "zhwiki-survey-2023-70", "zhwiki-survey-2023-75", votes)
    days = ("--since", "2026-01-01", "--today", "2026-02-01")
    to.run("election", "holders", "meta-checkuser", "--count", 1, *days)
    to.run("election", "recall", "example-recall", none, "--today", "2026-01-01", code=2)
    to.run("election", "plan", none, code=2)
    to.run("election", "gate", none, code=2)


def access(to: Commands, folder: Path) -> None:
    """A register in a file, asked in every way; and what a look-up log says."""
    register = folder / "register.csv"
    register.write_text(REGISTER)
    asked = ("--register", register, "--json")
    found: dict[str, Any] = json.loads(to.run("access", "explain", "Simulated Ann", "checkuser", *asked))
    assert found["answers"][0]["allowed"] is True, found
    to.run("access", "what-if", "--jurisdiction", "J1", *asked)
    to.run("access", "noticeboard", "--out", folder / "board", *asked)
    to.run("access", "import", register, "--as", "csv")
    to.run("access", "template")
    assert "accounts/names.py" in to.run("explain", "access.name")
    to.run("access", "columns")
    log = sorted(VOTES.glob("*.json")) or sorted(VOTES.glob("**/*.json"))
    wiki = ("--wiki", "examplewiki", "--part")
    to.run("exposure", "check", log[0], *wiki)
    days = ("--from", "2001-01-01", "--to", "2030-01-01")
    to.run("exposure", "report", log[0], *wiki, "--holder", "Warden", *days, "--out", folder / "seen")
    to.run("exposure", "who", log[0], *wiki, "--on", "2021-01-01", "--register", register)


def other_parts(to: Commands, folder: Path) -> None:
    """A command of another part names what to install."""
    to.run("lake", folder, code=2, named="pip install 'holdfast[analysis]'")
    to.run("papers", code=2, named="pip install 'holdfast[all]'")
    to.run("measures", code=2, named="pip install 'holdfast[analysis]'")
    to.run("tick", "--office", folder, code=2, named="pip install 'holdfast[office]'")
    to.run("access", "reviews", "--office", folder, code=2, named="pip install 'holdfast[office]'")
    assert "[office is not installed]" in to.run("--help")


if __name__ == "__main__":
    if "--blocked" in sys.argv:
        sys.meta_path.insert(0, Blocked())
    place, commands = Path(sys.argv[1]), Commands()
    commands.run("version")
    for part in (record, elections, access, other_parts):
        part(commands, place)
    sys.stdout.write(json.dumps(commands.ran) + "\n")
