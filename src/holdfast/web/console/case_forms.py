"""The forms of a case, from the declarations of its facts; and those that take a file."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_lazy as _

from holdfast.cases import choices
from holdfast.cases.attribution import Level
from holdfast.cases.case import KINDS, Case
from holdfast.cases.evidence import Class
from holdfast.cases.markings import Marking
from holdfast.facts.fields import Field, Many, OneOf, Thing
from holdfast.facts.kinds import FactKind
from holdfast.notices.kinds import EvidenceClass
from holdfast.web.console.encoding_field import encoding_field
from holdfast.web.console.fact_forms import address_of, fact_form, field_for


class UploadForm(forms.Form):
    """A file as evidence, or as a copy of evidence."""

    file = forms.FileField(label=_("File"), help_text=_("Kept sealed and unchanged; at most 32 MiB."))
    how = forms.CharField(label=_("How it was obtained"), max_length=300)

    def __init__(self, case: Case, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        chosen: Mapping[str, tuple[Any, Field]] = {
            "original": (_("Copy of"), Thing(of=choices.evidence, optional=True)),
            "source": (_("Source"), Thing(of=choices.sources, optional=True)),
            "kind": (_("Class of evidence"), OneOf(kind=Class)),
            "about": (_("Whom it is about"), Many(of=Thing(of=choices.people), optional=True)),
            "level": (_("Level of attribution that it supports"), OneOf(kind=Level, optional=True)),
            "told_as": (_("What a notice calls it"), OneOf(kind=EvidenceClass, optional=True)),
            "marking": (_("Marking"), OneOf(kind=Marking)),
        }
        for name, (label, declared) in chosen.items():
            self.fields[name] = field_for(declared, case, label)
        for name, nothing in (("level", "—"), ("told_as", _("as its class"))):
            self.fields[name].choices = [("", nothing), *self.fields[name].choices]
        self.fields["marking"].initial = case.marking.value

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean()
        if not found.get("original") and not found.get("source"):
            self.add_error("source", _("Say where it comes from, or of what it is a copy."))
        return found

    def body(self) -> dict[str, Any]:
        """The fields of the fact, without what follows from the bytes."""
        given = self.cleaned_data
        body = {
            "name": given["file"].name[:300],
            "media_type": (given["file"].content_type or "application/octet-stream")[:64],
            "how": given["how"],
        }
        if given["original"]:
            return {**body, "original": given["original"]}
        body |= {"source": given["source"], "kind": given["kind"], "marking": given["marking"]}
        more = {"about": given["about"], "level": given["level"], "told_as": given["told_as"]}
        return {**body, **{name: value for name, value in more.items() if value}}


class FileForm(forms.Form):
    """One file."""

    file = forms.FileField(label=_("File"))


class ClosenessForm(FileForm):
    """A list of closeness."""

    encoding = encoding_field()


def form_for(kind: FactKind[Case], case: Case, data: Any = None) -> forms.Form:
    """The form of a fact, over what the case holds now."""
    form = fact_form(kind, case, data)
    if "marking" in form.fields:
        form.fields["marking"].initial = case.marking.value
    return form


def forms_on(
    tab: str, case: Case, roles: frozenset[str], bound: Mapping[str, forms.Form]
) -> list[tuple[str, Any, Any]]:
    """(address part, heading, form) of each form on a tab that these roles may send at this stage of the case."""
    return [
        (address_of(kind.name), gettext_lazy(kind.title), bound.get(kind.name) or form_for(kind, case))
        for kind in KINDS.values()
        if kind.title and kind.tab == tab and roles & kind.by and case.stage in kind.when
    ]
