"""Notices: made from exactly the fields of the action, in the person's language, English attached."""

import re
import tomllib
from html.parser import HTMLParser
from importlib.resources import files

import pytest
from notice_fields import APPEAL, NO_APPEAL, fields_of

from holdfast.errors import InputRefusedError, UsageError
from holdfast.notices import wording as wordings
from holdfast.notices.kinds import FIELDS, FORMS, LANGUAGES, NEVER_WITHHELD, EvidenceClass, NoticeKind
from holdfast.notices.notice import notice_for, render
from holdfast.notices.wording import appeal_page_words, is_checked, wording, wording_sha256

EVERY = [(kind, language) for kind in NoticeKind for language in LANGUAGES]


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_languages_have_the_same_words(language: str) -> None:
    for kind in NoticeKind:
        here, english = wording(kind, language), wording(kind, "en")
        assert here.words.keys() == english.words.keys()
        assert len(here.opening) == len(english.opening)
        assert len(here.closing) == len(english.closing)
        assert all(text.strip() for text in (here.subject, *here.opening, *here.closing, *here.words.values()))


def test_the_appeal_page_has_all_its_words_in_every_language() -> None:
    english = appeal_page_words("en")
    assert {f"outcome_{each}" for each in ("uphold", "overturn", "change", "remand", "ineligible")} <= english.keys()
    for language in LANGUAGES:
        assert appeal_page_words(language).keys() == english.keys()
        assert all(text.strip() for text in appeal_page_words(language).values())


def test_every_field_and_every_closed_list_has_its_word() -> None:
    words = wording(NoticeKind.FREEZE, "en").words
    assert {f"label.{name}" for name in FORMS} <= words.keys()
    assert {f"evidence.{each}" for each in EvidenceClass} <= words.keys()
    assert {name for each in FIELDS.values() for name in each.required + each.optional} <= FORMS.keys()


@pytest.mark.requirement("3.8")
@pytest.mark.requirement("D1")
@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_a_notice_shows_every_field_of_its_action_in_all_three_forms(kind: NoticeKind, language: str) -> None:
    notice = notice_for(fields_of(kind), language)
    assert notice.fields == FIELDS[kind].required + FIELDS[kind].optional
    words = wording(kind, language)
    for name in notice.fields:
        label = words.words[f"label.{name}"]
        assert label in notice.plain
        assert label in notice.wikitext
        assert label.replace("'", "&#x27;") in notice.html


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_english_is_always_attached(kind: NoticeKind, language: str) -> None:
    notice, english = render(kind, language, fields_of(kind)), render(kind, "en", fields_of(kind))
    assert english.subject in notice.subject
    assert english.wikitext in notice.wikitext
    assert english.plain in notice.plain
    assert english.html in notice.html


@pytest.mark.requirement("4.7")
@pytest.mark.parametrize("language", [each for each in LANGUAGES if each != "en"])
def test_a_text_that_no_native_reader_passed_says_so_in_both_languages(language: str) -> None:
    for kind in NoticeKind:
        notice = render(kind, language, fields_of(kind))
        assert not notice.checked
        assert not is_checked(language, kind)
        for each in (language, "en"):
            assert wording(kind, each).words["word.unchecked"] in notice.plain
    assert render(kind, "en", fields_of(kind)).checked
    assert wording(kind, "en").words["word.unchecked"] not in render(kind, "en", fields_of(kind)).plain


def test_a_word_changed_after_the_check_is_unchecked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    kind, passed = NoticeKind.WARNING, wording_sha256(NoticeKind.WARNING, "hr")
    read = wordings._read

    def reading(subject: str | None) -> None:
        def answer(language: str, name: str) -> dict[str, object]:
            found = read(language, name)
            if (language, name) == ("hr", "warning"):
                found |= {"checked_by_native_reader": True, "checked_text_sha256": passed}
                found |= {"subject": subject} if subject else {}
            return found

        monkeypatch.setattr(wordings, "_read", answer)
        wording.cache_clear()

    try:
        reading(None)
        assert is_checked("hr", kind)
        reading("Nešto drugo")
        assert not is_checked("hr", kind)
    finally:
        monkeypatch.undo()
        wording.cache_clear()


@pytest.mark.requirement("D1")
@pytest.mark.parametrize("kind", list(NoticeKind))
def test_a_field_that_is_neither_shown_nor_withheld_is_refused(kind: NoticeKind) -> None:
    for name in FIELDS[kind].required:
        with pytest.raises(InputRefusedError, match=r"notices\.field\.missing"):
            notice_for({**fields_of(kind), name: None}, "en")


@pytest.mark.requirement("D1")
def test_a_withheld_field_is_named_with_its_reason_author_and_end_date() -> None:
    withheld = {"milder_step": {"code": "safety", "by": "legal", "until": "2022-01-31"}}
    notice = notice_for(fields_of(NoticeKind.GLOBAL_BAN, milder_step=None, withheld=withheld), "en")
    assert (
        "Milder step considered: Withheld for the safety of people; withheld by \u2068legal\u2069 "
        "until \u20682022-01-31\u2069" in notice.plain
    )
    assert notice.fields == FIELDS[NoticeKind.GLOBAL_BAN].required


@pytest.mark.requirement("D1")
@pytest.mark.parametrize(
    "reason",
    [
        {},
        {"code": "safety", "by": "legal"},
        {"code": "safety", "until": "2022-01-31"},
        {"by": "legal", "until": "2022-01-31"},
        {"code": "because", "by": "legal", "until": "2022-01-31"},
        {"code": "safety", "by": "", "until": "2022-01-31"},
        {"code": "safety", "by": "legal", "until": "some day"},
        {"code": "safety", "by": "legal", "until": "infinity"},
    ],
)
def test_a_field_withheld_without_code_author_or_end_date_is_refused(reason: dict[str, str]) -> None:
    fields = fields_of(NoticeKind.GLOBAL_BAN, rule=None, withheld={"rule": reason})
    with pytest.raises(InputRefusedError):
        notice_for(fields, "en")


@pytest.mark.parametrize("name", sorted(NEVER_WITHHELD & set(FIELDS[NoticeKind.GLOBAL_BAN].required)))
def test_what_was_done_and_how_to_appeal_is_never_withheld(name: str) -> None:
    reason = {"code": "safety", "by": "legal", "until": "2022-01-31"}
    with pytest.raises(InputRefusedError, match=r"notices\.withheld"):
        notice_for(fields_of(NoticeKind.GLOBAL_BAN, **{name: None}, withheld={name: reason}), "en")


def test_unknown_and_doubled_fields_are_refused() -> None:
    reason = {"code": "safety", "by": "legal", "until": "2022-01-31"}
    with pytest.raises(InputRefusedError, match=r"notices\.field\.unknown"):
        notice_for(fields_of(NoticeKind.WARNING, jurisdiction="J1"), "en")
    with pytest.raises(InputRefusedError, match=r"notices\.field\.twice"):
        notice_for(fields_of(NoticeKind.WARNING, withheld={"rule": reason}), "en")


def test_an_unknown_kind_or_language_is_refused() -> None:
    with pytest.raises(InputRefusedError, match=r"notices\.kind"):
        notice_for({"kind": "scolding"}, "en")
    with pytest.raises(InputRefusedError, match=r"notices\.kind"):
        notice_for({}, "en")
    with pytest.raises(UsageError, match=r"notices\.language"):
        notice_for(fields_of(NoticeKind.WARNING), "../en")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rule", ""),
        ("rule", {"text": "a rule", "url": "javascript:alert(1)"}),
        ("rule", {"text": "a rule", "url": "https://x.example/]]<b>"}),
        ("rule", {"text": "a rule", "url": "https://x.example/__TOC__"}),
        ("wikis", []),
        ("wikis", "examplewiki"),
        ("evidence_class", ["hearsay"]),
        ("period", {"start": "2021-01-01"}),
        ("expiry", "never"),
        ("expiry", "1700000000"),
        ("appeal", {**APPEAL, "appealable": "yes"}),
        ("appeal", {**APPEAL, "can_be_worse": None}),
        ("appeal", {key: value for key, value in APPEAL.items() if key != "can_be_worse"}),
        ("appeal", {key: value for key, value in NO_APPEAL.items() if key != "sign_again_by"}),
        ("road_back", {"conditions": "none"}),
        ("milder_step", {"fa": "only in one language"}),
        ("account", 7),
        ("account", "x" * 5000),
    ],
)
def test_a_value_of_another_form_is_refused(name: str, value: object) -> None:
    with pytest.raises(InputRefusedError):
        notice_for(fields_of(NoticeKind.GLOBAL_BAN, **{name: value}), "en")


@pytest.mark.requirement("D2")
def test_no_appeal_says_its_legal_ground_who_may_lift_it_and_when_it_is_signed_again() -> None:
    plain = notice_for(fields_of(NoticeKind.GLOBAL_BAN, appeal=NO_APPEAL), "en").plain
    for shown in ("No appeal is possible", "an order of a court", "may be lifted by", "2022-03-13"):
        assert shown in plain


@pytest.mark.requirement("D2")
def test_an_appeal_without_end_says_so() -> None:
    plain = notice_for(fields_of(NoticeKind.GLOBAL_BAN, appeal={**APPEAL, "until": None}), "en").plain
    assert "0123456789abcdef\u2069 at any time; it is read by" in plain


@pytest.mark.requirement("D4")
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_notice_says_whether_an_appeal_can_make_it_worse(language: str) -> None:
    words = wording(NoticeKind.GLOBAL_BAN, language).words
    better = notice_for(fields_of(NoticeKind.GLOBAL_BAN), language).plain
    worse = notice_for(fields_of(NoticeKind.GLOBAL_BAN, appeal={**APPEAL, "can_be_worse": True}), language).plain
    assert words["word.cannot_be_worse"] in better
    assert words["word.can_be_worse"] in worse
    assert words["word.can_be_worse"] not in better


def test_a_text_given_in_the_language_is_shown_in_it_and_another_is_marked_as_english() -> None:
    fields = fields_of(
        NoticeKind.WARNING, milder_step={"en": "a talk", "fa": "گفت‌وگو"}, conduct={"en": "canvassing", "hr": "x"}
    )
    notice = notice_for(fields, "fa")
    assert "<bdi>گفت&#8204;وگو</bdi>" in notice.wikitext
    assert '<bdi lang="en">canvassing</bdi>' in notice.wikitext
    assert "<bdi>گفت\u200cوگو</bdi>" in notice.html


def test_persian_runs_from_the_right_and_every_strangers_text_is_isolated() -> None:
    notice = notice_for(fields_of(NoticeKind.GLOBAL_BAN, account="A\u202eevil"), "fa")
    for text in (notice.wikitext, notice.html):
        assert 'lang="fa" dir="rtl"' in text
        assert 'lang="en" dir="ltr"' in text
        assert "\u202e" not in text
    assert "\u2068A⟨U+202E⟩evil\u2069" in notice.plain


@pytest.mark.requirement("1.6")
@pytest.mark.requirement("D5")
@pytest.mark.parametrize(
    ("language", "type_words", "blame"),
    [
        ("en", "protective, no fault", "breach|abus|violat|sanction|guilt|offen[cs]e|suspect|accus"),
        ("zh-Hans", "保护性，无过错", "违规|违反|处罚|滥用|嫌疑|指控"),
        ("zh-Hant", "保護性，無過錯", "違規|違反|處罰|濫用|嫌疑|指控"),
        ("fa", "حفاظتی، بدون تقصیر", "نقض|جریمه|مجازات|سوءاستفاده|متهم|مظنون"),
        ("hr", "zaštitno, bez krivnje", "kršenj|kazn|zlouporab|sumnj|optuž"),
    ],
)
def test_the_texts_of_a_freeze_blame_nobody(language: str, type_words: str, blame: str) -> None:
    for kind in (NoticeKind.FREEZE, NoticeKind.REVIEW_OPENED, NoticeKind.REVIEW_DECIDED):
        words = wording(kind, language)
        text = "\n".join((words.subject, *words.opening, *words.closing))
        assert type_words in text
        assert not re.search(blame, text, re.IGNORECASE)


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_our_own_words_hold_no_markup(kind: NoticeKind, language: str) -> None:
    words = wording(kind, language)
    for text in (words.subject, *words.opening, *words.closing, *words.words.values()):
        assert not re.search(r"[\[\]{}|<>~&_=*#\n]|''|https?:|^[ :;]*[*#:]", text), text


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_the_html_is_well_formed(kind: NoticeKind) -> None:
    parser = _Tags()
    parser.feed(
        notice_for(fields_of(kind, account="<b>'\"&"), "fa").html if "account" in FIELDS[kind].required else ""
    )
    assert parser.open == []


def test_the_wording_in_english_is_as_it_was_read() -> None:
    """The snapshot that a reviewer reads: a change of words changes this test on purpose."""
    subjects = {kind.value: wording(kind, "en").subject for kind in NoticeKind}
    assert subjects == {
        "global_ban": "Your account is banned from all projects listed here",
        "global_lock": "Your account is locked on all wikis",
        "rights_removal": "Rights of your account are removed",
        "rights_removal_on_request": "Rights of your account are removed at your own request",
        "rights_restoration": "Rights of your account are given back",
        "warning": "A warning to your account",
        "telling": "What was withheld from you is told now",
        "protection": "Pages are protected",
        "freeze": "Access is paused: protective, no fault",
        "review_opened": "The review of your access is open",
        "review_decided": "The review of your access is decided",
        "lookup_told": "Non-public data about your account was looked up",
        "appeal_uphold": "Your appeal is decided: upheld",
        "appeal_overturn": "Your appeal is decided: the decision is overturned",
        "appeal_change": "Your appeal is decided: the decision is changed",
        "appeal_remand": "Your appeal is decided: sent back",
        "appeal_ineligible": "Your appeal was not taken up",
        "withdrawn": "A notice on this page is withdrawn",
        "overturned_note": "An action was overturned on appeal",
    }
    plain = notice_for(fields_of(NoticeKind.RIGHTS_REMOVAL, account="Made-up"), "en").plain
    assert plain.translate({0x2068: None, 0x2069: None}) == (
        "Rights of your account are removed\n\n"
        "It was decided that your account no longer belongs to the groups of users listed below. "
        "You can go on editing. Here is what the decision rests on, how long it holds, and how you can object.\n\n"
        "- Account: Made-up\n"
        "- Groups of users concerned: examplewiki\n"
        "- Wikis: examplewiki\n"
        "- Rule cited: the rule of the house https://office.example/rules\n"
        "- Class of evidence: public edits; reports by people\n"
        "- Period looked at: 2020-09-13 – 2021-09-13\n"
        "- Milder step considered: a text\n"
        "- Decided by: a text\n"
        "- Ends: no end date\n"
        "- Road back: a year of good work; at the earliest 2022-09-13; decided by decider\n"
        "- Appeal: Appeal here, without an account: https://office.example/appeal/0123456789abcdef until 2022-03-13; "
        "it is read by appeal reader; on your own appeal the outcome cannot be worse for you\n"
    )


def test_every_text_file_belongs_to_a_kind() -> None:
    for language in LANGUAGES:
        folder = files("holdfast.notices").joinpath("texts", language)
        names = {each.name for each in folder.iterdir()}
        assert names == {"_words.toml", "_appeal_page.toml", *(f"{kind}.toml" for kind in NoticeKind)}
        for name in names - {"_words.toml"}:
            text = tomllib.loads(folder.joinpath(name).read_text("utf-8"))
            assert text.get("checked_by_native_reader", "none") is (False if language != "en" else "none") or (
                language == "en" and "checked_by_native_reader" not in text
            )
