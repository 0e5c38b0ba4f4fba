"""Whatever a stranger typed into a field stands in the notice as typed: judged by MediaWiki's own parser."""

import json
import urllib.parse
import urllib.request
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from notice_fields import fields_of

from holdfast.notices.escape import html_literal, plain_literal, visible, wikitext_literal
from holdfast.notices.kinds import NoticeKind
from holdfast.notices.notice import notice_for
from mediawiki.throwaway import ThrowawayWiki

NASTY = [
    "~~~~",
    "~~~",
    "[[Main Page]]",
    "[[Category:Caught]]",
    "[[File:X.png|thumb]]",
    "[https://evil.example click]",
    "https://evil.example/",
    "mailto:a@evil.example",
    "//evil.example",
    "{{Main Page}}",
    "{{subst:CURRENTTIME}}",
    "{{#if:a|b|c}}",
    "{{{1}}}",
    "{{CURRENTYEAR}}",
    "{{DEFAULTSORT:x}}",
    "{| class=x\n| cell\n|}",
    "__NOTOC__",
    "__NOINDEX__",
    "＿＿目次強制＿＿",
    "<nowiki>",
    "</nowiki>",
    "<!-- hidden",
    "-->",
    "<script>alert(1)</script>",
    "<b>bold</b>",
    "</bdi></div>",
    "<ref>x</ref>",
    "<gallery>",
    "<includeonly>x</includeonly>",
    "<pre>",
    "'''bold'''",
    "''italic",
    "== Heading ==",
    "* item",
    "# item",
    "; term : meaning",
    ": indented",
    "----",
    "\n\n* Ends: today",
    "ISBN 978-3-16-148410-0",
    "RFC 2119",
    "RFC\u00a02119",
    "PMID 12345",
    "&lt;b&gt;",
    "&#91;&#91;x&#93;&#93;",
    "&nbsp;",
    "#REDIRECT [[Main Page]]",
    "-{zh-hans:a; zh-hant:b}-",
    "\x7f'\"`UNIQ--nowiki-00000001-QINU`\"'\x7f",
    "a ? b ! « c » 50 %",
    "\u202e\u2066\u200b\ufeff",
    "می\u200cخواهم",
    "\\",
    "\u0000\u0001",
    "\ud800",
    "\ufdd0\U0001ffff",
    "e\u0301 \u1100\u1161",
]


@pytest.fixture(scope="module")
def parser_address(mediawiki: ThrowawayWiki, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    wiki = mediawiki.clone(tmp_path_factory.mktemp("notices") / "wiki")
    # what some wikis still switch on
    wiki.configure("$wgEnableMagicLinks = [ 'ISBN' => true, 'PMID' => true, 'RFC' => true ];")
    with wiki.serving() as address:
        yield address


class _Shown(HTMLParser):
    """What a reader sees inside each `bdi`, and every tag that stands anywhere."""

    def __init__(self) -> None:
        super().__init__()
        self.values: list[str] = []
        self.tags: set[str] = set()
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag == "bdi":
            self.inside = True
            self.values.append("")
        assert not (self.inside and tag != "bdi"), f"{tag} arose from a value: {self.values[-1]!r}"

    def handle_endtag(self, tag: str) -> None:
        if tag == "bdi":
            self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.values[-1] += data


def _parsed(address: str, wikitext: str) -> dict[str, object]:
    """MediaWiki's reading of a text, as if it were saved on a talk page."""
    asked = {
        "action": "parse",
        "text": wikitext,
        "title": "User talk:Somebody",
        "contentmodel": "wikitext",
        "pst": "1",
        "prop": "text|links|templates|categories|externallinks|images|properties|sections",
        "disablelimitreport": "1",
        "format": "json",
        "formatversion": "2",
    }
    request = urllib.request.Request(f"{address}/api.php", data=urllib.parse.urlencode(asked).encode())
    with urllib.request.urlopen(request, timeout=60) as answer:
        found: dict[str, object] = json.loads(answer.read())["parse"]
    return found


def _is_literal(address: str, values: list[str]) -> None:
    notice = notice_for(fields_of(NoticeKind.RIGHTS_RESTORATION, wikis=values, rule="rule"), "fa")
    parsed = _parsed(address, notice.wikitext)
    shown = _Shown()
    shown.feed(str(parsed["text"]))
    expected = [visible(value) for value in values]
    start = shown.values.index(expected[0])
    assert shown.values[start : start + len(expected)] == expected
    assert shown.tags <= {"div", "p", "ul", "li", "b", "bdi", "a"}
    assert {
        name: parsed[name] for name in ("links", "templates", "categories", "images", "properties", "sections")
    } == {
        "links": [],
        "templates": [],
        "categories": [],
        "images": [],
        "properties": {},
        "sections": [],
    }
    assert set(parsed["externallinks"]) <= {"https://office.example/appeal/0123456789abcdef"}  # type: ignore[call-overload]


def test_the_known_tricks_of_wikitext_come_out_literally(parser_address: str) -> None:
    _is_literal(parser_address, [*NASTY, *(f"x {each} y" for each in NASTY), *(f"{each} 1" for each in NASTY)])


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    values=st.lists(
        st.lists(st.one_of(st.sampled_from(NASTY), st.text(max_size=6)), min_size=1, max_size=5).map("".join),
        min_size=20,
        max_size=60,
    )
)
def test_whatever_is_typed_comes_out_literally(parser_address: str, values: list[str]) -> None:
    _is_literal(parser_address, [each if each.strip() else "blank" for each in values])


@given(st.text())
def test_a_value_stays_in_its_line(text: str) -> None:
    for shown in (plain_literal(text), html_literal(text), wikitext_literal(text)):
        assert "\n" not in shown
        assert len(shown.splitlines()) <= 1


@given(st.text())
def test_what_html_shows_is_what_plain_text_shows(text: str) -> None:
    parser = _Shown()
    parser.feed(f"<bdi>{html_literal(text)}</bdi>")
    parser.close()
    assert parser.values == [plain_literal(text)]
    assert parser.tags == {"bdi"}


@given(st.text())
def test_the_references_of_wikitext_resolve_to_the_same_text(text: str) -> None:
    parser = _Shown()
    parser.feed(f"<bdi>{wikitext_literal(text)}</bdi>")
    parser.close()
    assert parser.values == [visible(text)]
