"""Links between accounts that somebody declared: person and bot, staff and volunteer account. Nothing is inferred."""

import csv
import io
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from holdfast.accounts.names import account_as_compared, account_name
from holdfast.errors import InputRefusedError

KINDS = ("person-bot", "staff-volunteer", "same-person")


@dataclass(frozen=True, kw_only=True)
class Link:
    """One declared link."""

    account: str
    linked: str
    kind: str
    declared_at: str
    """Where it was declared: a page, a list, a category."""


def read_links(path: Path) -> tuple[Link, ...]:
    """Links from CSV: account, linked_account, kind, declared_at.

    Raises InputRefusedError `links.file`, `access.name`.
    """
    try:
        rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline="")))
        found = tuple(
            Link(
                account=account_name(row["account"], place=str(path)),
                linked=account_name(row["linked_account"], place=str(path)),
                kind=row["kind"],
                declared_at=row["declared_at"],
            )
            for row in rows
        )
    except (OSError, UnicodeDecodeError, csv.Error, KeyError):
        found = None
    if found is None or any(each.kind not in KINDS or not each.declared_at for each in found):
        raise InputRefusedError(
            "links.file",
            "these declared links cannot be read",
            expected="account,linked_account,kind,declared_at with kind one of " + ", ".join(KINDS),
            place=str(path),
            hint="every link says where it was declared; links that nobody declared do not belong here",
        )
    return found


def linked_accounts(eligible: Collection[str], links: Sequence[Link]) -> tuple[Link, ...]:
    """The links of which both accounts are eligible, each pair once, in the roll's spelling of them."""
    spelt = {account_as_compared(each): each for each in eligible}
    found: dict[frozenset[str], Link] = {}
    for link in links:
        pair = [spelt.get(account_as_compared(each), "") for each in (link.account, link.linked)]
        if all(pair) and pair[0] != pair[1]:
            found.setdefault(frozenset(pair), replace(link, account=pair[0], linked=pair[1]))
    return tuple(found.values())
