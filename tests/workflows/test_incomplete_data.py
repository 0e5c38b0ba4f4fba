"""Data that are cut, mixed up, misdated or full of nobody's edits: a status or a finding, never a clean value."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from holdfast.errors import InputRefusedError
from holdfast.findings.assessment import Assessment
from holdfast.tables.lake import open_lake
from holdfast.workflows.analysis.assess import assess
from holdfast.workflows.analysis.ingest import Reading, ingest
from workflows.scripted_wiki import (
    about,
    assessed,
    changed,
    edit,
    history,
    item,
    items_of,
    log,
    newest_of,
    numbers,
    pages_of,
    quality,
    read_in,
    renamed,
    valued,
    with_items,
    with_pages,
)

SITEWIDE = 's:8:"sitewide";b:1;'


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Assessment:
    return assessed(tmp_path_factory.mktemp("healthy"))


def test_data_as_they_should_be_have_no_fault(healthy: Assessment) -> None:
    assert quality(healthy) == set()
    assert "incomplete_history" not in {each.status for each in healthy.values}


def test_a_minute_of_the_bot_flag_changes_no_value(tmp_path: Path, healthy: Assessment) -> None:
    minute = []
    for n, admin in enumerate(("Editor 2", "Editor 5", "Editor 6")):
        where = ("Editor 1", "rights", "rights", f"User:{admin}")
        minute.append(item(90_000 + 2 * n, "2020-06-15T03:00:00", *where, "sysop\nbot, sysop"))
        minute.append(item(90_001 + 2 * n, "2020-06-15T03:00:59", *where, "bot, sysop\nsysop"))
    found = assessed(tmp_path, logs=with_items([*items_of(log()), *minute]))
    # the entries are admin actions of theirs, so shares of the work move by six in some thousand
    work = ("admin_action_gini", "effective_admins", "top3_share")
    assert numbers(found, but=work) == numbers(healthy, but=work)
    assert {each.id for each in found.findings} == {each.id for each in healthy.findings}
    mine = {(each.measure, each.period_end): each for each in found.values}
    for each in healthy.values:
        if each.measure in work and each.value is not None:
            other = mine[each.measure, each.period_end]
            assert (other.n, other.status) == (each.n, each.status)
            assert other.value == pytest.approx(each.value, rel=0.05)


def test_an_admin_who_is_left_out_is_told_with_the_count(tmp_path: Path) -> None:
    spell = [
        item(90_000, "2020-01-01T00:00:00", "Editor 1", "rights", "rights", "User:Editor 5", "sysop\nbot, sysop"),
        item(90_001, "2020-07-01T00:00:00", "Editor 1", "rights", "rights", "User:Editor 5", "bot, sysop\nsysop"),
    ]
    found = assessed(tmp_path, logs=with_items([*items_of(log()), *spell]))
    acts = sum(
        "<username>Editor 5<" in each
        and bool(re.search(r"<timestamp>2020-0[1-6]", each))
        and bool(re.search(r"<type>(block|delete|protect|rights)<", each))
        for each in items_of(log())
    )
    finding = about(found, "admins_left_out")
    ((who, why, _, actions, edits),) = finding.evidence[0].rows
    assert (why, actions) == ("bot", acts)
    assert acts > 50
    assert edits > 0
    assert who.startswith("P-")
    assert f"{acts:,} admin actions" in finding.claim


@pytest.mark.parametrize("kept_whole", [0, 4], ids=["of every page", "of most pages"])
def test_with_only_the_newest_edit_no_measure_over_edits_has_a_value(tmp_path: Path, kept_whole: int) -> None:
    pages = pages_of(history())
    cut = [page if kept_whole and n % kept_whole == 0 else newest_of(page) for n, page in enumerate(pages)]
    found = assessed(tmp_path, edits=with_pages(cut))
    assert valued(found, "revisions") == set()
    assert "earlier_edits_missing" in quality(found)
    assert {"block_reversal_rate", "admin_action_gini"} <= {
        each.measure for each in found.values if each.value is not None
    }
    assert not [each for each in found.tests if each.measure in {"involved_admin_rate", "dormant_return_share"}]


def address(number: int) -> str:
    return f"<ip>2001:DB8:0:0:0:0:0:{number:X}</ip>"


@pytest.fixture(scope="module")
def by_address(tmp_path_factory: pytest.TempPathFactory) -> Assessment:
    return assessed(tmp_path_factory.mktemp("addresses"), edits=renamed(history(), address))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (lambda n: f"<username>~2016-{n}</username><id>{9000 + n}</id>", "temporary account"),
        (lambda n: f"<username>en&gt;Visitor {n}</username><id>0</id>", "imported author"),
        (lambda n: f"<username>Dialup-{n}.example.net</username><id>0</id>", "host name"),
        (lambda n: "<username>Maintenance script</username><id>7777</id>", "account of the software"),
    ],
    ids=["temporary accounts", "imported authors", "host names", "the software"],
)
def test_edits_of_no_person_count_like_those_from_addresses(
    tmp_path: Path, by_address: Assessment, name: Callable[[int], str], kind: str
) -> None:
    found = assessed(tmp_path, edits=renamed(history(), name))
    assert numbers(found) == numbers(by_address)
    assert {each.id for each in found.findings} == {each.id for each in by_address.findings}
    assert found.coverage["others_left_out"][kind] >= 1
    assert any("left out:" in each.detail and kind.split()[0] in each.detail for each in found.values)


def test_blocked_temporary_accounts_are_like_blocked_addresses(tmp_path: Path) -> None:
    found = []
    for name, title in ((address, "2001:DB8:0:0:0:0:0:"), (lambda n: f"<username>~2016-{n}</username>", "~2016-")):
        folder = tmp_path / title[:3].strip(":")
        folder.mkdir()
        logs = re.sub(
            r"<logtitle>User:Visitor (\d+)<",
            lambda old, title=title: (
                f"<logtitle>User:{title}{int(old[1]):X}<"  # type: ignore[misc]
                if title.startswith("2001")
                else f"<logtitle>User:{title}{old[1]}<"
            ),
            with_items(each for each in items_of(log()) if not ("newusers" in each and "User:Visitor" in each)),
        )
        found.append(assessed(folder, edits=renamed(history(), name), logs=logs))
    assert numbers(found[0]) == numbers(found[1])
    assert found[0].findings == found[1].findings


def test_an_account_of_the_software_that_blocks_is_no_admin(tmp_path: Path) -> None:
    blocks = [each for each in items_of(log()) if "<type>block<" in each and "<action>block<" in each][200:260]
    items = [each.replace("<username>", "<username>Abuse filter ", 1) if each in set(blocks) else each
             for each in items_of(log())]  # fmt: skip
    items = [re.sub(r"Abuse filter Editor \d+", "Abuse filter", each) for each in items]
    found = assessed(tmp_path, logs=with_items(items))
    ((_, why, when, actions, _),) = about(found, "admins_left_out").evidence[0].rows
    assert (why, when, actions) == ("account of the software", "always", 60)


def test_rights_given_on_another_wiki_are_not_read_as_no_admins(tmp_path: Path, healthy: Assessment) -> None:
    items = [each for each in items_of(log()) if "<type>rights<" not in each]
    items.append(item(90_000, "2016-02-01T00:00:00", "Admin", "rights", "rights", "User:Editor 9", "\nautopatrolled"))
    found = assessed(tmp_path, logs=with_items(items))
    finding = about(found, "admins_not_known")
    assert "hold no admin flag" in finding.claim
    statuses = {
        name: {str(each.status) for each in found.values if each.measure == name and each.value is not None}
        for name in ("admins_per_editor", "admin_action_gini", "admin_turnover", "new_admin_hazard")
    }
    assert statuses["admin_action_gini"] == {"acting_only"}
    assert "ok" not in statuses["admins_per_editor"]
    assert statuses["admin_turnover"] == statuses["new_admin_hazard"] == set()
    assert "admins_not_known" not in quality(healthy)


def test_a_block_from_one_page_is_not_counted_as_a_full_one(tmp_path: Path, healthy: Assessment) -> None:
    params = f'a:3:{{s:11:"5::duration";s:8:"infinity";s:8:"6::flags";s:0:"";{SITEWIDE.replace("b:1", "b:0")}}}'
    partial = [
        item(90_000 + n, f"2021-{n % 12 + 1:02}-{n % 28 + 1:02}T04:00:00", "Editor 6", "block", "block",
             f"User:Elsewhere {n}", params)
        for n in range(120)
    ]  # fmt: skip
    found = assessed(tmp_path, logs=with_items([*items_of(log()), *partial]))
    blocks = {"block_severity_excess", "block_reversal_rate", "involved_admin_rate"}
    others = [each.measure for each in healthy.values if each.measure not in blocks]
    assert numbers(found, but=others) == numbers(healthy, but=others)
    assert {each.id for each in found.findings} == {each.id for each in healthy.findings}
    newest = [each for each in found.values if each.measure == "block_reversal_rate"][-1]
    assert "120 blocks from some pages only" in newest.detail


def test_the_log_of_another_wiki_is_refused_by_its_database(tmp_path: Path) -> None:
    lake = read_in(tmp_path, history=history())
    other = tmp_path / "other.xml"
    other.write_text(changed(log(), {"<dbname>wiki</dbname>": "<dbname>otherwiki</dbname>"}), encoding="utf-8")
    before = open_lake(lake).contents()
    with pytest.raises(InputRefusedError, match=r"ingest\.another_wiki") as refused:
        ingest([other], lake, wiki="scripted")
    assert (refused.value.expected, refused.value.got) == ("database 'wiki'", "database 'otherwiki'")
    assert open_lake(lake).contents() == before
    ingest([other], lake, wiki="scripted", reading=Reading(options={"another_database": "accept"}))
    found = assess(lake, wiki="scripted")
    assert "two_wikis" not in quality(found)
    assert "another database" in about(found, "notes_of_sources").evidence[0].rows[0][1]


def test_the_history_of_a_second_wiki_is_refused_by_what_it_says(tmp_path: Path) -> None:
    lake = read_in(tmp_path, history=history())
    second = tmp_path / "second.xml"
    second.write_text(
        re.sub(r"<timestamp>20(\d\d)", lambda at: f"<timestamp>20{int(at[1]) - 9:02}", history()), encoding="utf-8"
    )
    with pytest.raises(InputRefusedError, match=r"ingest\.another_wiki"):
        ingest([second], lake, wiki="scripted")
    ingest([second], lake, wiki="another")


def test_a_lake_that_mixed_two_wikis_before_has_no_value(tmp_path: Path) -> None:
    lake = read_in(tmp_path, history=history(), logging=log())
    entry = next(path for path in sorted((lake / "manifest").iterdir()) if "logging" in path.read_text("utf-8"))
    told = json.loads(entry.read_text("utf-8"))
    told["facts"]["database"] = "otherwiki"
    entry.write_text(json.dumps(told), encoding="utf-8")
    found = assess(lake, wiki="scripted")
    assert {each.value for each in found.values} == {None}
    assert "two_wikis" in quality(found)
    assert found.tests == ()


def test_a_log_whose_admins_never_edited_is_another_wikis(tmp_path: Path) -> None:
    found = assessed(tmp_path, logs=log().replace("Editor ", "Stranger ").replace("Visitor ", "Guest "))
    assert "log_of_another_wiki" in quality(found)
    assert valued(found, "log_events") | valued(found, "revisions") == set()


def test_the_first_of_five_parts_is_no_whole_history(tmp_path: Path) -> None:
    pages = pages_of(history())
    found = assessed(tmp_path, edits=with_pages(pages[: len(pages) // 5]))
    assert "pages_missing" in quality(found)
    assert valued(found, "revisions") == set()


def test_the_first_of_five_parts_is_told_without_a_log(tmp_path: Path) -> None:
    pages = pages_of(history())
    found = assess(read_in(tmp_path, history=with_pages(pages[: len(pages) // 5])), wiki="scripted")
    assert "pages_missing" in quality(found)
    assert valued(found, "revisions") == set()


@pytest.mark.parametrize("text", [history, log], ids=["history", "log"])
def test_a_header_alone_is_refused(tmp_path: Path, text: Callable[[], str]) -> None:
    file = tmp_path / "empty.xml"
    file.write_text(text().partition("</siteinfo>")[0] + "</siteinfo>\n</mediawiki>\n", encoding="utf-8")
    with pytest.raises(InputRefusedError, match=r"ingest\.nothing_read"):
        ingest([file], tmp_path / "lake", wiki="scripted")
    assert not (tmp_path / "lake").exists()


def test_a_history_read_as_a_log_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "wrong.xml"
    file.write_text(history(), encoding="utf-8")
    with pytest.raises(InputRefusedError, match=r"ingest\.nothing_read"):
        ingest([file], tmp_path / "lake", wiki="scripted", reading=Reading(as_source="mediawiki_logging"))


def test_nineteen_months_missing_in_a_thin_log_are_found(tmp_path: Path, healthy: Assessment) -> None:
    thin = [each for n, each in enumerate(items_of(log())) if n % 10 == 0 or "<type>rights<" in each]

    def month(entry: str) -> str:
        return entry.partition("<timestamp>")[2][:7]

    kept = [each for each in thin if not "2018-03" <= month(each) <= "2019-09"]
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    whole.mkdir()
    cut.mkdir()
    assert "months_missing" not in quality(assessed(whole, logs=with_items(thin)))
    found = assessed(cut, logs=with_items(kept))
    rows = about(found, "months_missing").evidence[0].rows
    assert {row[1] for row in rows if row[0] == "log_events"} >= {"2018-03", "2018-12", "2019-09"}
    touched = [each for each in found.values if each.measure == "new_admin_hazard" and each.period_end is not None
               and "2018-04" <= str(each.period_end)[:7] <= "2020-09"]  # fmt: skip
    assert {str(each.status) for each in touched} == {"incomplete_history"}
    assert {each.value for each in touched} == {None}


def test_a_log_that_ends_long_before_the_edits_gives_no_rate_of_zero(tmp_path: Path) -> None:
    early = [each for each in items_of(log()) if each.partition("<timestamp>")[2][:4] < "2020"]
    found = assessed(tmp_path, logs=with_items(early))
    assert "history_ends_early" in quality(found)
    late = [each for each in found.values if each.measure in {"new_admin_hazard", "admins_per_editor"}
            and str(each.period_end) > "2020-01-31"]  # fmt: skip
    assert late
    assert {each.value for each in late} == {None}


@pytest.mark.parametrize("at", ["1970-01-01T00:00:00", "2004-02-29T12:00:00", "2024-06-15T12:00:00"])
def test_one_edit_with_a_wrong_year_moves_nothing_and_is_named(tmp_path: Path, healthy: Assessment, at: str) -> None:
    found = assessed(tmp_path, edits=with_pages([*pages_of(history()), edit(900_000, at, "Editor 9")]))
    assert found.as_of == healthy.as_of
    assert numbers(found) == numbers(healthy)
    finding = about(found, "outlying_times")
    assert finding.evidence[0].rows[0][2:] == (1, at.replace("T", " "))


def test_a_log_entry_with_a_wrong_year_moves_nothing_either(tmp_path: Path, healthy: Assessment) -> None:
    lost = item(90_000, "1970-01-01T00:00:00", "Editor 9", "delete", "delete", "Nothing")
    found = assessed(tmp_path, logs=with_items([*items_of(log()), lost]))
    assert numbers(found) == numbers(healthy)
    assert about(found, "outlying_times").evidence[0].rows[0][0] == "log_events"
