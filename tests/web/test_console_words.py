"""The console's words in other languages: found, translated, compiled and shown."""

import re
from collections.abc import Mapping
from html import escape
from typing import Any

import pytest

from holdfast.web.console.words import HERE, LANGUAGES, catalogue, compiled, in_code, in_template, texts, translations
from store.offices import OfficeWorld

FRAME = ("console/page.html", "console/error.html", "console/start.html", "console/passkey_first.html")
PAGES = (*FRAME, "account/login.html")
UNCHECKED = "No native reader has checked this translation."
DIRECTION_SIGNS = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")
PLACEHOLDER = re.compile(r"%\(\w+\)s")
every_language = pytest.mark.parametrize("language", LANGUAGES)


def stale(known: Mapping[str, str]) -> list[str]:
    """Keys that are no text of the console (any more)."""
    return sorted(set(known) - set(texts()))


def page(client: Any, address: str, language: str) -> str:
    client.cookies["holdfast-language"] = language
    return str(client.get(address).content.decode())


@every_language
def test_the_compiled_catalogue_is_current(language: str) -> None:
    assert catalogue(language).read_bytes() == compiled(language), "run scripts/console_words"


@every_language
def test_every_key_is_a_text_of_the_console(language: str) -> None:
    assert stale(translations(language)) == []


def test_a_key_that_no_page_shows_is_stale() -> None:
    assert stale({"Sign in": "x", "A text that was taken off": "x"}) == ["A text that was taken off"]


@every_language
def test_a_translation_has_the_placeholders_of_its_text_and_no_markup(language: str) -> None:
    for english, text in translations(language).items():
        assert sorted(PLACEHOLDER.findall(text)) == sorted(PLACEHOLDER.findall(english)), english
        assert ("<" in text) == ("<" in english), english


@every_language
def test_no_translation_holds_a_direction_sign(language: str) -> None:
    assert not [text for text in translations(language).values() if DIRECTION_SIGNS.search(text)]


@every_language
def test_the_frame_is_translated_whole(language: str) -> None:
    frame = [text for name in PAGES for text in in_template((HERE / "templates" / name).read_text(encoding="utf-8"))]
    assert UNCHECKED in frame
    assert [text for text in frame if text not in translations(language)] == []


@every_language
def test_a_signed_in_reader_gets_the_page_in_the_language_of_the_cookie(office: OfficeWorld, language: str) -> None:
    known = translations(language)
    shown = page(office.member("auditor").client(), "/", language)
    assert f'lang="{language}" dir="{"rtl" if language == "fa" else "ltr"}"' in shown
    for english in ("Your rooms", "Sign out", "Audit"):
        assert escape(known[english]) in shown
        assert f">{english}<" not in shown


@every_language
def test_the_label_of_a_form_is_in_the_language_too(office: OfficeWorld, language: str) -> None:
    shown = page(office.member("auditor").client(), "/audit/", language)
    assert escape(translations(language)["What was done"]) in shown


@every_language
def test_a_page_says_that_no_native_reader_has_checked_it(office: OfficeWorld, language: str) -> None:
    shown = page(office.member("auditor").client(), "/", language)
    assert translations(language)[UNCHECKED] in shown
    assert UNCHECKED.removesuffix(".") in shown, "and in English, for who cannot read the translation"


def test_the_english_page_says_nothing_about_translation(office: OfficeWorld) -> None:
    assert UNCHECKED not in page(office.member("auditor").client(), "/", "en")


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ('{% translate "Sign in" %}', "Sign in"),
        ("{% translate 'Rooms' as rooms %}", "Rooms"),
        (r'{% translate "say \"so\"" %}', 'say "so"'),
        ("{% blocktranslate %}Go on to {{ wiki }}{% endblocktranslate %}", "Go on to %(wiki)s"),
        ("{% blocktranslate with n=a.b|length %}{{ n }} sources{% endblocktranslate %}", "%(n)s sources"),
        ("{% blocktranslate trimmed %}\n  one\n  two\n{% endblocktranslate %}", "one two"),
    ],
)
def test_a_marked_text_of_a_template_is_found(template: str, found: str) -> None:
    assert list(in_template(template)) == [found]


def test_a_marked_text_of_code_is_found_under_any_name() -> None:
    code = """
from django.utils.translation import gettext as _t, gettext_lazy as lazy
first = lazy("A " "label")
second = _t("Taken: %(count)s") % {"count": 1}
other = strip("not marked")
ROOM = Room(
    name="x", title="A room", urls=()
)
"""
    assert sorted(in_code(code)) == ["A label", "A room", "Taken: %(count)s"]


def test_labels_of_forms_and_titles_of_rooms_are_among_the_texts() -> None:
    assert {"What was done", "Take the case up", "Keep the statement", "Freezes"} <= set(texts())
