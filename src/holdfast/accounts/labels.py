"""What an output calls an account: a pseudonym, unless names were asked for.

A pseudonym carries that the account belongs to something that is published, and nothing else of it: what it did is
public, so a value, a vote or a time of one account names it. Those stand where the account is named, for a case.
"""

from collections.abc import Set

from holdfast.accounts.pseudonym import Pseudonyms
from holdfast.ids import WikiName


class Labels:
    """Labels of one wiki's accounts. `named` are shown by name; with `everybody` all are."""

    def __init__(
        self, pseudonyms: Pseudonyms, wiki: WikiName | str, *, named: Set[str] = frozenset(), everybody: bool = False
    ) -> None:
        self._pseudonyms = pseudonyms
        self._wiki = wiki
        self._named = named
        self._everybody = everybody

    def __repr__(self) -> str:
        return f"Labels({self._wiki!r})"

    def shows(self, account: str) -> bool:
        """Whether the account is named, so that what it did may stand beside it."""
        return self._everybody or account in self._named

    def of(self, account: str) -> str:
        """The name itself where it may be shown, else its pseudonym."""
        if self.shows(account):
            return account
        return self._pseudonyms.of(self._wiki, account)

    def within(self, text: str, account: str) -> str:
        """A title in which the account's name may stand, such as that of an election, with its label instead."""
        return text.replace(account, self.of(account)) if account else text

    def also(self, named: Set[str]) -> "Labels":
        """The same labels with more accounts shown by name."""
        return Labels(self._pseudonyms, self._wiki, named=self._named | named, everybody=self._everybody)
