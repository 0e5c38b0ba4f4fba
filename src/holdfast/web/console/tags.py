"""Template tags and filters of the console."""

import re
from datetime import datetime
from typing import Any

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from holdfast.actions.plans.telling import end_in_words
from holdfast.web.console import leads
from holdfast.workflows.office.wiki_sign_in import offered

register = template.Library()
_DIRECTION_SIGNS = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")


@register.filter
def moment(value: Any) -> SafeString | str:
    """A time, in UTC to the minute, as a `time` element."""
    if not isinstance(value, datetime):
        return str(value or "—")
    return format_html('<time datetime="{}">{} UTC</time>', value.isoformat(), value.strftime("%Y-%m-%d %H:%M"))


@register.filter
def account(value: Any) -> SafeString:
    """An account's name as the wiki has it: set apart from the text around it, whatever its direction."""
    text = _DIRECTION_SIGNS.sub(lambda found: f"\\u{ord(found.group()):04x}", str(value))
    return format_html('<bdi class="account">{}</bdi>', text)


@register.filter
def words(value: Any) -> str:
    """A stored word as people read it."""
    return str(value).replace("_", " ").replace("-", " ")


@register.filter
def ends(value: Any) -> str:
    """When a planned action ends."""
    return end_in_words(value)


@register.simple_tag
def wiki_offered() -> str:
    """The name of the wiki by which one may sign in; empty when there is none."""
    found = offered(settings.HOLDFAST_OFFICE)
    return found.name if found else ""


@register.simple_tag(takes_context=True)
def opens(context: Any, page: str, **parts: Any) -> str:
    """A page's address where it opens for who asks, else nothing: `{% opens 'cases:one' number=id as target %}`."""
    address = reverse(page, kwargs=parts)
    return address if leads.opens(context["request"], address) else ""


@register.filter
def item(mapping: Any, key: Any) -> Any:
    """One value of a mapping."""
    return mapping.get(key, "") if hasattr(mapping, "get") else ""


@register.filter
def in_words(value: Any) -> str:
    """A text, or a text in several languages one under another."""
    return "\n".join(map(str, value.values())) if hasattr(value, "values") else str(value or "—")
