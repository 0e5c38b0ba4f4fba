"""What an action rests on, how it can be appealed, and the road back: what its target may know (D1, D2, D21).

The JSON forms are those that notices show. A `Text` is one text, or one for each language with English among them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from holdfast.actions.steps.step import Json
from holdfast.notices.kinds import EvidenceClass, ReasonCode

Text = str | Mapping[str, str]
"""A text in English or without language, or one text for each language tag, `en` among them."""

LONGEST_UNSIGNED_DAYS = 366
"""A "no appeal" that is not signed again lapses within this time."""


def plain(text: Text) -> str | dict[str, str]:
    """The text as JSON."""
    return text if isinstance(text, str) else dict(text)


@dataclass(frozen=True, kw_only=True)
class ThreePartTest:
    """Why a severe action is lawful, necessary and in proportion (D17)."""

    legal: Text
    necessary: Text
    proportional: Text

    def to_json(self) -> dict[str, Any]:
        """As the plan's content holds it."""
        return {name: plain(text) for name, text in vars(self).items()}


@dataclass(frozen=True, kw_only=True)
class Grounds:
    """The rule broken, on what kind of evidence, when; the milder step and why it was not enough (3.16)."""

    rule: Text
    rule_url: str = ""
    evidence_class: tuple[EvidenceClass, ...]
    start: date
    """First day of the period that the evidence covers."""
    end: date
    """Its last day."""
    milder_step: Text
    milder_not_enough: Text
    conduct: Text = ""
    """What a warning is about."""
    test: ThreePartTest | None = None
    """Asked for where the kind is severe."""

    def to_json(self) -> dict[str, Any]:
        """As the plan's content holds it."""
        return {
            "rule": {"text": plain(self.rule), "url": self.rule_url},
            "evidence_class": [each.value for each in self.evidence_class],
            "period": {"start": self.start.isoformat(), "end": self.end.isoformat()},
            "milder_step": plain(self.milder_step),
            "milder_not_enough": plain(self.milder_not_enough),
            "conduct": plain(self.conduct),
            "test": None if self.test is None else self.test.to_json(),
        }

    @classmethod
    def from_json(cls, stored: Json) -> "Grounds":
        """The grounds that `to_json` wrote."""
        return cls(
            rule=stored["rule"]["text"],
            rule_url=stored["rule"]["url"],
            evidence_class=tuple(EvidenceClass(each) for each in stored["evidence_class"]),
            start=date.fromisoformat(stored["period"]["start"]),
            end=date.fromisoformat(stored["period"]["end"]),
            milder_step=stored["milder_step"],
            milder_not_enough=stored["milder_not_enough"],
            conduct=stored["conduct"],
            test=None if stored["test"] is None else ThreePartTest(**stored["test"]),
        )


@dataclass(frozen=True, kw_only=True)
class Appeal:
    """How to object: to whom, by when, and whether it can get worse; or on what legal ground not, and until when."""

    appealable: bool
    body: Text = ""
    """The role or body that decides on the appeal."""
    until: date | None = None
    """The last day for an appeal."""
    can_be_worse: bool = False
    """Whether an appeal may end in something more severe. Told beforehand (D4)."""
    legal_ground: Text = ""
    may_lift: Text = ""
    """Who may lift a "no"."""
    sign_again_by: date | None = None
    """The day on which a "no" lapses unless two people sign it again."""
    sign_again_days: int | None = None
    """For how long each new signature holds."""

    def to_json(self) -> dict[str, Any]:
        """As the plan's content holds it."""
        return {
            "appealable": self.appealable,
            "body": plain(self.body),
            "until": None if self.until is None else self.until.isoformat(),
            "can_be_worse": self.can_be_worse,
            "legal_ground": plain(self.legal_ground),
            "may_lift": plain(self.may_lift),
            "sign_again_by": None if self.sign_again_by is None else self.sign_again_by.isoformat(),
            "sign_again_days": self.sign_again_days,
        }

    @classmethod
    def from_json(cls, stored: Json) -> "Appeal":
        """The appeal that `to_json` wrote."""
        days = {
            name: None if stored[name] is None else date.fromisoformat(stored[name])
            for name in ("until", "sign_again_by")
        }
        return cls(**{**stored, **days})


@dataclass(frozen=True, kw_only=True)
class RoadBack:
    """What leads back: conditions, the earliest day, and who decides (D21)."""

    conditions: Text
    earliest: date
    decider: Text

    def to_json(self) -> dict[str, Any]:
        """As the plan's content holds it."""
        return {
            "conditions": plain(self.conditions),
            "earliest": self.earliest.isoformat(),
            "decider": plain(self.decider),
        }

    @classmethod
    def from_json(cls, stored: Json) -> "RoadBack":
        """The road back that `to_json` wrote."""
        return cls(
            conditions=stored["conditions"],
            earliest=date.fromisoformat(stored["earliest"]),
            decider=stored["decider"],
        )


@dataclass(frozen=True, kw_only=True)
class Withheld:
    """A field that the notice does not show: why, on whose word, and until when (D1)."""

    field: str
    reason_code: ReasonCode
    author: str
    """The role that withholds it."""
    until: date
    """The day on which telling it is put before two people (`workflows/acting/told_later.py`)."""

    def to_json(self) -> dict[str, Any]:
        """As the plan's content holds it."""
        return {
            "field": self.field,
            "reason_code": self.reason_code.value,
            "author": self.author,
            "until": self.until.isoformat(),
        }

    @classmethod
    def from_json(cls, stored: Json) -> "Withheld":
        """The field that `to_json` wrote."""
        return cls(
            field=stored["field"],
            reason_code=ReasonCode(stored["reason_code"]),
            author=stored["author"],
            until=date.fromisoformat(stored["until"]),
        )
