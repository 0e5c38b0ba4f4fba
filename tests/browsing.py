"""Debian's Chromium for tests: pages opened as a reader would, and judged by axe-core's accessibility rules."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

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
def chromium() -> Iterator["Browser"]:
    """One browser for all tests of a run."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS, timeout=PATIENCE_MS)
        yield browser
        browser.close()


@contextmanager
def opened(browser: "Browser", address: str, *, width: int = 1280, **context: Any) -> Iterator[tuple["Page", Seen]]:
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


def grave_violations(page: "Page") -> list[str]:
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


def overflow_px(page: "Page") -> int:
    """By how much the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


_BROKEN_WORDS = """
longest => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const inside = node.parentElement;
    if (!inside || !inside.checkVisibility()) continue;
    if (inside.closest("script, style, svg, option, textarea, noscript, .visually-hidden, .unseen")) continue;
    // a key or an address has no words in it: it is one long sign
    const long = Array.from(node.data.matchAll(/\\S{33,}/gu), each => [each.index, each.index + each[0].length]);
    for (const word of node.data.matchAll(/[\\p{L}\\p{N}]+/gu)) {
      if (word[0].length < 2 || word[0].length > longest) continue;
      if (long.some(([from, to]) => from <= word.index && word.index < to)) continue;
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const lines = new Set(Array.from(range.getClientRects(), each => Math.round(each.top)));
      const where = inside.closest("td, th, dd, dt, li, p, h1, h2, h3, caption, label");
      if (lines.size > 1) found.push(`${word[0]} in ${where?.tagName}`);
    }
  }
  return found;
}
"""


def broken_words(page: "Page", longest: int = 16) -> list[str]:
    """Words of ordinary length that stand on two lines, with the element that they stand in."""
    return list(page.evaluate(_BROKEN_WORDS, longest))
