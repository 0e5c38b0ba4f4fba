"""Audit: who read, decided and did what, in a chain from which nothing can be cut unseen. Ids only, never a name."""

from holdfast.audit.alarm import Alarm, AlarmKind
from holdfast.audit.budget import Budget, check_budget
from holdfast.audit.chain import START, Head, append, check_chain, head_payload
from holdfast.audit.entry import Entry, Event, Outcome, Verb
from holdfast.audit.export import ExportReport, check_export, export_lines

__all__ = [
    "START",
    "Alarm",
    "AlarmKind",
    "Budget",
    "Entry",
    "Event",
    "ExportReport",
    "Head",
    "Outcome",
    "Verb",
    "append",
    "check_budget",
    "check_chain",
    "check_export",
    "export_lines",
    "head_payload",
]
