"""One file for an election: contradictions with both lines, pages in every language, promises from settings."""

import json
from datetime import date
from pathlib import Path

import pytest

from holdfast.cli import main
from holdfast.elections.documents import call_page, escaped, languages, promises, texts, wikitext
from holdfast.elections.plan import OtherVote, changes, holidays_within, overlaps, read_plan
from holdfast.errors import InputRefusedError
from holdfast.papers.documents import parse_toml
from holdfast.workflows.elections.publish import known_holidays, read_calendar, write_plan

PLAN = (
    """format = 1
name = "council-2027"
wiki = "testwiki"
languages = ["en", "fa"]
rules = "meta-checkuser"

[title]
en = "Council 2027"
fa = "شورای ۲۰۲۷"

[calendar]
nominations_open = 2027-02-01
nominations_close = 2027-02-20
voting_opens = 2027-03-10
voting_closes = 2027-03-24
results_by = 2027-03-31

[[question]]
id = "council"
method = "support-share"
kind = "adminship"
seats = 3
[question.text]
en = "Who joins the council?"
fa = "چه کسی به شورا می‌پیوندد؟"
[[question.candidate]]
account = "Alpha | ]] """
    + "''"
    + """ <b>"
[[question.candidate]]
account = "Beta"
withdrawn = 2027-02-25

[[roll]]
name = "voters"
rules = "enwiki-aelect-voters-2024-10"
as_of = 2027-03-01
contest_until = 2027-03-08

[[role]]
role = "election_clerk"
account = "Clerk"
from = 2027-02-01
until = 2027-04-30

[[role]]
role = "scrutineer"
account = "Scrutineer"
from = 2027-03-01
until = 2027-04-15
"""
)


def written(tmp_path: Path, text: str = PLAN, name: str = "election.toml") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


@pytest.mark.requirement("6.3")
@pytest.mark.requirement("E5")
def test_one_file_makes_every_page_in_every_language(tmp_path: Path) -> None:
    files = write_plan(read_plan(written(tmp_path)), tmp_path / "out")
    names = {path.name for path in files}
    for kind in ("call", "rules", "results", "ballot-council-01"):
        for language in ("en", "fa"):
            assert {f"{kind}.{language}.wiki", f"{kind}.{language}.html"} <= names
    assert not any("ballot-council-02" in name for name in names), "who withdrew has no ballot page"
    persian = (tmp_path / "out" / "call.fa.html").read_text()
    assert 'dir="rtl"' in persian
    assert texts("fa")["unchecked"] in persian
    assert texts("en")["unchecked"] not in (tmp_path / "out" / "call.en.html").read_text()


def test_names_mean_themselves_in_wikitext_and_html(tmp_path: Path) -> None:
    plan = read_plan(written(tmp_path))
    text = wikitext(call_page(plan, "en"))
    assert "<b>" not in text
    assert "Alpha &#124; &#93;&#93; &#39;&#39; &#60;b&#62;" in text
    write_plan(plan, tmp_path / "out")
    assert "<b>" not in (tmp_path / "out" / "call.en.html").read_text().split("<main", 1)[1]
    assert escaped("a\nb") == "a b"


@pytest.mark.requirement("E4")
@pytest.mark.requirement("E6")
def test_promises_are_printed_from_the_settings(tmp_path: Path) -> None:
    plan = read_plan(written(tmp_path))
    said = promises(plan, "en")
    assert said[0] == "No answer is chosen beforehand."
    assert "may be changed until" in said[1]
    assert "is not counted" in said[2]
    other = PLAN.replace('wiki = "testwiki"', 'wiki = "testwiki"\nvote_may_be_changed = false\nsecret = true')
    said = promises(read_plan(written(tmp_path, other)), "en")
    assert "cannot be changed" in said[1]
    assert "pilot" in said[3]


@pytest.mark.requirement("E13")
@pytest.mark.requirement("E15")
@pytest.mark.parametrize(
    ("old", "new", "first", "second"),
    [
        ("voting_closes = 2027-03-24", "voting_closes = 2027-03-09", "voting_opens", "voting_closes"),
        ("voting_closes = 2027-03-24", "voting_closes = 2027-03-12", "voting_closes", "rules ="),
        ("nominations_close = 2027-02-20", "nominations_close = 2027-03-20", "nominations_close", "voting_opens"),
        ("as_of = 2027-03-01", "as_of = 2027-03-11", "as_of", "voting_opens"),
        ("contest_until = 2027-03-08", "contest_until = 2027-02-08", "contest_until", "as_of"),
        ("until = 2027-04-15", "until = 2027-03-30", "until = 2027-03-30", "results_by"),
        ("until = 2027-04-15", "until = 2028-04-15", "until = 2028-04-15", "results_by"),
        ("from = 2027-03-01", "from = 2027-03-11", "from = 2027-03-11", "voting_opens"),
        ('account = "Scrutineer"', 'account = "Clerk"', 'account = "Clerk"', 'account = "Clerk"'),
        ('account = "Scrutineer"', "account = \"Alpha | ]] '' <b>\"", 'account = "Alpha', 'account = "Alpha'),
        ('languages = ["en", "fa"]', 'languages = ["en", "hr"]', "languages", "[question.text]"),
        ('account = "Beta"', "account = \"Alpha | ]] '' <b>\"", 'account = "Alpha', 'account = "Alpha'),
        ('method = "support-share"', 'method = "schulze"', "method =", "rules ="),
        ('kind = "adminship"', 'kind = "adminship"\nroll = "others"', 'roll = "others"', "[[roll]]"),
        ('wiki = "testwiki"', 'wiki = "testwiki"\nrehearsal = true', "rehearsal", "[[question]]"),
    ],
)
def test_a_contradiction_is_reported_with_both_lines(
    tmp_path: Path, old: str, new: str, first: str, second: str
) -> None:
    assert old in PLAN
    text = PLAN.replace(old, new, 1)
    with pytest.raises(InputRefusedError, match=r"plan\.contradiction") as refused:
        read_plan(written(tmp_path, text))
    lines = [number for number, line in enumerate(text.splitlines(), 1) if first in line or second in line]
    found = {number for each in refused.value.offender for number in (each.first, each.second)}  # type: ignore[attr-defined]
    assert len(found & set(lines)) == 2, str(refused.value)


def test_all_contradictions_are_reported_at_once(tmp_path: Path) -> None:
    text = PLAN.replace("until = 2027-04-15", "until = 2027-02-15").replace(
        "as_of = 2027-03-01", "as_of = 2027-03-11"
    )
    with pytest.raises(InputRefusedError, match=r"in 4 place") as refused:
        read_plan(written(tmp_path, text))
    assert len(refused.value.offender) == 4  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("voting_opens = 2027-03-10", 'voting_opens = "soon"', "plan.date"),
        ("voting_opens = 2027-03-10", "voting_opens = 2027-03-10T10:00:00Z", "plan.date"),
        ('rules = "meta-checkuser"', 'rules = "nothing.toml"', "plan.rules"),
        ("until = 2027-04-30\n", "", "toml.schema"),
        ('id = "council"', 'id = "Council !"', "toml.schema"),
        ("[calendar]", "[calendar", "toml.unreadable"),
        ("seats = 3", "seats = 0", "toml.schema"),
    ],
)
def test_a_file_that_is_not_complete_is_refused(tmp_path: Path, old: str, new: str, code: str) -> None:
    with pytest.raises(InputRefusedError, match=code.replace(".", r"\.")):
        read_plan(written(tmp_path, PLAN.replace(old, new, 1)))


@pytest.mark.requirement("6.19")
def test_overlaps_and_holidays_are_found(tmp_path: Path) -> None:
    plan = read_plan(written(tmp_path))
    others = [
        OtherVote(name="before", opens=date(2027, 3, 1), closes=date(2027, 3, 9)),
        OtherVote(name="touching", opens=date(2027, 3, 24), closes=date(2027, 3, 30)),
        OtherVote(name="around", opens=date(2027, 1, 1), closes=date(2027, 12, 31)),
    ]
    assert [each.name for each in overlaps(plan, others)] == ["touching", "around"]
    days = [day for day, _ in holidays_within(plan, known_holidays())]
    assert days == [date(2027, 3, 20), date(2027, 3, 21), date(2027, 3, 22)]


@pytest.mark.requirement("E4")
def test_Z17_a_rehearsal_of_three_questions_the_first_a_test(tmp_path: Path) -> None:
    question = (
        '[[question]]\nid = "q{n}"\nmethod = "approval"\n{test}'
        '[question.text]\nen = "Question {n}"\nfa = "پرسش {n}"\n'
    )
    text = PLAN.replace('wiki = "testwiki"', 'wiki = "testwiki"\nrehearsal = true\nvote_may_be_changed = true')
    start, end = text.index("[[question]]"), text.index("[[roll]]")
    questions = "".join(question.format(n=n, test="test = true\n" if n == 1 else "") for n in (1, 2, 3))
    text = text[:start] + questions + text[end:]
    text = text.replace("2027-03-10", "2027-03-11").replace("2027-03-24", "2027-03-25")
    plan = read_plan(written(tmp_path, text))
    assert [each.is_test for each in plan.questions] == [True, False, False]
    call = wikitext(call_page(plan, "en"))
    assert "its outcome changes nothing" in call
    assert call.count("the answers decide nothing") == 1
    assert "the last one counts" in call


@pytest.mark.requirement("E5")
def test_Z18_a_calendar_of_eight_elections(tmp_path: Path) -> None:
    tasks = ["T308397", "T318147", "T342774", "T361902", "T377014", "T389915", "T368610", "T377171"]
    rows = "".join(f"{task},2027-0{month}-01,2027-0{month}-14\n" for month, task in enumerate(tasks, 1))
    path = tmp_path / "calendar.csv"
    path.write_text("name,opens,closes\n" + rows)
    votes = read_calendar(path)
    assert len(votes) == 8
    assert [each.name for each in overlaps(read_plan(written(tmp_path)), votes)] == ["T342774"]
    path.write_text("name,opens\nx,2027-01-01\n")
    with pytest.raises(InputRefusedError, match=r"plan\.calendar"):
        read_calendar(path)


def test_a_new_version_shows_old_and_new_with_its_line(tmp_path: Path) -> None:
    text = PLAN.replace("seats = 3", "seats = 4")
    before, after = read_plan(written(tmp_path)), read_plan(written(tmp_path, text, "new.toml"))
    assert changes(before, after) == [("question.0.seats", "3", "4", line_of(text, "seats = 4"))]


def test_every_language_has_every_word_and_says_whether_it_was_checked() -> None:
    assert set(languages()) == {"en", "zh-Hans", "zh-Hant", "fa", "hr"}
    for language in languages():
        assert set(texts(language)) == set(texts("en"))
        assert texts(language)["checked"] is (language == "en")
        assert texts(language)["direction"] == ("rtl" if language == "fa" else "ltr")


def test_the_line_of_every_key_is_known() -> None:
    text = '[a]\nb = """\nx = 1\n"""\nc = [\n  1,\n]\n[[d]]\ne = 1\n[[d]]\ne = 2\n[d.f]\ng.h = 3\n"i j" = 4\n'
    file = parse_toml(text.encode(), "x.toml")
    assert [file.line(*path) for path in (("a",), ("a", "b"), ("a", "c"), ("d", 0, "e"), ("d", 1, "e"))] == [
        1,
        2,
        5,
        9,
        11,
    ]
    assert file.line("d", 1, "f", "g", "h") == 13
    assert file.line("d", 1, "f", "i j") == 14
    assert file.mark("a", "c", 0) == (6, 3)
    assert file.line("nowhere") == 1


def test_the_command_warns_writes_and_shows_results(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    calendar = tmp_path / "calendar.csv"
    calendar.write_text("name,opens,closes\nT308397,2027-03-20,2027-04-02\n")
    votes = tmp_path / "votes.json"
    votes.write_text('{"days_open": 14, "candidates": [{"candidate": "Gamma", "support": 40, "oppose": 5}]}')
    path = written(tmp_path)
    command = ["election", "plan", str(path), "--calendar", str(calendar), "--votes", str(votes)]
    assert main([*command, "--out", str(tmp_path / "out"), "--before", str(path)]) == 0
    said = capsys.readouterr().out
    assert "overlaps with T308397" in said
    assert "نوروز" in said
    results = (tmp_path / "out" / "results.en.wiki").read_text()
    assert main([*command, "--json"]) == 0
    assert "overlaps with T308397" in json.loads(capsys.readouterr().out)["warnings"][0]
    assert "40/45" in results
    assert "Gamma" in results
    assert (
        main(["election", "plan", str(written(tmp_path, PLAN.replace("2027-03-24", "2027-03-01"), "bad.toml"))]) == 3
    )
    assert "lines 14 and 15" in capsys.readouterr().err
