"""MediaWiki exports: every field where it belongs, every odd file named and refused."""

import bz2
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import InputRefusedError
from holdfast.sources._log_params import UnknownParamsError, block_params, new_account_id, rights_params
from holdfast.sources._php import NotPhpError, unserialize
from holdfast.sources.mediawiki_history import sha1_hex
from holdfast.tables.lake import Lake, open_lake
from holdfast.workflows.analysis.ingest import Reading, ingest

SAMPLES = Path(__file__).parents[1] / "data" / "sources"
HISTORY = SAMPLES / "mediawiki_history" / "small-0.10.xml"
LOGGING = SAMPLES / "mediawiki_logging" / "small-0.10-old-forms.xml"
WIKI = "testwiki"


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Lake]:
    def read_text(text: str, name: str = "dump.xml", **options: str) -> Lake:
        path = tmp_path / name
        path.write_text(text, "utf-8")
        ingest([path], tmp_path / "lake", wiki=WIKI, reading=Reading(options=options))
        return open_lake(tmp_path / "lake")

    return read_text


def rows(lake: Lake, table: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = lake.table(WIKI, table).to_pylist()
    return found


def test_every_field_of_a_revision_is_where_it_belongs(read: Callable[..., Lake]) -> None:
    lake = read(HISTORY.read_text("utf-8"))
    first, hidden, bot, upload = rows(lake, "revisions")
    assert first == {
        "revision_id": 70,
        "page_id": 7,
        "namespace": 0,
        "parent_id": None,
        "at": datetime(2016, 2, 29, 23, 59, 59),
        "account": "192.0.2.44",
        "is_address": True,
        "is_minor": False,
        "size_bytes": 5,
        "sha1": sha1_hex("ghxm4drgq6r3uvma7i0cjgjp4mxqvtv"),
    }
    assert (hidden["account"], hidden["is_address"], hidden["sha1"], hidden["is_minor"]) == (None, None, None, True)
    assert hidden["size_bytes"] is None
    assert (bot["account"], bot["parent_id"], bot["size_bytes"]) == ("Beispielbot", 71, 9)
    # the empty text's well-known SHA-1, and not the file's, which is no edit
    assert (upload["account"], upload["sha1"]) == ("Jemand", "da39a3ee5e6b4b0d3255bfef95601890afd80709")
    assert rows(lake, "pages") == [
        {"page_id": 7, "namespace": 0, "title": "Ein & Alles", "is_redirect": False},
        {"page_id": 8, "namespace": 6, "title": "Datei:Bild.png", "is_redirect": True},
    ]
    assert {row["account"]: row["bot_by"] for row in rows(lake, "accounts")} == {
        "192.0.2.44": None,
        "Beispielbot": "name",
        "Jemand": None,
    }


def test_the_size_of_a_page_of_several_slots_is_their_sum(read: Callable[..., Lake]) -> None:
    slot = "<content><role>mediainfo</role><model>x</model><format>y</format><text bytes='30'/></content>"
    lake = read(HISTORY.read_text("utf-8").replace('<text id="73" bytes="0" />', f'<text id="73" bytes="4" />{slot}'))
    assert rows(lake, "revisions")[3]["size_bytes"] == 34


def test_a_text_is_never_kept(read: Callable[..., Lake], tmp_path: Path) -> None:
    text = HISTORY.read_text("utf-8").replace('<text id="70" bytes="5" />', '<text bytes="5">SECRET<b/>WORDS</text>')
    read(text.replace("<b/>", "&lt;b/&gt;"))
    assert not [path for path in (tmp_path / "lake").rglob("*") if path.is_file() and b"SECRET" in path.read_bytes()]


def test_old_and_new_forms_of_log_entries_become_the_same_rows(read: Callable[..., Lake]) -> None:
    lake = read(LOGGING.read_text("utf-8"))
    groups = [
        (row["account"], row["group_name"], row["change"], row["expires_at"]) for row in rows(lake, "account_groups")
    ]
    assert groups == [
        ("Elder", "sysop", "grant", None),
        ("Elder", "bureaucrat", "grant", None),
        ("Helper", "bot", "grant", datetime(2017, 1, 1)),
        ("Helper", "bot", "expiry_change", None),
    ]
    blocks = {row["log_id"]: row for row in rows(lake, "blocks")}
    assert (blocks[2]["duration_seconds"], blocks[2]["target_kind"]) == (86_400, "address")
    assert (blocks[3]["is_indefinite"], blocks[3]["duration"], blocks[3]["flags"]) == (
        True,
        "infinity",
        "autoblock,nocreate",
    )
    assert (blocks[8]["target_kind"], blocks[8]["duration_seconds"]) == ("autoblock", 604_800)
    assert (blocks[11]["action"], blocks[11]["duration"], blocks[11]["is_indefinite"]) == ("unblock", None, None)
    # 31 January and a month, as MediaWiki counts it in a leap year
    assert (blocks[13]["target_kind"], blocks[13]["is_sitewide"], blocks[13]["duration_seconds"]) == (
        "range",
        False,
        31 * 86_400,
    )
    assert blocks[2]["reason_category"] == "vandalism"
    accounts = {row["account"]: row for row in rows(lake, "accounts")}
    assert accounts["Fresh"]["registered_at"] == datetime(2009, 6, 1)
    assert (accounts["Guest"]["account_id"], accounts["Helper"]["bot_by"]) == (45, "group")
    events = {row["log_id"]: row for row in rows(lake, "log_events")}
    assert len(events) == 15
    assert (events[10]["log_type"], events[10]["action"], events[10]["namespace"]) == ("gather", "invented", 4)
    assert (events[12]["actor"], events[12]["title"]) == (None, None)


@pytest.mark.parametrize(("expires", "by"), [("20170101", "group"), ("20160601", None)])
def test_a_person_who_held_the_bot_flag_for_a_while_is_no_bot(
    read: Callable[..., Lake], expires: str, by: str | None
) -> None:
    text = LOGGING.read_text("utf-8")
    # the log ends on 1 June 2016 with the grant
    grant = text[: text.index("  <logitem>\n    <id>15</id>")].replace("20170101", expires)
    lake = read(grant + "</mediawiki>\n")
    assert {row["account"]: row["bot_by"] for row in rows(lake, "accounts")}["Helper"] == by


REFUSED = [
    ("another schema version", lambda t: t.replace("0.10", "0.3"), "source.xml.version", "0.10 or 0.11"),
    ("no closing tag", lambda t: t.replace("</mediawiki>", ""), "source.truncated", "line"),
    (
        "an entity of its own",
        lambda t: t.replace("Ein &amp; Alles", "&who;"),
        "source.xml.not_well_formed",
        "line 16",
    ),
    (
        "a document type",
        lambda t: '<!DOCTYPE m [<!ENTITY who "x">]>' + t.replace("Ein &amp; Alles", "&who;"),
        "source.xml.doctype",
        "line 1",
    ),
    ("a time that is none", lambda t: t.replace("2016-02-29T", "2015-02-29T"), "source.xml.time", "2015-02-29"),
    ("a page without a number", lambda t: t.replace("<id>7</id>", ""), "source.xml.field", "a page has no id"),
    (
        "a revision's number that is none",
        lambda t: t.replace("<id>70</id>", "<id>x</id>"),
        "source.xml.number",
        "'x'",
    ),
    ("a SHA-1 that is none", lambda t: t.replace("ghxm4", "gh!m4"), "source.xml.sha1", "line"),
]


@pytest.mark.parametrize(("what", "change", "code", "words"), REFUSED, ids=[each[0] for each in REFUSED])
def test_an_odd_export_is_refused(
    read: Callable[..., Lake], what: str, change: Callable[[str], str], code: str, words: str
) -> None:
    with pytest.raises(InputRefusedError) as refusal:
        read(change(HISTORY.read_text("utf-8")))
    assert refusal.value.code == code
    assert words in str(refusal.value)
    assert "dump.xml" in refusal.value.place


def test_a_dump_cut_between_two_streams_is_found_by_its_missing_end(tmp_path: Path) -> None:
    data = HISTORY.read_bytes()
    middle = data.index(b"</page>") + len(b"</page>")
    whole = tmp_path / "dump.xml.bz2"
    whole.write_bytes(bz2.compress(data[:middle]) + bz2.compress(data[middle:]))
    ingest([whole], tmp_path / "lake", wiki=WIKI)
    cut = tmp_path / "cut.xml.bz2"
    cut.write_bytes(bz2.compress(data[:middle]))
    with pytest.raises(InputRefusedError, match=r"source\.truncated"):
        ingest([cut], tmp_path / "lake", wiki=WIKI)


@pytest.mark.parametrize(
    "params",
    ['a:1:{s:3:"new";s:3:"way";}', 'a:4:{s:12:"4::oldgroups";a:', "one line", "O:8:&quot;stdClass&quot;:0:{}"],
)
def test_a_rights_entry_with_unknown_params_is_refused_or_kept_when_asked(
    read: Callable[..., Lake], params: str
) -> None:
    text = LOGGING.read_text("utf-8").replace(">\nsysop<", f">{params}<", 1)
    with pytest.raises(InputRefusedError) as refusal:
        read(text)
    assert refusal.value.code == "source.xml.log_params"
    assert "entry 4" in str(refusal.value)
    assert "unknown_params=keep" in refusal.value.hint
    lake = read(text, unknown_params="keep")
    (entry,) = lake.entries()
    assert entry.dropped["log_params_unknown"] == 1
    assert "line" in entry.places["log_params_unknown"][0]
    assert len(rows(lake, "log_events")) == 15


@given(st.binary(min_size=20, max_size=20))
def test_a_sha1_is_the_same_in_base_36_and_hexadecimal(digest: bytes) -> None:
    number = int.from_bytes(digest, "big")
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    assert sha1_hex(digits.rjust(31, "0")) == digest.hex()


def serialized(value: Any) -> str:
    """What PHP's serialize writes."""
    if value is None:
        return "N;"
    if isinstance(value, bool):
        return f"b:{int(value)};"
    if isinstance(value, int):
        return f"i:{value};"
    if isinstance(value, str):
        return f's:{len(value.encode())}:"{value}";'
    inside = "".join(serialized(key) + serialized(each) for key, each in value.items())
    return f"a:{len(value)}:{{{inside}}}"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=20),
    lambda inner: st.dictionaries(st.integers(0, 99) | st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_a_serialized_value_comes_back(value: Any) -> None:
    assert unserialize(serialized(value)) == value


@given(VALUES, st.data())
def test_a_serialized_value_that_is_cut_is_refused(value: Any, data: st.DataObject) -> None:
    text = serialized(value)
    with pytest.raises(NotPhpError):
        unserialize(text[: data.draw(st.integers(0, len(text) - 1))])


@given(st.text(max_size=60))
def test_no_params_break_the_readers(text: str) -> None:
    for reader in (rights_params, block_params, new_account_id):
        try:
            reader(text)
        except UnknownParamsError:
            continue
