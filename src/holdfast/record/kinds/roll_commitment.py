"""The roll of an election, committed on its snapshot."""

from holdfast.record.kinds._kind import AT, COUNT, DIGEST, NAME, TEXT, Kind, fields

KIND = Kind(
    name="roll commitment",
    means="the list of eligible voters is fixed; the list itself is not in here",
    schema=fields(
        {"election": NAME, "sha256": DIGEST},
        {"count": COUNT, "snapshot": AT, "rules": DIGEST, "change_reason": TEXT},
    ),
)
