"""A freeze: protective, without fault, and always followed by review."""

from holdfast.record.kinds._kind import AT, COUNT, NAME, TEXT, Kind, fields

KIND = Kind(
    name="freeze",
    means="access is suspended as a protection, until a review",
    schema=fields({"reason": TEXT, "review_by": AT}, {"wiki": NAME, "scope": TEXT, "count": COUNT}),
)
