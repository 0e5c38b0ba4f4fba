"""The watchlist in the office, one sealed stream: who watches an account, and when it was checked before (2.13)."""

from collections.abc import Mapping
from typing import Any

from holdfast.accounts.names import asked_name
from holdfast.cases.watchlist import WATCHLIST, Before, Watchlist, seen_before
from holdfast.facts import Fact, StreamId
from holdfast.store.office.streams import Summary
from holdfast.store.office.vault import Reader
from holdfast.workflows.office.opening import Office

STREAM = StreamId(kind="watchlist", id="all")


def checked_before(office: Office, reader: Reader, account: str, wiki: str) -> Before:
    """What is shown before a new look-up of an account. Raises CheckFailedError `access.refused`."""
    watchlist, _facts = _read(office, reader, "watchlist asked")
    return seen_before(watchlist, asked_name(account), member=reader.member, wiki=wiki, now=office.clock())


def write_watchlist(office: Office, reader: Reader, of_type: str, body: Mapping[str, Any]) -> Watchlist:
    """Add one fact: `watch added` (which gets the next id), `watch ended` or `looked`."""
    with office.vault.transaction():
        watchlist, facts = _read(office, reader, "watchlist written")
        given = dict(body)
        if "account" in given:
            given["account"] = asked_name(str(given["account"]))
        prefix = WATCHLIST.kind(of_type).prefix
        if prefix:
            given["id"] = f"{prefix}{len(watchlist.entries) + 1}"
        fact = WATCHLIST.fact(of_type, at=office.clock(), by=reader.member, body=given)
        after = WATCHLIST.append(watchlist, fact)
        summary = Summary(state="open")
        if facts:
            office.vault.append(
                reader, STREAM, [fact], expect=len(facts), summary=summary, purpose="watchlist written"
            )
        else:
            office.vault.create(
                reader, STREAM.kind, [fact], summary=summary, purpose="watchlist begun", stream_id=STREAM.id
            )
    return after


def _read(office: Office, reader: Reader, purpose: str) -> tuple[Watchlist, tuple[Fact, ...]]:
    office.vault.require(reader, "read_list", STREAM.kind, purpose=purpose)
    facts = office.vault.read(reader, STREAM, purpose=purpose) if office.vault.exists(STREAM) else ()
    return WATCHLIST.fold(facts, Watchlist()), facts
