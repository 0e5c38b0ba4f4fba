"""The operators' file is read by its owner alone, refuses what it does not know, and never shows a password."""

from pathlib import Path

import pytest

from holdfast.errors import HoldfastError, InputRefusedError, UsageError
from holdfast.ids import wiki_name
from holdfast.wiki.operators import FILE_NAME, read_operators

GOOD = """
[wiki.frwiki]
api = "https://fr.example.org/w/api.php"
language = "fr"
[[wiki.frwiki.operator]]
name = "Warden@holdfast"
password = "canary-one"
[[wiki.frwiki.operator]]
name = "Warden2@holdfast"
password = "canary-two"
"""


def keys(folder: Path, text: str, mode: int = 0o600) -> Path:
    (folder / FILE_NAME).write_text(text)
    (folder / FILE_NAME).chmod(mode)
    return folder


def test_the_first_and_the_second_operator_have_a_hand_each(tmp_path: Path) -> None:
    operators = read_operators(keys(tmp_path, GOOD))
    first, second = operators.hands_for(wiki_name("frwiki"))
    assert (first.operator, second.operator) == ("Warden", "Warden2")
    assert len(operators.openers_for(wiki_name("frwiki"))) == 2
    access = operators.access(wiki_name("frwiki"))
    assert (access.names, access.language) == (("Warden", "Warden2"), "fr")
    assert "canary" not in repr((operators, first, second, access))


def test_without_a_file_there_is_no_wiki_to_act_on(tmp_path: Path) -> None:
    with pytest.raises(InputRefusedError, match=r"operators\.no_wiki"):
        read_operators(tmp_path).hands_for(wiki_name("frwiki"))


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(InputRefusedError, match=r"operators\.readable"):
        read_operators(keys(tmp_path, GOOD, mode))


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("[wiki.frwiki]", "[wiki.frwiki", "operators.form"),
        ("language", "tongue", "operators.form"),
        ('language = "fr"', "language = 3", "operators.form"),
        ("[[wiki.frwiki.operator]]", "[[wiki.frwiki.person]]", "operators.form"),
        ('password = "canary-one"', "", "operators.form"),
        ('password = "canary-one"', 'password = ""', "operators.form"),
        ('password = "canary-one"', 'password = "canary-one', "operators.form"),
        ('"Warden@holdfast"', '"Warden"', "operators.form"),
        ('"Warden2@holdfast"', '"Warden@other"', "operators.form"),
        ("https://fr", "http://fr", "operators.clear_text"),
        ("https://fr", "ftp://fr", "wiki.address"),
        ("https://fr", "https://user:canary@fr", "wiki.address"),
        ("[wiki.frwiki]", "[else]\nx = 1\n[wiki.frwiki]", "operators.form"),
        ("frwiki", "FRwiki", "ids.wiki"),
    ],
)
def test_what_it_does_not_know_it_refuses_without_showing_a_password(
    tmp_path: Path, old: str, new: str, code: str
) -> None:
    assert old in GOOD
    with pytest.raises(HoldfastError) as raised:
        read_operators(keys(tmp_path, GOOD.replace(old, new)))
    assert raised.value.code == code
    assert isinstance(raised.value, InputRefusedError | UsageError)
    assert "canary" not in f"{raised.value!r}{vars(raised.value)}"
    assert raised.value.__cause__ is None


def test_a_file_of_bytes_that_are_no_text_is_refused(tmp_path: Path) -> None:
    (keys(tmp_path, "") / FILE_NAME).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputRefusedError, match=r"operators\.form"):
        read_operators(tmp_path)
