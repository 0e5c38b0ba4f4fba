"""One comparison of account names for the whole house: what the wiki takes for one account is one here."""

import ast
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.spellings import ADDRESSES, NOBODY, SPELLINGS
from holdfast.accounts.names import (
    account_as_compared,
    account_name,
    accounts_as_kept,
    asked_name,
    is_named_in,
    same_account,
)
from holdfast.errors import InputRefusedError

SRC = Path(__file__).parents[2] / "src" / "holdfast"

ONE_ACCOUNT = [
    *SPELLINGS.values(),
    *ADDRESSES.values(),
    ("Émile", "e\u0301mile", "émile"),
    ("Anna B", "Anna\u2028B", ":User:Anna B"),
    ("2001:DB8:0:0:0:0:0:0/32", "2001:db8::/32"),
    ("ანა", "User:ანა"),
    ("ǅep", "ǆep"),
    ("old>Anna B", "old>anna_B", "old> Anna B"),
]
TWO_ACCOUNTS = [
    ("Anna B", "Anna b"),
    ("ßeta", "SSeta"),
    ("ﬁve", "FIve"),
    ("ﬁve", "five"),
    ("ანა", "Ანა"),
    ("old>Anna B", "Anna B"),
    ("old>Anna B", "Old>Anna B"),
    ("Anna\u2068B", "AnnaB"),
    ("Anna B", "AnnaB"),
    ("203.0.113.7", "203.0.113.70"),
    ("203.0.113.7", "203.0.113.7/24"),
    ("Userbox", "Box"),
    ("198.51.100.xxx", "198.51.100.0"),
]


@pytest.mark.parametrize("names", ONE_ACCOUNT, ids=lambda names: names[0])
def test_what_the_wiki_takes_for_one_account_is_one(names: tuple[str, ...]) -> None:
    assert {account_as_compared(each) for each in names} == {names[0]}
    assert same_account(names[0], names[-1])


@pytest.mark.parametrize(("one", "other"), TWO_ACCOUNTS)
def test_what_the_wiki_tells_apart_is_told_apart(one: str, other: str) -> None:
    assert not same_account(one, other)


@given(st.text(alphabet=st.sampled_from(" _:/.aAbßﬁéǰ\u0301\u0307i0123456789fF\u200e\u202cuserUSER\t"), max_size=24))
def test_comparing_twice_changes_nothing_and_no_name_is_lost(name: str) -> None:
    form = account_as_compared(name)
    assert account_as_compared(form) == form
    assert form in accounts_as_kept(name)


def test_a_token_made_before_is_looked_for_under_its_older_forms() -> None:
    assert "SSeta" in accounts_as_kept("ßeta")
    assert {"2001:db8::1", "2001:DB8::1"} <= accounts_as_kept("2001:DB8:0:0:0:0:0:1")
    assert "User:Anna B" in accounts_as_kept("Anna_B")
    assert "Ანა" in accounts_as_kept("ანა")
    assert "Old>Anna B" in accounts_as_kept("old>Anna_B")
    assert accounts_as_kept("Warden") == {"Warden", "User:Warden"}, "an ordinary name has no other token"


@pytest.mark.parametrize("name", [*NOBODY, "", "_", "User:", ":a", "\ud800", "x" * 256, "198.51.100.xxx", *ADDRESSES])
def test_what_can_be_no_account_is_refused_with_the_place_where_it_was_written(name: str) -> None:
    with pytest.raises(InputRefusedError, match=r"access\.name.*line 3.*write the name as the wiki shows it"):
        account_name(name, place="line 3")


def test_an_address_may_be_asked_about_where_no_account_has_to_be() -> None:
    for form, spellings in ADDRESSES.items():
        assert {asked_name(each) for each in spellings} == {form}


def test_a_text_names_an_account_in_any_spelling() -> None:
    assert is_named_in("Anna_B", "undone, since ANNA\u00a0b was right")
    assert is_named_in("anna B", "a block of Anna_B")
    assert not is_named_in("Anna B", "a block of Anna")
    assert not is_named_in("", "a note")


def test_only_one_file_builds_a_name() -> None:
    """`AccountName(…)` and `cast(AccountName, …)`, by whatever module they are reached."""
    found = {
        path.relative_to(SRC).as_posix()
        for path in SRC.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and any("AccountName" in ast.unparse(each) for each in (node.func, *node.args[:1]) if not _is_text(each))
    }
    assert found == {"accounts/names.py"}


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant | ast.JoinedStr)


def test_no_other_room_makes_a_comparison_of_its_own() -> None:
    """Rooms that fold text for another purpose are named here."""
    others = {"accounts/names.py", "notices/escape.py", "record/lookalike.py", "report/text.py"}
    found = {
        path.relative_to(SRC).as_posix()
        for path in SRC.rglob("*.py")
        if re.search(r"unicodedata\.normalize\(|\[:1\]\.upper\(\) \+ \w+\[1:\]", path.read_text("utf-8"))
    }
    assert found <= others


def test_a_name_in_angle_brackets_is_no_author_of_another_wiki() -> None:
    with pytest.raises(InputRefusedError, match="can be no account's name"):
        account_name("<x>")
    with pytest.raises(InputRefusedError, match="author of another wiki"):
        account_name("old>Name")
