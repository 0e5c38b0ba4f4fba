"""Rule sets: exact thresholds, no holes, every step in words."""

import hashlib
import json
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.cli import main
from holdfast.elections.clocks import Petition, recall_state
from holdfast.elections.open_votes import OpenVotes, Tally, read_votes
from holdfast.elections.outcome import Outcome, months_later, outcomes
from holdfast.elections.rules import Compare, Denominator, Rounding, Share, load_rules, rule_set
from holdfast.errors import InputRefusedError, UsageError
from holdfast.papers.documents import parse_toml

HEAD = """format = 1
name = "r"
version = "1"
title = "R"
source = "here"
source_checked = true
"""
SHARE = """[share]
denominator = "support+oppose"
rounding = "truncate"
digits = 2
compare = "{compare}"
[votes]
minimum_support = 1
{votes}
[[request]]
"""


def rules_of(bands: str, *, compare: str = "before-rounding", votes: str = "", head: str = ""):  # type: ignore[no-untyped-def]
    text = HEAD + head + SHARE.format(compare=compare, votes=votes) + bands
    return rule_set(parse_toml(text.encode(), "rules.toml"))


def band(outcome: str, **bounds: str) -> str:
    lines = "".join(f"{name} = {value}\n" for name, value in bounds.items())
    return f'[[request.band]]\noutcome = "{outcome}"\n{lines}'


ELECTED, FAILED = band("elected", **{"from": "0.70"}), band("failed", below="0.70")


@pytest.mark.parametrize(
    ("bands", "hole"),
    [
        (ELECTED + band("failed", below="0.65"), "from 0.65 and below 0.7"),
        (band("elected", above="0.70") + FAILED, "share of exactly 0.7"),
        (ELECTED, "below 0.7"),
        (band("failed", below="0.70"), "from 0.7"),
        (band("failed", above="0"), "up to 0"),
    ],
)
def test_a_hole_between_two_bands_is_refused_by_name(bands: str, hole: str) -> None:
    with pytest.raises(InputRefusedError, match=r"rules\.hole") as refused:
        rules_of(bands)
    assert hole in str(refused.value)
    assert refused.value.place.startswith("rules.toml:")


@pytest.mark.parametrize("bands", [ELECTED + band("failed", to="0.70"), ELECTED + band("failed", below="0.71")])
def test_overlapping_bands_are_refused(bands: str) -> None:
    with pytest.raises(InputRefusedError, match=r"rules\.overlap"):
        rules_of(bands)


@pytest.mark.parametrize("threshold", ["nan", "inf", "-0.1", "1.1", "70", '"2/0"', '"x"', "true"])
def test_a_threshold_that_is_no_share_is_refused(threshold: str) -> None:
    with pytest.raises(InputRefusedError, match=r"toml\.(number|schema)|rules\.threshold"):
        rules_of(band("elected", **{"from": threshold}) + band("failed", below=threshold))


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('compare = "before-rounding"\n', "", "rules.compare"),
        ("minimum_support = 1\n", "", "rules.no_minimum_support"),
        ("digits = 2", "digits = 2.5", "toml.schema"),
        ('rounding = "truncate"', 'rounding = "up"', "toml.schema"),
        ("[votes]", "[votes]\nminmum = 2", "toml.schema"),
        ("format = 1", "format = 2", "toml.schema"),
        ("[share]", "[share", "toml.unreadable"),
    ],
)
def test_a_rule_set_that_is_not_complete_is_refused(old: str, new: str, code: str) -> None:
    text = HEAD + SHARE.format(compare="before-rounding", votes="") + ELECTED + FAILED
    assert old in text
    with pytest.raises(InputRefusedError, match=code.replace(".", r"\.")):
        rule_set(parse_toml(text.replace(old, new).encode(), "rules.toml"))


def test_a_kind_of_request_has_one_table_of_bands() -> None:
    with pytest.raises(InputRefusedError, match=r"rules\.kind_twice.*lines"):
        rules_of(ELECTED + FAILED + "[[request]]\n" + ELECTED + FAILED)


def test_thresholds_are_exact_before_or_after_rounding_as_the_rules_say() -> None:
    # 699/1000 = 0.699 is cut to 0.69; 7/10 is the threshold itself
    votes = OpenVotes(
        tallies=(Tally(candidate="a", support=7, oppose=3), Tally(candidate="b", support=699, oppose=301))
    )
    for compare in Compare:
        found = outcomes(rules_of(ELECTED + FAILED, compare=compare), votes)
        assert [each.outcome for each in found] == ["elected", "failed"]
    rounding = rules_of(ELECTED + FAILED, compare="after-rounding").share
    assert rounding is not None
    half_up = Share(denominator=Denominator.DECIDED, rounding=Rounding.HALF_UP, digits=2, compare=Compare.AFTER)
    assert half_up.rounded(Fraction(699, 1000)) == Fraction(7, 10)
    assert rounding.rounded(Fraction(699, 1000)) == Fraction(69, 100)


@given(st.fractions(0, 1), st.integers(0, 6))
def test_rounding_moves_a_share_by_less_than_one_digit(share: Fraction, digits: int) -> None:
    for rounding in Rounding:
        rule = Share(denominator=Denominator.DECIDED, rounding=rounding, digits=digits, compare=Compare.AFTER)
        moved = rule.rounded(share) - share
        assert rule.rounded(rule.rounded(share)) == rule.rounded(share)
        if rounding is Rounding.TRUNCATE:
            assert -Fraction(1, 10**digits) < moved <= 0
        elif rounding is not Rounding.NONE:
            assert abs(moved) <= Fraction(1, 2 * 10**digits)


def test_half_even_and_half_up_differ_at_the_half_alone() -> None:
    def rounded(rounding: Rounding) -> Fraction:
        rule = Share(denominator=Denominator.DECIDED, rounding=rounding, digits=1, compare=Compare.AFTER)
        return rule.rounded(Fraction(1, 4))

    assert rounded(Rounding.HALF_UP) == Fraction(3, 10)
    assert rounded(Rounding.HALF_EVEN) == Fraction(2, 10)


def test_every_step_is_explained_with_its_arithmetic() -> None:
    found = outcomes(
        rules_of(ELECTED + FAILED), OpenVotes(tallies=(Tally(candidate="a", support=113, oppose=59, neutral=4),))
    )[0]
    assert found.explanation == (
        "113 support / (113 support + 59 oppose) = 113/172 = 0.656976….",
        "4 neutral votes do not count.",
        "Cut off at 2 digits: 0.65.",
        "Minimum support 1: 113, met.",
        "The band below 0.7 (compared before rounding) means failed.",
    )


def test_nothing_cast_is_no_result() -> None:
    found = outcomes(
        rules_of(ELECTED + FAILED, votes=""), OpenVotes(tallies=(Tally(candidate="a", support=0, oppose=0),))
    )
    assert found[0].outcome == "failed"
    waived = HEAD + SHARE.format(compare="before-rounding", votes="").replace(
        "minimum_support = 1", 'minimum_support_waived = "why"'
    )
    rules = rule_set(parse_toml((waived + ELECTED + FAILED).encode(), "r"))
    assert outcomes(rules, OpenVotes(tallies=(Tally(candidate="a", support=0, oppose=0),)))[0].outcome == "no_result"


def seats(ties: str, tallies: list[tuple[str, int, int]], seed: str = "") -> list[str]:
    rules = rules_of(ELECTED + FAILED, head=f"seats = 2\nties = {ties}\n")
    votes = OpenVotes(tallies=tuple(Tally(candidate=n, support=s, oppose=o) for n, s, o in tallies))
    return [each.outcome for each in outcomes(rules, votes, lot_seed=seed)]


def test_ties_at_the_last_seat_are_settled_as_the_rules_state() -> None:
    tallies = [("a", 9, 1), ("b", 8, 2), ("c", 16, 4)]
    assert seats('["nobody"]', tallies) == ["elected", "not_seated", "not_seated"]
    assert seats('["more-support"]', tallies) == ["elected", "not_seated", "elected"]
    assert seats('["fewer-oppose"]', tallies) == ["elected", "elected", "not_seated"]
    assert sorted(seats('["lot"]', tallies, "seed")) == ["elected", "elected", "not_seated"]
    with pytest.raises(UsageError, match=r"outcome\.lot"):
        seats('["lot"]', tallies)


def seated(ties: str, tallies: list[tuple[str, int, int]], seed: str = "") -> dict[str, Outcome]:
    rules = rules_of(ELECTED + FAILED + "[term_months]\nelected = 12\n", head=f"seats = 2\nties = {ties}\n")
    votes = OpenVotes(
        tallies=tuple(Tally(candidate=n, support=s, oppose=o) for n, s, o in tallies), closed=date(2026, 1, 31)
    )
    return {each.candidate: each for each in outcomes(rules, votes, lot_seed=seed)}


def test_who_has_no_seat_is_told_the_fact_that_decided() -> None:
    tallies = [("a", 9, 1), ("b", 8, 2), ("c", 16, 4), ("d", 15, 5)]
    found = seated('["more-support"]', tallies)
    assert found["d"].reason == "seats"
    assert "higher shares; the last of them has 0.8" in found["d"].explanation[-1]
    assert found["b"].reason == "more_support"
    assert (
        found["b"].explanation[-1] == "c has the last of 2 seats with the same share and more support: 16, against 8."
    )
    fewer = seated('["fewer-oppose"]', tallies)["c"]
    assert (fewer.reason, fewer.explanation[-1]) == (
        "fewer_oppose",
        "b has the last of 2 seats with the same share and less opposition: 2, against 4.",
    )
    nobody = seated('["nobody"]', tallies)
    assert {nobody[name].reason for name in "bc"} == {"tie"}


def test_one_voter_is_one_however_the_name_is_written(tmp_path: Path) -> None:
    path = tmp_path / "votes.csv"
    rows = [
        "Alice,Bob,support",
        "alice,Bob,support",
        "User:Alice,bob,oppose",
        "Bob,User:Bob,support",
        "C_D,Bob,support",
    ]
    path.write_text("voter,candidate,vote\n" + "\n".join([*rows, "C D,Bob,support"]) + "\n", encoding="utf-8")
    votes = read_votes(path)
    assert len(votes.tallies) == 1
    tally = votes.tallies[0]
    assert (tally.candidate, tally.support, tally.oppose, tally.own, votes.voters) == ("Bob", 2, 1, 1, 3)


def test_who_loses_by_lot_is_told_the_lot_with_its_seed_and_gets_no_term() -> None:
    tallies = [("a", 9, 1), ("b", 8, 2), ("c", 8, 2)]
    for seed in "abcdef":
        found = seated('["more-support", "lot"]', tallies, seed)
        lost = next(each for each in found.values() if each.outcome == "not_seated")
        won = found["b" if lost.candidate == "c" else "c"]
        assert lost.reason == "lot"
        assert f"the seed '{seed}'" in lost.explanation[-1]
        assert not any("higher share" in line for line in lost.explanation)
        assert (lost.ends, any("Lasts" in line for line in lost.explanation)) == (None, False)
        assert won.ends == date(2027, 1, 31)
        assert any("draw lots" in line for line in won.explanation)
        # anybody can draw it again from the words alone
        tickets = {n: hashlib.sha256(f"{seed}\0{n}".encode()).hexdigest() for n in "bc"}
        assert won.candidate == min(tickets, key=lambda name: tickets[name])
        assert all(f"{name} {ticket[:8]}" in lost.explanation[-1] for name, ticket in tickets.items())
    # without a tie at the last seat no lot is drawn, and no seed is asked for
    assert seated('["lot"]', [("a", 9, 1), ("b", 8, 2), ("c", 75, 25)])["c"].outcome == "not_seated"


def test_votes_that_do_not_say_how_long_they_were_open_have_an_unknown_outcome() -> None:
    rules = load_rules("meta-checkuser")
    tally = Tally(candidate="a", support=30, oppose=1)
    found = outcomes(rules, OpenVotes(tallies=(tally,)))[0]
    assert (found.outcome, found.reason, found.ends) == ("unknown", "minimum_days", None)
    assert "Name opened and closed" in found.explanation[-1]
    assert outcomes(rules, OpenVotes(tallies=(tally,), days_open=7))[0].outcome == "elected"


@pytest.mark.requirement("E8")
def test_a_recall_runs_on_clocks_and_may_end_without_a_vote() -> None:
    rules, opened = load_rules("example-recall"), date(2026, 1, 1)

    def state(signers: int, today: date, **more: object) -> str:
        signatures = [(opened + timedelta(days=n % 20), True) for n in range(signers)] + [(opened, False)] * 5
        return recall_state(rules, Petition(opened=opened, signatures=signatures, **more), today).state  # type: ignore[arg-type]

    assert state(24, date(2026, 1, 30)) == "signing"
    assert state(24, date(2026, 1, 31)) == "lapsed"
    assert state(25, date(2026, 1, 21)) == "vote_due"
    assert state(25, date(2026, 3, 1)) == "vote_late"
    assert state(25, date(2026, 2, 1), vote_opened=date(2026, 1, 25)) == "voting"
    assert state(25, date(2026, 2, 8), vote_opened=date(2026, 1, 25)) == "vote_over"
    stopped = {"stopped": date(2026, 1, 9), "stopped_by": "bureaucrats", "stop_reason": "harassment"}
    assert state(25, date(2026, 2, 1), **stopped) == "stopped"
    with pytest.raises(UsageError, match="may_not_stop"):
        state(25, date(2026, 2, 1), stopped=date(2026, 1, 9), stopped_by="a friend", stop_reason="x")


def test_a_term_ends_on_the_months_last_day_where_it_has_no_such_day() -> None:
    assert months_later(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert months_later(date(2026, 1, 15), 24) == date(2028, 1, 15)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("v.csv", "candidate,support,oppose\nA,1,x\n"),
        ("v.csv", "candidate,support,oppose\nA,-1,2\n"),
        ("v.csv", "candidate,support,oppose\nA,1,2\nA,1,2\n"),
        ("v.csv", "candidate,yes,no\nA,1,2\n"),
        ("v.csv", "candidate,support,oppose\n"),
        ("v.csv", "voter,candidate,vote\nx,A,maybe\n"),
        ("v.json", '{"candidates": []}'),
        ("v.json", '{"voters": 2, "candidates": [{"candidate": "A", "support": 2, "oppose": 1}]}'),
        ("v.json", '{"candidates": [{"candidate": "A", "state": "withheld"}]}'),
        ("v.json", '{"candidates": [{"candidate": "A", "support": true, "oppose": 1}]}'),
        ("v.json", "{"),
        ("v.toml", "candidates = 3"),
    ],
)
def test_damaged_votes_are_refused(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(InputRefusedError):
        read_votes(path)


def test_single_votes_keep_the_last_one_and_know_the_candidates_own(tmp_path: Path) -> None:
    path = tmp_path / "v.csv"
    path.write_text("voter,candidate,vote\nx,阿明,support\ny,阿明,oppose\nx,阿明,neutral\n阿明,阿明,support\n")
    votes = read_votes(path)
    assert votes.tallies == (Tally(candidate="阿明", support=1, oppose=1, neutral=1, own=1),)
    assert votes.voters == 3
    assert votes.notes


def test_the_commands_print_json_alone_and_answer_with_codes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import json

    path = tmp_path / "v.csv"
    path.write_text("candidate,support,oppose\n阿明,133,52\n")
    assert main(["election", "outcome", "zhwiki-admin-2025-10", str(path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["outcomes"][0]["share_shown"] == "0.718"
    assert found["outcomes"][0]["share"] == "133/185"
    assert main(["election", "outcome", "nothing", str(path)]) == 2
    assert "rules.none_here" in capsys.readouterr().err
    args = ["election", "simulate", "zhwiki-survey-2023-70", "zhwiki-survey-2023-75", str(path), "--json"]
    assert main(args) == 0
    assert json.loads(capsys.readouterr().out)["changed"] == ["阿明"]
    for words in (["rules"], ["rules", "enwiki-rfa"], ["schema"]):
        assert main(["election", *words]) == 0
        assert capsys.readouterr().out


@pytest.mark.requirement("E14")
def test_a_withheld_result_is_told_with_its_code_and_end_and_is_refused_without_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, head = tmp_path / "v.csv", "candidate,support,oppose,state,reason_code,until\n"
    ask = ["election", "outcome", "zhwiki-admin-2025-10", str(path)]
    path.write_text(f"{head}A,133,52,,,\nB,140,10,withheld,under_review,2025-12-01\n")
    assert main(ask) == 0
    told = capsys.readouterr().out
    assert "B: withheld\n" in told
    assert "reason code under_review, until 2025-12-01" in told
    assert "0.93" not in told
    assert main([*ask, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["outcomes"][1]
    assert (found["outcome"], found["share"]) == ("withheld", None)
    for missing in (",2025-12-01", "under_review,"):
        path.write_text(f"{head}B,140,10,withheld,{missing}\n")
        assert main(ask) == 3
