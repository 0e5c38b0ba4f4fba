"""How the fields of a case's forms are made: texts, choices, and things that the case holds."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from django import forms

from holdfast.cases.case import Case

Make = Callable[[Case], forms.Field]
"""A field, over what the case holds now."""
Label = Any
"""Text, or text that is translated when it is shown."""
_AREA = {"rows": 4, "class": "cdx-text-area__textarea"}


def line(label: Label, help_text: Label = "", **more: Any) -> Make:
    """One line of text."""
    return lambda _case: forms.CharField(label=label, help_text=help_text, max_length=300, **more)


def area(label: Label, help_text: Label = "") -> Make:
    """A longer text."""
    widget = forms.Textarea(attrs=_AREA)
    return lambda _case: forms.CharField(label=label, help_text=help_text, max_length=20_000, widget=widget)


def choose(label: Label, kind: type[StrEnum]) -> Make:
    """One of a closed list."""
    return lambda _case: forms.ChoiceField(label=label, choices=words(kind))


def choose_several(label: Label, kind: type[StrEnum]) -> Make:
    """Some of a closed list."""
    return lambda _case: forms.MultipleChoiceField(
        label=label, choices=words(kind), widget=forms.CheckboxSelectMultiple
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


def words(kind: type[StrEnum]) -> list[tuple[str, str]]:
    return [(each.value, each.value.replace("_", " ")) for each in kind]


def people(case: Case) -> dict[str, str]:
    """People by id, as choices."""
    return {name: f"{name}: {each.account}" for name, each in sorted(case.people.items())}


def sources(case: Case) -> dict[str, str]:
    """Sources of the case, as choices."""
    return {name: f"{name}: {each.text}" for name, each in sorted(case.sources.items())}


def evidence(case: Case) -> dict[str, str]:
    """Evidence of the case, as choices."""
    return {name: f"{name}: {each.name}" for name, each in sorted(case.evidence.items())}


def findings(case: Case) -> dict[str, str]:
    """Findings of the case, as choices."""
    return {name: f"{name}: {each.measure}" for name, each in sorted(case.findings.items())}


def items(case: Case) -> dict[str, str]:
    """Items of the case, as choices."""
    return {**evidence(case), **findings(case)}


def hypotheses(case: Case) -> dict[str, str]:
    """Hypotheses of the case, as choices."""
    return {name: f"{name}: {each.text}" for name, each in sorted(case.hypotheses.items())}


def explanations(case: Case) -> dict[str, str]:
    """Explanations of the case, as choices."""
    return {name: each.text for finding in case.findings.values() for name, each in finding.innocent.items()}


def duties(case: Case) -> dict[str, str]:
    """Duties of the case, as choices."""
    return {name: str(duty.text) for each in case.people.values() for name, duty in each.duties().items()}


def denied(case: Case) -> dict[str, str]:
    """Denied of the case, as choices."""
    return {member: member for member in sorted(case.readers.denied)}


def tasks(case: Case) -> dict[str, str]:
    """Tasks of the case, as choices."""
    return {name: f"{name}: {each.text}" for name, each in case.work.tasks.items() if each.state == "to_do"}


def notes(case: Case) -> dict[str, str]:
    """Notes of the case, as choices."""
    return {name: name for name in sorted(case.work.notes)}


def events(case: Case) -> dict[str, str]:
    """Events of the case, as choices."""
    return {name: f"{name}: {each.text}" for name, each in case.work.events.items() if not each.withdrawn}


def counsel(case: Case) -> dict[str, str]:
    """Counsel of the case, as choices."""
    return {name: name for name, each in case.readers.counsel.items() if not each.ended}
