"""A step is judged by what was seen: what runs out by itself is no move, everything else is."""

from datetime import UTC, datetime
from typing import Any

import pytest

from holdfast.accounts.names import AccountName
from holdfast.actions.steps.kind import Action, all_kinds, kind_of
from holdfast.actions.steps.ports import INFINITY, AccountState, BlockState, PageState
from holdfast.actions.steps.seen import Seen, look
from holdfast.actions.steps.step import Phase, Step, is_done, matches_before, perform, undo
from holdfast.errors import InputRefusedError, UsageError
from holdfast.ids import WikiName, wiki_name

WIKI = wiki_name("frwiki")
SOON, LATE = "2026-12-01T00:00:00Z", "2099-01-01T00:00:00Z"
BEFORE_SOON, AFTER_SOON = datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 12, 2, tzinfo=UTC)
BLOCK = {"partial": False, "no_create": True, "no_email": True, "allow_talk": True, "autoblock": False}


class Written:
    """A hand that only remembers what it was told to write."""

    wiki: WikiName = WIKI
    operator = "Warden"

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Any:
        return lambda *_, **more: self.calls.append((name, more))


def seen(groups: dict[str, str] | None = None, block: BlockState | None = None, **more: Any) -> Seen:
    state = AccountState(
        account=AccountName("A"), **{"exists": True, "user_id": 5, **more}, groups=groups or {}, block=block
    )
    return Seen(wiki=WIKI, accounts={AccountName("A"): state}, markers={"<!-- m -->": more.get("revision")})


def step(name: str, phase: Phase, **intent: Any) -> Step:
    return Step(id=f"p-1/1/frwiki/{name}", name=name, wiki=WIKI, phase=phase, target="A", user_id=5, intent=intent)


def rights(old: dict[str, str], new: dict[str, str], concerned: Any = "all") -> Step:
    return step("rights", Phase.RIGHTS, **{"from": old, "to": new}, concerned=concerned, reason="r")


def test_telling_is_one_message_for_each_wiki_and_none_where_it_stands() -> None:
    notice = {"wikis": [WIKI], "heading": "h", "text": "the rule was 4", "summary": "s"}
    params = {"notice": notice, "about": "a ban", "fields": {"rule": {"text": "4"}}}
    telling = Action(id="p-1/1", kind="telling", target="A", wikis=(WIKI,), params=params)
    kind = all_kinds()["telling"]
    before = {"user_id": 5, "message": False}
    (only,) = kind.steps(before, telling, WIKI)
    assert (only.name, only.user_id, only.intent["heading"]) == ("message", 5, "h")
    assert "the rule was 4" in only.intent["text"]
    assert kind.after(before, telling, WIKI) == {"user_id": 5, "message": True}
    assert kind.steps({"user_id": 5, "message": True}, telling, WIKI) == ()


def test_what_is_given_back_shortens_nothing_that_the_person_was_given_meanwhile() -> None:
    params = {"groups": {WIKI: {"sysop": SOON, "suppress": LATE, "bot": INFINITY}}, "reason": "back"}
    back = Action(id="p-1/1", kind="rights_restoration", target="A", wikis=(WIKI,), params=params)
    kind = all_kinds()["rights_restoration"]
    before = kind.read(seen({"sysop": INFINITY, "suppress": SOON}), back)
    given = {"sysop": INFINITY, "suppress": LATE, "bot": INFINITY}
    assert kind.after(before, back, WIKI)["groups"] == given
    (only,) = kind.steps(before, back, WIKI)
    assert only.intent["to"] == given


def test_a_temporary_group_that_ran_out_is_no_move() -> None:
    removal = rights({"sysop": INFINITY, "suppress": SOON}, {})
    assert matches_before(removal, seen({"sysop": INFINITY, "suppress": SOON}), now=BEFORE_SOON)
    assert not matches_before(removal, seen({"sysop": INFINITY}), now=BEFORE_SOON)
    assert matches_before(removal, seen({"sysop": INFINITY}), now=AFTER_SOON)
    hand = Written()
    perform(removal, hand, now=AFTER_SOON)
    assert hand.calls == [("change_groups", {"add": {}, "remove": ["sysop"], "reason": "r"})]


def test_undo_gives_back_what_has_not_run_out() -> None:
    (back,) = undo(rights({"sysop": INFINITY, "suppress": SOON}, {}), reason="Overturned")
    hand = Written()
    perform(back, hand, now=AFTER_SOON)
    assert hand.calls == [("change_groups", {"add": {"sysop": INFINITY}, "remove": [], "reason": "Overturned"})]
    assert is_done(back, seen({"sysop": INFINITY}), now=AFTER_SOON)
    assert not is_done(back, seen({"sysop": INFINITY}), now=BEFORE_SOON)


def test_a_longer_end_is_a_move_and_so_is_another_group_among_those_concerned() -> None:
    removal = rights({"sysop": SOON}, {}, ["sysop", "suppress"])
    for groups in ({"sysop": LATE}, {"sysop": SOON, "suppress": LATE}, {"suppress": LATE}):
        found = seen(groups)
        assert not matches_before(removal, found, now=BEFORE_SOON)
        assert not is_done(removal, found, now=BEFORE_SOON)
    assert matches_before(removal, seen({"sysop": SOON, "bot": LATE}), now=BEFORE_SOON)


@pytest.mark.parametrize("other", [{"user_id": 6}, {"exists": False, "user_id": None}])
def test_another_account_under_the_name_is_neither_before_nor_after(other: dict[str, Any]) -> None:
    for each in (
        rights({"sysop": INFINITY}, {}),
        step("block", Phase.BLOCK, **{"from": None, "to": {"expiry": INFINITY, **BLOCK}}, reason="r"),
        step("lock", Phase.LOCK, **{"from": False, "to": True}, reason="r"),
        step("message", Phase.MESSAGE, heading="h", text="t", marker="<!-- m -->", summary="s"),
    ):
        found = seen({"sysop": INFINITY}, locked=False, **other)
        assert not matches_before(each, found, now=BEFORE_SOON)
        assert not is_done(each, found, now=BEFORE_SOON)


def test_a_block_is_compared_by_what_it_does_and_not_by_who_set_it() -> None:
    wanted = step(
        "block", Phase.BLOCK, **{"from": {"expiry": SOON, **BLOCK}, "to": {"expiry": LATE, **BLOCK}}, reason="r"
    )
    assert is_done(
        wanted, seen(block=BlockState(id=9, by="Other", reason="x", expiry=LATE, **BLOCK)), now=BEFORE_SOON
    )
    lighter = BlockState(id=9, expiry=LATE, **{**BLOCK, "no_email": False})
    assert not is_done(wanted, seen(block=lighter), now=BEFORE_SOON)
    assert matches_before(wanted, seen(), now=AFTER_SOON)
    for now, reblock in ((BEFORE_SOON, True), (AFTER_SOON, False)):
        hand = Written()
        perform(wanted, hand, now=now)
        assert hand.calls[0][1]["reblock"] is reblock
    (back,) = undo(wanted, reason="o")
    hand = Written()
    perform(back, hand, now=AFTER_SOON)
    assert hand.calls == [("unblock", {"reason": "o"})]


def test_a_page_that_is_gone_is_neither_before_nor_after() -> None:
    protect = step("protect", Phase.PROTECT, **{"from": {}, "to": {"edit": ["sysop", INFINITY]}}, reason="r")
    gone = Seen(wiki=WIKI, pages={"A": PageState(title="A", exists=False)})
    assert not matches_before(protect, gone, now=BEFORE_SOON)
    kept = Seen(wiki=WIKI, pages={"A": PageState(title="A", exists=True, protection={"edit": ("sysop", SOON)})})
    assert matches_before(protect, kept, now=AFTER_SOON)


def test_a_message_is_unsaid_only_where_the_plan_holds_a_withdrawal() -> None:
    words = {"heading": "h", "text": "t <!-- m -->", "marker": "<!-- m -->"}
    said = step("message", Phase.MESSAGE, **words, summary="s")
    assert undo(said, reason="r") == ()
    told = step("message", Phase.MESSAGE, **words, summary="s", withdrawal={**words, "marker": "<!-- w -->"})
    (back,) = undo(told, reason="Overturned")
    assert (back.intent["marker"], back.intent["summary"]) == ("<!-- w -->", "Overturned")


def test_undoing_comes_in_the_opposite_order_and_is_not_undone_itself() -> None:
    undone = [undo(rights({"sysop": INFINITY}, {}), reason="r")[0].phase]
    undone.append(undo(step("block", Phase.BLOCK, **{"from": None, "to": None}, reason="r"), reason="r")[0].phase)
    assert undone == [Phase.UNDO_RIGHTS, Phase.UNDO_BLOCK]
    assert undone[0] > undone[1] > Phase.MESSAGE
    (back,) = undo(rights({"sysop": INFINITY}, {}), reason="r")
    with pytest.raises(UsageError, match=r"step\.undo_of_undo"):
        undo(back, reason="r")


def test_what_nobody_looked_at_is_not_judged() -> None:
    with pytest.raises(UsageError, match=r"seen\.not_looked"):
        is_done(rights({"sysop": INFINITY}, {}), Seen(wiki=WIKI), now=BEFORE_SOON)
    with pytest.raises(UsageError, match=r"step\.unknown"):
        step("burn", Phase.BLOCK)
    with pytest.raises(UsageError, match=r"step\.unknown"):
        Step(id="p-1/1/--> x", name="message", wiki=WIKI, phase=Phase.MESSAGE, target="A")


def test_a_look_asks_for_two_markers_of_one_account_in_turn() -> None:
    asked: list[dict[str, str]] = []

    class Markers(Written):
        def message_revisions(self, markers: dict[AccountName, str]) -> dict[AccountName, int | None]:
            asked.append(dict(markers))
            return {account: 7 if marker == "<!-- 2 -->" else None for account, marker in markers.items()}

    found = look(Markers(), markers=[("A", "<!-- 1 -->"), ("B", "<!-- 1 -->b"), ("A", "<!-- 2 -->")])
    assert len(asked) == 2
    assert (found.is_sent("<!-- 1 -->"), found.is_sent("<!-- 2 -->")) == (False, True)


def test_a_ban_leaves_the_talk_page_open_and_spares_who_shares_an_address() -> None:
    ban = Action(id="p-1/1", kind="global_ban", target="A", wikis=(WIKI,), params={"reason": "r"})
    block = kind_of(ban).after({"user_id": 5, "groups": {}, "block": None}, ban, WIKI)["block"]
    assert block == {"expiry": INFINITY, **BLOCK}


def test_a_partial_block_is_not_replaced() -> None:
    ban = Action(id="p-1/1", kind="global_ban", target="A", wikis=(WIKI,), params={"reason": "r"})
    before = {"user_id": 5, "groups": {}, "block": {"expiry": INFINITY, **BLOCK, "partial": True}}
    with pytest.raises(InputRefusedError, match=r"kind\.partial_block"):
        kind_of(ban).steps(before, ban, WIKI)


def test_the_rights_go_before_the_block_and_the_block_before_the_message() -> None:
    notice = {"wikis": ["frwiki"], "heading": "h", "text": "t", "summary": "s"}
    ban = Action(id="p-1/1", kind="global_ban", target="A", wikis=(WIKI,), params={"reason": "r", "notice": notice})
    steps = all_kinds()["global_ban"].steps({"user_id": 5, "groups": {"sysop": INFINITY}, "block": None}, ban, WIKI)
    assert [each.name for each in steps] == ["rights", "block", "message"]
    assert [each.phase for each in steps] == [10, 30, 50]
