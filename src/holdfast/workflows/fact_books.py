"""All books of facts: what every kind of stream declares. For the page docs/facts.md, translations and checks."""

from typing import Any

from holdfast.access.exposure_told import EXPOSURE
from holdfast.access.freeze import FREEZE
from holdfast.access.person_facts import PERSON
from holdfast.access.review import REVIEW
from holdfast.actions.appeals import APPEAL
from holdfast.actions.no_appeal import NO_APPEAL
from holdfast.cases.case import BOOK as CASE
from holdfast.cases.ledgers import LEDGER
from holdfast.cases.watchlist import WATCHLIST
from holdfast.facts.kinds import Book


def books() -> tuple[Book[Any], ...]:
    """Each of them, once."""
    return (PERSON, FREEZE, REVIEW, EXPOSURE, CASE, LEDGER, WATCHLIST, APPEAL, NO_APPEAL)
