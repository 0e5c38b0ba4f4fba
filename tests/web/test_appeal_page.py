"""The public page of an appeal: in every language, without script or account, and deaf to guesses."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser

from browsing import grave_violations
from holdfast.notices.kinds import LANGUAGES
from holdfast.notices.wording import appeal_page_words, wording
from store.offices import PORT, OfficeWorld
from web.browsers import served
from workflows.office_appeals import ACCOUNT, TEXT, AppealOffice


def stranger(**options: Any) -> Any:
    from django.core.cache import cache
    from django.test import Client

    cache.clear()
    return Client(SERVER_NAME="localhost", SERVER_PORT=str(PORT), **options)


@pytest.fixture
def appeals(office: OfficeWorld) -> AppealOffice:
    return AppealOffice(office).in_force()


def filed(client: Any, appeals: AppealOffice, **other: str) -> Any:
    given = {"text": TEXT, "understood": "yes", "language": "hr", **other}
    return client.post(f"/appeal/{appeals.token}/", given)


@pytest.mark.requirement("D4")
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_tells_what_holds_before_anything_is_sent_in_every_language(
    appeals: AppealOffice, language: str
) -> None:
    page = stranger().get(f"/appeal/{appeals.token}/?language={language}").content.decode()
    assert wording("global_ban", language).words["word.cannot_be_worse"].strip(";；؛ ") in page  # type: ignore[arg-type]
    assert appeal_page_words(language)["send"] in page
    assert f'lang="{language}" dir="{"rtl" if language == "fa" else "ltr"}"' in page
    assert ACCOUNT not in page
    assert "<script" not in page
    assert 'style="' not in page
    assert (wording("global_ban", "en").words["word.unchecked"] in page) is (language != "en")  # type: ignore[arg-type]


def test_the_page_opens_in_the_language_of_the_notice(appeals: AppealOffice) -> None:
    assert 'lang="fa" dir="rtl"' in stranger().get(f"/appeal/{appeals.token}/").content.decode()


@pytest.mark.requirement("3.10")
def test_a_person_files_gets_a_receipt_and_reads_the_outcome(appeals: AppealOffice) -> None:
    from holdfast.appeals.appeal import Outcome

    client = stranger()
    page = filed(client, appeals)
    receipt = re.search(r'id="receipt">([A-Z2-7-]{39})<', page.content.decode())
    assert receipt is not None
    assert page["Content-Security-Policy"].startswith("default-src 'none'")
    assert page["Cache-Control"] == "no-store"
    asked = {"receipt": receipt.group(1), "language": "hr"}
    assert appeal_page_words("hr")["state_received"] in client.post("/appeal/status/", asked).content.decode()
    appeals.filed_alone()
    appeals.appeal.find_eligible(appeals.world.office, appeals.reader.reader(), appeals.stream)
    appeals.appeal.assign(appeals.world.office, appeals.reader.reader(), appeals.stream)
    appeals.decide(Outcome.OVERTURN)
    answer = client.post("/appeal/status/", asked).content.decode()
    for shown in ("outcome_overturn", "not_restored"):
        assert appeal_page_words("hr")[shown] in answer
    assert "We read all of it." in answer
    assert ACCOUNT not in answer


def test_a_person_shows_on_the_page_that_the_appeal_is_theirs(
    appeals: AppealOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    from holdfast.errors import ServiceUnavailableError
    from holdfast.web.console.rooms import appeal as room

    client, words = stranger(), appeal_page_words("hr")
    page = filed(client, appeals).content.decode()
    receipt = re.search(r'id="receipt">([A-Z2-7-]{39})<', page)
    code = re.search(r'id="code">(holdfast-[0-9a-f]{20})<', page)
    assert receipt is not None
    assert code is not None
    asked = {"receipt": receipt.group(1), "language": "hr"}
    assert words["proof_missing"] in client.post("/appeal/status/", asked).content.decode()

    edits: dict[int, Any] = {7: appeals.edit(receipt.group(1), text="no code"), 8: appeals.edit(receipt.group(1))}

    def read(office: Any, wiki: str, number: int) -> Any:
        if number not in edits:
            raise ServiceUnavailableError("wiki.away", "away")
        return edits[number]

    monkeypatch.setattr(room, "revision_of", read)
    for number, word in (("7", "proof_refused"), ("x", "proof_refused"), ("9", "proof_away")):
        answer = client.post("/appeal/status/", {**asked, "wiki": "examplewiki", "revision": number})
        assert (answer.status_code, words[word] in answer.content.decode()) == (422, True)
    assert client.get(f"/appeal/{appeals.token}/").status_code == 200
    answer = client.post("/appeal/status/", {**asked, "wiki": "elsewhere", "revision": "8"})
    assert words["proof_refused"] in answer.content.decode()
    answer = client.post("/appeal/status/", {**asked, "wiki": "examplewiki", "revision": "8"})
    assert words["proof_done"] in answer.content.decode()
    assert client.get(f"/appeal/{appeals.token}/").status_code == 404


def test_no_cookie_is_set_but_the_one_against_forged_forms(appeals: AppealOffice) -> None:
    client = stranger()
    client.get(f"/appeal/{appeals.token}/")
    filed(client, appeals)
    client.get("/appeal/status/")
    assert [name for name in client.cookies if "csrf" not in name] == []


def test_a_form_from_another_page_is_refused(appeals: AppealOffice) -> None:
    client = stranger(enforce_csrf_checks=True)
    assert filed(client, appeals).status_code == 409
    assert appeals.filing.open_link(appeals.world.office, appeals.token)


@pytest.mark.parametrize(
    ("other", "word"),
    [
        ({"text": " "}, "empty"),
        ({"text": "?!"}, "empty"),
        ({"text": "x" * 20_001}, "too_long"),
        ({"understood": ""}, "tick"),
    ],
)
def test_a_form_with_something_missing_says_so_and_keeps_the_text(
    appeals: AppealOffice, other: dict[str, str], word: str
) -> None:
    page = filed(stranger(), appeals, **other)
    assert page.status_code == 422
    assert appeal_page_words("hr")[word] in page.content.decode()
    if word == "tick":
        assert TEXT in page.content.decode()
    assert appeals.filing.open_link(appeals.world.office, appeals.token)


@pytest.mark.requirement("7.13")
def test_the_page_works_by_keyboard_without_script_and_from_the_right(
    appeals: AppealOffice, chromium: Browser
) -> None:
    with (
        served(appeals.world) as console,
        console.browser(chromium, java_script_enabled=False) as person,
    ):
        page = person.page
        page.goto(f"{console.address}/appeal/{appeals.token}/?language=fa")
        assert page.locator("html").get_attribute("dir") == "rtl"
        page.focus("#text")
        page.keyboard.type("این کار من نبود.")
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_selector("#receipt")
        receipt = page.locator("#receipt").inner_text()
        page.goto(f"{console.address}/appeal/status/?language=fa")
        page.focus("#receipt")
        page.keyboard.type(receipt)
        page.keyboard.press("Enter")
        page.wait_for_selector("dl.facts")
        assert appeal_page_words("fa")["state_received"] in page.locator("main").inner_text()
        assert all(request.startswith((console.address, "data:")) for request in person.seen.requests)


def test_no_page_of_an_appeal_has_a_grave_fault_of_accessibility(appeals: AppealOffice, chromium: Browser) -> None:
    with served(appeals.world) as console, console.browser(chromium) as person:
        page = person.page
        for address in (
            f"/appeal/{appeals.token}/?language=fa",
            f"/appeal/{appeals.token}/?language=en",
            "/appeal/status/?language=zh-Hant",
            "/appeal/guessed/?language=hr",
        ):
            page.goto(console.address + address)
            assert grave_violations(page) == [], address
        page.goto(f"{console.address}/appeal/{appeals.token}/?language=en")
        page.fill("#text", TEXT)
        page.check("#understood")
        page.click("button[type=submit] >> text=Send")
        page.wait_for_selector("#receipt")
        assert grave_violations(page) == []
        assert [each for each in person.seen.complaints if "404" not in each] == []
