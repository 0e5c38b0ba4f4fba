"""From the register to a right given back, in a real browser with virtual passkeys, on two real wikis."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from browsing import grave_violations
from mediawiki.two_wikis import TwoWikis
from store.offices import OfficeWorld
from web.browsers import Person, ServedConsole, served
from workflows.test_freeze_on_wikis import confidential, joined, kept


def sign(person: Person, address: str) -> None:
    """Sign a proposal with the browser's own passkey."""
    person.page.goto(address)
    person.page.click("#sign-button")
    person.page.wait_for_selector("text=You have signed.")


@pytest.fixture
def console(office: OfficeWorld, two_wikis: TwoWikis, tmp_path: Path) -> Any:
    joined(office, two_wikis, tmp_path)
    with served(office) as running:
        yield running


def test_the_journey_from_the_register_to_a_right_given_back(
    console: ServedConsole, two_wikis: TwoWikis, chromium: Browser
) -> None:
    world, before = console.world, confidential(two_wikis)
    with (
        console.person(chromium, "access_steward") as steward,
        console.person(chromium, "decider") as decider,
    ):
        page = steward.page
        page.goto(f"{console.address}/register/")
        page.fill("#id_account", "Checker 01")
        page.click("main >> text=Find >> nth=-1")
        page.wait_for_selector("text=granted_with_a_valid_agreement")
        page.goto(f"{console.address}/register/what-if/")
        page.fill("#id_jurisdictions", "J1")
        page.click("text=Ask")
        page.wait_for_selector("text=jurisdiction_is_restricted")
        page.goto(f"{console.address}/freezes/new/")
        page.check("input[name=rights][value=checkuser]")
        page.fill("#id_jurisdictions", "J1")
        page.fill("#id_reason", "coercion feared")
        page.click("button[name=preview]")
        page.wait_for_selector("#preview")
        assert not grave_violations(page)
        page.click("button[name=propose]")
        page.wait_for_url(lambda url: "/approvals/freeze/" in url)
        assert "protective, no fault" in page.locator("main").inner_text()
        proposal = page.url
        sign(steward, proposal)
        sign(decider, proposal)
        decider.page.click("text=Carry it out now")
        decider.page.wait_for_selector("text=Not read back as removed")
        freeze = decider.page.url
        kept(world)
        decider.page.reload()
        assert "4 / 4" in decider.page.locator("main").inner_text()
        assert "checkuser" not in two_wikis.east.groups("Checker 01")
        assert "checkuser" in two_wikis.east.groups("Checker 03")

        page.goto(f"{freeze}people/")
        row = page.locator("tr", has_text="Checker 01").first
        row.locator("a").click()
        page.wait_for_load_state()
        page.wait_for_selector("h1:has-text('Checker 01')")
        review = page.url
        page.fill("#text-statement", "I am safe here.")
        page.click("text=Keep the statement")
        page.wait_for_selector("blockquote:has-text('I am safe here.')")
        page.fill("#id_outcome_reason", "seen and believed")
        page.fill("#id_outcome_reason_code", "SAFE")
        assert not grave_violations(page)
        page.click("text=Put it before two readers")
        page.wait_for_url(lambda url: "/approvals/review-outcome/" in url)
        outcome = page.url
        sign(steward, outcome)
        sign(decider, outcome)
        decider.page.click("text=Carry it out now")
        decider.page.wait_for_selector("text=restore")
        kept(world)
        page.goto(review)
        assert "done" in page.locator("main").inner_text()
    after = confidential(two_wikis)
    for (wiki, who), groups in before.items():
        lost = {"checkuser"} if who == "Checker 02" else set()
        assert after[wiki, who] == {name: end for name, end in groups.items() if name not in lost}, (wiki, who)
    complaints = json.dumps([*steward.seen.complaints, *decider.seen.complaints])
    assert complaints == "[]"
