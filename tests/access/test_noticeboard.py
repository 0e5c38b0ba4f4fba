"""The public noticeboard lets no jurisdiction and no domicile be read off it, also during a freeze."""

import json
from dataclasses import replace

import pytest
from holders import BOOK, LONG_AGO, NOW, STEWARD, days, exempt, fact, granted, holder, placed, register_of, signed
from hypothesis import given
from hypothesis import strategies as st

from holdfast.access.freezes.words import PROTECTIVE
from holdfast.access.register.import_board import read_board
from holdfast.access.register.noticeboard import noticeboard, wikitext
from holdfast.access.register.person import Person
from holdfast.accounts.names import account_as_compared
from holdfast.facts import Fact
from holdfast.report.pages.noticeboard import board_page
from holdfast.report.render import render

NAMES = [
    "A",
    "O'Neil",
    "''Quote''",
    "Ünïcode 漢字",
    "פלוני",
    "R&D = fun!",
    "a*b;c",
    "~~ Tilde",
    "Tab–dash",
    "Nota {b",
]

HIDDEN = st.one_of(
    st.builds(lambda j, k: placed(j, domicile_known=k), st.sampled_from(["J1", "J2"]), st.booleans()),
    st.sampled_from([exempt("checkuser"), exempt("domicile"), fact("access suspended")]),
    st.builds(
        lambda f: fact("right frozen", freeze=f, wiki="enwiki", right="checkuser", before={"checkuser": "infinity"}),
        st.sampled_from(["f-1", "f-2"]),
    ),
)
SECRETS = st.lists(st.lists(HIDDEN, max_size=4), min_size=25, max_size=25)


def people(secrets: list[list[Fact]]) -> list[Person]:
    return [
        holder(number, signed(), granted("enwiki", "checkuser"), *hidden) for number, hidden in enumerate(secrets, 1)
    ]


@pytest.mark.requirement("1.2")
@given(SECRETS, SECRETS, st.booleans())
def test_the_board_is_the_same_whatever_the_jurisdictions_are_but_for_one_coarse_count(
    one: list[list[Fact]], other: list[list[Fact]], is_blocking: bool
) -> None:
    book = replace(BOOK, blocking=frozenset({"J1"}), restricted=frozenset({("J2", "checkuser")}))
    boards = [
        noticeboard(register_of(people(secrets), book if is_blocking else BOOK), now=NOW) for secrets in (one, other)
    ]
    first, second = boards
    assert replace(first, suspended=second.suspended) == second
    for board in boards:
        assert board.suspended.at_least in (0, 10, 20)
    if first.suspended == second.suspended:
        assert wikitext(first) == wikitext(second)
        assert render(board_page(first)) == render(board_page(second))


def test_a_freeze_of_nine_changes_not_one_byte_and_a_freeze_of_ten_one_number() -> None:
    frozen = fact("right frozen", freeze="f-1", wiki="enwiki", right="checkuser", before={"checkuser": "infinity"})
    texts = [
        wikitext(noticeboard(register_of(people([[frozen]] * count + [[]] * (25 - count))), now=NOW))
        for count in (0, 9, 10)
    ]
    assert texts[0] == texts[1]
    changed = [line for line in texts[2].splitlines() if line not in texts[0].splitlines()]
    assert len(changed) == 1
    assert "at least 10" in changed[0]
    assert PROTECTIVE in changed[0]


def test_no_word_of_a_jurisdiction_stands_on_the_board() -> None:
    board = noticeboard(register_of([holder(1, signed(), placed("ZZTOP", domicile_known=True))]), now=NOW)
    for text in (wikitext(board), render(board_page(board)), json.dumps(board.to_json())):
        assert "ZZTOP" not in text
        assert "jurisdiction" not in text.lower()
        assert "own statement" not in text


@pytest.mark.requirement("D5")
def test_the_type_of_a_suspension_is_public_and_machine_readable() -> None:
    board = noticeboard(register_of([]), now=NOW).to_json()
    assert board["suspensions"] == {"type": "protective, no fault", "at_least": 0, "step": 10}


def test_the_board_is_that_of_the_first_of_the_month_so_that_nobody_leaves_on_a_day() -> None:
    leaves = holder(1, signed(ends=NOW - days(0.2)))
    left = holder(2, signed(ends=NOW - days(1)))
    gone = holder(3, signed(), Fact(type="account gone", at=NOW, by=STEWARD, body={"at": "2020-05-05"}))
    board = noticeboard(register_of([leaves, left, gone]), now=NOW)
    assert board.as_of.isoformat() == "2021-09-01"
    assert [each.account for each in board.lines] == ["Simulated Holder 1"]


@pytest.mark.parametrize("name", NAMES)
def test_names_cannot_become_markup_and_the_board_can_be_read_back(name: str) -> None:
    person = holder(1, signed(), name=name.replace("{", "("))
    board = noticeboard(register_of([person]), now=NOW)
    text = wikitext(board)
    assert text.count("[[") == text.count("]]") == 1
    assert "''" not in text
    assert "~~~" not in text
    line = next(line for line in text.splitlines() if "[[User:" in line)
    read = read_board("{|\n|-\n" + line + " 2019-01-01\n|}", version="3", place="x", now=NOW)
    assert [each.account for each in read.entries] == [account_as_compared(person.account)]


def test_a_page_needs_nothing_else_and_runs_no_script() -> None:
    html = render(board_page(noticeboard(register_of([holder(1, signed(begins=LONG_AGO))]), now=NOW)))
    assert "<script" not in html
    assert "default-src" in html
    assert "http" not in html.replace("http-equiv", "")
    assert "Simulated Holder 1" in html
