"""The ledgers of a wiki in the office: complaints over the years, and recommendations with their measured effect."""

from collections.abc import Mapping
from typing import Any

from holdfast.cases.ledgers import LEDGER, Ledger
from holdfast.facts import Fact, StreamId
from holdfast.ids import wiki_name
from holdfast.store.office.streams import Summary
from holdfast.store.office.vault import Reader
from holdfast.workflows.office.opening import Office

KIND = "ledger"
WIKI = "ledger wiki"
"""The purpose of the tokens by which a wiki's ledger is found."""


def read_ledger(office: Office, reader: Reader, wiki: str) -> Ledger:
    """The ledgers of a wiki; empty when nothing was recorded. Raises CheckFailedError `access.refused`."""
    return LEDGER.fold(_facts(office, reader, wiki, "ledger shown")[1], Ledger())


def write_ledger(office: Office, reader: Reader, wiki: str, of_type: str, body: Mapping[str, Any]) -> Ledger:
    """Add one fact; new complaints and recommendations get the next free id. Raises as `Book.append`."""
    with office.vault.transaction():
        stream, facts = _facts(office, reader, wiki, "ledger written")
        ledger = LEDGER.fold(facts, Ledger())
        prefix = LEDGER.kind(of_type).prefix
        there = {"c": ledger.complaints, "r": ledger.recommendations}.get(prefix, ())
        given = {**body, "id": f"{prefix}{len(there) + 1}"} if prefix else body
        fact = LEDGER.fact(of_type, at=office.clock(), by=reader.member, body=given)
        after = LEDGER.append(ledger, fact)
        summary = Summary(state="open", sealed={"wiki": wiki})
        if stream is None:
            tokens = {WIKI: [wiki]}
            office.vault.create(reader, KIND, [fact], summary=summary, purpose="ledger begun", tokens=tokens)
        else:
            office.vault.append(reader, stream, [fact], expect=len(facts), summary=summary, purpose="ledger written")
    return after


def _facts(office: Office, reader: Reader, wiki: str, purpose: str) -> tuple[StreamId | None, tuple[Fact, ...]]:
    office.vault.require(reader, "read_list", KIND, purpose=purpose)
    found = [each for each in office.vault.holding(WIKI, wiki_name(wiki)) if each.kind == KIND]
    return (found[0], office.vault.read(reader, found[0], purpose=purpose)) if found else (None, ())
