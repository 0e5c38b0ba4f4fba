"""The field that names the encoding of an uploaded CSV file."""

from django import forms
from django.utils.translation import gettext_lazy as _

from holdfast.papers.decoding import UTF_8

_OFFERED = (
    UTF_8,
    "latin-1",
    "windows-1252",
    "windows-1250",
    "windows-1251",
    "windows-1256",
    "utf-16",
    "gb18030",
    "big5",
)


def encoding_field() -> forms.ChoiceField:
    """UTF-8, or another that the person names; nothing is guessed."""
    return forms.ChoiceField(
        label=_("Encoding of a CSV file"),
        choices=[(each, each.upper()) for each in _OFFERED],
        initial=UTF_8,
        required=False,
    )
