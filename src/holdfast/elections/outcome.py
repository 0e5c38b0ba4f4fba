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
UNKNOWN = "unknown"
"""The votes do not say what a rule asks, so there is no outcome yet."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One candidate's outcome."""

    candidate: str
    kind: str
    outcome: str
    """A band's outcome, or failed, no_result, not_yet, not_seated, unknown, withheld, withdrawn."""
    reason: str
    """Code of the rule that decided: band, minimum_support, quorum, minimum_days, no_votes; for a seat that somebody
    else has: seats (higher shares), more_support, fewer_oppose, lot, tie (equal, and seated is nobody)."""
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
    return tuple(_with_term(rules, votes, each) for each in _seated(rules, found, lot_seed))


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
    again = None
    if votes.closed and rules.cooling_off_days and outcome == FAILED:
        again = votes.closed + timedelta(days=rules.cooling_off_days)
        words.append(f"May stand again from {again}, {rules.cooling_off_days} days after the end of the vote.")
    return replace(base, outcome=outcome, reason=reason, explanation=tuple(words), may_stand_again=again)


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
        words.append(
            f"The votes do not say how long they were open, and {rules.minimum_days} days are needed: unknown."
            " Name opened and closed, or days_open, in a file of votes in JSON or TOML."
        )
        return UNKNOWN, "minimum_days"
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


def _with_term(rules: RuleSet, votes: OpenVotes, found: Outcome) -> Outcome:
    """The outcome with the day on which it ends by itself; after the seats, so that nobody without one has a term."""
    months = rules.term_months.get(found.outcome)
    if not months:
        return found
    if votes.closed is None:
        text = f"Lasts {months} months from the day it begins."
        return replace(found, explanation=(*found.explanation, text))
    ends = months_later(votes.closed, months)
    text = f"Lasts {months} months from {votes.closed}, until {ends}."
    return replace(found, ends=ends, explanation=(*found.explanation, text))


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
    order = sorted(takers, key=lambda each: _rank(rules, each))
    edge = _rank(rules, order[rules.seats - 1])
    seated = {each.candidate: "" for each in order[: rules.seats]}
    tied = [each for each in takers if _rank(rules, each) == edge]
    drawn: list[Outcome] = []
    if edge == _rank(rules, order[rules.seats]):
        above = [each.candidate for each in takers if _rank(rules, each) < edge]
        drawn = _drawn(rules, tied, lot_seed)[: rules.seats - len(above)]
        words = _lot_words(rules, tied, drawn, lot_seed)
        seated = dict.fromkeys(above, "") | {each.candidate: words for each in drawn}
    last = order[rules.seats - 1]
    result = []
    for each in found:
        if each not in takers:
            result.append(each)
        elif each.candidate in seated:
            said = seated[each.candidate]
            result.append(replace(each, explanation=(*each.explanation, said)) if said else each)
        elif drawn and each in tied:
            lost = (NOT_SEATED, "lot", _lot_words(rules, tied, drawn, lot_seed))
            result.append(_without_seat(each, *lost))
        elif each in tied and edge == _rank(rules, order[rules.seats]):
            text = f"Equal with others at the last of {rules.seats} seats, and the rules seat none of them."
            result.append(_without_seat(each, NOT_SEATED, "tie", text))
        else:
            result.append(_without_seat(each, NOT_SEATED, *_deciding_fact(rules, last, each)))
    return result


def _without_seat(each: Outcome, outcome: str, reason: str, text: str) -> Outcome:
    return replace(each, outcome=outcome, reason=reason, explanation=(*each.explanation, text))


def _deciding_fact(rules: RuleSet, last: Outcome, each: Outcome) -> tuple[str, str]:
    """What told a candidate without a seat from the last who has one: the code and the words."""
    if (last.share or 0) > (each.share or 0):
        return "seats", f"The {rules.seats} seats went to candidates with higher shares; the last of them has" + (
            f" {shown(last.share)}." if last.share is not None else " one."
        )
    equal = f"{last.candidate} has the last of {rules.seats} seats with the same share"
    for tie in rules.ties:
        if tie is Tie.MORE_SUPPORT and last.support != each.support:
            return "more_support", f"{equal} and more support: {last.support}, against {each.support}."
        if tie is Tie.FEWER_OPPOSE and last.oppose != each.oppose:
            return "fewer_oppose", f"{equal} and less opposition: {last.oppose}, against {each.oppose}."
    raise AssertionError("two candidates of one rank are tied, which is settled before")


def _drawn(rules: RuleSet, tied: Sequence[Outcome], lot_seed: str) -> list[Outcome]:
    """The tied in the order of the lot; nobody when the rules have no lot. Raises UsageError `outcome.lot`."""
    if Tie.LOT not in rules.ties:
        return []
    if not lot_seed:
        raise UsageError(
            "outcome.lot",
            "candidates are equal at the last seat, and the rules settle that by lot",
            expected="--lot-seed with a text published beforehand",
        )
    return sorted(tied, key=lambda each: _ticket(lot_seed, each.candidate))


def _ticket(lot_seed: str, candidate: str) -> str:
    return hashlib.sha256(f"{lot_seed}\0{candidate}".encode()).hexdigest()


def _lot_words(rules: RuleSet, tied: Sequence[Outcome], drawn: Sequence[Outcome], lot_seed: str) -> str:
    if not drawn:
        return ""
    tickets = ", ".join(f"{each.candidate} {_ticket(lot_seed, each.candidate)[:8]}" for each in tied)
    return (
        f"{len(tied)} candidates are equal for the last {len(drawn)} of {rules.seats} seats, and the rules draw lots:"
        f" the smallest SHA-256 of the seed {lot_seed!r}, NUL and the name comes first ({tickets})."
    )


def _rank(rules: RuleSet, each: Outcome) -> tuple[Any, ...]:
    """Where a candidate stands among those who reached a seat; of equal rank, only a lot can tell them apart."""
    parts: list[Any] = [-(each.share or 0)]
    for tie in rules.ties:
        if tie in (Tie.LOT, Tie.NOBODY):
            break
        parts.append(-each.support if tie is Tie.MORE_SUPPORT else each.oppose)
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
