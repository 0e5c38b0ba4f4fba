"""What people write: every problem at once with line and column, one decoding, nothing passed over."""

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.access.register.import_csv import read_csv
from holdfast.actions.plans.file import parse_plan
from holdfast.actions.plans.file import template as plan_template
from holdfast.cases.recusal import read_edges
from holdfast.cli.papers import as_written, schemas
from holdfast.elections.clocks import petition_in
from holdfast.elections.links import read_links
from holdfast.elections.open_votes import read_votes
from holdfast.elections.rules import load_rules, rule_set
from holdfast.errors import InputRefusedError, PaperRefusedError, UsageError
from holdfast.papers import decoding
from holdfast.papers.documents import parse_json_paper, parse_toml
from holdfast.papers.rows import Column, Table, read_list, read_table
from holdfast.store.office.config import read_config
from holdfast.workflows.access.register_file import read_rules
from holdfast.workflows.elections.publish import read_calendar
from holdfast.workflows.elections.roll import read_accounts, read_facts
from holdfast.worlds.world import read_world

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PAIRS = Table(
    name="pairs", title="pairs", code="t.rows", columns={"a": Column(meaning="one"), "b": Column(meaning="other")}
)


@pytest.mark.parametrize("encoding", ["idna", "punycode", "undefined", "shift_jis"])
def test_whatever_encoding_is_named_what_does_not_fit_is_refused_and_nothing_else_happens(encoding: str) -> None:
    with pytest.raises(PaperRefusedError) as refused:
        decoding.decoded(b"Ann\xe9\xff\n", "list.txt", encoding=encoding)
    assert refused.value.problems[0].line == 1


def places(read: Callable[[], Any]) -> list[tuple[int, int]]:
    with pytest.raises(PaperRefusedError) as refused:
        read()
    printed = str(refused.value).splitlines()[1:]
    assert len(printed) == len(refused.value.problems)
    assert all(
        f":{each.line}:{each.column}: " in line for each, line in zip(refused.value.problems, printed, strict=True)
    )
    assert refused.value.hint
    return [(each.line, each.column) for each in refused.value.problems]


def _plan(path: Path) -> object:
    return parse_plan(path.read_bytes(), str(path))


def _office(path: Path) -> object:
    path.rename(path.with_name("office.toml"))
    return read_config(path.parent, path.parent.with_name("keys"))


def _register(path: Path) -> object:
    return read_csv(path.read_bytes(), place=str(path), now=NOW)


RULES = """format = 1
name = "x"
version = "1"
titel = "X"
source = 5
source_checked = "no"
"""
THREE_FAULTS: dict[str, tuple[str, Callable[[Path], object], list[tuple[int, int]]]] = {
    "register": (
        "account,wiki,right\nA,Ünknown wiki,\n,enwiki,\nB,enwiki,sysop\n",
        _register,
        [(2, 3), (3, 1), (4, 10)],
    ),
    "closeness": (
        "one,other,why\nA,B,friends\nA,,votes\nA,B\n",
        lambda path: read_edges(path.read_bytes(), place=str(path)),
        [(2, 5), (3, 3), (4, 3)],
    ),
    "links": (
        "account,linked_account,kind,declared_at\na,b,friend,x\n,b,person-bot,x\na,b,person-bot,\n",
        read_links,
        [(2, 5), (3, 1), (4, 16)],
    ),
    "calendar": (
        "name,opens,closes\nx,2026-01-01,soon\ny,,2026-01-01\nz,2026-13-01,2026-01-01\n",
        read_calendar,
        [(2, 14), (3, 3), (4, 3)],
    ),
    "facts": ("account,fact,value\nA,f,maybe\n,f,yes\nA,f\n", read_facts, [(2, 5), (3, 1), (4, 3)]),
    "accounts": ("A|B\nok\n  [C]\n# a remark\nD#x\n", read_accounts, [(1, 1), (3, 3), (5, 1)]),
    "totals": ("candidate,support,oppose\nA,x,1\nB,1,y\nC,-1,1\n", read_votes, [(2, 3), (3, 5), (4, 3)]),
    "single votes": ("voter,candidate,vote\nx,A,maybe\n,A,support\nx,A\n", read_votes, [(2, 5), (3, 1), (4, 3)]),
    "votes": (
        '{"voters": "many",\n "candidates": [{"candidate": "A", "suport": 1},\n  {"candidate": ""}]}',
        read_votes,
        [(1, 2), (2, 36), (3, 4)],
    ),
    "rules": (
        RULES,
        lambda path: rule_set(parse_toml(path.read_bytes(), "r")),
        [(1, 1), (1, 1), (4, 1), (5, 1), (6, 1)],
    ),
    "petition": (
        'opened = "soon"\nstoped = 2026-01-01\n[[signature]]\nday = 5\neligible = true\n',
        petition_in,
        [(1, 1), (2, 1), (4, 1)],
    ),
    "access rules": (
        'current_versions = []\nreview_days = 0\nblock = ["J1"]\n',
        lambda path: read_rules(path, {}),
        [(1, 1), (2, 1), (3, 1)],
    ),
    "office": (
        'nme = "x"\nport = "8420"\n[wikis.one]\n  url = "https://x"\n[retention_days]\ncase = 0\n',
        _office,
        [(1, 1), (2, 1), (4, 3), (6, 1)],
    ),
    "world": ("[size]\nacounts = 5\n  days = -1\n[[coordinated]]\nsize = 2\n", read_world, [(2, 1), (3, 3), (4, 1)]),
}
SUFFIX = {"votes": ".json", "totals": ".csv", "single votes": ".csv"}


@pytest.mark.parametrize("kind", THREE_FAULTS)
def test_each_kind_of_paper_names_all_its_faults_with_line_and_column(kind: str, tmp_path: Path) -> None:
    text, read, wanted = THREE_FAULTS[kind]
    for name, data in (("plain", text.encode()), ("marked", b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())):
        path = tmp_path / name / f"paper{SUFFIX.get(kind, '')}"
        path.parent.mkdir()
        path.write_bytes(data)
        assert places(lambda path=path: read(path)) == wanted, name  # type: ignore[misc]


def test_a_plan_names_all_its_faults_with_line_and_column(tmp_path: Path) -> None:
    lines = plan_template().splitlines()
    path = tmp_path / "plan.toml"
    path.write_text("\n".join(['surname = "x"', *lines, "extra = 5"]) + "\n", encoding="utf-8")
    found = places(lambda: _plan(path))
    assert (1, 1) in found
    assert (len(lines) + 2, 1) in found


def test_an_unknown_field_is_refused_with_the_name_that_is_meant(tmp_path: Path) -> None:
    path = tmp_path / "world.toml"
    path.write_text("[size]\nacounts = 5\n")
    with pytest.raises(
        InputRefusedError, match=r"world\.toml:2:1: there is no field 'acounts' here; accounts is meant"
    ):
        read_world(path)
    with pytest.raises(InputRefusedError, match="no column 'acount' here; account is meant"):
        read_csv(b"acount\nA\n", place="x", now=NOW)


LATIN = "one,other,why\nÄnne,B,votes\n".encode("latin-1")


def test_a_list_of_closeness_in_another_encoding_loses_no_recusal() -> None:
    with pytest.raises(
        InputRefusedError, match=r"case\.edges.*byte 14, line 2, column 1.*--encoding latin-1"
    ) as refused:
        read_edges(LATIN)
    assert "Ã" not in str(refused.value)
    assert [edge.one for edge in read_edges(LATIN, encoding="latin-1")] == ["Änne"]
    with pytest.raises(UsageError, match="encoding_name"):
        read_edges(LATIN, encoding="rot13")


def test_every_table_and_list_takes_a_named_encoding(tmp_path: Path) -> None:
    path = tmp_path / "list"
    path.write_bytes("Änne\n".encode("latin-1"))
    with pytest.raises(InputRefusedError, match=r"roll\.list.*line 1, column 1"):
        read_accounts(path)
    assert read_accounts(path, encoding="latin-1") == {"Änne"}
    path.write_bytes("account,fact,value\nÄnne,f,yes\n".encode("utf-16"))
    with pytest.raises(InputRefusedError, match="--encoding utf-16"):
        read_facts(path)
    assert read_facts(path, encoding="utf-16") == {"f": {"Änne"}}


def test_one_bad_line_in_five_thousand_is_named() -> None:
    lines = ["one,other,why", *(f"A{n},B{n},votes" for n in range(5000))]
    lines[4321] = "A,B,vote"
    assert places(lambda: read_edges("\n".join(lines).encode())) == [(4322, 5)]
    lines[4321] = 'A,"B,votes'
    assert places(lambda: read_edges("\n".join(lines).encode())) == [(4322, 3)]


def test_many_problems_are_kept_all_and_printed_in_part() -> None:
    with pytest.raises(InputRefusedError) as refused:
        read_edges(b"one,other,why\n" + b"A,B,no\n" * 1000)
    assert len(refused.value.problems) == 1000
    assert str(refused.value).endswith("and 800 more")


@pytest.mark.parametrize("data", [b"", b"\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(data: bytes) -> None:
    with pytest.raises(InputRefusedError, match="the file is empty"):
        read_edges(data)


def test_a_huge_file_is_refused_before_it_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "huge.toml"
    with path.open("wb") as stream:
        stream.truncate(decoding.MOST_BYTES + 1)
    for read in (load_rules, read_accounts, read_world, read_votes):
        with pytest.raises(InputRefusedError, match=r"paper\.size"):
            read(path)


def test_a_key_that_stands_twice_is_refused_with_both_places() -> None:
    text = b'{"a": 1,\n "b": {"c": "x, {\\"a\\"", "c": [1, {"d": 1, "d": 2}]},\n "a": 2}'
    with pytest.raises(InputRefusedError, match="first in line 1") as refused:
        parse_json_paper(text, "x")
    assert [(each.line, each.column) for each in refused.value.problems] == [(2, 26), (2, 44), (3, 2)]
    with pytest.raises(InputRefusedError, match=r"toml\.unreadable.*\n  x:2:"):
        parse_toml(b"a = 1\na = 2\n", "x")


def test_what_is_nested_too_deeply_is_refused() -> None:
    for depth in (100, 100_000):
        with pytest.raises(InputRefusedError):
            parse_json_paper(b'{"a":' + b"[" * depth + b"]" * depth + b"}", "x")
    with pytest.raises(InputRefusedError):
        parse_toml(b"a = " + b"[" * 100_000 + b"]" * 100_000, "x")


def test_every_key_of_a_document_has_its_line_and_column() -> None:
    text = '''# remark [no]
a.b = 1 # x
"q r".s = "]"
[[list]]
m = """
[not.a.table]
n = 1"""
  o = [1, [2,
    3], { p = 'x=1', "t\\u0041" = 2 }]
[[list]]
[list.inner]
z = 1979-05-27 07:32:00
[[list.deep]]
w = ""
'''
    file = parse_toml(text.encode(), "x")
    marks = {path: file.mark(*path) for path in file.marks}
    assert marks["a", "b"] == (2, 1)
    assert marks["q r", "s"] == (3, 1)
    assert marks["list", 0, "m"] == (5, 1)
    assert marks["list", 0, "o"] == (8, 3)
    assert marks["list", 0, "o", 1, 1] == (9, 5)
    assert marks["list", 0, "o", 2, "tA"] == (9, 22)
    assert marks["list", 1, "inner", "z"] == (12, 1)
    assert marks["list", 1, "deep", 0, "w"] == (14, 1)
    assert ("not", "a") not in marks


NESTED = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=12,
)


def paths(value: Any, path: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return {path}.union(*(paths(each, (*path, key)) for key, each in pairs))


@given(st.dictionaries(st.text(max_size=4), NESTED, max_size=4), st.sampled_from([None, 1]), st.booleans())
def test_json_has_a_place_for_every_key(value: dict[str, Any], indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    if "\0" not in text and not any(0xD800 <= ord(char) <= 0xDFFF for char in text):
        file = parse_json_paper(text.encode(), "x")
        assert (file.data, set(file.marks)) == (value, paths(value))


CELLS = st.text(st.characters(exclude_characters="\0\ufeff\r", exclude_categories=["Cs"]), max_size=6)


@given(
    st.lists(st.tuples(CELLS, CELLS), max_size=6), st.sampled_from([",", ";", "\t"]), st.sampled_from(["\n", "\r\n"])
)
def test_a_table_is_read_as_it_was_written(rows: list[tuple[str, str]], delimiter: str, ending: str) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=ending).writerows([("a", "b"), *rows])
    found = read_table(out.getvalue().encode(), PAIRS, lambda row: (row["a"], row["b"]))
    assert found == [(a.strip(), b.strip()) for a, b in rows if a.strip() or b.strip()]


def test_a_list_passes_over_remarks_and_empty_lines_alone() -> None:
    found = read_list(b"\xef\xbb\xbfa\r\n\r\n# b\r\n c \r\n", lambda line, at: (line, at), place="x", code="t.list")
    assert found == [("a", "x:1"), ("c", "x:4")]


def test_a_plan_that_is_read_fits_its_published_schema() -> None:
    schema = schemas()["plan"]
    assert schema["required"] == ["plan"]
    jsonschema.validate(parse_toml(plan_template().encode(), "x").data, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"plan": "p-1", "surname": "x"}, schema)


def test_the_published_schemas_are_those_of_the_readers() -> None:
    folder = Path(__file__).parents[2] / "docs" / "schemas"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        f"{name}.schema.json": as_written(schema) for name, schema in schemas().items()
    }, "run holdfast papers --out docs/schemas"


@pytest.mark.parametrize("encoding", ["latin-1", "windows-1252", "UTF-8"])
def test_utf_8_is_never_read_as_something_else(encoding: str) -> None:
    data = "Édouard\nZoë\n".encode()
    if encoding == "UTF-8":
        assert decoding.decoded(data, "list.txt", encoding=encoding) == "Édouard\nZoë\n"
        return
    with pytest.raises(InputRefusedError, match=r"^paper\.encoding: the text is in UTF-8"):
        decoding.decoded(data, "list.txt", encoding=encoding)
    assert decoding.decoded("Édouard".encode(encoding), "list.txt", encoding=encoding) == "Édouard"
    assert decoding.decoded(b"plain", "list.txt", encoding=encoding) == "plain"
