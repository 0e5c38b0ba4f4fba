"""Whatever a notice holds, the page shows exactly that, and nothing in it acts."""

import html
import json
import re
import unicodedata
import urllib.parse
import urllib.request

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.actions.steps.wikitext import as_wikitext, marker_of
from mediawiki.two_wikis import ODD_NAMES, TwoWikis

NASTY = (
    "~~~~ and ~~~~~ and ~~~",
    "{{delete}} {{subst:delete}} {{{1}}} {{#if:1|2}}",
    "</nowiki><nowiki> --> <!-- x",
    "<script>alert(1)</script><b onclick=x>",
    "[[Category:X]] [[File:A.png]] [http://a b] __NOTOC__ ~",
    "== Heading ==\n* list\n# list\n: indent\n; term\n pre\n----\n{| table\n|}",
    "'''bold''' ''italic'' -{zh-hans:a;zh-hant:b}-",
    "&lt; &amp; &#126; &nbsp;",
    "RFC 2119 and ISBN 0306406152 and PMID 12",
    "RFC\n2119",
    "#REDIRECT [[Main Page]]",
    "‏عربي‏ 中文 🐼 𝔘",
    "a\n\nb\nc",
    "mailto:a@b ftp://x/~~~~ //y news:z",
    "https://appeal.example/a?t=AB~~~~CD__x--''&y=[z]",
    "https://appeal.example/a.",
)


def shown_by(wiki: TwoWikis, wikitext: str) -> str:
    """The HTML that the wiki makes of a text when it is saved and shown."""
    asked = {"action": "parse", "text": wikitext, "pst": "1", "prop": "text|links|templates|categories|properties"}
    asked |= {"title": "User talk:X", "contentmodel": "wikitext", "format": "json", "formatversion": "2"}
    asked |= {"disablelimitreport": "1", "disableeditsection": "1", "wrapoutputclass": ""}
    data = urllib.parse.urlencode(asked).encode()
    with urllib.request.urlopen(wiki.east.api, data) as answer:
        found = json.load(answer)["parse"]
    assert (found["links"], found["templates"], found["categories"]) == ([], [], [])
    assert not found["properties"]
    return str(found["text"])


def words(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", page)).split())


@pytest.mark.parametrize("text", NASTY)
def test_the_page_shows_the_text_itself(standing_wikis: TwoWikis, text: str) -> None:
    page = shown_by(standing_wikis, as_wikitext(text))
    tags = {tag.split()[0] for tag in re.findall(r"<(\w[^>]*)>", page)}
    assert tags <= {"p", "a", "br"}
    expected = text if "appeal" not in text else urllib.parse.unquote(text)
    assert words(page).replace("\n", " ") in {" ".join(expected.split()), " ".join(text.split())} or (
        urllib.parse.unquote(words(page)) == expected
    )


@settings(max_examples=40)
@given(st.text(st.characters(blacklist_categories=["Cc", "Cs", "Cn", "Co"]), max_size=60))
def test_any_text_is_shown_as_it_is(standing_wikis: TwoWikis, text: str) -> None:
    text = re.sub(r"\w+:", "", text)
    # a wiki stores text in the normal form NFC
    expected = unicodedata.normalize("NFC", " ".join(text.split()))
    assert words(shown_by(standing_wikis, as_wikitext(text))) == expected


def test_names_with_every_character_are_shown_as_they_are(standing_wikis: TwoWikis) -> None:
    listed = "\n\n".join(ODD_NAMES)
    assert words(shown_by(standing_wikis, as_wikitext(listed))) == " ".join(listed.split())


def test_the_way_to_appeal_is_a_link(standing_wikis: TwoWikis) -> None:
    page = shown_by(standing_wikis, as_wikitext("Write to https://appeal.example/a?token=Ab_c-1&x=2 soon."))
    assert 'href="https://appeal.example/a?token=Ab_c-1&amp;x=2"' in page


def test_a_marker_is_a_comment_that_nobody_sees_and_the_wiki_keeps(standing_wikis: TwoWikis) -> None:
    marker = marker_of("p-1f0c/07/eastwiki/message")
    assert marker == "<!-- holdfast:p-1f0c:07:eastwiki:message -->"
    assert words(shown_by(standing_wikis, f"Hello {marker}")) == "Hello"
