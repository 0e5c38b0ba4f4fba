"""The watchlist and the ledgers of complaints and recommendations."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cases.case_story import INVESTIGATOR, SECOND, START
from holdfast.cases.ledgers import LEDGER, Ledger
from holdfast.cases.watchlist import WATCHLIST, Watchlist, seen_before
from holdfast.errors import CheckFailedError, InputRefusedError
from holdfast.facts import Fact, MemberId


def fact(type_: str, *, by: MemberId = INVESTIGATOR, at: datetime = START, **body: Any) -> Fact:
    return Fact(type=type_, at=at, by=by, body=body)


def watch(name: str, scope: str, *, wiki: str = "alpha", by: MemberId = INVESTIGATOR) -> Fact:
    end = "2026-06-01T00:00:00Z"
    return fact("watch added", by=by, id=name, account="Simulated", scope=scope, wiki=wiki, why="x", until=end)


@pytest.mark.requirement("2.13")
def test_an_entry_is_seen_in_its_scope_and_checked_before_is_seen_first() -> None:
    looked = fact("looked", account="Simulated", wiki="alpha", why="a report")
    found = WATCHLIST.fold([watch("w1", "mine"), watch("w2", "this_wiki"), watch("w3", "all"), looked], Watchlist())
    own = seen_before(found, "Simulated", member=INVESTIGATOR, wiki="alpha", now=START)
    assert [each.id for each in own.entries] == ["w1", "w2", "w3"]
    assert own.looks == ((START.date(), "alpha"),)
    assert own.entries[0].author == INVESTIGATOR
    other = seen_before(found, "Simulated", member=SECOND, wiki="beta", now=START)
    assert [each.id for each in other.entries] == ["w3"]
    late = seen_before(found, "Simulated", member=INVESTIGATOR, wiki="alpha", now=datetime(2026, 6, 1, tzinfo=UTC))
    assert late.entries == ()


def test_an_entry_ends_and_only_by_its_author_when_it_is_their_own() -> None:
    found = WATCHLIST.fold([watch("w1", "mine"), watch("w2", "all")], Watchlist())
    with pytest.raises(CheckFailedError, match=r"case\.watch\.not_yours"):
        WATCHLIST.append(found, fact("watch ended", by=SECOND, id="w1", why="x"))
    found = WATCHLIST.append(found, fact("watch ended", by=SECOND, id="w2", why="x"))
    seen = seen_before(found, "Simulated", member=SECOND, wiki="alpha", now=START)
    assert seen.entries == ()
    with pytest.raises(CheckFailedError, match=r"case\.watch\.endless"):
        WATCHLIST.append(
            found, Fact(type="watch added", at=START + timedelta(days=900), by=SECOND, body=watch("w", "all").body)
        )
    with pytest.raises(InputRefusedError, match=r"case\.fact\.unknown"):
        WATCHLIST.append(found, fact("other"))


@pytest.mark.requirement("5.4")
def test_complaints_are_kept_over_years_by_state() -> None:
    facts = [
        fact("complaint recorded", id=f"c{year}", about="blocks", page="Meta:RfC", made_at=f"{year}-05-01T00:00:00Z")
        for year in range(2010, 2021)
    ]
    ledger = LEDGER.fold(
        [*facts, fact("complaint answered", id="c2010", state="unanswered", note="closed by time")], Ledger()
    )
    assert ledger.complaints_by_year()[2010] == {"unanswered": 1}
    assert ledger.complaints_by_year()[2020] == {"open": 1}
    assert len(ledger.complaints) == 11


@pytest.mark.requirement("5.8")
def test_a_recommendation_has_owner_date_state_and_is_done_only_with_a_measured_effect() -> None:
    made = fact("recommendation made", id="r1", text="x", owner="stewards", due="2026-06-01T00:00:00Z")
    ledger = LEDGER.fold([made], Ledger())
    assert ledger.recommendations["r1"].is_overdue(datetime(2026, 6, 2, tzinfo=UTC))
    moved = fact("recommendation moved", id="r1", state="done", note="x")
    with pytest.raises(CheckFailedError, match=r"case\.ledger\.no_effect"):
        LEDGER.append(ledger, moved)
    numbers = {"before": 0.4, "after": 0.3, "low": 0.2, "high": 0.4}
    measured = fact("effect measured", id="r1", measure="involved_admin_rate", **numbers)
    ledger = LEDGER.fold([made, measured, moved], Ledger())
    assert ledger.recommendations["r1"].effects[0].after == 0.3
    assert not ledger.recommendations["r1"].is_overdue(datetime(2026, 6, 2, tzinfo=UTC))
    with pytest.raises(InputRefusedError, match=r"case\.fact\.unknown"):
        LEDGER.append(ledger, fact("other"))


def test_a_watch_that_was_written_under_an_older_form_of_the_name_is_still_seen() -> None:
    kept = fact("looked", account="SSeta", wiki="alpha", why="as kept before ß stayed as it is")
    found = WATCHLIST.fold([kept, fact("looked", account="User:Anna_B", wiki="alpha", why="a report")], Watchlist())
    assert seen_before(found, "anna B", member=INVESTIGATOR, wiki="alpha", now=START).looks
