"""A canary in every field of a case occurs nowhere but on the pages of those who may read it.

Looked through: the database's bytes and a dump of PostgreSQL, the office's and the temporary folder, everything that
the server writes, addresses and headers, page titles, error pages, sessions, the audit log, and public files.
"""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
import requests

from holdfast.canonical import canonical_bytes
from store.offices import Offices, OfficeWorld
from store.postgresql import Cluster, program
from web.browsers import free_port
from web.everywhere import CANARY
from web.plants.cases import TABS, fill
from workflows.case_steps import CaseWorld, case_world

FORMS = [CANARY, quote(CANARY), quote_plus(CANARY), CANARY.replace(" ", "_"), CANARY.split()[0]]
NEEDLES = [form.encode(code) for form in FORMS for code in ("utf-8", "utf-16-le")]


def found_in(data: bytes) -> bool:
    return any(needle in data for needle in NEEDLES)


def files_below(*folders: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()}


@contextmanager
def console_process(office: OfficeWorld, temporary: Path, log: Path) -> Iterator[str]:
    """`holdfast console` in a process of its own; what it writes goes to `log`."""
    port = free_port()
    command = [sys.executable, "-m", "holdfast", "console", "--office", office.folder, "--keys", office.keys]
    with log.open("wb") as written:
        process = subprocess.Popen(
            [*map(str, command), "--port", str(port)],
            stdout=written,
            stderr=written,
            env={**os.environ, "TMPDIR": str(temporary), "PYTHONUNBUFFERED": "1"},
        )
        try:
            address = f"http://localhost:{port}"
            while True:
                if process.poll() is not None:
                    raise AssertionError(log.read_text())
                try:
                    requests.get(f"{address}/accounts/login/", timeout=60)
                    break
                except requests.RequestException:
                    time.sleep(0.2)
            yield address
        finally:
            process.terminate()
            process.wait()


class Browser:
    """A signed-in member at a served console."""

    def __init__(self, address: str, world: CaseWorld, *, fresh: bool = True) -> None:
        self.address, self.session = address, requests.Session()
        for name, morsel in world.investigator.client(fresh=fresh).cookies.items():
            self.session.cookies.set(name, morsel.value, domain="localhost.local")
        self.token = ""

    def get(self, path: str) -> requests.Response:
        answer = self.session.get(self.address + path, allow_redirects=False, timeout=60)
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', answer.text)
        self.token = token[1] if token else self.token
        return answer

    def post(self, path: str, form: dict[str, str]) -> requests.Response:
        return self.session.post(
            self.address + path,
            data={**form, "csrfmiddlewaretoken": self.token},
            headers={"Origin": self.address},
            allow_redirects=False,
            timeout=60,
        )


def test_a_served_console_writes_the_canary_nowhere(offices: Offices, tmp_path: Path) -> None:
    office = offices.new(now=datetime.now(UTC))
    world = case_world(office)
    fill(world)
    temporary, log = tmp_path / "temporary", tmp_path / "server.log"
    temporary.mkdir()
    with console_process(office, temporary, log) as address:
        browser = Browser(address, world)
        base = f"/cases/{world.id}/"
        for path in ["/cases/", "/cases/titles/", base, *(f"{base}{tab}/" for tab in TABS)]:
            answer = browser.get(path)
            assert answer.status_code == 200, (path, answer.status_code)
            assert not found_in(str(answer.headers).encode())
            assert not found_in(re.findall(r"<title>(.*?)</title>", answer.text, re.DOTALL)[0].encode())
            assert not any(
                found_in(each.encode()) for each in re.findall(r'(?:href|action|src)="([^"]*)"', answer.text)
            )
        assert CANARY in browser.get(base).text
        for fact, form in (
            ("note-written", {"text": CANARY, "marking": "amber"}),
            ("note-written", {"text": CANARY, "marking": CANARY}),
            ("taken-up", {"why": CANARY}),
            ("evidence-set-aside", {"id": CANARY, "why": CANARY}),
        ):
            answer = browser.post(f"{base}do/{fact}/", form)
            assert not found_in(str(answer.headers).encode())
            if answer.status_code != 422:  # a form that comes back shows what was typed, to who typed it
                assert not found_in(answer.content), fact
        assert browser.post(f"{base}redacted/", {"audience": CANARY}).status_code == 422
        for path in (base, "/cases/titles/"):
            assert not found_in(Browser(address, world, fresh=False).get(path).content)
        files = files_below(office.folder, office.keys, temporary)
    files |= files_below(office.folder, office.keys, temporary) | {str(log): log.read_bytes()}
    assert [path for path, data in files.items() if found_in(data)] == []


def test_a_dump_of_postgresql_holds_no_canary(offices: Offices, postgres: Cluster) -> None:
    address = postgres.url()
    office = offices.new(database_url=address)
    world = case_world(office)
    fill(world)
    world.investigator.client().get(f"/cases/{world.id}/")
    name = address.split("@/")[1].split("?")[0]
    dumped = subprocess.run(
        [program("pg_dump"), "-h", str(postgres.socket), "-U", postgres.user, "--inserts", name],
        capture_output=True,
        check=True,
    ).stdout
    assert len(dumped) > 50_000
    assert not found_in(dumped)
    hexed = dumped.decode("utf-8", "replace").lower()
    assert not any(needle.hex() in hexed for needle in NEEDLES)  # bytea is dumped in hexadecimal


def test_no_refusal_of_a_case_repeats_what_was_typed(office: OfficeWorld) -> None:
    from holdfast.cases.case import KINDS
    from holdfast.errors import HoldfastError

    world = case_world(office)
    fill(world)
    names = ("id", "text", "why", "person", "finding", "label", "account", "roles", "source", "member", "severity")
    refusals = []
    for of_type in KINDS:
        for body in (dict.fromkeys(names, CANARY), {CANARY: CANARY}, {"id": "p1", "why": CANARY * 900}):
            try:
                world.write(of_type, **body)
            except HoldfastError as refused:
                refusals.append(f"{refused!s} {refused!r} {refused.offender}")
    assert len(refusals) > 80
    assert [each for each in refusals if found_in(each.encode())] == []


def test_neither_the_audit_log_nor_a_public_file_holds_the_canary(office: OfficeWorld) -> None:
    from holdfast.workflows.cases.files import redacted_file

    world = case_world(office)
    fill(world)
    entries = [canonical_bytes(each.to_json()) for each in office.office.vault.audit.entries()]
    assert len(entries) > 30
    assert not any(map(found_in, entries))
    made = redacted_file(office.office, world.investigator.reader(), world.id, "public", None)
    assert not found_in(made.to_bytes())
    assert len(json.loads(made.to_bytes())["cuts"]) > 10


@pytest.mark.parametrize("role", ["operator", "auditor", "custodian", "access_steward"])
def test_who_may_not_read_cases_sees_the_canary_on_no_page_of_theirs(office: OfficeWorld, role: str) -> None:
    world = case_world(office)
    fill(world)
    client = office.member(role).client()
    for path in ["/", "/cases/", "/cases/titles/", *(f"/cases/{world.id}/{tab}" for tab in ("", "people/", "file/"))]:
        answer = client.get(path)
        assert not found_in(answer.content + str(answer.headers).encode()), path


def test_a_destroyed_case_leaves_no_bytes_that_any_key_opens(office: OfficeWorld) -> None:
    from holdfast.store.office.models import AttachmentRow, FactRow, StreamKey
    from holdfast.workflows.office.propose import propose
    from holdfast.workflows.proposals.case_destruction import what_to_destroy

    world = case_world(office)
    fill(world)
    world.write("closed", why=CANARY)
    what = what_to_destroy(office.office, world.id, "its time is over")
    stream = propose(office.office, world.investigator.reader(), "case-destruction", what)
    custodians = office.member("custodian"), office.member("custodian")
    office.approve(stream, *custodians)
    office.carry_out(stream, custodians[0])
    row = StreamKey.objects.get(kind="case", stream_id=world.id)
    assert row.wrapped_key is None
    assert not AttachmentRow.objects.filter(stream=row).exists()
    assert {bytes(each.body) for each in FactRow.objects.filter(stream=row)} == {b""}
