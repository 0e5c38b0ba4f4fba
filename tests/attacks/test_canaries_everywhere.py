"""A canary in every field of every room is in no file, log, cache or dump that was taken without the keys."""

import io
import logging
import subprocess
import tempfile
from pathlib import Path

import pytest

from store.offices import Offices
from store.postgresql import Cluster, program
from web.everywhere import CANARY, ROLES, PlantedOffice, planted

FORMS = (CANARY.encode(), CANARY.replace(" ", "_").encode(), CANARY.upper().encode(), CANARY.encode("utf-16-le"))


def _found(content: bytes) -> bool:
    return any(form in content for form in FORMS)


def _visit_everything(made: PlantedOffice) -> None:
    """Every page in every role, and forms with the canary in every field, most of them refused."""
    for role in ROLES:
        client = made.members[role].client()
        client.raise_request_exception = False
        for address in made.addresses:
            client.get(address)
            client.post(address, {"title": CANARY, "account": CANARY, "reason": CANARY, "text": CANARY, "q": CANARY})
        client.get(f"/nowhere/{CANARY.replace(' ', '-')}/")


def test_no_file_no_log_and_no_cache_holds_a_canary(
    offices: Offices, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from django.core.cache import cache
    from django.db import connections

    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    world = offices.new()
    made = planted(world)
    _visit_everything(made)
    connections.close_all()
    for path in (*world.folder.rglob("*"), *temporary.rglob("*"), *world.keys.rglob("*")):
        if path.is_file():
            assert not _found(path.read_bytes()), path.relative_to(tmp_path)
    out, err = capfd.readouterr()
    assert CANARY not in out
    assert CANARY not in err
    assert CANARY not in repr(getattr(cache, "_cache", ""))


def test_what_the_server_logs_of_an_error_holds_no_canary() -> None:
    from holdfast.store.office.logs import BareFormatter

    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(BareFormatter())
    for name in ("django.request", "holdfast.console", "waitress", "anything"):
        logger = logging.Logger(name)
        logger.addHandler(handler)
        try:
            raise ValueError(CANARY)
        except ValueError:
            logger.exception("about %s", CANARY)
        logger.error(CANARY) if not name.startswith("holdfast.") else None
    assert CANARY not in stream.getvalue()
    assert "ValueError" in stream.getvalue()


def test_a_dump_of_postgresql_without_the_keys_holds_no_canary(offices: Offices, postgres: Cluster) -> None:
    world = offices.new(database_url=(url := postgres.url()))
    planted(world)
    dump = subprocess.run([program("pg_dump"), url], capture_output=True, check=True).stdout
    assert b"office_factrow" in dump
    assert not _found(dump)
    # bytes are written in hexadecimal in a dump
    assert CANARY.encode().hex().encode() not in dump
