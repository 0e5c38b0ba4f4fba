"""Attacks on the links of appeals: guessed, used twice, raced, injected, flooded."""

import threading
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfast.notices.wording import appeal_page_words
from store.offices import PORT, OfficeWorld
from workflows.office_appeals import TEXT, AppealOffice

REFUSED = appeal_page_words("en")["link_refused"]


def stranger() -> Any:
    from django.core.cache import cache
    from django.test import Client

    cache.clear()
    return Client(SERVER_NAME="localhost", SERVER_PORT=str(PORT), HTTP_ACCEPT_LANGUAGE="en")


@pytest.fixture
def appeals(office: OfficeWorld) -> AppealOffice:
    return AppealOffice(office).in_force()


def file(client: Any, token: str, text: str = TEXT) -> Any:
    return client.post(f"/appeal/{token}/", {"text": text, "understood": "yes", "language": "en"})


def body(answer: Any) -> str:
    """The page without the token against forged forms."""
    import re

    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", answer.content.decode())


def test_a_guessed_a_used_and_a_late_link_cannot_be_told_apart(appeals: AppealOffice) -> None:
    late = AppealOffice(appeals.world, action="p-1f0c/002").in_force()
    client = stranger()
    appeals.prove(appeals.file())
    appeals.world.clock.go_on(days=61)
    pages = [client.get(f"/appeal/{token}/") for token in (appeals.token, late.token, "0" * 40, "f" * 41, "x")]
    assert {page.status_code for page in pages} == {404}
    assert len({body(page) for page in pages}) == 1
    assert REFUSED in body(pages[0])


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.from_regex(r"[0-9a-f]{40}", fullmatch=True), st.text(min_size=1, max_size=60)))
def test_whatever_is_guessed_opens_nothing(appeals: AppealOffice, guess: str) -> None:
    from urllib.parse import quote

    if guess == appeals.token:
        return
    answer = stranger().get(f"/appeal/{quote(guess, safe='')}/")
    assert answer.status_code in (400, 404, 200 if guess == "status" else 404)


def test_of_four_who_use_the_public_link_at_once_none_shuts_another_out(appeals: AppealOffice) -> None:
    from django.db import connections

    answers: list[int] = []

    def go() -> None:
        try:
            answers.append(file(stranger(), appeals.token).status_code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert answers == [200, 200, 200, 200]
    assert len(appeals.filings()) == 4


def test_a_stranger_who_leaves_their_code_on_the_page_proves_nothing_by_the_owners_next_edit(
    appeals: AppealOffice,
) -> None:
    from holdfast.errors import CheckFailedError

    receipt = appeals.file("Nonsense that a stranger sends.")
    code = appeals.filing.by_receipt(appeals.world.office, receipt).save_code
    with pytest.raises(CheckFailedError, match=r"appeal\.not_proven"):
        appeals.prove(receipt, text=f"{code} What is this? -- the owner", text_before=code)
    assert file(stranger(), appeals.token).status_code == 200


def test_trying_on_and_on_is_stopped(appeals: AppealOffice) -> None:
    from holdfast.web.console.rooms.appeal import TRIES_AN_HOUR

    client = stranger()
    codes = [client.get(f"/appeal/{number:040x}/").status_code for number in range(TRIES_AN_HOUR + 2)]
    assert codes[0] == 404
    assert codes[-1] == 429
    assert client.post("/appeal/status/", {"receipt": "x"}).status_code == 429
    # nobody who has a link or a receipt is kept out by it, not even from the very same address
    assert client.get(f"/appeal/{appeals.token}/").status_code == 200
    assert file(client, appeals.token).status_code == 200
    receipt = appeals.file()
    assert client.post("/appeal/status/", {"receipt": receipt}).status_code == 200
    assert client.post("/appeal/status/", {"receipt": "x"}).status_code == 429


def test_behind_a_proxy_that_names_no_source_a_strangers_failures_are_nobodys(appeals: AppealOffice) -> None:
    from dataclasses import replace

    from django.conf import settings

    from holdfast.web.console.rooms.appeal import FILINGS_AN_HOUR, TRIES_AN_HOUR

    office = appeals.world.office
    proxied = replace(office.config, public_url="https://office.example")
    settings.HOLDFAST_OFFICE = replace(office, place=replace(office.place, config=proxied))
    try:
        client = stranger()
        tries = {client.get(f"/appeal/{number:040x}/").status_code for number in range(TRIES_AN_HOUR + 2)}
        assert tries == {404}
        answers = {file(client, appeals.token).status_code for _ in range(FILINGS_AN_HOUR + 1)}
        assert answers == {200}
    finally:
        settings.HOLDFAST_OFFICE = office


def test_what_is_typed_comes_back_as_text(appeals: AppealOffice) -> None:
    evil = '<script>alert(1)</script>"><img src=x onerror=alert(1)>{% csrf_token %}'
    page = stranger().post(f"/appeal/{appeals.token}/", {"text": evil, "language": '"><script>'}).content.decode()
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_an_appeal_opens_nothing_else_of_the_console(appeals: AppealOffice) -> None:
    client = stranger()
    file(client, appeals.token)
    for address in ("/", "/appeals/", "/exposure/", "/members/", "/audit/", "/appeal/../members/"):
        answer = client.get(address)
        assert answer.status_code in (302, 404)
        assert "/accounts/login/" in answer.get("Location", "/accounts/login/")


def test_the_stolen_link_of_somebody_is_taken_back_by_a_new_one(appeals: AppealOffice) -> None:
    fresh = appeals.appeal.renew_link(appeals.world.office, appeals.reader.reader(), appeals.stream, None)
    client = stranger()
    assert client.get(f"/appeal/{appeals.token}/").status_code == 404
    assert client.get(fresh.replace(f"http://localhost:{PORT}", "")).status_code == 200
