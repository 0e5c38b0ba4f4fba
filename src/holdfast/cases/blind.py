"""Blind match between cases: another case holds this account, without opening that case (2.7).

A token is a keyed hash of an account name in the form in which MediaWiki compares it. The index of tokens lies in the
database; without the key nobody can test a name against it, and a match gives a number of cases and nothing else.
"""

from collections.abc import Callable, Iterable, Mapping

from holdfast.accounts.names import account_as_compared
from holdfast.cases.case import Case

Blind = Callable[[str], str]
"""A keyed one-way function from text to hexadecimal: `crypto.sealing.blind` with its key and domain fixed."""


def token(account: str, blind: Blind) -> str:
    """The token of one account, in hexadecimal."""
    return blind(account_as_compared(account))


def tokens_of(case: Case, blind: Blind) -> frozenset[str]:
    """The tokens of all people of a case: what the index holds for it."""
    return frozenset(token(person.account, blind) for person in case.people.values())


def other_cases(tokens: Iterable[str], index: Mapping[str, frozenset[str]], own: str) -> int:
    """How many other cases hold one of these accounts. `index` maps a token to the cases that hold it."""
    return len(frozenset().union(*(index.get(each, frozenset()) for each in tokens)) - {own})
