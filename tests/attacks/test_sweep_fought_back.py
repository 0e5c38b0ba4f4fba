"""An administrator who fights back in mid-sweep: blocks the operator, and is met by the order and the second one."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from actions.on_wikis import hands, operators
from actions.sweeping import HEAD, group, made, means, signed, signed_off
from holdfast.accounts.names import AccountName
from holdfast.actions.sweeps.executor import Ending, run
from holdfast.actions.sweeps.journal import Entry, FileJournal, Mark
from holdfast.ids import wiki_name
from holdfast.wiki.address import wiki_address
from holdfast.wiki.client import WikiClient
from holdfast.wiki.hand import ApiHand
from holdfast.wiki.session import Credentials
from mediawiki.two_wikis import EAST, FIGHTER, TO_BAN, TwoWikis


def fighter(two: TwoWikis) -> ApiHand:
    login, password = two.fighter[EAST]
    client = WikiClient(wiki_address(two.east.api))
    return ApiHand(wiki_name(EAST), client, Credentials(name=login, password=password))


class WatchedJournal(FileJournal):
    """Lets somebody act when the first rights are gone."""

    def __init__(self, path: Path, act: Any) -> None:
        super().__init__(path)
        self._act, self._acted = act, False

    def append(self, entries: Sequence[Entry], **more: Any) -> None:
        super().append(entries, **more)
        if not self._acted and any(entry.mark is Mark.DONE and entry.step.endswith("/rights") for entry in entries):
            self._acted = True
            self._act()


@pytest.mark.requirement("3.3")
def test_an_administrator_who_blocks_the_operator_is_banned_all_the_same_and_once(
    two_wikis: TwoWikis, tmp_path: Path
) -> None:
    two = two_wikis
    text = HEAD.replace('[[wiki]]\nname = "westwiki"\nlanguage = "fa"\n', "")
    plan = made(text + group("global_ban", [TO_BAN[0], FIGHTER], '{ reason = "r" }'), hands(two))
    enemy = fighter(two)

    def strike() -> None:
        how: dict[str, Any] = {"no_create": True, "no_email": True, "allow_talk": False, "autoblock": False}
        enemy.block(AccountName("Warden"), expiry="infinity", reason="no", **how)

    alarms: list[Any] = []
    journal = WatchedJournal(tmp_path / "j", strike)
    using = means(journal, operators(two), alarms, batch=1)
    assert run(signed("plan", plan), using, sign_offs=signed_off(plan)).ending is Ending.FINISHED
    assert two.east.block_of("Warden") is not None, "the strike was real"
    assert [code for code, _ in alarms] == ["sweep.operator_lost"]
    assert two.east.groups(FIGHTER) == {}
    assert two.east.block_of(FIGHTER) is not None
    for name in (TO_BAN[0], FIGHTER):
        ours = [entry for kind in ("rights", "block") for entry in two.east.log(kind, name)]
        assert sorted(entry[0] for entry in ours if entry[2].startswith("Warden")) == ["block", "rights"]
        assert len(two.east.talk(name)) == 1
    last = [entry[2] for entry in two.east.log("block", FIGHTER)]
    assert last == ["Warden2"]
