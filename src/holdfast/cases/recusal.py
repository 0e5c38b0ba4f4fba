"""Recusal, computed: who is party, target or near to a case stands aside (3.7, D11).

Closeness comes from public data (votes, co-action, talk between two accounts), from what people declare, and from
being party to the same case. Names stay inside: a refusal says that there is closeness and not to whom.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from holdfast.accounts.names import asked_name
from holdfast.cases.case import Case
from holdfast.errors import InputRefusedError
from holdfast.facts import MemberId
from holdfast.papers.decoding import UTF_8
from holdfast.papers.rows import CellError, Column, Row, Table, read_table
from holdfast.parts import Part, named_when_missing

_PSEUDONYM = re.compile(r"P-[A-Z2-7]{12}\Z")


class Why(StrEnum):
    """What makes two accounts close."""

    VOTES = "votes"
    """They take the same side beyond what chance explains."""
    CO_ACTION = "co_action"
    INTERACTION = "interaction"
    """They write on each other's talk pages, or revert each other, often."""
    SELF_DECLARED = "self_declared"
    SAME_CASE = "same_case"
    """Both are people of one case."""


@dataclass(frozen=True, kw_only=True)
class Edge:
    """Two accounts that are close."""

    one: str
    other: str
    why: Why


CLOSENESS = Table(
    name="closeness",
    title="a list of closeness",
    code="case.edges",
    columns={
        "one": Column(meaning="an account", filled=True),
        "other": Column(meaning="an account that is close to it", filled=True),
        "why": Column(meaning="what makes them close", filled=True, values=tuple(Why)),
    },
)


def read_edges(data: bytes, *, place: str = "", encoding: str = UTF_8) -> tuple[Edge, ...]:
    """Edges from CSV with one, other, why; or the flagged pairs of `holdfast coaction` or `holdfast votes`.

    `pairs.parquet` must have been written with `--names-all`, because pseudonyms meet no member's accounts.
    Raises InputRefusedError `case.edges`, naming every line of a CSV file that cannot be read: an account that was
    passed over would be a recusal lost.
    """
    if data.startswith(b"PAR1"):
        return _edges_of_pairs(data)
    return tuple(
        read_table(
            data,
            CLOSENESS,
            _edge,
            place=place or "the list",
            encoding=encoding,
        )
    )


def _edge(row: Row) -> Edge:
    for name in ("one", "other"):
        if _PSEUDONYM.match(row[name]):
            raise CellError(f"{name} is a pseudonym, which meets no member's accounts", name)
        try:
            asked_name(row[name])
        except InputRefusedError as odd:
            raise CellError(f"{name}: {odd.what}", name) from None
    return Edge(one=row["one"], other=row["other"], why=Why(row["why"]))


def _edges_of_pairs(data: bytes) -> tuple[Edge, ...]:
    with named_when_missing(Part.ANALYSIS):
        import pyarrow as pa
        import pyarrow.parquet as pq
    try:
        table = pq.read_table(pa.BufferReader(data))
    except (pa.ArrowException, OSError):
        raise _unreadable("the Parquet file") from None
    for one, other, why in (("account_a", "account_b", Why.CO_ACTION), ("voter_a", "voter_b", Why.VOTES)):
        if {one, other, "flagged"} <= set(table.column_names):
            pairs = table.select([one, other, "flagged"]).to_pylist()
            found = tuple(Edge(one=row[one], other=row[other], why=why) for row in pairs if row["flagged"])
            if any(_PSEUDONYM.match(edge.one) for edge in found):
                raise _unreadable("the names, which are pseudonyms: run it again with --names-all")
            return found
    raise _unreadable("the columns of the Parquet file")


def _unreadable(place: str) -> InputRefusedError:
    return InputRefusedError(
        "case.edges",
        "this list of closeness cannot be read",
        expected="pairs.parquet, or CSV in UTF-8 with one, other and why, which is one of " + ", ".join(Why),
        place=place,
    )


def recusals(
    case: Case, members: Mapping[MemberId, Iterable[str]], edges: Iterable[Edge]
) -> dict[MemberId, tuple[str, ...]]:
    """Who must stand aside, and the reasons, as words without names, in a fixed order.

    `members` gives the wiki accounts of each member; a member with none has no closeness that could be seen, so the
    register must know them. Cost: linear in people, accounts and edges.
    """
    people = {person.account for person in case.people.values()}
    near: dict[str, set[Why]] = {}
    for edge in edges:
        for account, other in ((edge.one, edge.other), (edge.other, edge.one)):
            if other in people:
                near.setdefault(account, set()).add(edge.why)
    found = {}
    for member, accounts in members.items():
        own = set(accounts)
        reasons = ["party to the case"] if own & people else []
        closeness = {why for account in own for why in near.get(account, ())}
        reasons += [f"near a party: {why.value}" for why in Why if why in closeness]
        if reasons:
            found[member] = tuple(reasons)
    return found
