"""What each form of a case asks for: one declaration for each fact that a person may add, by the tab it stands on.

Ids inside a case are given by the workflow; a form asks only for what a person knows.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from holdfast.cases.attribution import Level
from holdfast.cases.course import Outcome as CaseOutcome
from holdfast.cases.hypotheses import Rating
from holdfast.cases.markings import Marking
from holdfast.cases.people import How, Role
from holdfast.cases.sources import SourceKind
from holdfast.cases.standards import Severity
from holdfast.cases.taken_findings import Outcome
from holdfast.web.console import case_fields as known
from holdfast.web.console.case_fields import Label, Make


@dataclass(frozen=True, kw_only=True)
class Spec:
    """One form: the tab that it stands on, its heading, and how its fields are made."""

    tab: str
    title: Label
    fields: Mapping[str, Make]
    optional: frozenset[str] = frozenset()


_WHY = known.line(_("Reasons"))
_MEMBER = known.line(_("Member"), _("A member's id, m- and 12 digits."))
SPECS: Mapping[str, Spec] = {
    "taken up": Spec(tab="overview", title=_("Take the case up"), fields={"why": _WHY}),
    "renewed": Spec(tab="overview", title=_("Renew the case"), fields={"why": _WHY}),
    "closed": Spec(tab="overview", title=_("Close the case"), fields={"why": known.area(_("Reasons"))}),
    "reopened": Spec(tab="overview", title=_("Reopen the case"), fields={"why": known.area(_("Reasons"))}),
    "exculpatory recorded": Spec(
        tab="overview",
        title=_("Record what exonerates"),
        fields={
            "text": known.area(_("What speaks for somebody"), _("The person concerned may read this text.")),
            "about": known.pick_several(_("Whom it is about"), known.people),
            "evidence": known.pick_several(_("Evidence"), known.items),
        },
        optional=frozenset({"about", "evidence"}),
    ),
    "exculpatory searched": Spec(
        tab="overview",
        title=_("Record a search that found nothing"),
        fields={"looked_for": known.area(_("What was looked for"))},
    ),
    "source recorded": Spec(
        tab="evidence",
        title=_("Record a source"),
        fields={
            "kind": known.choose(_("Kind"), SourceKind),
            "text": known.line(_("What it is")),
            "camp": known.line(_("Camp"), _("The side it stands on in the dispute, if any.")),
            "conflict": known.line(_("Conflict of interest"), _("Its own interest in the outcome, if any.")),
            "depends_on": known.pick_several(_("Sources that it repeats"), known.sources),
        },
        optional=frozenset({"camp", "conflict", "depends_on"}),
    ),
    "conflict declared": Spec(
        tab="evidence",
        title=_("Declare a conflict of interest"),
        fields={"id": known.pick(_("Source"), known.sources), "conflict": known.line(_("Conflict of interest"))},
    ),
    "sources tied": Spec(
        tab="evidence",
        title=_("Tie two sources"),
        fields={
            "one": known.pick(_("One"), known.sources),
            "other": known.pick(_("Other"), known.sources),
            "why": _WHY,
        },
    ),
    "report received": Spec(
        tab="evidence",
        title=_("Record a report"),
        fields={"source": known.pick(_("Source"), known.sources), "text": known.area(_("The report"))},
    ),
    "evidence checked": Spec(
        tab="evidence",
        title=_("Check evidence"),
        fields={
            "id": known.pick(_("Evidence"), known.evidence),
            "against": known.line(_("Compared with")),
            "holds": known.yes(_("It holds")),
        },
    ),
    "evidence set aside": Spec(
        tab="evidence",
        title=_("Set evidence aside"),
        fields={"id": known.pick(_("Evidence"), known.evidence), "why": _WHY},
    ),
    "person added": Spec(
        tab="people",
        title=_("Add a person"),
        fields={
            "account": known.line(_("Account on the wiki"), _("Never a real name, an address or an employer.")),
            "roles": known.choose_several(_("Roles"), Role),
        },
    ),
    "roles changed": Spec(
        tab="people",
        title=_("Change a person's roles"),
        fields={
            "id": known.pick(_("Person"), known.people),
            "roles": known.choose_several(_("Roles"), Role),
            "why": _WHY,
        },
    ),
    "duty done": Spec(
        tab="people",
        title=_("Record a duty"),
        fields={
            "id": known.pick(_("Person"), known.people),
            "duty": known.pick(_("Duty"), known.duties),
            "how": known.choose(_("How it ended"), How),
            "note": known.line(_("Note")),
        },
    ),
    "own request": Spec(
        tab="people",
        title=_("Record a removal as the person's own request"),
        fields={"id": known.pick(_("Person"), known.people), "how": known.line(_("How they said so"))},
    ),
    "may be told": Spec(
        tab="people",
        title=_("Let a person learn how far the case is"),
        fields={"id": known.pick(_("Person"), known.people), "why": known.line(_("Why it is safe"))},
    ),
    "counsel attached": Spec(
        tab="people",
        title=_("Attach counsel"),
        fields={"person": known.pick(_("Person"), known.people), "reference": known.line(_("Reference"))},
    ),
    "counsel ended": Spec(
        tab="people", title=_("End counsel"), fields={"id": known.pick(_("Counsel"), known.counsel), "why": _WHY}
    ),
    "finding tied": Spec(
        tab="findings",
        title=_("Tie a finding to a person"),
        fields={
            "finding": known.pick(_("Finding"), known.findings),
            "person": known.pick(_("Person"), known.people),
            "label": known.line(_("Label of the account in the finding")),
        },
    ),
    "explanation judged": Spec(
        tab="findings",
        title=_("Judge an innocent explanation"),
        fields={
            "finding": known.pick(_("Finding"), known.findings),
            "explanation": known.pick(_("Explanation"), known.explanations),
            "outcome": known.choose(_("Outcome"), Outcome),
            "why": _WHY,
        },
    ),
    "hypothesis put": Spec(
        tab="hypotheses",
        title=_("Put a hypothesis"),
        fields={
            "text": known.line(_("What happened, on this account")),
            "innocent": known.yes(_("It needs no wrong by anybody")),
        },
    ),
    "evidence rated": Spec(
        tab="hypotheses",
        title=_("Hold evidence against a hypothesis"),
        fields={
            "hypothesis": known.pick(_("Hypothesis"), known.hypotheses),
            "item": known.pick(_("Evidence or finding"), known.items),
            "rating": known.choose(_("Rating"), Rating),
            "why": _WHY,
        },
    ),
    "standard set": Spec(
        tab="standard",
        title=_("Set a standard of proof"),
        fields={
            "severity": known.choose(_("Severity"), Severity),
            "per_1000": known.decimal(_("Innocent accounts named, of 1,000, at most"), 0, 1000),
            "sources": known.whole(_("Independent sources, at least"), 1, 100),
            "classes": known.whole(_("Classes of evidence, at least"), 1, 6),
            "reasons": _WHY,
        },
    ),
    "scores opened": Spec(tab="standard", title=_("Open the scores"), fields={}),
    "task added": Spec(
        tab="notes",
        title=_("Add a task"),
        fields={"text": known.line(_("Task")), "due": known.day(_("Due"))},
        optional=frozenset({"due"}),
    ),
    "task done": Spec(
        tab="notes",
        title=_("End a task"),
        fields={"id": known.pick(_("Task"), known.tasks), "how": known.line(_("How"))},
    ),
    "task dropped": Spec(
        tab="notes",
        title=_("Drop a task"),
        fields={"id": known.pick(_("Task"), known.tasks), "how": known.line(_("Why"))},
    ),
    "note written": Spec(
        tab="notes",
        title=_("Write a note"),
        fields={"text": known.area(_("Note")), "marking": known.choose(_("Marking"), Marking)},
    ),
    "note revised": Spec(
        tab="notes",
        title=_("Revise a note"),
        fields={
            "id": known.pick(_("Note"), known.notes),
            "text": known.area(_("Note, as it shall read")),
            "why": _WHY,
        },
    ),
    "event placed": Spec(
        tab="notes",
        title=_("Place an event on the timeline"),
        fields={
            "happened_at": known.day(_("Day")),
            "text": known.line(_("What happened")),
            "evidence": known.pick_several(_("Evidence"), known.evidence),
        },
        optional=frozenset({"evidence"}),
    ),
    "event withdrawn": Spec(
        tab="notes", title=_("Withdraw an event"), fields={"id": known.pick(_("Event"), known.events), "why": _WHY}
    ),
    "reader denied": Spec(tab="readers", title=_("Deny a member this case"), fields={"member": _MEMBER, "why": _WHY}),
    "denial lifted": Spec(
        tab="readers", title=_("Lift a denial"), fields={"member": known.pick(_("Member"), known.denied), "why": _WHY}
    ),
    "reader named": Spec(
        tab="readers", title=_("Name a reader for what is marked red"), fields={"member": _MEMBER, "why": _WHY}
    ),
    "decided": Spec(
        tab="decision",
        title=_("Decide the case"),
        fields={
            "outcome": known.choose(_("Outcome"), CaseOutcome),
            "reasons": known.area(_("Reasons")),
            "persons": known.pick_several(_("Against whom, for a decision to act"), known.people),
            "severity": known.choose(_("Severity"), Severity),
            "rule": known.line(_("Rule broken")),
            "level": known.choose(_("What is claimed"), Level),
        },
        optional=frozenset({"persons", "severity", "rule", "level"}),
    ),
}
"""Fact to form. Evidence, findings and closeness come as files and have forms of their own below."""
