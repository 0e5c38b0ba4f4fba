"""The forms of a case: one for each fact that a person may add, made from what the case holds.

Ids inside a case are given by the workflow; a form asks only for what a person knows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from enum import StrEnum
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from holdfast.cases.attribution import Level
from holdfast.cases.case import KINDS, Case
from holdfast.cases.course import Outcome as CaseOutcome
from holdfast.cases.evidence import Class
from holdfast.cases.hypotheses import Rating
from holdfast.cases.markings import Marking
from holdfast.cases.people import How, Role
from holdfast.cases.sources import SourceKind
from holdfast.cases.standards import Severity
from holdfast.cases.taken_findings import Outcome
from holdfast.notices.kinds import EvidenceClass

Make = Callable[[Case], forms.Field]
Label = Any
"""Text, or text that is translated when it is shown."""
_AREA = {"rows": 4, "class": "cdx-text-area__textarea"}


@dataclass(frozen=True, kw_only=True)
class Spec:
    """One form: the tab that it stands on, its heading, and how its fields are made."""

    tab: str
    title: Label
    fields: Mapping[str, Make]
    optional: frozenset[str] = frozenset()


def line(label: Label, help_text: Label = "", **more: Any) -> Make:
    """One line of text."""
    return lambda _case: forms.CharField(label=label, help_text=help_text, max_length=300, **more)


def area(label: Label, help_text: Label = "") -> Make:
    """A longer text."""
    widget = forms.Textarea(attrs=_AREA)
    return lambda _case: forms.CharField(label=label, help_text=help_text, max_length=20_000, widget=widget)


def choose(label: Label, kind: type[StrEnum]) -> Make:
    """One of a closed list."""
    return lambda _case: forms.ChoiceField(label=label, choices=_words(kind))


def choose_several(label: Label, kind: type[StrEnum]) -> Make:
    """Some of a closed list."""
    return lambda _case: forms.MultipleChoiceField(
        label=label, choices=_words(kind), widget=forms.CheckboxSelectMultiple
    )


def pick(label: Label, of: Callable[[Case], Mapping[str, str]]) -> Make:
    """One thing of the case."""
    return lambda case: forms.ChoiceField(label=label, choices=[("", "—"), *of(case).items()])


def pick_several(label: Label, of: Callable[[Case], Mapping[str, str]]) -> Make:
    """Some things of the case."""
    return lambda case: forms.MultipleChoiceField(
        label=label, choices=list(of(case).items()), widget=forms.CheckboxSelectMultiple
    )


def whole(label: Label, low: int, high: int) -> Make:
    """A whole number."""
    return lambda _case: forms.IntegerField(label=label, min_value=low, max_value=high)


def decimal(label: Label, low: float, high: float) -> Make:
    """A number."""
    return lambda _case: forms.FloatField(
        label=label, min_value=low, max_value=high, widget=forms.NumberInput(attrs={"step": "any"})
    )


def day(label: Label) -> Make:
    """A day."""
    return lambda _case: forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}))


def yes(label: Label) -> Make:
    """A box to tick."""
    return lambda _case: forms.BooleanField(label=label, required=False)


def _words(kind: type[StrEnum]) -> list[tuple[str, str]]:
    return [(each.value, each.value.replace("_", " ")) for each in kind]


def people(case: Case) -> dict[str, str]:
    """People by id, as choices."""
    return {name: f"{name}: {each.account}" for name, each in sorted(case.people.items())}


def _sources(case: Case) -> dict[str, str]:
    return {name: f"{name}: {each.text}" for name, each in sorted(case.sources.items())}


def _evidence(case: Case) -> dict[str, str]:
    return {name: f"{name}: {each.name}" for name, each in sorted(case.evidence.items())}


def _findings(case: Case) -> dict[str, str]:
    return {name: f"{name}: {each.measure}" for name, each in sorted(case.findings.items())}


def _items(case: Case) -> dict[str, str]:
    return {**_evidence(case), **_findings(case)}


def _hypotheses(case: Case) -> dict[str, str]:
    return {name: f"{name}: {each.text}" for name, each in sorted(case.hypotheses.items())}


def _explanations(case: Case) -> dict[str, str]:
    return {name: each.text for finding in case.findings.values() for name, each in finding.innocent.items()}


def _duties(case: Case) -> dict[str, str]:
    return {name: str(duty.text) for each in case.people.values() for name, duty in each.duties().items()}


def _denied(case: Case) -> dict[str, str]:
    return {member: member for member in sorted(case.readers.denied)}


def _tasks(case: Case) -> dict[str, str]:
    return {name: f"{name}: {each.text}" for name, each in case.work.tasks.items() if each.state == "to_do"}


def _notes(case: Case) -> dict[str, str]:
    return {name: name for name in sorted(case.work.notes)}


def _events(case: Case) -> dict[str, str]:
    return {name: f"{name}: {each.text}" for name, each in case.work.events.items() if not each.withdrawn}


def _counsel(case: Case) -> dict[str, str]:
    return {name: name for name, each in case.readers.counsel.items() if not each.ended}


_WHY = line(_("Reasons"))
_MEMBER = line(_("Member"), _("A member's id, m- and 12 digits."))
SPECS: Mapping[str, Spec] = {
    "taken up": Spec(tab="overview", title=_("Take the case up"), fields={"why": _WHY}),
    "renewed": Spec(tab="overview", title=_("Renew the case"), fields={"why": _WHY}),
    "closed": Spec(tab="overview", title=_("Close the case"), fields={"why": area(_("Reasons"))}),
    "reopened": Spec(tab="overview", title=_("Reopen the case"), fields={"why": area(_("Reasons"))}),
    "exculpatory recorded": Spec(
        tab="overview",
        title=_("Record what exonerates"),
        fields={
            "text": area(_("What speaks for somebody")),
            "about": pick_several(_("Whom it is about"), people),
            "evidence": pick_several(_("Evidence"), _items),
        },
        optional=frozenset({"about", "evidence"}),
    ),
    "exculpatory searched": Spec(
        tab="overview",
        title=_("Record a search that found nothing"),
        fields={"looked_for": area(_("What was looked for"))},
    ),
    "source recorded": Spec(
        tab="evidence",
        title=_("Record a source"),
        fields={
            "kind": choose(_("Kind"), SourceKind),
            "text": line(_("What it is")),
            "camp": line(_("Camp"), _("The side it stands on in the dispute, if any.")),
            "conflict": line(_("Conflict of interest"), _("Its own interest in the outcome, if any.")),
            "depends_on": pick_several(_("Sources that it repeats"), _sources),
        },
        optional=frozenset({"camp", "conflict", "depends_on"}),
    ),
    "conflict declared": Spec(
        tab="evidence",
        title=_("Declare a conflict of interest"),
        fields={"id": pick(_("Source"), _sources), "conflict": line(_("Conflict of interest"))},
    ),
    "sources tied": Spec(
        tab="evidence",
        title=_("Tie two sources"),
        fields={"one": pick(_("One"), _sources), "other": pick(_("Other"), _sources), "why": _WHY},
    ),
    "report received": Spec(
        tab="evidence",
        title=_("Record a report"),
        fields={"source": pick(_("Source"), _sources), "text": area(_("The report"))},
    ),
    "evidence checked": Spec(
        tab="evidence",
        title=_("Check evidence"),
        fields={
            "id": pick(_("Evidence"), _evidence),
            "against": line(_("Compared with")),
            "holds": yes(_("It holds")),
        },
    ),
    "evidence set aside": Spec(
        tab="evidence", title=_("Set evidence aside"), fields={"id": pick(_("Evidence"), _evidence), "why": _WHY}
    ),
    "person added": Spec(
        tab="people",
        title=_("Add a person"),
        fields={
            "account": line(_("Account on the wiki"), _("Never a real name, an address or an employer.")),
            "roles": choose_several(_("Roles"), Role),
        },
    ),
    "roles changed": Spec(
        tab="people",
        title=_("Change a person's roles"),
        fields={"id": pick(_("Person"), people), "roles": choose_several(_("Roles"), Role), "why": _WHY},
    ),
    "duty done": Spec(
        tab="people",
        title=_("Record a duty"),
        fields={
            "id": pick(_("Person"), people),
            "duty": pick(_("Duty"), _duties),
            "how": choose(_("How it ended"), How),
            "note": line(_("Note")),
        },
    ),
    "own request": Spec(
        tab="people",
        title=_("Record a removal as the person's own request"),
        fields={"id": pick(_("Person"), people), "how": line(_("How they said so"))},
    ),
    "may be told": Spec(
        tab="people",
        title=_("Let a person learn how far the case is"),
        fields={"id": pick(_("Person"), people), "why": line(_("Why it is safe"))},
    ),
    "counsel attached": Spec(
        tab="people",
        title=_("Attach counsel"),
        fields={"person": pick(_("Person"), people), "reference": line(_("Reference"))},
    ),
    "counsel ended": Spec(
        tab="people", title=_("End counsel"), fields={"id": pick(_("Counsel"), _counsel), "why": _WHY}
    ),
    "finding tied": Spec(
        tab="findings",
        title=_("Tie a finding to a person"),
        fields={
            "finding": pick(_("Finding"), _findings),
            "person": pick(_("Person"), people),
            "label": line(_("Label of the account in the finding")),
        },
    ),
    "explanation judged": Spec(
        tab="findings",
        title=_("Judge an innocent explanation"),
        fields={
            "finding": pick(_("Finding"), _findings),
            "explanation": pick(_("Explanation"), _explanations),
            "outcome": choose(_("Outcome"), Outcome),
            "why": _WHY,
        },
    ),
    "hypothesis put": Spec(
        tab="hypotheses",
        title=_("Put a hypothesis"),
        fields={
            "text": line(_("What happened, on this account")),
            "innocent": yes(_("It needs no wrong by anybody")),
        },
    ),
    "evidence rated": Spec(
        tab="hypotheses",
        title=_("Hold evidence against a hypothesis"),
        fields={
            "hypothesis": pick(_("Hypothesis"), _hypotheses),
            "item": pick(_("Evidence or finding"), _items),
            "rating": choose(_("Rating"), Rating),
            "why": _WHY,
        },
    ),
    "standard set": Spec(
        tab="standard",
        title=_("Set a standard of proof"),
        fields={
            "severity": choose(_("Severity"), Severity),
            "per_1000": decimal(_("Innocent accounts named, of 1,000, at most"), 0, 1000),
            "sources": whole(_("Independent sources, at least"), 1, 100),
            "classes": whole(_("Classes of evidence, at least"), 1, 6),
            "reasons": _WHY,
        },
    ),
    "scores opened": Spec(tab="standard", title=_("Open the scores"), fields={}),
    "task added": Spec(
        tab="notes",
        title=_("Add a task"),
        fields={"text": line(_("Task")), "due": day(_("Due"))},
        optional=frozenset({"due"}),
    ),
    "task done": Spec(
        tab="notes", title=_("End a task"), fields={"id": pick(_("Task"), _tasks), "how": line(_("How"))}
    ),
    "task dropped": Spec(
        tab="notes", title=_("Drop a task"), fields={"id": pick(_("Task"), _tasks), "how": line(_("Why"))}
    ),
    "note written": Spec(
        tab="notes",
        title=_("Write a note"),
        fields={"text": area(_("Note")), "marking": choose(_("Marking"), Marking)},
    ),
    "note revised": Spec(
        tab="notes",
        title=_("Revise a note"),
        fields={"id": pick(_("Note"), _notes), "text": area(_("Note, as it shall read")), "why": _WHY},
    ),
    "event placed": Spec(
        tab="notes",
        title=_("Place an event on the timeline"),
        fields={
            "happened_at": day(_("Day")),
            "text": line(_("What happened")),
            "evidence": pick_several(_("Evidence"), _evidence),
        },
        optional=frozenset({"evidence"}),
    ),
    "event withdrawn": Spec(
        tab="notes", title=_("Withdraw an event"), fields={"id": pick(_("Event"), _events), "why": _WHY}
    ),
    "reader denied": Spec(tab="readers", title=_("Deny a member this case"), fields={"member": _MEMBER, "why": _WHY}),
    "denial lifted": Spec(
        tab="readers", title=_("Lift a denial"), fields={"member": pick(_("Member"), _denied), "why": _WHY}
    ),
    "reader named": Spec(
        tab="readers", title=_("Name a reader for what is marked red"), fields={"member": _MEMBER, "why": _WHY}
    ),
    "decided": Spec(
        tab="decision",
        title=_("Decide the case"),
        fields={
            "outcome": choose(_("Outcome"), CaseOutcome),
            "reasons": area(_("Reasons")),
            "persons": pick_several(_("Against whom, for a decision to act"), people),
            "severity": choose(_("Severity"), Severity),
            "rule": line(_("Rule broken")),
            "level": choose(_("What is claimed"), Level),
        },
        optional=frozenset({"persons", "severity", "rule", "level"}),
    ),
}
"""Fact to form. Evidence, findings and closeness come as files and have forms of their own below."""


class UploadForm(forms.Form):
    """A file as evidence, or as a copy of evidence."""

    file = forms.FileField(label=_("File"), help_text=_("Kept sealed and unchanged; at most 32 MiB."))
    how = forms.CharField(label=_("How it was obtained"), max_length=300)

    def __init__(self, case: Case, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        chosen: Mapping[str, Make] = {
            "original": pick(_("Copy of"), _evidence),
            "source": pick(_("Source"), _sources),
            "kind": choose(_("Class of evidence"), Class),
            "about": pick_several(_("Whom it is about"), people),
            "level": lambda _case: forms.ChoiceField(
                label=_("Level of attribution that it supports"), choices=[("", "—"), *_words(Level)]
            ),
            "told_as": lambda _case: forms.ChoiceField(
                label=_("What a notice calls it"), choices=[("", _("as its class")), *_words(EvidenceClass)]
            ),
            "marking": choose(_("Marking"), Marking),
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
