"""What the review of a freeze or an action decided."""

from holdfast.record.kinds._kind import AT, COUNT, TEXT, Kind, fields, one_of

KIND = Kind(
    name="review outcome",
    means="a review has ended",
    schema=fields(
        {"outcome": one_of("uphold", "lift", "change"), "reason": TEXT},
        {"about": COUNT, "until": AT},
    ),
)
