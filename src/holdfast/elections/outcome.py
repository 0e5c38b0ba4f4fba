"""What the votes lead to under a rule set, each step of it in words with its arithmetic."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from holdfast.clock import add_months
from holdfast.elections.open_votes import OpenVotes, Tally, without_self_votes
from holdfast.elections.rules import Compare, Denominator, Request, Rounding, RuleSet, Tie, shown
from holdfast.errors import InputRefusedError, UsageError

NOT_YET = "not_yet"
NO_RESULT = "no_result"
NOT_SEATED = "not_seated"
FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One candidate's outcome."""

    candidate: str
    kind: str
    outcome: str
    """A band's outcome, or failed, no_result, not_yet, not_seated, withheld, withdrawn."""
    reason: str
    """Code of the rule that decided: band, minimum_support, quorum, minimum_days, no_votes, seats, tie …"""
    support: int
    oppose: int
    neutral: int
    share: Fraction | None
    """Exact; None when nothing was cast that counts."""
    share_shown: Fraction | None
    """Cut to the rule set's digits."""
    explanation: tuple[str, ...]
    ends: date | None = None
    """When what was given ends by itself, or a withheld result is due."""
    may_stand_again: date | None = None

    def to_json(self) -> dict[str, Any]:
        """As `holdfast election outcome --json` prints it; shares as fractions and as decimals."""
        return {
            "candidate": self.candidate,
            "kind": self.kind,
            "outcome": self.outcome,
            "reason": self.reason,
            "support": self.support,
            "oppose": self.oppose,
            "neutral": self.neutral,
            "share": None if self.share is None else str(self.share),
            "share_shown": None if self.share_shown is None else shown(self.share_shown),
            "ends": self.ends.isoformat() if self.ends else None,
            "may_stand_again": self.may_stand_again.isoformat() if self.may_stand_again else None,
            "explanation": list(self.explanation),
        }


def outcomes(rules: RuleSet, votes: OpenVotes, *, kind: str = "", lot_seed: str = "") -> tuple[Outcome, ...]:
    """The outcome for each candidate, in the file's order. `kind` holds for candidates whose file names none.

    Raises UsageError `rules.kind` or `outcome.no_bands`, InputRefusedError `outcome.voters` when the rule needs the
    number of voters and the file has none.
    """
    if rules.share is None or not rules.requests:
        raise UsageError(
            "outcome.no_bands",
            f"the rule set {rules.name} says nothing about outcomes",
            expected="[share] and [[request]]",
        )
    found = [_outcome(rules, votes, tally, tally.kind or kind) for tally in votes.tallies]
    return tuple(_seated(rules, found, lot_seed))


def _outcome(rules: RuleSet, votes: OpenVotes, tally: Tally, kind: str) -> Outcome:
    words: list[str] = []
    if tally.own is not None and rules.self_votes == "refused":
        words.append("The candidate's own vote is refused and not counted.")
        tally = without_self_votes(tally)
    base = Outcome(
        candidate=tally.candidate,
        kind=kind,
        outcome="",
        reason="",
        support=tally.support,
        oppose=tally.oppose,
        neutral=tally.neutral,
        share=None,
        share_shown=None,
        explanation=(),
    )
    if tally.state:
        until = f", reason code {tally.reason_code}, until {tally.until}" if tally.state == "withheld" else ""
        text = f"The result is {tally.state}{until}; no outcome is computed."
        return replace(base, outcome=tally.state, reason=tally.state, explanation=(text,), ends=tally.until)
    request = rules.request_for(kind)
    share = _share(rules, votes, tally, words)
    base = replace(base, share=share, share_shown=_rounded(rules, share, words))
    outcome, reason = _decided(rules, votes, tally, (request, base), words)
    ends = _ends(rules, votes, outcome, words)
    again = None
    if votes.closed and rules.cooling_off_days and outcome == FAILED:
        again = votes.closed + timedelta(days=rules.cooling_off_days)
        words.append(f"May stand again from {again}, {rules.cooling_off_days} days after the end of the vote.")
    return replace(base, outcome=outcome, reason=reason, explanation=tuple(words), ends=ends, may_stand_again=again)


def _share(rules: RuleSet, votes: OpenVotes, tally: Tally, words: list[str]) -> Fraction | None:
    """The exact share, with its arithmetic in words."""
    assert rules.share is not None
    kind = rules.share.denominator
    if kind is Denominator.VOTERS:
        if votes.voters is None:
            raise InputRefusedError(
                "outcome.voters",
                "the rule set counts the share of all voters, and the votes do not say how many there were",
                expected="voters in the file of votes",
                hint="add the number of voters",
            )
        whole, said = votes.voters, f"{votes.voters} voters"
    elif kind is Denominator.ALL_VOTES:
        whole = tally.support + tally.oppose + tally.neutral
        said = f"({tally.support} support + {tally.oppose} oppose + {tally.neutral} neutral)"
    else:
        whole, said = tally.support + tally.oppose, f"({tally.support} support + {tally.oppose} oppose)"
    if not whole:
        words.append("Nothing was cast that counts, so there is no share.")
        return None
    words.append(f"{tally.support} support / {said} = {tally.support}/{whole} = {_decimals(tally.support, whole)}.")
    if kind is not Denominator.ALL_VOTES and tally.neutral:
        words.append(f"{tally.neutral} neutral votes do not count.")
    return Fraction(tally.support, whole)


def _rounded(rules: RuleSet, share: Fraction | None, words: list[str]) -> Fraction | None:
    assert rules.share is not None
    if share is None or rules.share.rounding is Rounding.NONE:
        return share
    verb = "cut off" if rules.share.rounding is Rounding.TRUNCATE else "rounded"
    value = rules.share.rounded(share)
    words.append(f"{verb.capitalize()} at {rules.share.digits} digits: {_fixed(value, rules.share.digits)}.")
    return value


def _decided(
    rules: RuleSet, votes: OpenVotes, tally: Tally, request_and_base: tuple[Request, Outcome], words: list[str]
) -> tuple[str, str]:
    """The outcome and the code of the rule that decided; time, quorum and minimum support come before the band."""
    request, base = request_and_base
    if rules.minimum_days and votes.days_open is not None and votes.days_open < rules.minimum_days:
        words.append(f"Open for {votes.days_open} days, at least {rules.minimum_days} are needed: not yet decided.")
        return NOT_YET, "minimum_days"
    if rules.minimum_days and votes.days_open is None:
        words.append(f"The votes do not say how long they were open; {rules.minimum_days} days are needed.")
    cast = tally.support + tally.oppose + tally.neutral
    if cast < rules.quorum:
        words.append(f"{cast} votes, the quorum is {rules.quorum}: no result.")
        return NO_RESULT, "quorum"
    minimum = request.minimum_support if request.minimum_support is not None else rules.minimum_support
    if minimum:
        met = tally.support >= minimum
        words.append(f"Minimum support {minimum}: {tally.support}, {'met' if met else 'not met'}.")
        if not met:
            return FAILED, "minimum_support"
    else:
        words.append(f"No minimum support, because: {rules.minimum_support_waived}")
    if base.share is None or base.share_shown is None:
        return NO_RESULT, "no_votes"
    assert rules.share is not None
    after = rules.share.compare is Compare.AFTER
    compared = base.share_shown if after else base.share
    band = next(each for each in request.bands if each.holds(compared))
    which = "" if rules.share.rounding is Rounding.NONE else f" (compared {'after' if after else 'before'} rounding)"
    of_kind = f" for a request of the kind {base.kind}" if base.kind else ""
    words.append(f"The band {band.words()}{which} means {band.outcome}{of_kind}.")
    return band.outcome, "band"


def _ends(rules: RuleSet, votes: OpenVotes, outcome: str, words: list[str]) -> date | None:
    months = rules.term_months.get(outcome)
    if not months:
        return None
    if votes.closed is None:
        words.append(f"Lasts {months} months from the day it begins.")
        return None
    ends = months_later(votes.closed, months)
    words.append(f"Lasts {months} months from {votes.closed}, until {ends}.")
    return ends


def months_later(day: date, months: int) -> date:
    """The same day of the month, `months` later; the month's last day where it has no such day."""
    first = add_months(day.replace(day=1), months)
    last = (add_months(first, 1) - timedelta(days=1)).day
    return first.replace(day=min(day.day, last))


def _seated(rules: RuleSet, found: list[Outcome], lot_seed: str) -> list[Outcome]:
    """With fewer seats than elected candidates, the highest shares are seated and ties are settled as stated."""
    takers = [each for each in found if each.outcome in rules.seated]
    if rules.seats is None:
        return found
    if len(takers) <= rules.seats:
        text = f"{rules.seats} seats, {len(takers)} reached what a seat needs"
        text += "; the others stay empty." if len(takers) < rules.seats else "."
        return [replace(each, explanation=(*each.explanation, text)) for each in found]
    order = sorted(takers, key=lambda each: _rank(rules, each, lot_seed))
    edge = _rank(rules, order[rules.seats - 1], lot_seed)
    tied = edge == _rank(rules, order[rules.seats], lot_seed)
    seated = {each.candidate for each in order[: rules.seats] if not (tied and _rank(rules, each, lot_seed) == edge)}
    result = []
    for each in found:
        if each not in takers or each.candidate in seated:
            result.append(each)
            continue
        at_edge = tied and _rank(rules, each, lot_seed) == edge
        text = (
            f"Equal with others at the last of {rules.seats} seats, and the rules seat none of them."
            if at_edge
            else f"{rules.seats} seats went to candidates with higher shares."
        )
        reason = "tie" if at_edge else "seats"
        result.append(replace(each, outcome=NOT_SEATED, reason=reason, explanation=(*each.explanation, text)))
    return result


def _rank(rules: RuleSet, each: Outcome, lot_seed: str) -> tuple[Any, ...]:
    """Where a candidate stands among those who reached a seat: equal ranks are tied for good."""
    parts: list[Any] = [-(each.share or 0)]
    for tie in rules.ties:
        if tie is Tie.MORE_SUPPORT:
            parts.append(-each.support)
        elif tie is Tie.FEWER_OPPOSE:
            parts.append(each.oppose)
        elif tie is Tie.LOT:
            if not lot_seed:
                raise UsageError(
                    "outcome.lot",
                    "the rules settle ties by lot",
                    expected="--lot-seed with a text published beforehand",
                )
            parts.append(hashlib.sha256(f"{lot_seed}\0{each.candidate}".encode()).hexdigest())
    return tuple(parts)


def differences(before: Sequence[Outcome], after: Sequence[Outcome]) -> list[tuple[Outcome, Outcome]]:
    """The same candidates under two rule sets, where the outcome is another."""
    return [(one, two) for one, two in zip(before, after, strict=True) if one.outcome != two.outcome]


def _decimals(numerator: int, denominator: int) -> str:
    """A quotient with six digits, marked when it goes on."""
    scaled = numerator * 10**6 // denominator
    goes_on = numerator * 10**6 % denominator != 0
    return f"{scaled // 10**6}.{scaled % 10**6:06d}{'…' if goes_on else ''}"


def _fixed(value: Fraction, digits: int) -> str:
    scaled = int(value * 10**digits)
    return f"{scaled // 10**digits}.{scaled % 10**digits:0{digits}d}" if digits else str(scaled)
