"""A number that was published."""

from holdfast.record.kinds._kind import DAY, NAME, TEXT, Kind, fields

KIND = Kind(
    name="figure",
    means="a number, as it was published",
    schema=fields(
        {"name": NAME, "value": {"type": "number"}},
        {"unit": NAME, "wiki": NAME, "period_start": DAY, "period_end": DAY, "source": TEXT},
    ),
)
