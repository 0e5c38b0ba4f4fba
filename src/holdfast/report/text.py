"""How numbers, dates and strangers' text are shown: the same on every page, safe whatever the text holds."""

import hashlib
import math
import re
import unicodedata
from datetime import date, datetime
from typing import Any

from markupsafe import Markup

NO_VALUE = "–"

Cell = str | int | float | date | datetime | None
"""What a table cell may hold. Floats that are not finite are shown as no value."""

# bidirectional controls change the order of what stands beside them; they have category Cf like soft hyphens,
# which are harmless, so they are listed. All of category Cc but line feed and tab are shown too.
_HIDDEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


def visible(text: str) -> str:
    """The text with controls that would hide or reorder what a reader sees written out: `⟨U+202E⟩`."""
    return _HIDDEN.sub(lambda found: f"⟨U+{ord(found.group()):04X}⟩", text)


def shown(value: Any) -> Any:
    """What a template puts on the page for a value; text of strangers passes through `visible`."""
    if isinstance(value, Markup):
        return value
    if value is None:
        return ""
    return visible(value) if isinstance(value, str) else value


def number(value: float | None, *, digits: int = 3) -> str:
    """A number for readers: whole when whole and below a million millions, else `digits` significant ones."""
    if value is None or value != value or value in (float("inf"), float("-inf")):
        return NO_VALUE
    if float(value).is_integer() and abs(value) < 1e12:
        return f"{int(value):,}"
    if abs(value) >= 10 ** (digits - 1):
        return f"{value:,.0f}" if abs(value) < 1e12 else f"{value:.{digits - 1}e}"
    text = f"{value:.{digits}g}"
    return f"{float(text):.{digits - 1}e}" if "e" in text else text


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def probability(value: float | None) -> str:
    """A p or q: two significant digits, below 0.0001 as a power of ten; never a bare 0 or 1 that it is not."""
    if value is None or value != value:
        return NO_VALUE
    if value == 0:
        return "below 10⁻³⁰⁰"
    if 0.995 <= value < 1:
        return "> 0.99"
    if value >= 0.0001:
        digits = max(2, 1 - math.floor(math.log10(value)))
        return f"{value:.{digits}f}"
    power = math.floor(math.log10(value))
    return f"{value / 10.0**power:.1f} × 10{str(power).translate(_RAISED)}" if power > -300 else "below 10⁻³⁰⁰"


def size(value_bytes: int) -> str:
    """A file's size in the largest unit that keeps it above one."""
    amount, unit = float(value_bytes), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if amount < 1000:
            break
        amount, unit = amount / 1000, larger
    return f"{amount:.0f} {unit}" if unit == "B" or amount >= 100 else f"{amount:.1f} {unit}"


def counted(count: int, one: str, many: str = "") -> str:
    """`1 finding`, `2 findings`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def day(value: date | datetime | str | None) -> str:
    """A date as 2005-01-31; a moment with its minute in UTC; text as it is."""
    if value is None:
        return NO_VALUE
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    return value.isoformat() if isinstance(value, date) else value


def cell(value: Cell, kind: str) -> str:
    """A table cell as text. `kind` is that of its column: text, number, share or p."""
    if value is None:
        return NO_VALUE
    if isinstance(value, (date, datetime)):
        return day(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        if kind == "p":
            return probability(value)
        return f"{value:.3f}" if kind == "share" and value == value else number(value)
    return value


def slug(text: str) -> str:
    """A text as an identifier for links: letters and digits of ASCII, joined by hyphens; never empty."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-") or "part"


def anchor(text: str) -> str:
    """As `slug`, but two texts never share one: what the slug cannot tell apart gets six digits of its hash."""
    short = slug(text)
    return short if short == text else f"{short}-{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:6]}"
