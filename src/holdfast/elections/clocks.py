"""What runs on a clock in a rule set: recall petitions, "two holders or none", standing again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path

from holdfast.elections.rules import RuleSet
from holdfast.errors import Problem, UsageError
from holdfast.papers.documents import read_toml, refuse
from holdfast.papers.fields import Fields, closed


class RecallState(StrEnum):
    """How far a recall has come. `lapsed` and `no_result` are normal ends."""

    SIGNING = "signing"
    LAPSED = "lapsed"
    VOTE_DUE = "vote_due"
    VOTING = "voting"
    VOTE_LATE = "vote_late"
    VOTE_OVER = "vote_over"
    STOPPED = "stopped"


@dataclass(frozen=True, kw_only=True)
class Petition:
    """The facts of one recall."""

    opened: date
    signatures: Sequence[tuple[date, bool]]
    """The day of each signature, and whether the signer was eligible on it."""
    vote_opened: date | None = None
    stopped: date | None = None
    stopped_by: str = ""
    stop_reason: str = ""


@dataclass(frozen=True, kw_only=True)
class RecallReport:
    """Where a recall stands on one day, in words, and the next day on which a clock runs out."""

    state: RecallState
    signatures: int
    explanation: tuple[str, ...]
    next_day: date | None


def recall_state(rules: RuleSet, petition: Petition, today: date) -> RecallReport:
    """Where a recall stands.

    Raises UsageError `clocks.no_recall` when the rules know none, `clocks.may_not_stop` when a body that the rules do
    not name, or without a reason, stopped it.
    """
    recall = rules.recall
    if recall is None:
        raise UsageError("clocks.no_recall", f"the rule set {rules.name} knows no recall", expected="[recall]")
    closes = petition.opened + timedelta(days=recall.window_days)
    valid = sorted(day for day, eligible in petition.signatures if eligible and petition.opened <= day < closes)
    refused = len(petition.signatures) - len(valid)
    words = [
        f"{len(valid)} of {recall.signatures} signatures of eligible petitioners ({recall.eligible}),"
        f" {refused} not counted."
    ]
    if petition.stopped is not None:
        if petition.stopped_by not in recall.stopped_by or not petition.stop_reason:
            raise UsageError(
                "clocks.may_not_stop",
                "this recall was stopped by a body that may not, or without a reason",
                expected=", ".join(recall.stopped_by) or "nobody may stop a recall",
                got=petition.stopped_by or "nobody named",
            )
        words.append(f"Stopped on {petition.stopped} by {petition.stopped_by}: {petition.stop_reason}")
        return _report(RecallState.STOPPED, valid, words, None)
    if len(valid) < recall.signatures:
        if today >= closes:
            words.append(f"The {recall.window_days} days ended before {closes}: lapsed, without a vote.")
            return _report(RecallState.LAPSED, valid, words, None)
        words.append(f"Signatures are taken until {closes - timedelta(days=1)}.")
        return _report(RecallState.SIGNING, valid, words, closes)
    reached = valid[recall.signatures - 1]
    due = reached + timedelta(days=recall.vote_opens_within_days)
    words.append(f"Reached on {reached}; the vote opens by {due}.")
    if petition.vote_opened is None:
        state = RecallState.VOTE_LATE if today > due else RecallState.VOTE_DUE
        return _report(state, valid, words, due)
    ends = petition.vote_opened + timedelta(days=recall.vote_days)
    words.append(f"The vote is open from {petition.vote_opened} until {ends - timedelta(days=1)}.")
    state = RecallState.VOTING if today < ends else RecallState.VOTE_OVER
    return _report(state, valid, words, ends if state is RecallState.VOTING else None)


def petition_in(path: Path) -> Petition:
    """A petition's facts from TOML: `opened`, `signature` tables with `day` and `eligible`, `vote_opened` …

    Raises InputRefusedError `clocks.petition` or `toml.unreadable`.
    """
    file = read_toml(path)
    problems: list[Problem] = []
    top = Fields.of(file, problems, (), code="clocks.petition")
    signatures = [
        (each.day("day"), each.flag("eligible")) for each in closed(top.tables("signature"), "day", "eligible")
    ]
    found = Petition(
        opened=top.day("opened") or date.min,
        signatures=[(day, eligible) for day, eligible in signatures if day is not None],
        vote_opened=top.day("vote_opened", must=False),
        stopped=top.day("stopped", must=False),
        stopped_by=top.line("stopped_by", must=False),
        stop_reason=top.line("stop_reason", must=False),
    )
    top.done()
    refuse(
        problems,
        code="clocks.petition",
        what="this is no petition",
        expected="opened = 2026-01-31, and [[signature]] tables with day and eligible",
        place=file.place,
    )
    return found


def _report(state: RecallState, valid: Sequence[date], words: Sequence[str], next_day: date | None) -> RecallReport:
    return RecallReport(state=state, signatures=len(valid), explanation=tuple(words), next_day=next_day)


@dataclass(frozen=True, kw_only=True)
class HoldersReport:
    """Whether a number of holders is allowed."""

    state: str
    """allowed, flagged, or removal_due."""
    removal_on: date | None
    explanation: str


def holders_state(rules: RuleSet, holders: int, *, since: date, today: date) -> HoldersReport:
    """Two holders or none: too few are flagged, and removed when their days have passed since `since`.

    Raises UsageError `clocks.no_holders` when the rules say nothing about holders.
    """
    rule = rules.holders
    if rule is None:
        raise UsageError(
            "clocks.no_holders", f"the rule set {rules.name} says nothing about holders", expected="[holders]"
        )
    if holders == 0 or holders >= rule.minimum:
        return HoldersReport(
            state="allowed", removal_on=None, explanation=f"{holders} holders: none, or at least {rule.minimum}."
        )
    due = since + timedelta(days=rule.removal_days)
    return HoldersReport(
        state="removal_due" if today >= due else "flagged",
        removal_on=due,
        explanation=f"{holders} holders since {since}, at least {rule.minimum} or none are allowed;"
        f" the right is removed on {due} unless another holder is found. No fault is implied.",
    )


def may_stand_again(rules: RuleSet, failed_on: date, today: date) -> tuple[bool, date]:
    """Whether the cooling-off after a failed try is over, and the first day on which it is."""
    first = failed_on + timedelta(days=rules.cooling_off_days)
    return today >= first, first
