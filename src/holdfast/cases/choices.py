"""The things of a case that a fact can be about, as a form offers them: id to what is shown."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holdfast.cases.case import Case


def people(case: "Case") -> Mapping[str, str]:
    """Its people."""
    return {name: f"{name}: {each.account}" for name, each in sorted(case.people.items())}


def sources(case: "Case") -> Mapping[str, str]:
    """Its sources."""
    return {name: f"{name}: {each.text}" for name, each in sorted(case.sources.items())}


def evidence(case: "Case") -> Mapping[str, str]:
    """Its evidence."""
    return {name: f"{name}: {each.name}" for name, each in sorted(case.evidence.items())}


def findings(case: "Case") -> Mapping[str, str]:
    """Its findings."""
    return {name: f"{name}: {each.measure}" for name, each in sorted(case.findings.items())}


def items(case: "Case") -> Mapping[str, str]:
    """Its evidence and findings."""
    return {**evidence(case), **findings(case)}


def hypotheses(case: "Case") -> Mapping[str, str]:
    """Its hypotheses."""
    return {name: f"{name}: {each.text}" for name, each in sorted(case.hypotheses.items())}


def explanations(case: "Case") -> Mapping[str, str]:
    """The innocent explanations of its findings."""
    return {name: each.text for finding in case.findings.values() for name, each in finding.innocent.items()}


def duties(case: "Case") -> Mapping[str, str]:
    """What is owed to its people."""
    return {name: duty.text for each in case.people.values() for name, duty in each.duties().items()}


def denied(case: "Case") -> Mapping[str, str]:
    """Members who were denied it."""
    return {member: member for member in sorted(case.readers.denied)}


def tasks(case: "Case") -> Mapping[str, str]:
    """Tasks that are to be done."""
    return {name: f"{name}: {each.text}" for name, each in case.work.tasks.items() if each.state == "to_do"}


def notes(case: "Case") -> Mapping[str, str]:
    """Its notes."""
    return {name: name for name in sorted(case.work.notes)}


def events(case: "Case") -> Mapping[str, str]:
    """What stands on its timeline."""
    return {name: f"{name}: {each.text}" for name, each in case.work.events.items() if not each.withdrawn}


def counsel(case: "Case") -> Mapping[str, str]:
    """Counsel that has not ended."""
    return {name: name for name, each in case.readers.counsel.items() if not each.ended}
