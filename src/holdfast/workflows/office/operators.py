"""The accounts that carry plans out for this office, and the accounts of its members."""

from collections.abc import Iterable

from holdfast.actions.steps.ports import WikiHand
from holdfast.ids import WikiName
from holdfast.wiki.client import Patience as ReadPatience
from holdfast.wiki.operators import Operators, read_operators
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.propose import approvers


def operators_of(office: Office, *, patience: ReadPatience | None = None) -> Operators:
    """The operators' accounts in the office's keys folder. Raises InputRefusedError `operators.…`."""
    return read_operators(office.config.keys, patience=patience)


def operator_names(known: Operators) -> frozenset[str]:
    """The accounts that carry plans out, on every wiki."""
    return frozenset(name for access in known.wikis.values() for name in access.names)


def member_accounts(office: Office) -> frozenset[str]:
    """The wiki accounts that members of the office have declared."""
    return frozenset(account for each in approvers(office) for account in each.wiki_accounts)


def first_hands(known: Operators, wikis: Iterable[WikiName]) -> dict[WikiName, WikiHand]:
    """The first operator's hand on each of these wikis."""
    return {wiki: known.hands_for(wiki)[0] for wiki in wikis}
