"""Locks through CentralAuth, against recorded answers and not against a live CentralAuth."""

from collections.abc import Iterator

import pytest

from holdfast.accounts.names import AccountName
from holdfast.actions.steps.ports import HandLostError
from holdfast.errors import InputRefusedError
from holdfast.ids import wiki_name
from holdfast.wiki.address import wiki_address
from holdfast.wiki.client import WikiClient
from holdfast.wiki.hand import ApiHand
from holdfast.wiki.session import Credentials
from mediawiki.central_auth import RecordedCentralAuth
from mediawiki.two_wikis import EAST, TwoWikis
from mediawiki.write_meddler import write_meddling

LOCKED, OTHER = AccountName("Banned 01"), AccountName("Banned 02")


@pytest.fixture
def central(standing_wikis: TwoWikis) -> Iterator[tuple[RecordedCentralAuth, ApiHand]]:
    login, password = standing_wikis.operators[EAST][0]
    recorded = RecordedCentralAuth(unknown=frozenset({"Nobody"}))
    with write_meddling(standing_wikis.east.address) as between:
        between.stand_in = recorded
        client = WikiClient(wiki_address(f"{between.address}/api.php"))
        yield recorded, ApiHand(wiki_name(EAST), client, Credentials(name=login, password=password))


def test_a_lock_is_set_read_back_and_taken_away(central: tuple[RecordedCentralAuth, ApiHand]) -> None:
    recorded, hand = central
    assert hand.has_central_auth()
    hand.set_lock(LOCKED, locked=True, reason="a ban")
    hand.set_lock(LOCKED, locked=True, reason="a ban")
    found = hand.accounts([LOCKED, OTHER])
    assert (found[LOCKED].locked, found[OTHER].locked) == (True, False)
    hand.set_lock(LOCKED, locked=False, reason="appeal")
    assert hand.accounts([LOCKED])[LOCKED].locked is False
    assert recorded.log == [("lock", LOCKED), ("unlock", LOCKED)]


def test_an_account_without_a_global_one_has_no_lock(central: tuple[RecordedCentralAuth, ApiHand]) -> None:
    recorded, hand = central
    recorded.unknown = frozenset({LOCKED})
    assert hand.accounts([LOCKED])[LOCKED].locked is None
    with pytest.raises(InputRefusedError, match=r"wiki\.target_refused"):
        hand.set_lock(LOCKED, locked=True, reason="x")


def test_without_the_right_the_hand_is_lost(central: tuple[RecordedCentralAuth, ApiHand]) -> None:
    recorded, hand = central
    recorded.may_lock = False
    with pytest.raises(HandLostError, match="permissiondenied"):
        hand.set_lock(LOCKED, locked=True, reason="x")


def test_a_wiki_without_the_extension_is_seen_as_such(standing_wikis: TwoWikis) -> None:
    login, password = standing_wikis.operators[EAST][0]
    client = WikiClient(wiki_address(standing_wikis.east.api))
    assert not ApiHand(wiki_name(EAST), client, Credentials(name=login, password=password)).has_central_auth()
