"""A freeze on two real wikis: taken once, read back, given back exactly; it goes on after a kill."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from holdfast.access.freezes.freeze import Removal
from holdfast.access.freezes.order import Scope
from holdfast.access.freezes.review import Outcome
from holdfast.errors import CheckFailedError
from mediawiki.two_wikis import CHECKUSERS, OVERSIGHTERS, TEMPORARY_END, TwoWikis
from store.offices import OfficeWorld
from workflows.test_freeze_workflow import decided, frozen, register

HEAD = (
    "account,wiki,wiki_language,right,grant_begins,agreement_version,agreement_signed,"
    "jurisdiction,jurisdiction_source,jurisdiction_date\n"
)
BOTH = Scope(rights=frozenset({"checkuser", "oversight"}), jurisdictions=frozenset({"J1", "J2"}))
AT = "2026-01-03T00:00:00Z"


def row(account: str, wiki: str, right: str, place: str) -> str:
    return f"{account},{wiki},en,{right},2020-01-01,3,2019-12-01,{place},own statement,2019-12-01\n"


def joined(office: OfficeWorld, two: TwoWikis, tmp_path: Path) -> Any:
    """An office that acts on these wikis: checkers 1 and 2 live in J1, checker 3 in J3, the oversighters in J2."""
    from holdfast.workflows.access.register import import_file

    shutil.copy(two.keys / "wikis.toml", office.keys / "wikis.toml")
    (office.keys / "wikis.toml").chmod(0o600)
    call = {"action": "userrights", "user": CHECKUSERS[0], "add": "checkuser", "expiry": TEMPORARY_END, "reason": "x"}
    two.west.wiki.act([{"at": AT, "as": "Admin", "call": call}])
    places = [*zip(CHECKUSERS, ("J1", "J1", "J3"), strict=True), *((each, "J2") for each in OVERSIGHTERS)]
    rows = [
        row(account, wiki.name, "checkuser" if account in CHECKUSERS else "oversight", place)
        for account, place in places
        for wiki in two.both
    ]
    path = tmp_path / "register.csv"
    path.write_text(HEAD + "".join(rows), "utf-8")
    steward = office.member("access_steward")
    import_file(office.office, steward.reader(), path, "csv", wiki="", version="")
    return steward


def confidential(two: TwoWikis) -> dict[tuple[str, str], dict[str, str | None]]:
    """The groups of everybody with confidential rights, past every API."""
    return {(wiki.name, who): wiki.groups(who) for wiki in two.both for who in (*CHECKUSERS, *OVERSIGHTERS)}


def kept(office: OfficeWorld) -> None:
    """Let the promises be kept."""
    from holdfast.store.office.outbox import waiting
    from holdfast.workflows.tick import tick

    for each in tick(office.office):
        assert not each.failed, each
    assert waiting() == 0


def test_a_freeze_is_read_back_on_both_wikis_and_given_back_exactly(
    office: OfficeWorld, two_wikis: TwoWikis, tmp_path: Path
) -> None:
    from holdfast.workflows.freezes.freeze import propose_lift
    from holdfast.workflows.freezes.holding import read_freeze
    from holdfast.workflows.freezes.review import read_review

    steward = joined(office, two_wikis, tmp_path)
    before = confidential(two_wikis)
    everybody = [wiki.rows("SELECT ug_user, ug_group FROM user_groups") for wiki in two_wikis.both]
    freeze, decider = frozen(office, steward, BOTH)
    assert confidential(two_wikis) == before  # nothing happens on a wiki before the promise is kept
    kept(office)
    taken = confidential(two_wikis)
    for (wiki, who), groups in before.items():
        lost = set() if who == CHECKUSERS[2] else {"checkuser", "suppress"}
        assert taken[wiki, who] == {name: end for name, end in groups.items() if name not in lost}
    gone = [
        len(rows) - len(wiki.rows("SELECT ug_user, ug_group FROM user_groups"))
        for wiki, rows in zip(two_wikis.both, everybody, strict=True)
    ]
    assert gone == [4, 4]
    freeze = read_freeze(office.office, steward.reader(), freeze.id.id)
    assert set(freeze.removals.values()) == {Removal.REMOVED}
    assert freeze.waiting() == ()
    assert len(two_wikis.east.log("rights", "Checker 01")) == len(two_wikis.east.log("rights", "Checker 02"))
    sql = "SELECT comment_text FROM logging JOIN comment ON comment_id = log_comment_id WHERE log_type = 'rights'"
    reasons = {str(text) for wiki in two_wikis.both for (text,) in wiki.rows(sql)}
    assert "protective, no fault: access is suspended until a review" in reasons
    assert not [text for text in reasons if "J1" in text or "coercion" in text]
    account = decided(office, freeze, steward, decider, Outcome.RESTORE)
    kept(office)
    for (wiki, who), groups in before.items():
        assert confidential(two_wikis)[wiki, who] == (groups if who == account else taken[wiki, who])
    review = read_review(office.office, steward.reader(), sorted(freeze.reviews.values())[0].id).review
    assert set(review.put_back.values()) == {"done"}
    proposal = propose_lift(office.office, steward.reader(), freeze.id.id, reason="it is over")
    office.approve(proposal, steward, decider)
    office.carry_out(proposal, decider)
    kept(office)
    assert confidential(two_wikis) == before


def test_the_groups_of_a_live_wiki_are_read_into_the_register(
    office: OfficeWorld, two_wikis: TwoWikis, tmp_path: Path
) -> None:
    from holdfast.workflows.access.register import import_wiki

    steward = joined(office, two_wikis, tmp_path)
    east = import_wiki(office.office, steward.reader(), "eastwiki")
    assert (east.found.people_added, east.found.entries) == (0, 5)
    assert import_wiki(office.office, steward.reader(), "eastwiki").found.facts == {}
    two_wikis.west.rename("Checker 02", "Checker Two")
    import_wiki(office.office, steward.reader(), "westwiki")
    two_wikis.west.rename("Checker Two", "Checker 2b")
    west = import_wiki(office.office, steward.reader(), "westwiki")
    assert len(west.found.renamed) == 1
    assert len(register(office).people) <= 6


def test_a_wiki_that_does_not_answer_delays_nobody_else_and_is_planned_later(
    office: OfficeWorld, two_wikis: TwoWikis, tmp_path: Path
) -> None:
    steward = joined(office, two_wikis, tmp_path)
    path = office.keys / "wikis.toml"
    path.write_text(path.read_text().split("[wiki.westwiki]")[0])
    freeze, decider = frozen(office, steward, BOTH)
    kept(office)
    assert "checkuser" not in two_wikis.east.groups("Checker 01")
    assert "checkuser" in two_wikis.west.groups("Checker 01")
    from holdfast.workflows.freezes.freeze import propose_rest
    from holdfast.workflows.freezes.holding import read_freeze
    from holdfast.workflows.freezes.review import propose_outcome

    waiting = read_freeze(office.office, steward.reader(), freeze.id.id).waiting()
    assert {item.wiki for item in waiting} == {"westwiki"}
    with pytest.raises(CheckFailedError, match=r"access\.freeze\.no_rest"):
        propose_rest(office.office, steward.reader(), freeze.id.id)
    before = confidential(two_wikis)
    shutil.copy(two_wikis.keys / "wikis.toml", path)
    rest = propose_rest(office.office, steward.reader(), freeze.id.id)
    assert rest.kind == "proposal-freeze-rest"
    office.approve(rest, steward, decider)
    office.carry_out(rest, decider)
    number = sorted(freeze.reviews.values())[0].id
    with pytest.raises(CheckFailedError, match=r"access\.freeze\.under_way"):
        propose_outcome(
            office.office, steward.reader(), number, outcome=Outcome.RESTORE, reason="seen", reason_code="SAFE"
        )
    kept(office)
    assert read_freeze(office.office, steward.reader(), freeze.id.id).waiting() == ()
    assert "checkuser" not in two_wikis.west.groups("Checker 01")
    account = decided(office, freeze, steward, decider, Outcome.RESTORE)
    kept(office)
    assert two_wikis.west.groups(account) == before["westwiki", account]


KILLED = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from holdfast.web.console.settings import console_settings
from holdfast.workflows.office.opening import open_office, place_of
place = place_of(Path(sys.argv[1]), Path(sys.argv[2]))
now = datetime.fromisoformat(sys.argv[3])
office = open_office(place=place, django=console_settings(place), clock=lambda: now)
from holdfast.store.office.journal import SealedJournal
real, left = SealedJournal._append, [int(sys.argv[4])]
def append(self, entries, at):
    if left[0] == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    left[0] -= 1
    real(self, entries, at)
SealedJournal._append = append
from holdfast.workflows.tick import tick
tick(office)
"""


@pytest.mark.parametrize("rows", [3])
def test_after_a_kill_the_removal_goes_on_and_each_right_is_taken_once(
    office: OfficeWorld, two_wikis: TwoWikis, tmp_path: Path, rows: int
) -> None:
    check_kill(office, two_wikis, tmp_path, rows)


@pytest.mark.long
@pytest.mark.parametrize("rows", [0, 1, 2, 4, 5, 6])
def test_after_a_kill_at_every_row_the_removal_goes_on(
    office: OfficeWorld, two_wikis: TwoWikis, tmp_path: Path, rows: int
) -> None:
    check_kill(office, two_wikis, tmp_path, rows)


def check_kill(office: OfficeWorld, two: TwoWikis, tmp_path: Path, rows: int) -> None:
    """Kill the process that keeps the promise after so many rows of its journal; the next tick finishes."""
    from django.db import connections

    from holdfast.workflows.freezes.holding import read_freeze

    steward = joined(office, two, tmp_path)
    entries = {wiki.name: len(wiki.log("rights")) for wiki in two.both}
    freeze, _ = frozen(office, steward, BOTH)
    connections.close_all()
    command = [
        sys.executable,
        "-c",
        KILLED,
        str(office.folder),
        str(office.keys),
        office.clock().isoformat(),
        str(rows),
    ]
    done = subprocess.run(command, capture_output=True, check=False, timeout=120)
    assert done.returncode == -signal.SIGKILL, done.stderr
    office.clock.go_on(minutes=30)  # what the dead one held is taken over
    kept(office)
    freeze = read_freeze(office.office, steward.reader(), freeze.id.id)
    assert freeze.waiting() == ()
    for wiki in two.both:
        assert len(wiki.log("rights")) - entries[wiki.name] == 4
        assert "checkuser" not in wiki.groups("Checker 01")
        assert "checkuser" in wiki.groups("Checker 03")
    assert len(register(office).people) == 5
