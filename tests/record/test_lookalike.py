"""Texts that read differently than they look are told; honest texts in many languages are not."""

import pytest

from holdfast.record.lookalike import oddities, shown


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("invoice\u202egpj.exe", "U+202E right-to-left override"),
        ("a\u2066b\u2069", "U+2066 left-to-right isolate"),
        ("p\u0430ypal", "letters of Cyrillic And Latin in one word"),
        ("gr\u03bfup", "letters of Greek And Latin in one word"),
        ("the \u0430\u0440\u0440\u04cf\u0435 is here", "a word that only looks Latin"),
        ("ad\u200bmin", "U+200B invisible"),
        ("ad\u200dmin", "U+200D invisible"),
        ("\U0001d41a\U0001d41d\U0001d426\U0001d422\U0001d427", "letters in disguise"),
        ("left\u200fright", "U+200F invisible"),
    ],
)
def test_a_text_that_tricks_the_eye_is_told(text: str, said: str) -> None:
    assert any(said in odd for odd in oddities(text)), oddities(text)


@pytest.mark.parametrize(
    "text",
    [
        "Ordinary English.",
        "Größe, œuvre, naïve, Łódź",
        "Решение сообщества от 13 сентября",
        "الجماعة تقرر\u200f",
        "می\u200cخواهم",  # Persian writes with the zero-width non-joiner
        "维基百科社群",
        "ウィキペディアの編集者",
        "हिन्दी विकिपीडिया क्\u200dष",
        "Η κοινότητα αποφάσισε",
        "Wikipedia и сообщество",
        "👩\u200d💻 wrote it",
    ],
)
def test_honest_texts_are_not_told(text: str) -> None:
    assert oddities(text) == ()


def test_signs_that_steer_a_terminal_are_written_out() -> None:
    assert shown("a\x1b[2Jb\u202ec\nd\te") == "a[U+001B][2Jb[U+202E]c\nd\te"


def test_not_more_than_twenty_are_told() -> None:
    assert len(oddities(" ".join(f"a{chr(0x430 + n)}" for n in range(30)))) == 20
