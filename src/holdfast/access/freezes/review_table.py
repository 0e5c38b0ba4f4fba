"""The public table of reviews: how many are open, how long they take, how many people got their access back (D6)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from holdfast.access.freezes.review import Outcome, Review
from holdfast.access.freezes.words import PROTECTIVE


@dataclass(frozen=True, kw_only=True)
class ReviewTable:
    """What is published. None stands for what is not said: a number of people between 1 and `smallest_group` - 1."""

    as_of: datetime
    smallest_group: int
    opened: int | None
    open: int | None
    decided: int | None
    restored: int | None
    """Decided people who got their access back: restored, or exempt."""
    median_days: float | None
    """From opening to decision, over those decided, in days with one decimal."""
    share_restored: float | None
    """`restored` / `decided`, with two decimals."""

    def to_json(self) -> dict[str, Any]:
        """The machine-readable table. It counts protections; none of them is misconduct."""
        return {
            "type": PROTECTIVE,
            "counts_as_misconduct": 0,
            "as_of": self.as_of.date().isoformat(),
            "smallest_group": self.smallest_group,
            "reviews_opened": self.opened,
            "reviews_open": self.open,
            "reviews_decided": self.decided,
            "people_restored": self.restored,
            "median_days": self.median_days,
            "share_restored": self.share_restored,
        }


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What the table needs of one review; nothing of it says whose."""

    opened_at: datetime
    decided_at: datetime | None
    outcome: Outcome | None


def counted(review: Review) -> Counted:
    """What the table needs of a review."""
    return Counted(opened_at=review.opened_at, decided_at=review.decided_at, outcome=review.outcome)


def review_table(reviews: Iterable[Counted], *, at: datetime, smallest_group: int) -> ReviewTable:
    """The table as of a moment, over all freezes and jurisdictions together.

    A number is left out when it, or what it leaves of a total that is shown, lies between 1 and the smallest group:
    nobody can subtract their way to a few people.
    """
    all_reviews = [each for each in reviews if each.opened_at <= at]
    decided = [each for each in all_reviews if each.decided_at is not None and each.decided_at <= at]
    restored = [each for each in decided if each.outcome is not Outcome.KEEP]
    still_open = len(all_reviews) - len(decided)
    kept = len(decided) - len(restored)

    def safe(*counts: int) -> bool:
        return all(count == 0 or count >= smallest_group for count in counts)

    parts_safe = safe(still_open, len(decided))
    days = [(each.decided_at - each.opened_at).total_seconds() / 86_400 for each in decided if each.decided_at]
    share_safe = safe(len(decided), len(restored), kept) and bool(decided)
    return ReviewTable(
        as_of=at,
        smallest_group=smallest_group,
        opened=len(all_reviews) if parts_safe else None,
        open=still_open if safe(still_open) else None,
        decided=len(decided) if safe(len(decided)) else None,
        restored=len(restored) if share_safe else None,
        median_days=round(median(days), 1) if days and safe(len(decided)) else None,
        share_restored=round(len(restored) / len(decided), 2) if share_safe else None,
    )
