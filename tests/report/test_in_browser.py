"""The report as its readers meet it: offline, served, on a phone, in the dark, printed, without script."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from made_up import assessment, empty_assessment
from playwright.sync_api import Browser

from browsing import broken_words, grave_violations, opened, overflow_px
from holdfast.report.index import entries_in, write_index
from holdfast.report.written import write_report

HOSTILE = "\"><script>document.title='taken'</script><style>body{display:none}</style>\u202eevil"


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as the demo leaves it: an index, and a report for each wiki."""
    out = tmp_path_factory.mktemp("reports")
    write_report(assessment(), out / "madewiki")
    write_report(empty_assessment(), out / "emptywiki")
    write_report(assessment(text=HOSTILE), out / "hostile")
    (out / "hostile").rename(out / "zz")
    write_index(out, entries_in(out, about={"madewiki": "A wiki made up for these tests."}))
    return out


@pytest.fixture(scope="module")
def address(reports: Path) -> Iterator[str]:
    command = [Path(sys.executable).with_name("holdfast"), "serve", reports, "--port", "0"]
    serving = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert serving.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+/", serving.stdout.readline())
        assert found is not None
        yield found.group()
    finally:
        serving.send_signal(signal.SIGINT)
        out, err = serving.communicate()
    assert serving.returncode == 130, (out, err)
    assert "Traceback" not in err


@pytest.mark.parametrize("place", ["madewiki/report.html", "emptywiki/report.html", "zz/report.html", "index.html"])
def test_a_page_opens_offline_without_a_complaint_or_a_second_request(
    chromium: Browser, reports: Path, place: str
) -> None:
    with opened(chromium, (reports / place).as_uri()) as (page, seen):
        assert page.title() != "taken"
        assert page.locator("h1").is_visible()
        assert seen.complaints == []
        assert len(seen.requests) == 1


def test_a_page_is_served_under_its_own_strict_policy(chromium: Browser, address: str) -> None:
    with opened(chromium, f"{address}madewiki") as (page, seen):
        assert page.url == f"{address}madewiki/report.html"
        assert seen.complaints == []
        background = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert background == "rgb(251, 250, 246)"
        page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">x</p>')")
        assert any("Content Security Policy" in complaint for complaint in seen.complaints)


def test_the_index_leads_to_each_report_in_alphabetical_order(chromium: Browser, address: str) -> None:
    with opened(chromium, address) as (page, seen):
        names = page.locator(".card h3").all_inner_texts()
        assert names == sorted(names)
        assert "madewiki" in names
        page.get_by_role("link", name="Read the report on emptywiki").click()
        page.wait_for_load_state()
        assert page.locator("h1").inner_text() == "emptywiki"
        assert seen.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("place", ["madewiki/report.html", "index.html"])
def test_axe_finds_nothing_serious(chromium: Browser, reports: Path, place: str, scheme: str) -> None:
    with opened(chromium, (reports / place).as_uri(), color_scheme=scheme) as (page, _):
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert grave_violations(page) == []


@pytest.mark.parametrize("place", ["madewiki/report.html", "zz/report.html", "index.html"])
def test_a_phone_need_not_scroll_sideways(chromium: Browser, reports: Path, place: str) -> None:
    with opened(chromium, (reports / place).as_uri(), width=360) as (page, _):
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert overflow_px(page) == 0
        narrowest = page.evaluate(
            "Math.min(...[...document.querySelectorAll('svg text')].map(each => each.getBoundingClientRect().height))"
        )
        assert place == "index.html" or narrowest >= 10


def test_charts_take_the_colours_of_the_readers_scheme(chromium: Browser, reports: Path) -> None:
    colours = set()
    for scheme in ("light", "dark"):
        with opened(chromium, (reports / "madewiki/report.html").as_uri(), color_scheme=scheme) as (page, _):
            script = "getComputedStyle(document.querySelector('figure svg text')).fill"
            colours.add((page.evaluate(script), page.evaluate("getComputedStyle(document.body).backgroundColor")))
    assert len(colours) == 2
    assert len({text for text, _ in colours}) == 2


def test_each_chart_has_a_name_and_a_description_and_its_numbers_beside_it(chromium: Browser, reports: Path) -> None:
    with opened(chromium, (reports / "madewiki/report.html").as_uri()) as (page, _):
        charts = page.locator("svg[role=img]")
        assert charts.count() >= 7
        for place in range(charts.count()):
            named = charts.nth(place).get_attribute("aria-labelledby") or ""
            texts = [page.locator(f"[id='{part}']").text_content() for part in named.split()]
            assert len(texts) == 2
            assert all(texts)
        assert page.locator("figure").count() == page.locator("figure details.data table").count()


def test_the_numbers_of_a_chart_can_be_opened_by_keyboard_and_without_script(
    chromium: Browser, reports: Path
) -> None:
    with opened(chromium, (reports / "madewiki/report.html").as_uri(), java_script_enabled=False) as (page, _):
        summary = page.locator("details.data > summary").first
        table = page.locator("details.data table").first
        assert not table.is_visible()
        summary.focus()
        page.keyboard.press("Enter")
        assert table.is_visible()


def test_the_first_tab_offers_to_skip_to_the_content(chromium: Browser, reports: Path) -> None:
    with opened(chromium, (reports / "madewiki/report.html").as_uri()) as (page, _):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
        page.keyboard.press("Enter")
        assert page.url.endswith("#content")


def test_a_printed_report_shows_what_is_folded_and_hides_what_only_a_screen_needs(
    chromium: Browser, reports: Path
) -> None:
    with opened(chromium, (reports / "madewiki/report.html").as_uri(), color_scheme="dark") as (page, _):
        page.emulate_media(media="print")
        assert not page.locator("nav").is_visible()
        assert page.locator("details.folded dl").first.is_visible()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert page.pdf(format="A4").startswith(b"%PDF")


@pytest.mark.parametrize("place", ["madewiki/report.html", "emptywiki/report.html", "zz/report.html", "index.html"])
@pytest.mark.parametrize("width", [1280, 390])
def test_no_word_of_ordinary_length_is_broken(chromium: Browser, reports: Path, place: str, width: int) -> None:
    with opened(chromium, (reports / place).as_uri(), width=width) as (page, _):
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        assert broken_words(page) == []
