"""What an appeal decided, in the words of the glossary."""

from holdfast.record.kinds._kind import COUNT, NAME, TEXT, Kind, fields, one_of

KIND = Kind(
    name="appeal outcome",
    means="an appeal has ended",
    schema=fields(
        {"outcome": one_of("uphold", "overturn", "change", "remand", "ineligible"), "reason": TEXT},
        {"about": COUNT, "decided_by": NAME},
    ),
)
