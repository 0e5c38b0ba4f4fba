"""Facts are declarations: one home for each, a page, a door, and a test that names it."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from holdfast.access.rules.roles import Role
from holdfast.cli import build_app
from holdfast.facts.kinds import ANYBODY, CLOCK, NOBODY, TWO
from holdfast.workflows.desk.fact_books import books
from store.offices import OfficeWorld

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src" / "holdfast"
KINDS = [(book.stream, kind) for book in books() for kind in book.kinds.values()]
TESTS = "\n".join(
    path.read_text("utf-8") for path in (ROOT / "tests").rglob("*.py") if path.name != "office_before.py"
)


WITHOUT_DOOR = {
    ("person", name) for name in ("access resumed", "access suspended", "exemption ended", "member linked")
}
"""What is read, and cannot be stated: it counts in the rules, and no page, command or clock says it."""


def test_the_page_of_facts_is_as_the_declarations_have_it() -> None:
    subprocess.run([sys.executable, ROOT / "scripts" / "facts_page", "--check"], check=True, timeout=60)


def test_every_stream_is_declared_once() -> None:
    streams = [book.stream for book in books()]
    assert sorted(set(streams)) == sorted(streams)


def test_a_fact_is_made_by_its_book_and_read_by_the_store_and_nowhere_else() -> None:
    makers = {
        str(path.relative_to(SRC))
        for path in SRC.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Fact"
    }
    assert makers == {"facts/kinds.py", "store/office/streams.py"}


def test_every_declaration_says_who_states_it() -> None:
    known = {*map(str, Role), ANYBODY, CLOCK, NOBODY, TWO}
    assert [(stream, kind.name) for stream, kind in KINDS if not kind.by or kind.by - known] == []


def test_what_nobody_can_state_is_known_and_grows_no_longer() -> None:
    assert {(stream, kind.name) for stream, kind in KINDS if NOBODY in kind.by} == WITHOUT_DOOR


@pytest.mark.usefixtures("office")
def test_every_fact_has_a_door_a_page_a_command_or_a_file_of_the_workflows() -> None:
    from django.urls import Resolver404, resolve

    missing = []
    for stream, kind in [(stream, kind) for stream, kind in KINDS if (stream, kind.name) not in WITHOUT_DOOR]:
        if kind.door.startswith("/"):
            try:
                resolve(re.sub("<[^>]*>", "0123456789abcdef", kind.door), urlconf="holdfast.web.console.urls")
            except Resolver404:
                missing.append((stream, kind.name, kind.door))
        elif kind.door.startswith("holdfast "):
            command = get_command(build_app())
            for word in kind.door.split()[1:]:
                command = getattr(command, "commands", {}).get(word)
            if command is None:
                missing.append((stream, kind.name, kind.door))
        elif not kind.door or not list((SRC / "workflows").rglob(f"{kind.door}.py")):
            missing.append((stream, kind.name, kind.door))
    assert missing == []


def test_every_kind_of_fact_has_a_test_that_names_it() -> None:
    assert [(stream, kind.name) for stream, kind in KINDS if f'"{kind.name}"' not in TESTS] == []


RULED_AS = {"question": "exposure", "no-appeal": "plan"}
"""Streams to which the rules of another kind apply; their pages ask for more than writing."""
AFTER_ANOTHER_RULE = {
    ("appeal", "remand answered", "decider"),
    ("appeal", "remand answered", "investigator"),
    ("case", "evidence handled", "appeal_reader"),
    ("case", "names opened", "auditor"),
}
"""Written by the office for whoever may read: what they opened, or what they answered in the case."""
BY_THE_OFFICE = {"proposal-*", "public-table", "way-back"}
"""Streams that the office writes after it has asked the rules about something else."""


def test_who_states_a_fact_by_its_declaration_may_write_it_by_the_rules(office: OfficeWorld) -> None:
    readers = {str(role): office.member(role).reader() for role in Role}
    refused, silent = set(), set()
    for stream in {stream for stream, _ in KINDS} - BY_THE_OFFICE:
        kinds = [kind for of, kind in KINDS if of == stream and kind.door.startswith("/")]
        for role, reader in readers.items():
            may = office.office.vault.may(reader, "write", RULED_AS.get(stream, stream)).allowed
            refused |= {(stream, kind.name, role) for kind in kinds if role in kind.by and not may}
            if may and kinds and stream not in RULED_AS and not any(role in kind.by for kind in kinds):
                silent.add((stream, role))
    assert refused == AFTER_ANOTHER_RULE
    assert silent == set()
