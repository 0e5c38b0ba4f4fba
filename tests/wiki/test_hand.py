"""The hand acts on a real wiki as an operator, believes no answer, and says of each failure what it means."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from holdfast.accounts.names import AccountName
from holdfast.actions.steps.ports import INFINITY, BlockState, BusyError, HandLostError, WikiHand
from holdfast.errors import CheckFailedError, HoldfastError, InputRefusedError
from holdfast.ids import wiki_name
from holdfast.wiki.address import wiki_address
from holdfast.wiki.client import Patience, WikiClient
from holdfast.wiki.hand import ApiHand
from holdfast.wiki.operators import read_operators
from holdfast.wiki.session import Credentials
from mediawiki.meddler import Reply, meddling
from mediawiki.two_wikis import EAST, FIGHTER, ODD_NAMES, TARGETS, TEMPORARY_END, TO_DESYSOP, ActingWiki, TwoWikis
from mediawiki.write_meddler import CARRIED_OUT, Between, Trouble, write_meddling

AT_ONCE = Patience(outage=(0, 0), busy=(0, 0))
PAST = "2020-01-01T00:00:00Z"
BLOCK = {"no_create": True, "no_email": True, "allow_talk": True, "autoblock": False}


def hands(keys: Path, wiki: str = EAST) -> tuple[ApiHand, ...]:
    return read_operators(keys, patience=AT_ONCE).hands_for(wiki_name(wiki))


def name(text: str) -> AccountName:
    return AccountName(text)


@pytest.fixture(scope="module")
def east(standing_wikis: TwoWikis) -> ActingWiki:
    return standing_wikis.east


@pytest.fixture(scope="module")
def hand(standing_wikis: TwoWikis) -> ApiHand:
    return hands(standing_wikis.keys)[0]


@pytest.fixture(scope="module")
def between(standing_wikis: TwoWikis) -> Iterator[Between]:
    with write_meddling(standing_wikis.east.address) as running:
        yield running


@pytest.fixture
def troubled(between: Between, standing_wikis: TwoWikis) -> Iterator[ApiHand]:
    """A hand that reaches the east wiki through a server that makes trouble; logged in while there was peace."""
    login, password = standing_wikis.operators[EAST][0]
    client = WikiClient(wiki_address(f"{between.address}/api.php"), patience=AT_ONCE, sleep=lambda _: None)
    found = ApiHand(wiki_name(EAST), client, Credentials(name=login, password=password))
    found.check_ready([])
    between.calls.clear()
    yield found
    between.peace()


def fresh(east: ActingWiki, made: str, groups: str = "") -> AccountName:
    """An account of this test's own."""
    at = datetime(2026, 2, 1, tzinfo=UTC).isoformat()
    given = {"action": "userrights", "user": made, "add": groups}
    east.wiki.act([{"at": at, "account": made}, *([{"at": at, "as": "Admin", "call": given}] if groups else [])])
    return name(made)


def test_it_is_a_hand_of_the_actions(hand: ApiHand) -> None:
    as_port: WikiHand = hand
    assert (as_port.wiki, as_port.operator) == (EAST, "Warden")


def test_accounts_are_read_as_they_are_whatever_their_names_hold(hand: ApiHand, east: ActingWiki) -> None:
    names = [*map(name, (*TARGETS, *ODD_NAMES)), name("Nobody here"), name("Not|a#name"), name("warden")]
    found = hand.accounts(names)
    assert list(found) == list(dict.fromkeys(names))
    for each in (*TARGETS, *ODD_NAMES):
        assert found[name(each)].user_id == east.user_id(each)
        assert set(found[name(each)].groups) == set(east.groups(each))
    assert found[name(TO_DESYSOP[2])].groups == {"sysop": INFINITY, "interface-admin": TEMPORARY_END}
    assert not any(found[each].exists for each in names[-3:-1])
    assert found[name("warden")].account == "Warden"
    assert {state.locked for state in found.values()} == {None}


def test_system_accounts_are_known_as_such(hand: ApiHand) -> None:
    found = hand.accounts([name("MediaWiki default"), name("Admin"), name("Redirect fixer")])
    assert [state.is_system for state in found.values()] == [True, False, True]
    assert found[name("MediaWiki default")].exists


@pytest.mark.parametrize("odd", [ODD_NAMES[1], ODD_NAMES[4], ODD_NAMES[9]])
def test_groups_a_block_and_a_message_are_written_and_read_back(hand: ApiHand, east: ActingWiki, odd: str) -> None:
    account = fresh(east, f"Written {odd}")
    hand.change_groups(account, add={"sysop": INFINITY, "suppress": TEMPORARY_END}, remove=[], reason="a reason")
    hand.change_groups(account, add={}, remove=["sysop"], reason="a reason")
    assert east.groups(account) == {"suppress": "20990101000000"}
    hand.block(account, expiry=TEMPORARY_END, reason="why", **BLOCK)
    block = hand.accounts([account])[account].block
    assert block is not None
    expected = BlockState(id=block.id, by="Warden", reason="why", expiry=TEMPORARY_END, **BLOCK)
    assert block == expected
    hand.block(account, expiry=INFINITY, reason="longer", reblock=True, **{**BLOCK, "autoblock": True})
    block = hand.accounts([account])[account].block
    assert block is not None
    assert (block.expiry, block.autoblock) == (INFINITY, True)
    hand.unblock(account, reason="appeal")
    assert hand.accounts([account])[account].block is None
    marker = "<!-- holdfast:p-1:1:eastwiki:message -->"
    assert hand.message_revisions({account: marker}) == {account: None}
    hand.message(account, heading="A heading", text=f"Words. {marker} ~~~~", marker=marker, summary="a notice")
    assert hand.message_revisions({account: marker})[account] is not None
    (text,) = east.talk(account)
    assert text.startswith(f"== A heading ==\n\nWords. {marker} [[User:Warden|Warden]]")


def test_writing_what_is_already_so_changes_nothing_and_is_told_apart(hand: ApiHand, east: ActingWiki) -> None:
    account = fresh(east, "Already so")
    with pytest.raises(CheckFailedError, match=r"wiki\.userrights\.ignored"):
        hand.change_groups(account, add={}, remove=["sysop"], reason="x")
    hand.unblock(account, reason="x")
    hand.block(account, expiry=INFINITY, reason="x", **BLOCK)
    hand.block(account, expiry=INFINITY, reason="x", **BLOCK)
    hand.block(account, expiry=INFINITY, reason="x", reblock=True, **BLOCK)
    assert len(east.log("block", account)) == 1
    assert east.log("rights", account) == []


def test_a_message_that_was_blanked_is_found_still_and_another_markers_is_not(
    hand: ApiHand, east: ActingWiki, standing_wikis: TwoWikis
) -> None:
    account = fresh(east, "Blanks the talk page")
    second = hands(standing_wikis.keys)[1]
    second.message(account, heading="H", text="one <!-- m:1 -->", marker="<!-- m:1 -->", summary="s")
    east.by_hand(account, action="edit", title=f"User talk:{account}", text="gone")
    hand.message(account, heading="H", text="two <!-- m:2 -->", marker="<!-- m:2 -->", summary="s")
    found = [hand.message_revisions({account: f"<!-- m:{number} -->"})[account] for number in (1, 2, 3)]
    assert found[0] is not None
    assert found[1] is not None
    assert found[0] < found[1]
    assert found[2] is None


def test_a_target_is_found_and_told_once_however_the_plan_spells_it(hand: ApiHand, east: ActingWiki) -> None:
    account = fresh(east, "Anna B")
    hand.message(account, heading="H", text="a <!-- m:9 -->", marker="<!-- m:9 -->", summary="s")
    for spelling in map(name, ("Anna_B", "anna B", "User:Anna B")):
        assert hand.accounts([spelling])[spelling].user_id == east.user_id("Anna B")
        assert hand.message_revisions({spelling: "<!-- m:9 -->"})[spelling] is not None, "it would be left twice"


def test_a_page_is_protected_and_what_is_not_named_is_opened(hand: ApiHand, east: ActingWiki) -> None:
    east.by_hand("Admin", action="edit", title="A page: with a colon", text="x")
    title = "A page: with a colon"
    for wanted in (
        {"edit": ("sysop", INFINITY), "move": ("autoconfirmed", TEMPORARY_END)},
        {"edit": ("sysop", INFINITY), "cascade": ("on", INFINITY)},
        {},
    ):
        hand.protect(title, protection=wanted, reason="r")
        assert hand.pages([title, "No such page"])[title].protection == wanted
    assert not hand.pages(["No such page"])["No such page"].exists


def test_log_entries_come_in_order_and_only_those_asked_for(hand: ApiHand, east: ActingWiki) -> None:
    account = fresh(east, "Much logged", "sysop")
    east.by_hand("Admin", action="block", user=account, expiry="infinite", reason="first")
    hand.change_groups(account, add={}, remove=["sysop"], reason="ours")
    found = hand.log_entries(kinds=["block", "rights"], title=f"User:{account}")
    assert [(entry.type, entry.by) for entry in found] == [
        ("rights", "Admin"),
        ("block", "Admin"),
        ("rights", "Warden"),
    ]
    (ours,) = hand.log_entries(kinds=["block", "rights"], title=f"User:{account}", by="Warden", since=found[0].at)
    assert ours.comment == "ours"
    assert ours.params["oldgroups"] == ["sysop"]


def test_a_hand_is_ready_only_with_every_right_that_it_needs(hand: ApiHand, standing_wikis: TwoWikis) -> None:
    hand.check_ready(["block", "blockemail", "edit", "protect", "userrights:sysop", "userrights:checkuser"])
    with pytest.raises(HandLostError, match=r"wiki\.hand\.rights.*without centralauth-lock, userrights:emperor"):
        hand.check_ready(["block", "centralauth-lock", "userrights:emperor"])


def test_a_blocked_operator_is_not_ready_and_the_second_is(two_wikis: TwoWikis) -> None:
    first, second = hands(two_wikis.keys)
    first.check_ready(["block"])
    two_wikis.east.by_hand(FIGHTER, action="block", user="Warden", expiry="infinite", reason="tit for tat")
    with pytest.raises(HandLostError, match=r"wiki\.hand\.blocked"):
        first.check_ready(["block"])
    with pytest.raises(HandLostError, match=r"wiki\.hand_lost.*ipbblocked"):
        first.block(name("Banned 02"), expiry=INFINITY, reason="x", **BLOCK)
    second.check_ready(["block"])
    second.block(name("Banned 02"), expiry=INFINITY, reason="x", **BLOCK)
    assert two_wikis.east.block_of("Banned 02") is not None


@pytest.mark.parametrize(
    ("wrong", "code"), [("password", "wiki.hand.login"), ("app", "wiki.hand.login"), ("account", "wiki.hand.login")]
)
def test_a_wrong_login_says_who_and_where_and_never_the_password(
    standing_wikis: TwoWikis, wrong: str, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    login, password = standing_wikis.operators[EAST][0]
    given = {
        "password": Credentials(name=login, password=f"canary-{password}"),
        "app": Credentials(name="Warden@other", password=f"canary-{password}"),
        "account": Credentials(name="Nobody here@guard", password=f"canary-{password}"),
    }[wrong]
    caplog.set_level(logging.DEBUG)
    client = WikiClient(wiki_address(standing_wikis.east.api), patience=AT_ONCE)
    found = ApiHand(wiki_name(EAST), client, given)
    with pytest.raises(HandLostError, match=code) as raised:
        found.check_ready(["block"])
    shown = f"{raised.value!r} {vars(raised.value)} {raised.value.__cause__} {found!r} {found.session!r} {given!r}"
    assert "canary" not in shown + caplog.text
    assert given.account in str(raised.value)


@pytest.mark.parametrize("trouble", sorted(CARRIED_OUT))
def test_a_write_whose_answer_is_lost_may_have_happened_and_is_never_repeated(
    troubled: ApiHand, between: Between, east: ActingWiki, trouble: Trouble
) -> None:
    account = fresh(east, f"Lost {trouble}")
    between.trouble(trouble, action="block")
    with pytest.raises(BusyError) as raised:
        troubled.block(account, expiry=INFINITY, reason="x", **BLOCK)
    assert not raised.value.outcome_known
    assert between.passed("block") == 1
    assert east.block_of(account) is not None


@pytest.mark.parametrize("trouble", [Trouble.DOWN, Trouble.ERROR, Trouble.NONSENSE])
def test_a_write_that_never_arrived_is_not_told_apart_from_a_lost_one(
    troubled: ApiHand, between: Between, trouble: Trouble
) -> None:
    between.trouble(trouble, action="block")
    with pytest.raises(BusyError) as raised:
        troubled.block(name("Banned 01"), expiry=INFINITY, reason="x", **BLOCK)
    assert not raised.value.outcome_known


@pytest.mark.parametrize(
    ("trouble", "seconds"), [(Trouble.MAXLAG, 5), (Trouble.READONLY, 30), (Trouble.RATELIMITED, 60)]
)
def test_a_busy_wiki_wrote_nothing_and_says_how_long_to_wait(
    troubled: ApiHand, between: Between, trouble: Trouble, seconds: float
) -> None:
    between.trouble(trouble, action="block")
    with pytest.raises(BusyError) as raised:
        troubled.block(name("Banned 01"), expiry=INFINITY, reason="x", **BLOCK)
    assert raised.value.outcome_known
    assert raised.value.wait_seconds == seconds


def test_a_wiki_that_is_not_there_wrote_nothing(standing_wikis: TwoWikis) -> None:
    login, password = standing_wikis.operators[EAST][0]
    with write_meddling(standing_wikis.east.address) as running:
        client = WikiClient(wiki_address(f"{running.address}/api.php"), patience=AT_ONCE, sleep=lambda _: None)
        found = ApiHand(wiki_name(EAST), client, Credentials(name=login, password=password))
        found.unblock(name("Banned 01"), reason="x")
    with pytest.raises(BusyError, match=r"wiki\.not_reached") as raised:
        found.unblock(name("Banned 01"), reason="x")
    assert raised.value.outcome_known


def test_an_old_token_is_fetched_anew_once_and_then_the_login(
    troubled: ApiHand, between: Between, east: ActingWiki
) -> None:
    account = fresh(east, "Token grown old")
    between.trouble(Trouble.BADTOKEN, action="block")
    troubled.block(account, expiry=INFINITY, reason="x", **BLOCK)
    assert east.block_of(account) is not None
    between.trouble(Trouble.BADTOKEN, action="unblock", times=2)
    with pytest.raises(BusyError, match=r"wiki\.logged_out") as raised:
        troubled.unblock(account, reason="x")
    assert raised.value.outcome_known
    troubled.unblock(account, reason="x")
    assert east.block_of(account) is None


def test_a_lost_login_is_made_again_once_and_then_the_hand_is_lost(troubled: ApiHand, between: Between) -> None:
    between.trouble(Trouble.LOGGED_OUT, action="unblock", times=2)
    with pytest.raises(BusyError, match=r"wiki\.logged_out"):
        troubled.unblock(name("Banned 01"), reason="x")
    with pytest.raises(HandLostError, match=r"wiki\.hand\.logged_out"):
        troubled.unblock(name("Banned 01"), reason="x")
    troubled.unblock(name("Banned 01"), reason="x")


@pytest.mark.parametrize("trouble", [Trouble.BLOCKED, Trouble.DENIED])
def test_a_hand_that_may_no_longer_act_is_lost(troubled: ApiHand, between: Between, trouble: Trouble) -> None:
    between.trouble(trouble, action="block")
    with pytest.raises(HandLostError):
        troubled.block(name("Banned 01"), expiry=INFINITY, reason="x", **BLOCK)


def test_a_wiki_that_answers_yes_and_does_nothing_is_seen_by_reading_back(
    troubled: ApiHand, between: Between, east: ActingWiki
) -> None:
    account = fresh(east, "Lied about", "sysop")
    for action in ("userrights", "block", "edit"):
        between.trouble(Trouble.LIE, action=action)
    troubled.change_groups(account, add={}, remove=["sysop"], reason="x")
    troubled.block(account, expiry=INFINITY, reason="x", **BLOCK)
    troubled.message(account, heading="H", text="T <!-- m -->", marker="<!-- m -->", summary="s")
    state = troubled.accounts([account])[account]
    assert (dict(state.groups), state.block) == ({"sysop": INFINITY}, None)
    assert troubled.message_revisions({account: "<!-- m -->"}) == {account: None}


@pytest.mark.parametrize(
    "write",
    [
        lambda hand: hand.block(name("Nobody at all"), expiry=INFINITY, reason="x", **BLOCK),
        lambda hand: hand.block(name("A#b"), expiry=INFINITY, reason="x", **BLOCK),
        lambda hand: hand.block(name("Banned 01"), expiry=PAST, reason="x", **BLOCK),
        lambda hand: hand.change_groups(name("Nobody at all"), add={"sysop": INFINITY}, remove=[], reason="x"),
        lambda hand: hand.change_groups(name("Warden"), add={"oversight": PAST}, remove=[], reason="x"),
        lambda hand: hand.protect("No such page", protection={"edit": ("sysop", INFINITY)}, reason="x"),
        lambda hand: hand.protect("Main Page", protection={"edit": ("emperor", INFINITY)}, reason="x"),
        lambda hand: hand.message(name("A<b"), heading="h", text="t m", marker="m", summary="s"),
    ],
)  # fmt: skip
def test_a_target_that_cannot_be_is_refused_as_input(hand: ApiHand, write: object) -> None:
    assert callable(write)
    with pytest.raises(InputRefusedError, match=r"wiki\.target_refused"):
        write(hand)


def test_an_opener_logs_in_at_once_and_gives_a_new_hand_each_time(standing_wikis: TwoWikis) -> None:
    first, second = read_operators(standing_wikis.keys, patience=AT_ONCE).openers_for(wiki_name(EAST))
    one, other = first(), first()
    assert one is not other
    assert one.session.batch_size == other.session.batch_size == 500
    assert second().operator == "Warden2"


def test_what_no_code_explains_stops(troubled: ApiHand) -> None:
    with pytest.raises(CheckFailedError, match=r"wiki\.write_refused.*badvalue"):
        troubled.set_lock(name("Banned 01"), locked=True, reason="x")


def test_every_request_asserts_who_acts_and_carries_maxlag(troubled: ApiHand, between: Between) -> None:
    troubled.unblock(name("Banned 01"), reason="x")
    troubled.accounts([name("Banned 01")])
    writes = [call.params for call in between.calls if call.params["action"] == "unblock"]
    assert [(call["assert"], call["assertuser"], call["errorformat"]) for call in writes] == [
        ("bot", "Warden", "none")
    ]
    assert all(call.params["maxlag"] == "5" for call in between.calls)
    assert all(call.params["assertuser"] == "Warden" for call in between.calls if call.params.get("meta") != "tokens")


def test_a_write_is_not_led_to_another_address(east: ActingWiki, standing_wikis: TwoWikis) -> None:
    def behave(meddler: object, path: str) -> Reply:
        return Reply(status=302, headers={"Location": "http://127.0.0.2/api.php"})

    with meddling(behave) as elsewhere:
        client = WikiClient(wiki_address(f"{elsewhere.address}/api.php"), patience=AT_ONCE)
        found = ApiHand(wiki_name(EAST), client, Credentials(name="Warden@guard", password="canary"))
        with pytest.raises(HoldfastError, match=r"wiki\.redirected"):
            found.check_ready([])
