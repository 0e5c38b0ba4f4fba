"""The form of a fact, made from its declaration: what it asks, of which form, with which choices."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from holdfast.facts.fields import (
    LINE,
    Field,
    Flag,
    Ident,
    Many,
    Moment,
    Number,
    OneOf,
    Picked,
    Text,
    Thing,
    Whole,
)
from holdfast.facts.kinds import FactKind

_AREA = {"rows": 4, "class": "cdx-text-area__textarea"}


def words(kind: type[StrEnum]) -> list[tuple[str, str]]:
    """The members of a closed list, as choices."""
    return [(each.value, each.value.replace("_", " ")) for each in kind]


def choices_of(declared: Field, state: Any) -> list[tuple[str, str]]:
    """What there is to choose from."""
    if isinstance(declared, OneOf):
        return words(declared.kind)
    return list(declared.of(state).items()) if isinstance(declared, Thing | Picked) else []


def field_for(declared: Field, state: Any, label: Any = "") -> forms.Field:
    """One field of a form, over what holds now; `label` stands for the declaration's."""
    about = {"label": label or gettext_lazy(declared.label), "required": not declared.optional}
    if declared.help:
        about["help_text"] = gettext_lazy(declared.help)
    match declared:
        case Many():
            several = {"choices": choices_of(declared.of, state), "widget": forms.CheckboxSelectMultiple}
            return forms.MultipleChoiceField(**about, **several)
        case OneOf():
            return forms.ChoiceField(**about, choices=words(declared.kind))
        case Thing() | Picked():
            return forms.ChoiceField(**about, choices=[("", "—"), *choices_of(declared, state)])
        case Text(most=most) if most > LINE:
            return forms.CharField(**about, max_length=most, widget=forms.Textarea(attrs=_AREA))
        case Text(most=most):
            return forms.CharField(**about, max_length=most)
        case Ident():
            return forms.CharField(**about, max_length=32)
        case Moment():
            return forms.DateField(**about, widget=forms.DateInput(attrs={"type": "date"}))
        case Flag():
            return forms.BooleanField(**{**about, "required": False})
        case Whole(low=low, high=high):
            return forms.IntegerField(**about, min_value=low, max_value=high)
        case Number(low=low, high=high):
            step = forms.NumberInput(attrs={"step": "any"})
            return forms.FloatField(**about, min_value=low, max_value=high, widget=step)
    raise TypeError(f"no form asks for a field of the type {type(declared).__name__}")


def fact_form(kind: FactKind[Any], state: Any = None, data: Any = None) -> forms.Form:
    """The form of a fact, over what holds now."""
    form = forms.Form(data, auto_id=f"{address_of(kind.name)}-%s")
    for name, declared in kind.asked.items():
        form.fields[name] = field_for(declared, state)
    return form


def typed_body(kind: FactKind[Any], form: forms.Form) -> dict[str, Any]:
    """What the fact says, from a valid form: empty optional fields are left out, days begin at midnight UTC."""
    found = {
        name: datetime.combine(value, time(), UTC).isoformat() if isinstance(value, date) else value
        for name, value in form.cleaned_data.items()
        if not (kind.asked[name].optional and value in ("", None, []))
    }
    return kind.from_form(found)


def address_of(name: str) -> str:
    """The name of a fact in an address."""
    return name.replace(" ", "-")


def kind_at(kinds: Mapping[str, FactKind[Any]], address: str) -> FactKind[Any] | None:
    """The kind whose form is sent to this address; None when there is none."""
    found = kinds.get(address.replace("-", " "))
    return found if found is not None and found.title else None
