"""Links between accounts that somebody declared: person and bot, staff and volunteer account. Nothing is inferred."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from holdfast.accounts.names import account_as_compared, account_name
from holdfast.papers.decoding import UTF_8, read_bytes
from holdfast.papers.rows import Column, Row, Table, read_table

KINDS = ("person-bot", "staff-volunteer", "same-person")


@dataclass(frozen=True, kw_only=True)
class Link:
    """One declared link."""

    account: str
    linked: str
    kind: str
    declared_at: str
    """Where it was declared: a page, a list, a category."""


LINKS = Table(
    name="links",
    title="declared links between accounts",
    code="links.file",
    hint="every link says where it was declared; links that nobody declared do not belong here",
    columns={
        "account": Column(meaning="an account", filled=True),
        "linked_account": Column(meaning="the account it is linked with", filled=True),
        "kind": Column(meaning="what the link is", filled=True, values=KINDS),
        "declared_at": Column(meaning="where it was declared: a page, a list, a category", filled=True, longest=2000),
    },
)


def read_links(path: Path, *, encoding: str = UTF_8) -> tuple[Link, ...]:
    """Links from CSV: account, linked_account, kind, declared_at.

    Raises InputRefusedError `links.file` with every line that cannot be read.
    """
    data, place = read_bytes(path, code="links.file"), str(path)
    return tuple(read_table(data, LINKS, _link, place=place, encoding=encoding))


def _link(row: Row) -> Link:
    return Link(
        account=account_name(row["account"], place=row.at),
        linked=account_name(row["linked_account"], place=row.at),
        kind=row["kind"],
        declared_at=row["declared_at"],
    )


def linked_accounts(eligible: Collection[str], links: Sequence[Link]) -> tuple[Link, ...]:
    """The links of which both accounts are eligible, each pair once, in the roll's spelling of them."""
    spelt = {account_as_compared(each): each for each in eligible}
    found: dict[frozenset[str], Link] = {}
    for link in links:
        pair = [spelt.get(account_as_compared(each), "") for each in (link.account, link.linked)]
        if all(pair) and pair[0] != pair[1]:
            found.setdefault(frozenset(pair), replace(link, account=pair[0], linked=pair[1]))
    return tuple(found.values())
