"""Joining and signing in, in a real browser with a virtual authenticator."""

from playwright.sync_api import Browser

from browsing import grave_violations
from store.offices import OfficeWorld
from web.browsers import served


def test_an_invited_person_joins_enrols_a_passkey_and_signs_in_with_it_alone(
    office: OfficeWorld, chromium: Browser
) -> None:
    with served(office) as console, console.person(chromium, "access_steward") as person:
        page = person.page
        page.goto(console.address)
        assert page.locator("h1").inner_text() == "Start"
        page.click("text=Sign out")
        page.goto(console.address + "/accounts/login/")
        assert grave_violations(page) == []
        page.click("#passkey_login")
        page.wait_for_url(console.address + "/")
        assert "access steward" in page.locator("header").inner_text()
        assert [each for each in person.seen.complaints if "error" in each.lower()] == []
