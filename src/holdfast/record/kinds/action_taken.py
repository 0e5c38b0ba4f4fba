"""What was done: an action on a wiki or on an account's rights."""

from holdfast.record.kinds._kind import AT, COUNT, DIGEST, NAME, TEXT, Kind, fields

KIND = Kind(
    name="action taken",
    means="an action was carried out",
    schema=fields(
        {"action": NAME, "reason": TEXT},
        {"wiki": NAME, "count": COUNT, "until": AT, "appeal": TEXT, "decided_by": NAME, "plan": DIGEST},
    ),
)
