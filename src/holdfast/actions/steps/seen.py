"""What was seen on one wiki in one look: read in batches, then judged without asking again.

    seen = look(hand, accounts=[...], pages=[...], markers={account: marker})

A look grows old at once. Take a new one before each judgement that a write depends on.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from holdfast.accounts.names import AccountName, kept_name
from holdfast.actions.steps.ports import AccountState, PageState, WikiHand
from holdfast.errors import InputRefusedError, UsageError
from holdfast.ids import WikiName


@dataclass(frozen=True, kw_only=True)
class Seen:
    """Accounts and pages of one wiki as they were when the look was taken, and the revision that brought each marker
    (null: none did)."""

    wiki: WikiName
    accounts: Mapping[AccountName, AccountState] = field(default_factory=dict)
    pages: Mapping[str, PageState] = field(default_factory=dict)
    markers: Mapping[str, int | None] = field(default_factory=dict)

    def account(self, name: str) -> AccountState:
        """One account, which may not exist. Raises UsageError `seen.not_looked` when the look did not include it."""
        if kept_name(name) not in self.accounts:
            raise self._not_looked("an account")
        return self.accounts[kept_name(name)]

    def known_account(self, name: str) -> AccountState:
        """One account that exists. Raises InputRefusedError `seen.no_account` when the wiki does not know it."""
        state = self.account(name)
        if not state.exists:
            raise InputRefusedError(
                "seen.no_account",
                "the wiki does not know this account",
                expected="an account that exists under this name",
                place=str(self.wiki),
                hint="it may have been renamed; look for its number, and correct the plan",
                offender=name,
            )
        return state

    def page(self, title: str) -> PageState:
        """One page, which may not exist. Raises UsageError `seen.not_looked` when the look did not include it."""
        if title not in self.pages:
            raise self._not_looked("a page")
        return self.pages[title]

    def is_sent(self, marker: str) -> bool:
        """Whether a talk page ever carried the marker. Raises UsageError `seen.not_looked`."""
        if marker not in self.markers:
            raise self._not_looked("a marker")
        return self.markers[marker] is not None

    def _not_looked(self, what: str) -> UsageError:
        return UsageError("seen.not_looked", f"{what} was judged that nobody had looked at", place=str(self.wiki))


def look(
    hand: WikiHand,
    *,
    accounts: Iterable[str] = (),
    pages: Iterable[str] = (),
    markers: Iterable[tuple[str, str]] = (),
) -> Seen:
    """One look. `markers` are pairs of account and marker. Raises BusyError when the wiki cannot be read."""
    names = [kept_name(name) for name in dict.fromkeys(accounts)]
    titles = list(dict.fromkeys(pages))
    return Seen(
        wiki=hand.wiki,
        accounts=hand.accounts(names) if names else {},
        pages=hand.pages(titles) if titles else {},
        markers=_markers(hand, dict.fromkeys(markers)),
    )


def _markers(hand: WikiHand, wanted: Iterable[tuple[str, str]]) -> dict[str, int | None]:
    """The port asks for one marker of each account at a time; most accounts have one only."""
    found: dict[str, int | None] = {}
    waiting = list(wanted)
    while waiting:
        batch: dict[AccountName, str] = {}
        later: list[tuple[str, str]] = []
        for account, marker in waiting:
            if batch.setdefault(kept_name(account), marker) != marker:
                later.append((account, marker))
        revisions = hand.message_revisions(batch)
        found |= {marker: revisions[account] for account, marker in batch.items()}
        waiting = later
    return found
