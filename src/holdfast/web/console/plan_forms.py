"""The forms of a plan: its text, its aftercare, what becomes of a held action, and giving it up."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from holdfast.actions.plans.orders import Choice
from holdfast.papers.decoding import decoded

_LARGEST_FILE_BYTES = 512 * 1024  # bytes of a plan's file; chosen
_AREA = {"class": "cdx-text-area__textarea code", "spellcheck": "false", "dir": "auto"}


class DraftForm(forms.Form):
    """A plan as a file or as text."""

    file = forms.FileField(label=_("The plan's file"), help_text=_("TOML or JSON."), required=False)
    text = forms.CharField(
        label=_("Or its text"), required=False, widget=forms.Textarea(attrs={**_AREA, "rows": 18}), strip=False
    )

    def given(self) -> tuple[str, bool]:
        """The text, and whether it is JSON. Raises InputRefusedError `plan.file` for a file that is not UTF-8."""
        upload = self.cleaned_data.get("file")
        data = upload.read(_LARGEST_FILE_BYTES) if upload else b""
        text = (
            decoded(data, "the file", code="plan.file", can_be_named=False) if upload else self.cleaned_data["text"]
        )
        return text, text.lstrip().startswith("{")

    def clean(self) -> dict[str, Any]:
        """One of the two is wanted."""
        found: dict[str, Any] = super().clean() or {}
        if not found.get("file") and not found.get("text"):
            raise forms.ValidationError(_now("Give a file or a text."))
        if found.get("file") and found["file"].size > _LARGEST_FILE_BYTES:
            raise forms.ValidationError(_now("The file is too large for a plan."))
        return found


class AftercareForm(forms.Form):
    """What a community needs afterwards."""

    recourse_owner = forms.CharField(label=_("Who answers people who object"), max_length=300, required=False)
    interim_cover = forms.CharField(label=_("Who does the work meanwhile"), max_length=300, required=False)
    vote_calendar = forms.CharField(label=_("When the community votes"), max_length=300, required=False)
    survey = forms.CharField(label=_("How the community is asked"), max_length=300, required=False)


class DecisionForm(forms.Form):
    """What becomes of a held action."""

    action = forms.CharField(widget=forms.HiddenInput, max_length=80)
    choice = forms.ChoiceField(
        label=_("What becomes of it"),
        choices=[
            (Choice.SKIP.value, _("skip: what is not done stays undone")),
            (Choice.AMEND.value, _("amend: a new plan takes the target on")),
            (Choice.UNDO.value, _("undo: what is done of it is undone")),
        ],
    )
    reason = forms.CharField(
        label=_("Why"), help_text=_("It stands in the wiki's log where something is undone."), max_length=300
    )
    new_plan = forms.CharField(label=_("The new plan's id"), max_length=64, required=False)


class UndoForm(forms.Form):
    """To undo a plan."""

    reason = forms.CharField(label=_("Reason for the wikis' logs"), max_length=300)


class GiveUpForm(forms.Form):
    """To give a plan up."""

    why = forms.CharField(label=_("Why"), max_length=300)
