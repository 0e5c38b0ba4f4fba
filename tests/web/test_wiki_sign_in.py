"""Signing in by a wiki account in a real browser: linked by two guardians; the passkey is asked for all the same."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from browsing import grave_violations
from holdfast.facts import MemberId
from mediawiki.oauth_wiki import OAuthWiki, oauth_wiki, profile
from store.offices import OfficeWorld
from web.browsers import served


@pytest.fixture
def wiki() -> Iterator[OAuthWiki]:
    with oauth_wiki() as running:
        running.accounts["Åsa Example"] = profile(7, "Åsa Example")
        running.signed_in = "Åsa Example"
        yield running


def entries(office: OfficeWorld) -> list[Any]:
    return [each.event for each in office.office.vault.audit.entries(0) if each.event.verb == "sign_in"]


def test_a_linked_member_comes_by_the_wiki_and_needs_the_passkey_to_get_in(
    office: OfficeWorld, wiki: OAuthWiki, chromium: Browser
) -> None:
    from holdfast.workflows.office.wiki_sign_in import link

    wiki.settings(office.keys)
    with served(office) as console, console.person(chromium, "access_steward") as person:
        # what two guardians have approved (tests/attacks has the approving)
        with office.office.vault.transaction():
            link(office.office, MemberId(person.member), "åsa_Example", wiki.address.removeprefix("http://"))
        page = person.page
        page.goto(console.address)
        page.click("text=Sign out")
        page.goto(console.address + "/accounts/login/")
        page.click("text=Go on to Test wiki")
        page.wait_for_url(lambda url: "/wiki-sign-in/back/" in url)
        assert grave_violations(page) == []
        page.click("#go_on")
        page.wait_for_url(lambda url: "/accounts/2fa/authenticate/" in url)
        page.goto(console.address + "/members/")
        assert "/accounts/2fa/authenticate/" in page.url, "a wiki account alone opens nothing"
        page.click("#mfa_webauthn_authenticate")
        page.wait_for_url(console.address + "/")
        assert "access steward" in page.locator("header").inner_text()
        assert [each.outcome for each in entries(office)][-1] == "allowed"


def test_without_settings_the_page_does_not_offer_it(office: OfficeWorld) -> None:
    from django.test import Client

    client = Client(SERVER_NAME="localhost")
    assert "wiki-sign-in" not in client.get("/accounts/login/").content.decode()
    assert client.get("/wiki-sign-in/").status_code == 409


def test_the_form_proposes_a_link_that_two_guardians_sign(office: OfficeWorld, wiki: OAuthWiki) -> None:
    wiki.settings(office.keys)
    guardian, member, operator = office.member("custodian"), office.member("investigator"), office.member("operator")
    assert "/wiki-sign-in/link/" in operator.client().get("/members/").content.decode()
    answer = operator.client().post("/wiki-sign-in/link/", {"member": member.member, "account": "Example"})
    assert answer["Location"] == "/approvals/", "an operator reads no proposal"
    proposal = re.search(r'href="(/approvals/wiki-sign-in/\w+/)"', guardian.client().get("/").content.decode())
    assert proposal is not None
    page = guardian.client().get(proposal[1]).content.decode()
    assert "Example" in page
    assert wiki.address.removeprefix("http://") in page
    assert office.member("investigator").client().get("/wiki-sign-in/link/").status_code == 403
