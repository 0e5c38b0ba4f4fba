"""All books of facts: what every kind of stream declares. For the page docs/facts.md, translations and checks."""

from typing import Any

from holdfast.access.exposure.telling import EXPOSURE
from holdfast.access.freezes.freeze import FREEZE
from holdfast.access.freezes.review import REVIEW
from holdfast.access.register.person_facts import PERSON
from holdfast.actions.sweeps.course import PLAN_FACTS, SWEEP_FACTS
from holdfast.appeals.facts import APPEAL
from holdfast.appeals.no_appeal import NO_APPEAL
from holdfast.cases.case import BOOK as CASE
from holdfast.cases.ledgers import LEDGER
from holdfast.cases.watchlist import WATCHLIST
from holdfast.facts.kinds import Book
from holdfast.workflows.office.small_facts import BOOKS


def books() -> tuple[Book[Any], ...]:
    """Each of them, once."""
    return (
        PERSON,
        FREEZE,
        REVIEW,
        EXPOSURE,
        CASE,
        LEDGER,
        WATCHLIST,
        PLAN_FACTS,
        SWEEP_FACTS,
        APPEAL,
        NO_APPEAL,
        *BOOKS,
    )
