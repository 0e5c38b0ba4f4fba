"""A case from beginning to decision in a real browser; its pages without JavaScript, by key, and from the right."""

from pathlib import Path

from playwright.sync_api import Browser, Page

from browsing import grave_violations
from store.offices import OfficeWorld
from web.browsers import ServedConsole, served
from workflows.case_steps import case_world

TABS = [
    "",
    "people/",
    "evidence/",
    "findings/",
    "hypotheses/",
    "notes/",
    "standard/",
    "decision/",
    "readers/",
    "file/",
]


def fill(page: Page, heading: str, **values: str) -> None:
    """Open one of the tab's forms by its heading, fill it and send it."""
    box = page.locator("details", has=page.locator("summary", has_text=heading)).first
    box.locator("summary").first.click()
    for name, value in values.items():
        field = box.locator(f"[name={name}]")
        kind = field.first.evaluate("each => each.type || each.tagName")
        if kind == "checkbox":
            box.locator(f"[name={name}][value={value}], [name={name}]:not([value])").first.check()
        elif kind == "file":
            field.set_input_files(value)
        elif kind == "select-one":
            field.select_option(value)
        else:
            field.fill(value)
    box.locator("button[type=submit]").click()
    page.wait_for_load_state()


def test_a_case_is_begun_filled_and_decided_by_two_people(
    office: OfficeWorld, chromium: Browser, tmp_path: Path
) -> None:
    page_file = tmp_path / "page.txt"
    page_file.write_text("a simulated edit")
    with served(office) as console:
        with console.person(chromium, "investigator") as person:
            page = person.page
            page.goto(f"{console.address}/cases/")
            page.fill("#id_title", "A simulated case")
            page.fill("#id_wikis", "alpha")
            page.click("text=Begin >> nth=-1")
            assert page.locator("h1").inner_text() == "A simulated case"
            assert "A simulated case" not in page.title()
            base = page.url
            page.goto(f"{base}evidence/")
            fill(page, "Record a source", kind="public_record", text="the history")
            page.goto(f"{base}people/")
            fill(page, "Add a person", account="Simulated suspect", roles="suspect")
            page.goto(f"{base}evidence/")
            fill(page, "Take evidence", file=str(page_file), how="copied", source="s1", kind="conduct", about="p1")
            fill(page, "Check evidence", id="e1", against="the history", holds="on")
            assert "Weighs" in page.locator("main").inner_text()
            with page.expect_download() as download:
                page.click("text=Open the bytes of e1")
            assert Path(str(download.value.path())).read_text() == "a simulated edit"
            page.goto(base)
            fill(page, "Take the case up", why="checked evidence")
            fill(page, "Record a search that found nothing", looked_for="public events")
            assert [each for each in person.seen.complaints if "error" in each.lower()] == []
        with console.person(chromium, "decider") as person:
            page = person.page
            page.goto(f"{base}decision/")
            assert "public events" in page.locator("main").inner_text()
            assert grave_violations(page) == []
            page.click("text=I have read what exonerates")
            page.goto(f"{base}decision/")
            fill(page, "Decide the case", outcome="no_action", reasons="nothing that needs an action")
            assert "no action" in page.locator("main").inner_text()


def _filled(office: OfficeWorld) -> tuple[str, object]:
    world = case_world(office)
    world.begin("A simulated case")
    world.make_ready()
    world.write("note written", text="a note")
    return f"/cases/{world.id}/", world.investigator


def test_every_tab_passes_the_rules_of_accessibility_in_both_directions(
    office: OfficeWorld, chromium: Browser
) -> None:
    with served(office) as console:
        base, member = _filled(office)
        with console.as_member(chromium, member) as person:  # type: ignore[arg-type]
            for tab in TABS:
                person.page.goto(f"{console.address}{base}{tab}")
                _open_everything(person.page)
                assert grave_violations(person.page) == [], tab
            person.page.goto(f"{console.address}/cases/")
            assert grave_violations(person.page) == []
            person.page.select_option("#language-choice", "fa")
            person.page.click("footer button")
            for tab in ("", "evidence/"):
                person.page.goto(f"{console.address}{base}{tab}")
                assert person.page.locator("html").get_attribute("dir") == "rtl"
                assert grave_violations(person.page) == [], tab


def _open_everything(page: Page) -> None:
    page.eval_on_selector_all("details", "all => all.forEach(each => { each.open = true })")


def test_a_case_is_worked_on_without_javascript_and_by_key_alone(office: OfficeWorld, chromium: Browser) -> None:
    with served(office) as console:
        base, member = _filled(office)
        _without_javascript(console, chromium, base, member)
        with console.as_member(chromium, member) as person:  # type: ignore[arg-type]
            page = person.page
            page.goto(f"{console.address}{base}notes/")
            box = page.locator("details", has=page.locator("summary", has_text="Add a task")).first
            box.locator("summary").focus()
            page.keyboard.press("Enter")
            page.keyboard.press("Tab")
            page.keyboard.type("read by key")
            page.keyboard.press("Enter")
            page.wait_for_selector("text=read by key")


def _without_javascript(console: ServedConsole, chromium: Browser, base: str, member: object) -> None:
    with console.as_member(chromium, member, java_script_enabled=False) as person:  # type: ignore[arg-type]
        page = person.page
        page.goto(f"{console.address}{base}notes/")
        box = page.locator("details", has=page.locator("summary", has_text="Add a task")).first
        box.locator("summary").click()
        box.locator("[name=text]").fill("without a script")
        box.locator("button[type=submit]").click()
        page.wait_for_load_state()
        assert "without a script" in page.locator("main").inner_text()
