"""Ballot files: what they say, what they refuse, and SecurePoll's own tallies of its own dumps."""

import gzip
import re
from fractions import Fraction
from pathlib import Path

import pytest
from ballots_of import ranked
from hypothesis import given
from hypothesis import strategies as st

from holdfast.elections.contest import Candidate, MarkKind, Reading, irregular, make_contest, ranking
from holdfast.elections.counts import ballot_formats, contest_in, count_contest, method_named, readings_compared
from holdfast.elections.formats import canonical
from holdfast.elections.formats._format import read_contests
from holdfast.errors import InputRefusedError, UsageError

DUMPS = Path(__file__).parents[1] / "data" / "securepoll"

BLT = """# a comment
4 2
-2
3 1 3 4 0
(paper 7) 2 4 1 0
1 2 0
1 3 - 4 0
1 0
0
"Ann"
"Bob \U0001f98a"
"“Çağrı”"
"D"
"A title"
"""


def written(tmp_path: Path, text: str | bytes, name: str = "ballots") -> Path:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_blt_with_comments_withdrawn_candidates_gaps_and_empty_ballots(tmp_path: Path) -> None:
    found = contest_in(written(tmp_path, BLT))
    assert found.title == "A title"
    assert found.keys == ("Ann", "“Çağrı”", "D")
    assert found.cast == 8
    assert dict(found.ballots) == {
        ((0, 1), (1, 2), (2, 3)): 3,
        ((2, 1), (0, 2)): 2,
        (): 2,
        ((1, 1), (2, 3)): 1,
    }
    assert irregular(found) == {"empty": 2, "skipped_place": 1, "repeated_candidate": 0, "shared_place": 0}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("2 1\n1 3 0\n0\nA\nB\n", "line 2"),
        ("2 1\n1 1 x 0\n0\nA\nB\n", "line 2"),
        ("2 1\n0.5 1 0\n0\nA\nB\n", "line 2"),
        ("2 1\n1 1 0\n", "ends within"),
        ("2 1\n1 1 0\n0\nA\n", "names are missing"),
        ("2 0\n1 1 0\n0\nA\nB\n", "ballots.seats"),
    ],
)
def test_a_damaged_blt_names_the_place(tmp_path: Path, text: str, place: str) -> None:
    with pytest.raises(InputRefusedError, match=place):
        contest_in(written(tmp_path, text))


def test_scottish_csv_and_blt_of_the_same_ballots_are_equal(tmp_path: Path) -> None:
    csv = (
        "3,1,\n4,1,2,\n2,3,\n1,2,,1,\n"
        '"Candidate 1","Ann A","X (x)",\n"Candidate 2","Bob","Y",\n"Candidate 3","Cy","Z",\n"W",'
    )
    blt = "3 1\n4 1 2 0\n2 3 0\n1 2 - 1 0\n0\nAnn A\nBob\nCy\nW\n"
    one, other = contest_in(written(tmp_path, csv, "a.csv")), contest_in(written(tmp_path, blt, "a.blt"))
    assert one.ballots == other.ballots
    assert (one.keys, one.title, one.seats) == (other.keys, other.title, other.seats)


@pytest.mark.parametrize(
    "csv",
    ['2,1,\n1,3,\n"Candidate 1","A","",\n"Candidate 2","B","",\n"W",', '2,1,\n1,1,\n"Candidate 1","A","",\n"W",'],
)
def test_a_damaged_csv_is_refused(tmp_path: Path, csv: str) -> None:
    with pytest.raises(InputRefusedError, match=r"ballots\.damaged"):
        contest_in(written(tmp_path, csv))


def test_what_is_no_ballot_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefusedError, match=r"ballots\.unknown_format"):
        contest_in(written(tmp_path, "Dear editors"))
    with pytest.raises(UsageError, match=r"ballots\.no_file"):
        contest_in(tmp_path / "nowhere")
    with pytest.raises(InputRefusedError, match=r"ballots\.compressed"):
        contest_in(written(tmp_path, gzip.compress(BLT.encode())[:-20]))
    with pytest.raises(InputRefusedError, match=r"ballots\.encoding"):
        contest_in(written(tmp_path, b"1 1\n1 1 0\n0\n\xff\xfe\n"))


def test_securepolls_plain_dumps_give_the_results_of_their_tallies() -> None:
    choose = count_contest(contest_in(DUMPS / "securepoll-choose.xml"))
    assert {key: str(votes) for key, votes in choose.rounds[0]["votes"].items()} == dict(
        re.findall(r"^(\w+) +\| (\d+)$", (DUMPS / "securepoll-tally-choose.txt").read_text(), re.M)
    )

    scores = count_contest(contest_in(DUMPS / "securepoll-radio-range.xml"), lot_seed="a").rounds[0]
    rows = re.findall(
        r"heading\">(.*?)</td>\s<td>(\d+)</td>\s<td>(\d+)</td>\s<td>(\d+)</td>\s<td>(.*?)</td>",
        (DUMPS / "securepoll-tally-radio-range.txt").read_text(),
    )
    assert len(rows) == 4
    for name, oppose, neutral, support, average in rows:
        assert scores["scores"][name] == {"-1": int(oppose), "0": int(neutral), "1": int(support)}
        assert f"{float(Fraction(scores['mean'][name])):.14f}" == average


def test_securepolls_ranked_dumps_give_the_results_of_their_tallies() -> None:
    schulze = count_contest(contest_in(DUMPS / "securepoll-schulze.xml"), lot_seed="a")
    text = (DUMPS / "securepoll-tally-schulze.txt").read_text()
    places = {name: int(rank) for rank, name in re.findall(r"^(\d)\* +\| (.*)$", text, re.M)}
    assert {key: each["rank"] for each in schulze.rounds[2:] for key in each["place"]} == places
    assert schulze.rounds[0]["wins"]["Candidate Delta"]["Candidate Gamma"] == 11
    assert schulze.rounds[1]["paths"]["Candidate Delta"]["Candidate Gamma"] == [11, 1]
    assert schulze.rounds[1]["paths"]["Candidate Alpha"]["Candidate Gamma"] == [0, 0]

    stv = count_contest(contest_in(DUMPS / "securepoll-stv.xml"))
    page = (DUMPS / "securepoll-tally-stv.txt").read_text()
    elected = re.search(r"elected-list'>(.*?)</ol>", page)
    assert elected is not None
    assert list(stv.winners) == re.findall(r"<li>(.*?)</li>", elected[1])
    tables = re.findall(r"<tr><td>(\d)</td><td>(.*?)</td>", page)
    assert len(tables) == len(stv.rounds)
    for number, table in tables:
        ours = stv.rounds[int(number) - 1]["rankings"]
        for name, votes in re.findall(r"candidate-name'>(.*?): </span><span[^>]*>(.*?)</span>", table):
            # the page shows six digits
            shown = re.sub(r" \(keep.*", "", votes).split("= ")[-1]
            assert round(float(ours[name]["total"]), 6) == float(shown)


def test_an_encrypted_dump_is_refused_with_what_is_needed() -> None:
    with pytest.raises(InputRefusedError, match=r"securepoll\.encrypted.*private key"):
        contest_in(DUMPS / "securepoll-encrypted-gpg.xml")


def test_the_format_samples_of_securepoll_are_read() -> None:
    one = contest_in(DUMPS / "3way-with-votes-test.xml")
    assert one.cast == 1
    assert count_contest(one).winners == ("C",)
    assert len(read_contests(DUMPS / "election-tests.xml", ballot_formats())) == 14
    with pytest.raises(UsageError, match=r"ballots\.which_question"):
        contest_in(DUMPS / "election-tests.xml")
    with pytest.raises(InputRefusedError, match="same id"):
        contest_in(DUMPS / "stv-test.xml")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Q00000191A00000193", "Q00000191A00000194"),
        ("Q00000191A00000193", "Q00000191A0000019"),
        ('{"vote":"Q00000191A00000193","comment":"comment of Voter01"}', '{"comment":"x"}'),
        ("</SecurePoll>", ""),
        ("<SecurePoll>", '<!DOCTYPE a [<!ENTITY b "c">]><SecurePoll>'),
        ("<ballot>choose</ballot>", "<ballot>dice</ballot>"),
    ],
)
def test_a_damaged_dump_is_refused(tmp_path: Path, old: str, new: str) -> None:
    text = (DUMPS / "securepoll-choose.xml").read_text().replace(old, new, 1)
    with pytest.raises(InputRefusedError):
        contest_in(written(tmp_path, text), as_format="securepoll-xml")


def test_both_readings_of_irregular_rankings_are_stated() -> None:
    # two voters repeat A; one skips the second place; one puts A and B on one place
    marks = {((0, 1), (0, 2), (1, 3)): 2, ((1, 1), (2, 3)): 1, ((0, 1), (1, 1), (2, 2)): 1}
    contest = make_contest("", MarkKind.RANK, [Candidate(key=k, name=k) for k in "ABC"], ballots=marks, seats=1)
    assert irregular(contest) == {"empty": 0, "skipped_place": 1, "repeated_candidate": 2, "shared_place": 1}
    assert ranking(((0, 1), (0, 2), (1, 3)), Reading.CLOSE_UP) == (0, 1)
    assert ranking(((0, 1), (0, 2), (1, 3)), Reading.STOP) == (0,)
    assert ranking(((1, 1), (2, 3)), Reading.STOP) == (1,)
    assert ranking(((0, 1), (1, 1), (2, 2)), Reading.CLOSE_UP) == (2,)
    assert ranking(((0, 1), (1, 1), (2, 2)), Reading.STOP) == ()
    with pytest.raises(InputRefusedError, match=r"ballots\.shared_place"):
        count_contest(contest, "scottish-stv")
    assert set(readings_compared(contest, method_named("scottish-stv"), seats=1, lot=(0, 1, 2))) == {
        "close-up",
        "stop",
    }


NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)


@given(
    names=st.lists(NAMES, min_size=1, max_size=5, unique=True),
    seats=st.none() | st.integers(1, 9),
    data=st.data(),
)
def test_a_canonical_ballot_file_gives_back_what_was_written(
    names: list[str], seats: int | None, data: st.DataObject
) -> None:
    mark = st.tuples(st.integers(0, len(names) - 1), st.integers(1, 6))
    ballots = data.draw(st.dictionaries(st.lists(mark, max_size=4, unique=True).map(tuple), st.integers(1, 50)))
    contest = make_contest(
        names[0], MarkKind.RANK, [Candidate(key=n, name=n) for n in names], ballots=ballots, seats=seats
    )
    written = canonical.write(contest)
    assert canonical.FORMAT.read(written, "") == [contest]
    assert canonical.write(canonical.FORMAT.read(written, "")[0]) == written


def test_the_same_ballots_are_the_same_bytes_whatever_their_order() -> None:
    one, other = ranked(("AB", 2), ("BA", 1), names="ABC"), ranked(("BA", 1), ("AB", 1), ("AB", 1), names="ABC")
    assert canonical.write(one) == canonical.write(other)


def test_a_canonical_file_that_was_tampered_with_is_refused(tmp_path: Path) -> None:
    good = canonical.write(ranked(("AB", 2), seats=1)).decode()
    for old, new in (
        ('"count":2', '"count":0'),
        ('"count":2', '"count":true'),
        ('[["A",1]', '[["Z",1]'),
        ('"version":1', '"version":2'),
        ('"kind":"rank"', '"kind":"dice"'),
        ('"seats":1', '"seats":0'),
        ('"title":""', '"title":"\\ud800"'),
        ('"name":"A"', '"name":"A\\udfff"'),
        ('["B",2]', '["B",0]'),
    ):
        with pytest.raises(InputRefusedError):
            contest_in(written(tmp_path, good.replace(old, new)), as_format="canonical")
