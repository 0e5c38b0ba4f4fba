"""What policy decides and code does not: versions that count, restricted jurisdictions, clocks, smallest groups."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from holdfast.access.rules.rights import RIGHTS
from holdfast.errors import InputRefusedError
from holdfast.ids import WikiName, wiki_name
from holdfast.papers.shapes import object_of


@dataclass(frozen=True, kw_only=True)
class RuleBook:
    """One community's settings for access. Days are whole days; changing them takes two people (`register rules`)."""

    current_versions: frozenset[str]
    """Versions of the agreement that count."""
    restricted: frozenset[tuple[str, str]] = frozenset()
    """Standing restrictions: class of jurisdiction and right."""
    blocking: frozenset[str] = frozenset()
    """Classes of jurisdiction that block the projects (1.4)."""
    languages: Mapping[WikiName, str] = field(default_factory=dict)
    """The language of each wiki, as a BCP 47 code."""
    single_holder_days: int = 30
    """How long there may be a last single holder before people are called to end it (1.16)."""
    review_days: int = 30
    """How long a review of a freeze may take (D6)."""
    evidence_days: int = 14
    """How long a person has to answer when evidence is asked."""
    keep_days: int = 90
    """After how many days a freeze that was kept is reviewed again."""
    approval_hours: int = 24
    """How old an approval may be when a freeze starts."""
    smallest_group: int = 10
    """Counts of people below this number are not published."""

    def to_json(self) -> dict[str, Any]:
        """As it is stored and signed."""
        return {
            "current_versions": sorted(self.current_versions),
            "restricted": [list(each) for each in sorted(self.restricted)],
            "blocking": sorted(self.blocking),
            "languages": dict(sorted(self.languages.items())),
            **{name: getattr(self, name) for name in _NUMBERS},
        }


_NUMBERS = tuple(each.name for each in fields(RuleBook) if each.type is int)
_TEXTS = {"type": "array", "items": {"type": "string"}}
_PAIR = {"type": "array", "minItems": 2, "maxItems": 2, "prefixItems": [{"type": "string"}, {"enum": sorted(RIGHTS)}]}
RULES_SHAPE: Mapping[str, Any] = object_of(
    RuleBook,
    least=1,
    own={
        "current_versions": {**_TEXTS, "minItems": 1},
        "restricted": {"type": "array", "items": _PAIR},
        "blocking": _TEXTS,
        "languages": {"type": "object", "additionalProperties": {"type": "string"}},
        "smallest_group": {"type": "integer", "minimum": 2},
    },
)
"""The shape of a book of rules in a file."""
RULES_HINT = "docs/access.md lists the fields"


def rule_book_from(found: Mapping[str, Any], *, place: str = "") -> RuleBook:
    """A rule book from its JSON or TOML form.

    Raises InputRefusedError `access.rules`: an unknown or missing field, no version that counts, a right that is
    not known, a number below 1 (2 for the smallest group).
    """
    try:
        unknown = set(found) - {each.name for each in fields(RuleBook)}
        if unknown:
            raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
        versions = frozenset(map(str, found["current_versions"]))
        pairs = frozenset((str(place_class), str(right)) for place_class, right in found.get("restricted", ()))
        numbers = {name: found[name] for name in _NUMBERS if name in found}
        if not versions:
            raise ValueError("current_versions is empty: nobody could hold anything")
        odd = [right for _, right in pairs if right not in RIGHTS]
        if odd:
            raise ValueError(f"no such right: {odd[0]}")
        small = [n for n, v in numbers.items() if type(v) is not int or v < (2 if n == "smallest_group" else 1)]
        if small:
            raise ValueError(f"{small[0]} is too small or no whole number")
        return RuleBook(
            current_versions=versions,
            restricted=pairs,
            blocking=frozenset(map(str, found.get("blocking", ()))),
            languages={wiki_name(wiki): str(text) for wiki, text in dict(found.get("languages", {})).items()},
            **numbers,
        )
    except (KeyError, TypeError, ValueError) as reason:
        what = f"{reason.args[0]} is missing" if isinstance(reason, KeyError) else str(reason)
        raise InputRefusedError(
            "access.rules",
            "this is no book of rules",
            got=what[:200],
            place=place,
            hint=RULES_HINT,
        ) from None
