"""Rule sets: the rules of an election as versioned data.

A rule set is TOML that fits `schemas/rule_set.schema.json`. Shares lie in [0, 1] and are compared as exact fractions;
rounding is part of the rule set, and so is whether a threshold is compared before or after it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

from holdfast.elections.contest import Reading
from holdfast.elections.published import check_schema
from holdfast.errors import InputRefusedError, UsageError
from holdfast.papers.decoding import read_bytes
from holdfast.papers.documents import Document, exact, parse_toml


class Denominator(StrEnum):
    """Of what the support is a share."""

    DECIDED = "support+oppose"
    ALL_VOTES = "support+oppose+neutral"
    VOTERS = "voters"
    """Everybody who voted in the election, whether or not on this candidate."""


class Rounding(StrEnum):
    """How a share is cut to its digits."""

    NONE = "none"
    TRUNCATE = "truncate"
    HALF_UP = "round"
    HALF_EVEN = "round-half-even"


class Compare(StrEnum):
    """Which share a threshold is compared with."""

    BEFORE = "before-rounding"
    AFTER = "after-rounding"


class Tie(StrEnum):
    """What tells apart two candidates with the same share when there is one seat for both."""

    MORE_SUPPORT = "more-support"
    FEWER_OPPOSE = "fewer-oppose"
    LOT = "lot"
    NOBODY = "nobody"
    """Neither is elected; the seat stays empty."""


@dataclass(frozen=True, kw_only=True)
class Band:
    """A range of shares and its outcome: elected, temporary, discretion, failed …"""

    outcome: str
    low: Fraction
    low_included: bool
    high: Fraction
    high_included: bool

    def holds(self, share: Fraction) -> bool:
        """Whether a share lies in the band."""
        above = share > self.low or (self.low_included and share == self.low)
        return above and (share < self.high or (self.high_included and share == self.high))

    def words(self) -> str:
        """The band for people: `at least 0.65 and below 0.7`."""
        parts = []
        if self.low > 0 or not self.low_included:
            parts.append(f"{'at least' if self.low_included else 'above'} {shown(self.low)}")
        if self.high < 1 or not self.high_included:
            parts.append(f"{'at most' if self.high_included else 'below'} {shown(self.high)}")
        return " and ".join(parts) or "any share"


@dataclass(frozen=True, kw_only=True)
class Request:
    """The bands for some kinds of request; `kinds` empty: for every kind without bands of its own."""

    kinds: tuple[str, ...]
    bands: tuple[Band, ...]
    minimum_support: int | None = None
    """Overrides the rule set's own minimum for these kinds."""


@dataclass(frozen=True, kw_only=True)
class Share:
    """How a share is made and compared."""

    denominator: Denominator
    rounding: Rounding
    digits: int
    """Digits of the share after the point: 3 shows 0.718, which is 71.8 per cent."""
    compare: Compare

    def rounded(self, share: Fraction) -> Fraction:
        """The share cut to its digits."""
        if self.rounding is Rounding.NONE:
            return share
        scaled = share * 10**self.digits
        whole = scaled.numerator // scaled.denominator
        rest = scaled - whole
        if self.rounding is not Rounding.TRUNCATE:
            half = Fraction(1, 2)
            up = rest > half or (rest == half and (self.rounding is Rounding.HALF_UP or whole % 2 == 1))
            whole += up
        return Fraction(whole, 10**self.digits)


@dataclass(frozen=True, kw_only=True)
class Recall:
    """A petition to take a right back: who signs, by when, what follows, who may stop it."""

    signatures: int
    eligible: str
    window_days: int
    vote_opens_within_days: int
    vote_days: int
    stopped_by: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Holders:
    """The least number of holders of a right on a wiki, or none: "two or none"."""

    minimum: int
    removal_days: int


@dataclass(frozen=True, kw_only=True)
class RuleSet:
    """One version of one community's rules."""

    name: str
    version: str
    title: str
    source: str
    is_checked: bool
    """Whether the source was read in full at its own place, not in a copy or from its opening."""
    sha256: str
    share: Share | None = None
    requests: tuple[Request, ...] = ()
    minimum_support: int = 0
    minimum_support_waived: str = ""
    """Why there is none: a minimum keeps a small circle of friends from taking a small project over."""
    quorum: int = 0
    minimum_days: int = 0
    seats: int | None = None
    seated: tuple[str, ...] = ("elected",)
    """The outcomes that take a seat."""
    ties: tuple[Tie, ...] = (Tie.NOBODY,)
    self_votes: str = "refused"
    reading: Reading = Reading.AS_WRITTEN
    term_months: dict[str, int] = field(default_factory=dict)
    """Months that each outcome lasts."""
    cooling_off_days: int = 0
    recall: Recall | None = None
    holders: Holders | None = None
    eligibility: dict[str, Any] | None = None
    contest: str = ""
    """How a voter contests the roll, in the community's own words."""
    notes: tuple[str, ...] = ()

    def request_for(self, kind: str) -> Request:
        """The bands for a kind of request. Raises UsageError `rules.kind` when the rule set has none for it."""
        for request in self.requests:
            if kind and kind in request.kinds:
                return request
        for request in self.requests:
            if not request.kinds:
                return request
        known = sorted({each for request in self.requests for each in request.kinds})
        raise UsageError(
            "rules.kind",
            f"the rule set {self.name} has no bands for this kind of request",
            expected=", ".join(known) or "a rule set with bands",
            got=kind or "no kind",
            hint="name the kind in the votes, or choose another rule set",
        )


def shown(share: Fraction) -> str:
    """A share for people: the decimal number when it ends within 12 digits, else the fraction."""
    scaled = share * 10**12
    if scaled.denominator == 1:
        return f"{Decimal(scaled.numerator).scaleb(-12).normalize():f}"
    return f"{share.numerator}/{share.denominator}"


def shipped() -> tuple[str, ...]:
    """The names of the rule sets that come with Holdfast, as examples."""
    folder = files("holdfast.elections").joinpath("rulesets")
    return tuple(sorted(each.name.removesuffix(".toml") for each in folder.iterdir() if each.name.endswith(".toml")))


def load_rules(place: str | Path) -> RuleSet:
    """A rule set from a file, or one of the shipped ones by name.

    Raises UsageError `rules.none_here`, InputRefusedError `toml.…` or `rules.…`, with the line.
    """
    return rule_set(parse_toml(rules_text(place), str(place)))


def rules_text(place: str | Path) -> bytes:
    """The text of a rule set, of a file or shipped. Raises UsageError `rules.none_here`."""
    if str(place) in shipped():
        return files("holdfast.elections").joinpath("rulesets", f"{place}.toml").read_bytes()
    if not Path(place).is_file():
        raise UsageError(
            "rules.none_here",
            "there is no such rule set",
            expected="a TOML file, or one of: " + ", ".join(shipped()),
            got=str(place),
        )
    return read_bytes(Path(place), code="rules.none_here")


def rule_set(file: Document) -> RuleSet:
    """The checked rule set in a file."""
    check_schema(file, "rule_set.schema.json")
    data = file.data
    votes = data.get("votes", {})
    requests = _requests(file)
    share = _share(file) if "share" in data else None
    if requests and share is None:
        raise InputRefusedError(
            "rules.no_share", "bands need a [share] that says of what", place=file.at("request"), expected="[share]"
        )
    if requests and "minimum_support" not in votes and not votes.get("minimum_support_waived"):
        raise InputRefusedError(
            "rules.no_minimum_support",
            "the rule set neither has a minimum support nor says why not",
            expected='votes.minimum_support, or votes.minimum_support_waived = "the reason"',
            place=file.at("votes"),
            hint="the minimum is there so that a small group of friends cannot take over a small project",
        )
    recall = data.get("recall")
    holders = data.get("holders")
    return RuleSet(
        name=data["name"],
        version=data["version"],
        title=data["title"],
        source=data["source"],
        is_checked=data["source_checked"],
        sha256=file.sha256,
        share=share,
        requests=requests,
        minimum_support=votes.get("minimum_support", 0),
        minimum_support_waived=votes.get("minimum_support_waived", ""),
        quorum=votes.get("quorum", 0),
        minimum_days=votes.get("minimum_days", 0),
        self_votes=votes.get("self_votes", "refused"),
        seats=data.get("seats"),
        seated=tuple(data.get("seated", ["elected"])),
        ties=tuple(Tie(each) for each in data.get("ties", ["nobody"])),
        reading=Reading(data.get("reading", Reading.AS_WRITTEN)),
        term_months=dict(data.get("term_months", {})),
        cooling_off_days=data.get("candidacy", {}).get("cooling_off_days", 0),
        recall=Recall(**{**recall, "stopped_by": tuple(recall.get("stopped_by", ()))}) if recall else None,
        holders=Holders(**holders) if holders else None,
        eligibility=data.get("eligibility"),
        contest=data.get("contest", ""),
        notes=tuple(data.get("notes", ())),
    )


def _share(file: Document) -> Share:
    found = file.data["share"]
    rounding = Rounding(found["rounding"])
    if rounding is not Rounding.NONE and "compare" not in found:
        raise InputRefusedError(
            "rules.compare",
            "a rule set that rounds must say whether thresholds are compared before or after",
            expected='compare = "before-rounding" or "after-rounding"',
            place=file.at("share"),
        )
    return Share(
        denominator=Denominator(found["denominator"]),
        rounding=rounding,
        digits=found.get("digits", 0),
        compare=Compare(found.get("compare", Compare.BEFORE)),
    )


def _requests(file: Document) -> tuple[Request, ...]:
    found = []
    seen: dict[str, int] = {}
    for number, each in enumerate(file.data.get("request", ())):
        kinds = tuple(each.get("kinds", ()))
        for kind in kinds or ("",):
            if kind in seen:
                raise InputRefusedError(
                    "rules.kind_twice",
                    f"two tables of bands are for {kind or 'every other kind of request'}",
                    place=f"{file.place}, lines {seen[kind]} and {file.line('request', number)}",
                )
            seen[kind] = file.line("request", number)
        bands = [
            _band(file, ("request", number, "band", position), band) for position, band in enumerate(each["band"])
        ]
        _refuse_holes(file, number, bands)
        found.append(Request(kinds=kinds, bands=tuple(bands), minimum_support=each.get("minimum_support")))
    return tuple(found)


def _band(file: Document, path: tuple[str | int, ...], found: dict[str, Any]) -> Band:
    def bound(included: str, excluded: str, default: Fraction) -> tuple[Fraction, bool]:
        if included in found and excluded in found:
            raise InputRefusedError(
                "rules.band", f"a band says both {included} and {excluded}", place=file.at(*path, included)
            )
        name = included if included in found else excluded
        if name not in found:
            return default, True
        try:
            value = exact(found[name])
        except ValueError:
            value = Fraction(-1)
        if not 0 <= value <= 1:
            raise InputRefusedError(
                "rules.threshold",
                "a threshold is no share",
                expected='a number from 0 to 1, or a fraction such as "2/3"',
                got=repr(found[name])[:40],
                place=file.at(*path, name),
                hint="write 70 per cent as 0.70",
            )
        return value, name == included

    low, low_included = bound("from", "above", Fraction(0))
    high, high_included = bound("to", "below", Fraction(1))
    if low > high or (low == high and not (low_included and high_included)):
        raise InputRefusedError("rules.band", "a band holds no share", place=file.at(*path))
    return Band(outcome=found["outcome"], low=low, low_included=low_included, high=high, high_included=high_included)


def _refuse_holes(file: Document, number: int, bands: Iterable[Band]) -> None:
    """Every share from 0 to 1 must lie in exactly one band."""
    ordered = sorted(bands, key=lambda band: (band.low, not band.low_included))
    place = file.at("request", number)

    def refuse(what: str, got: str) -> None:
        raise InputRefusedError(
            "rules.hole" if "hole" in what else "rules.overlap",
            what,
            expected="every share from 0 to 1 in exactly one band",
            got=got,
            place=place,
            hint="close the bands with from, above, to or below",
        )

    if ordered[0].low > 0 or not ordered[0].low_included:
        refuse("there is a hole below the lowest band", f"no outcome {_between(None, ordered[0])}")
    for lower, upper in pairwise(ordered):
        touching = lower.high == upper.low
        if lower.high < upper.low or (touching and not lower.high_included and not upper.low_included):
            what = f"there is a hole between {lower.outcome!r} and {upper.outcome!r}"
            refuse(what, f"no outcome {_between(lower, upper)}")
        if lower.high > upper.low or (touching and lower.high_included and upper.low_included):
            refuse(
                f"the bands {lower.outcome!r} and {upper.outcome!r} overlap",
                f"both hold shares from {shown(upper.low)} to {shown(min(lower.high, upper.high))}",
            )
    if ordered[-1].high < 1 or not ordered[-1].high_included:
        refuse("there is a hole above the highest band", f"no outcome {_between(ordered[-1], None)}")


def _between(lower: Band | None, upper: Band | None) -> str:
    if lower and upper and lower.high == upper.low:
        return f"for a share of exactly {shown(lower.high)}"
    parts = []
    if lower:
        parts.append(f"{'above' if lower.high_included else 'from'} {shown(lower.high)}")
    if upper:
        parts.append(f"{'below' if upper.low_included else 'up to'} {shown(upper.low)}")
    return "for shares " + " and ".join(parts)
