"""From what a measure computed to the values and declarations that an assessment carries."""

from collections.abc import Iterable

from holdfast.findings.assessment import Described
from holdfast.findings.finding import Status, Value
from holdfast.ids import WikiName
from holdfast.measures._measure import Measure
from holdfast.measures._running import Measured


def published(measured: Iterable[Measured], wiki: WikiName) -> tuple[Value, ...]:
    """The values of the declared windows, by measure and period; quarters serve tests only."""
    found = [_value(each, wiki) for each in measured if not each.is_quarter]
    return tuple(sorted(found, key=lambda value: (value.measure, str(value.period_end or ""))))


def _value(each: Measured, wiki: WikiName) -> Value:
    computed, (start, end) = each.computed, each.period or (None, None)
    return Value(
        wiki=wiki,
        measure=each.measure.name,
        period_start=start,
        period_end=end,
        value=computed.value,
        low=computed.low,
        high=computed.high,
        interval=computed.interval,
        n=computed.n,
        unit=each.measure.unit,
        status=Status(computed.status),
        detail=computed.detail,
    )


def described(measure: Measure) -> Described:
    """A measure's declaration, as a report shows it."""
    months = measure.window_months
    return Described(
        name=measure.name,
        title=measure.title,
        question=measure.question,
        area=measure.area,
        unit=measure.unit,
        window="one calendar month" if months == 1 else f"{months} months, at the end of each calendar month",
        minimum=", ".join(f"{least} {what}" for what, least in measure.minimum.items()),
        null=measure.null,
        reference=measure.reference,
        source=measure.source,
        innocent=measure.innocent,
        cannot_tell=measure.cannot_tell,
        alarming=measure.alarming,
        picture=measure.picture,
    )
