"""One comparison of account names for the whole house: what the wiki takes for one account is one here."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.accounts.names import account_as_compared, accounts_as_kept, same_account

SRC = Path(__file__).parents[2] / "src" / "holdfast"

ONE_ACCOUNT = [
    ("Anna B", "Anna_B", "anna_B", "  Anna   B ", "User:Anna B", "user: anna_B", ":User:Anna B", "Anna\u00a0B"),
    ("Warden", "warden", "\u200eWarden\u200f", "War\u202aden\u202c"),
    ("ßeta", "user:ßeta", "_ßeta_"),
    ("ﬁve", "User:ﬁve"),
    ("Émile", "e\u0301mile", "émile"),
    ("203.0.113.7", "203.000.113.007", "User:203.0.113.7"),
    ("2001:DB8:0:0:0:0:0:1", "2001:db8::1", "2001:0db8::0001", "user:2001:db8::1"),
    ("203.0.113.0/24", "203.0.113.7/24"),
    ("2001:DB8:0:0:0:0:0:0/32", "2001:db8::/32"),
]
TWO_ACCOUNTS = [
    ("Anna B", "Anna b"),
    ("ßeta", "SSeta"),
    ("ﬁve", "FIve"),
    ("Anna B", "AnnaB"),
    ("203.0.113.7", "203.0.113.70"),
    ("203.0.113.7", "203.0.113.7/24"),
    ("Userbox", "Box"),
    ("198.51.100.xxx", "198.51.100.0"),
]


@pytest.mark.parametrize("names", ONE_ACCOUNT, ids=lambda names: names[0])
def test_what_the_wiki_takes_for_one_account_is_one(names: tuple[str, ...]) -> None:
    assert {account_as_compared(each) for each in names} == {names[0]}


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


def test_no_other_room_makes_a_comparison_of_its_own() -> None:
    """Rooms that fold text for another purpose are named here."""
    others = {"accounts/names.py", "notices/escape.py", "record/lookalike.py", "report/text.py"}
    found = {
        path.relative_to(SRC).as_posix()
        for path in SRC.rglob("*.py")
        if re.search(r"unicodedata\.normalize\(|\[:1\]\.upper\(\) \+ \w+\[1:\]", path.read_text("utf-8"))
    }
    assert found <= others
