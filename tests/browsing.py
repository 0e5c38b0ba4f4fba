"""Debian's Chromium for tests: pages opened as a reader would, and judged by axe-core's accessibility rules."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"
PATIENCE_MS = 300_000
"""How long a page may take on a busy machine before it counts as never coming."""
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Seen:
    """What a browser complained of while a page was open: console messages, errors, requests beyond the page."""

    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests of a run."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS, timeout=PATIENCE_MS)
        yield browser
        browser.close()


@contextmanager
def opened(browser: Browser, address: str, *, width: int = 1280, **context: Any) -> Iterator[tuple[Page, Seen]]:
    """A page in a context of its own, with what the browser complained of so far."""
    within = browser.new_context(viewport={"width": width, "height": 800}, **context)
    within.set_default_timeout(PATIENCE_MS)
    try:
        page, seen = within.new_page(), Seen()
        page.on("console", lambda message: seen.complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        page.on("request", lambda request: seen.requests.append(request.url))
        page.goto(address)
        yield page, seen
    finally:
        within.close()


def grave_violations(page: Page) -> list[str]:
    """What axe-core calls serious or critical on the page as it stands, in words."""
    if not AXE.exists():
        pytest.fail("axe-core is missing; next: scripts/setup test (or npm ci)")
    page.evaluate(AXE.read_text(encoding="utf-8") + "; null")
    found = json.loads(page.evaluate("axe.run(document).then(found => JSON.stringify(found.violations))"))
    return [
        f"{each['id']}: {each['help']}: {node['html'][:160]} {node['failureSummary']}"
        for each in found
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"][:3]
    ]


def overflow_px(page: Page) -> int:
    """By how much the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
