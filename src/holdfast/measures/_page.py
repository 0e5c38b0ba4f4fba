"""The page of all measures, made from their declarations, so that it cannot say anything else."""

from collections.abc import Sequence

from holdfast.measures._derived import DERIVED
from holdfast.measures._measure import Measure

_HEAD = """# Measures

This page is made from the declarations by `holdfast measures --markdown`; a test keeps it true.

Each measure is one file in `src/holdfast/measures/`. It is given for windows that end with a calendar month
(UTC), from the first month of the data to the last full one. A value comes with its count `n` and a 95 %
interval named with it. Its status is `ok`, or says why it is not: `not_enough_data` (below a minimum, or a table
is missing), `acting_only` (no rights history that tells who is an admin: only accounts seen acting as admin are
counted), `no_times` (the votes carry none), `incomplete_history` (the tables are known to lack a part of what the
value rests on: earlier edits, pages, months, or the right wiki; a data-quality finding says what).

Persons alone are counted. Bots (by name, or by group while the rights log says that they hold it), temporary
accounts, imported authors, the software's own accounts and old host names are left out and counted beside each
value; so are blocks from some pages only. A holder of the admin flag who did nothing counts as zero. A window that
begins before the history says how many of its months are covered, and is not tested. A measure without a null is
described, never found; how nulls are tested stands in [findings](findings.md).
"""


def page(measures: Sequence[Measure]) -> str:
    """Markdown: what all measures have in common, each definition, and the relations that they share."""
    parts = [_HEAD, *(_section(each) for each in measures), _relations()]
    return "\n".join(parts)


def _section(measure: Measure) -> str:
    window = "one calendar month" if measure.window_months == 1 else f"{measure.window_months} months"
    lines = [
        f"## {measure.title}",
        "",
        f"`{measure.name}`: {measure.question}",
        "",
        f"- **Area** {measure.area.replace('_', ' ')}; **unit** {measure.unit}; **window** {window}; "
        f"**alarming** {measure.alarming}",
        f"- **Minimum** {', '.join(f'{least} {what}' for what, least in measure.minimum.items())}",
        f"- **Needs** {', '.join(need.replace('|', ' or ') for need in measure.needs)}",
        f"- **Null** {measure.null}",
        f"- **Reference** {measure.reference}",
        f"- **Source** {measure.source}",
        *(f"- **Innocent explanation** {each}" for each in measure.innocent),
        f"- **Cannot tell** {measure.cannot_tell}",
        "",
        "```sql",
        measure.sql.strip(),
        "```",
        "",
    ]
    return "\n".join(lines)


def _relations() -> str:
    lines = [
        "## Shared relations",
        "",
        "Declared in `measures/_derived.py` and materialised once per assessment, in this order. Beside them stand "
        "the calendar's: `months` (month, next_month, previous_month), `periods_N` (period_start, period_end) and "
        "`period_months_N` (also month) for windows of N months, and `horizon` (ends_at), the moment at which "
        "reading stops. Those of 12 months also hold each whole quarter: tests compare quarters, for these do not "
        "overlap.",
        "",
        "| relation | meaning |",
        "|---|---|",
        *(f"| `{each.name}` | {each.meaning} |" for each in DERIVED),
        "",
    ]
    return "\n".join(lines)
