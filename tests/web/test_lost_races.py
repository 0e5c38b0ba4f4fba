"""Who writes at the same moment as somebody else is told so, and what they typed stands in the form."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from html import unescape
from typing import Any

import pytest

from store.offices import OfficeWorld
from workflows.case_steps import case_world
from workflows.office_appeals import AppealOffice

TYPED = "Seen on the village pump:\n<b>twice</b> & once more \u202eabc"


@contextmanager
def somebody_writes(office: OfficeWorld) -> Iterator[None]:
    """Another process holds the database for writing, and this one waits for a moment alone."""
    from django.db import connection

    with closing(sqlite3.connect(office.folder / "office.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 30")
        yield
        other.execute("COMMIT")
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 20000")


def _kept(page: Any) -> dict[str, list[str]]:
    """What the form on the page would send."""
    text = page.content.decode()
    form = re.search(r'<form method="post" action="([^"]*)" id="kept">(.*?)</form>', text, re.DOTALL)
    assert form is not None, text
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<textarea[^>]* name="([^"]*)">\n(.*?)</textarea>', form[2], re.DOTALL):
        found.setdefault(name, []).append(unescape(value))
    for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', form[2], re.DOTALL):
        found.setdefault(name, []).append(unescape(value))
    found.pop("csrfmiddlewaretoken", None)
    return {"to": [form[1]], **found}


def test_a_note_that_did_not_get_in_stands_in_the_form_and_is_sent_again(office: OfficeWorld) -> None:
    case = case_world(office)
    case.begin()
    client, address = case.investigator.client(), f"/cases/{case.id}/do/note-written/"
    with somebody_writes(office):
        page = client.post(address, {"text": TYPED, "marking": "amber+strict"})
    assert page.status_code == 503
    assert "others were writing" in page.content.decode()
    kept = _kept(page)
    assert kept == {"to": [address], "text": [TYPED], "marking": ["amber+strict"]}
    assert page["Cache-Control"] == "no-store"
    assert client.post(kept.pop("to")[0], kept).status_code == 302
    notes = client.get(f"/cases/{case.id}/notes/").content.decode()
    assert "village pump" in notes


@pytest.mark.parametrize("how", ["moved", "first"])
def test_a_race_that_was_lost_keeps_every_field(
    office: OfficeWorld, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """Where reading a wiki came in between every time, or the same thing was made at the same moment."""
    from django.db import IntegrityError

    from holdfast.errors import CheckFailedError
    from holdfast.store.office.vault import Vault

    case = case_world(office)
    case.begin()
    real = Vault.append

    def lost(*_: Any, **__: Any) -> None:
        raise CheckFailedError("office.stream.moved", "moved") if how == "moved" else IntegrityError("UNIQUE")

    monkeypatch.setattr(Vault, "append", lost)
    client = case.investigator.client()
    given = {"account": "Simulated Person", "roles": ["suspect", "witness"]}
    page = client.post(f"/cases/{case.id}/do/person-added/", given)
    assert page.status_code == 409
    kept = _kept(page)
    assert kept["roles"] == ["suspect", "witness"]
    assert kept["account"] == ["Simulated Person"]
    monkeypatch.setattr(Vault, "append", real)
    assert client.post(kept.pop("to")[0], kept).status_code == 302


def test_the_text_of_an_appeal_is_not_lost_to_a_moment(office: OfficeWorld) -> None:
    from django.test import Client

    appeal = AppealOffice(office).in_force()
    client, address = Client(SERVER_NAME="localhost", SERVER_PORT="8420"), f"/appeal/{appeal.token}/"
    with somebody_writes(office):
        page = client.post(address, {"text": TYPED, "understood": "yes", "language": "en"})
    assert page.status_code == 503
    kept = _kept(page)
    assert kept.pop("to") == [address]
    assert kept["text"] == [TYPED]
    assert client.post(address, kept).status_code == 200
    assert appeal.filed_alone().standing == "received"


def test_a_password_never_comes_back(office: OfficeWorld) -> None:
    from django.test import Client

    from holdfast.store.office import members as store

    secret = store.add_member(store.fresh_member_id(), ["decider"], office.clock())
    client = Client(SERVER_NAME="localhost", SERVER_PORT="8420")
    given = {"username": "a-name", "password": "Zanzibar Quetzal 1", "again": "Zanzibar Quetzal 1"}
    with somebody_writes(office):
        page = client.post(f"/join/{secret}/", given)
    assert page.status_code == 503
    assert b"Zanzibar" not in page.content
    assert client.post(f"/join/{secret}/", given).status_code == 302  # the invitation is open as before


def test_what_is_refused_for_another_reason_is_not_offered_to_be_sent_again(office: OfficeWorld) -> None:
    case = case_world(office)
    case.begin()
    stranger = office.member("access_steward").client()
    page = stranger.post(f"/cases/{case.id}/do/note-written/", {"text": TYPED, "marking": "amber+strict"})
    assert page.status_code == 403
    assert b"village pump" not in page.content
