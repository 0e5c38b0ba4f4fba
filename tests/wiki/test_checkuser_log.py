"""CheckUser's log is fetched whole, against recorded answers and not against a live extension."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from holdfast.access.exposure.lookups_read import LogFile, read_lookups
from holdfast.accounts.pseudonym import Pseudonyms
from holdfast.errors import InputRefusedError
from holdfast.ids import wiki_name
from holdfast.wiki.address import wiki_address
from holdfast.wiki.checkuser_log import fetch_checkuser_log
from holdfast.wiki.client import WikiClient
from holdfast.wiki.hand import ApiHand
from holdfast.wiki.session import Credentials
from mediawiki.two_wikis import EAST, TwoWikis
from mediawiki.write_meddler import Between, write_meddling

RECORDED = Path(__file__).parents[1] / "data" / "checkuser"


def recorded(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((RECORDED / f"{name}.json").read_text("utf-8"))
    return found


@pytest.fixture
def between(standing_wikis: TwoWikis) -> Iterator[Between]:
    with write_meddling(standing_wikis.east.address) as running:
        yield running


@pytest.fixture
def hand(between: Between, standing_wikis: TwoWikis) -> ApiHand:
    login, password = standing_wikis.operators[EAST][0]
    client = WikiClient(wiki_address(f"{between.address}/api.php"))
    return ApiHand(wiki_name(EAST), client, Credentials(name=login, password=password))


def test_the_whole_log_is_fetched_and_read_as_the_importer_reads_it(between: Between, hand: ApiHand) -> None:
    """The second answer is the rest of the whole recorded log, which starts where the first one says."""
    first, whole = recorded("checkuserlog_continue"), recorded("checkuserlog")
    entries = whole["query"]["checkuserlog"]["entries"]
    rest = {"batchcomplete": True, "query": {"checkuserlog": {"entries": entries[2:]}}}

    def stand_in(params: dict[str, str]) -> dict[str, object] | None:
        if params.get("list") != "checkuserlog":
            return None
        return rest if params.get("culcontinue") == first["continue"]["culcontinue"] else first

    between.stand_in = stand_in
    answers = fetch_checkuser_log(hand, since="2026-11-01T00:00:00Z")
    assert len(answers) == 2
    files = [LogFile(place=f"answer {number}", data=data) for number, data in enumerate(answers)]
    found = read_lookups(files, wiki=wiki_name(EAST), tokens=Pseudonyms(b"k" * 32))
    assert found.complete
    assert len(found.lookups) == len(entries)
    asked = [call.params for call in between.calls if call.params.get("list") == "checkuserlog"]
    assert {call["culto"] for call in asked} == {"2026-11-01T00:00:00Z"}
    assert {call["assertuser"] for call in asked} == {"Warden"}


def test_without_the_right_it_says_so(between: Between, hand: ApiHand) -> None:
    between.stand_in = lambda params: recorded("checkuserlog_denied") if "list" in params else None
    with pytest.raises(InputRefusedError, match=r"wiki\.checkuser\.denied"):
        fetch_checkuser_log(hand)


def test_a_wiki_without_the_extension_is_told_apart_from_an_empty_log(hand: ApiHand) -> None:
    with pytest.raises(InputRefusedError, match=r"wiki\.checkuser\.none"):
        fetch_checkuser_log(hand)
