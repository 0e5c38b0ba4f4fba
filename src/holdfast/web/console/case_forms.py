"""The forms of a case, from their declarations in `case_specs`; and those that take a file."""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from holdfast.cases.attribution import Level
from holdfast.cases.case import KINDS, Case
from holdfast.cases.course import Outcome as CaseOutcome
from holdfast.cases.evidence import Class
from holdfast.cases.markings import Marking
from holdfast.notices.kinds import EvidenceClass
from holdfast.web.console import case_fields as known
from holdfast.web.console.case_fields import Make
from holdfast.web.console.case_specs import SPECS
from holdfast.web.console.encoding_field import encoding_field


class UploadForm(forms.Form):
    """A file as evidence, or as a copy of evidence."""

    file = forms.FileField(label=_("File"), help_text=_("Kept sealed and unchanged; at most 32 MiB."))
    how = forms.CharField(label=_("How it was obtained"), max_length=300)

    def __init__(self, case: Case, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        chosen: Mapping[str, Make] = {
            "original": known.pick(_("Copy of"), known.evidence),
            "source": known.pick(_("Source"), known.sources),
            "kind": known.choose(_("Class of evidence"), Class),
            "about": known.pick_several(_("Whom it is about"), known.people),
            "level": lambda _case: forms.ChoiceField(
                label=_("Level of attribution that it supports"), choices=[("", "—"), *known.words(Level)]
            ),
            "told_as": lambda _case: forms.ChoiceField(
                label=_("What a notice calls it"), choices=[("", _("as its class")), *known.words(EvidenceClass)]
            ),
            "marking": known.choose(_("Marking"), Marking),
        }
        for name, make in chosen.items():
            self.fields[name] = make(case)
        for name in ("original", "source", "about", "level", "told_as"):
            self.fields[name].required = False
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


def form_for(of_type: str, case: Case, data: Any = None) -> forms.Form:
    """The form of a fact, over what the case holds now."""
    spec = SPECS[of_type]
    form = forms.Form(data, auto_id=f"{of_type.replace(' ', '-')}-%s")
    for name, make in spec.fields.items():
        form.fields[name] = make(case)
        if name in spec.optional:
            form.fields[name].required = False
    if "marking" in form.fields:
        form.fields["marking"].initial = case.marking.value
    return form


def body_of(of_type: str, form: forms.Form) -> dict[str, Any]:
    """What the fact says, from a valid form: empty optional fields are left out, days begin at midnight UTC."""
    found = {}
    for name, value in form.cleaned_data.items():
        if name in SPECS[of_type].optional and value in ("", None, []):
            continue
        if hasattr(value, "isoformat"):
            value = datetime.combine(value, time(), UTC).isoformat()
        found[name] = value
    return _decision(found) if of_type == "decided" else found


def _decision(found: dict[str, Any]) -> dict[str, Any]:
    body = {"outcome": found["outcome"], "reasons": found["reasons"]}
    if found["outcome"] != CaseOutcome.ACT:
        return body
    same = {name: found.get(name, "") for name in ("severity", "rule", "level")}
    return {**body, "grounds": [{"person": person, **same} for person in found.get("persons", ())]}


def forms_on(
    tab: str, case: Case, roles: frozenset[str], bound: Mapping[str, forms.Form]
) -> list[tuple[str, Any, Any]]:
    """(address part, heading, form) of each form on a tab that these roles may send at this stage of the case."""
    shown = []
    for of_type, spec in SPECS.items():
        declared = KINDS[of_type]
        if spec.tab == tab and roles & declared.roles and case.stage in declared.stages:
            form = bound.get(of_type) or form_for(of_type, case)
            shown.append((of_type.replace(" ", "-"), spec.title, form))
    return shown
