"""Every page of the console in a browser: accessible, by keyboard, right to left, narrow, without scripts."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from browsing import broken_words, grave_violations, overflow_px
from store.offices import Offices
from web.browsers import ServedConsole, served
from web.everywhere import PlantedOffice, planted

# which member looks at which room: one whose role opens it
_WHO = {
    "cases": "investigator",
    "audit": "auditor",
    "members": "operator",
    "own-data": "custodian",
    "ledgers": "investigator",
    "exposure": "custodian",
    "register": "access_steward",
    "freezes": "access_steward",
    "reviews": "access_steward",
    "plans": "decider",
    "sweeps": "decider",
    "appeals": "appeal_reader",
    "no-appeals": "legal",
}
_OPEN_TO_ALL = ["/", "/approvals/", "/accounts/2fa/", "/suspend/"]
_NOT_FOCUSED = """
wanted => Array.from(document.querySelectorAll(wanted))
  .filter(each => each.checkVisibility() && !each.disabled)
  .filter(each => { each.focus(); return document.activeElement !== each; })
  .map(each => each.outerHTML.slice(0, 80))
"""
_FOCUSABLE = "main a[href], main button, main input:not([type=hidden]), main select, main textarea, main summary"


@pytest.fixture
def console(offices: Offices) -> Iterator[tuple[ServedConsole, PlantedOffice]]:
    from holdfast.audit import Budget

    world = offices.new()
    made = planted(world)
    with served(world) as running:
        world.office.vault.audit._budget = Budget(per_day=100_000, alarm_at=90_000)
        yield running, made


def _by_role(made: PlantedOffice) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"access_steward": list(_OPEN_TO_ALL)}
    for address in made.addresses:
        room, *parts = address.strip("/").split("/")
        # who worked on a case is opened by an auditor alone
        is_names = room == "cases" and parts[-1:] == ["names"]
        role = "auditor" if is_names else _WHO.get(room, "access_steward")
        found.setdefault(role, []).append(address)
    return found


def _is_page(status: int, kind: str) -> bool:
    return status == 200 and kind.startswith("text/html")


def test_no_page_has_a_serious_violation_and_each_is_usable_from_the_keyboard(
    console: tuple[ServedConsole, PlantedOffice], chromium: Browser
) -> None:
    running, made = console
    looked_at = 0
    for role, addresses in _by_role(made).items():
        with running.as_member(chromium, made.members[role]) as person:
            for address in addresses:
                if not _shown(person.page, running.address + address):
                    continue
                assert grave_violations(person.page) == [], address
                assert person.page.locator("h1").count() == 1, address
                assert person.page.locator("[tabindex]:not([tabindex='-1']):not([tabindex='0'])").count() == 0
                assert person.page.evaluate(_NOT_FOCUSED, _FOCUSABLE) == [], address
                looked_at += 1
            # an address that takes forms alone answers 405, and the browser says so
            assert [each for each in person.seen.complaints if "405" not in each and "error" in each.lower()] == []
            assert all(each.startswith((running.address, "data:")) for each in person.seen.requests)
    assert looked_at > 10


def test_in_a_right_to_left_language_no_page_runs_over_its_edge(
    console: tuple[ServedConsole, PlantedOffice], chromium: Browser
) -> None:
    running, made = console
    for role, addresses in _by_role(made).items():
        with running.as_member(chromium, made.members[role]) as person:
            person.context.add_cookies([{"name": "holdfast-language", "value": "fa", "url": running.address}])
            for width in (1280, 390):
                person.page.set_viewport_size({"width": width, "height": 800})
                for address in addresses:
                    if not _shown(person.page, running.address + address):
                        continue
                    assert person.page.evaluate("document.documentElement.dir") == "rtl"
                    over = person.page.evaluate(
                        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
                    )
                    assert over <= 1, (address, width, over)


def test_no_word_is_broken_and_no_page_runs_over_its_edge(
    console: tuple[ServedConsole, PlantedOffice], chromium: Browser
) -> None:
    running, made = console
    wrong, looked_at = [], 0
    for role, addresses in _by_role(made).items():
        with running.as_member(chromium, made.members[role]) as person:
            for address in addresses:
                if not _shown(person.page, running.address + address):
                    continue
                for width in (1280, 390):
                    person.page.set_viewport_size({"width": width, "height": 800})
                    broken, over = broken_words(person.page), overflow_px(person.page)
                    wrong += [(address, width, each) for each in broken[:3]] + [(address, width, over)] * (over > 1)
                    looked_at += 1
    assert wrong == []
    assert looked_at > 60


def test_every_page_shows_the_same_without_javascript(
    console: tuple[ServedConsole, PlantedOffice], chromium: Browser
) -> None:
    running, made = console
    for role, addresses in _by_role(made).items():
        member = made.members[role]
        with (
            running.as_member(chromium, member) as with_scripts,
            running.as_member(chromium, member, java_script_enabled=False) as without,
        ):
            for address in addresses:
                if not _shown(with_scripts.page, running.address + address):
                    continue
                without.page.goto(running.address + address)
                # passkeys alone need scripts
                if "Passkeys need JavaScript" in without.page.content():
                    continue
                assert without.page.locator("h1").inner_text() == with_scripts.page.locator("h1").inner_text()
                buttons = "main button[type=button]"
                assert without.page.locator(buttons).count() == 0, f"{address}: a button that only a script hears"


def _shown(page: object, address: str) -> bool:
    """Open an address; whether it is a page (a download ends the attempt)."""
    from playwright.sync_api import Error

    # an empty answer (405) would show the browser's own page, whose navigation swallows the next ones
    if page.request.get(address).status == 405:  # type: ignore[attr-defined]
        return False
    try:
        answer = page.goto(address)  # type: ignore[attr-defined]
    except Error:
        return False
    if answer is None or "attachment" in answer.headers.get("content-disposition", ""):
        return False
    return _is_page(answer.status, answer.headers.get("content-type", ""))
