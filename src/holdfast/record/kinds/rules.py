"""Rules, committed before they are applied."""

from holdfast.record.kinds._kind import AT, DIGEST, NAME, TEXT, Kind, fields

KIND = Kind(
    name="rules",
    means="these rules hold from now on; a later change shows",
    schema=fields(
        {"name": NAME, "sha256": DIGEST},
        {"version": NAME, "text": TEXT, "election": NAME, "applies_from": AT},
    ),
)
