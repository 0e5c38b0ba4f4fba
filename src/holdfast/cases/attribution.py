"""Attribution: what a conclusion says of who stands behind an act, and how far the evidence carries it (D10, D8).

Each level needs evidence of its own and the level below it. Evidence from one camp, or from sources with a conflict
of interest, does not carry a level that needs independent sources; so it lowers the ceiling of the conclusion.
"""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING

from holdfast.cases._kind import refuse
from holdfast.cases.sources import independent_of

if TYPE_CHECKING:
    from holdfast.cases.case import Case


class Level(StrEnum):
    """What is claimed, from the acts of one account to the hand of a state."""

    BEHAVIOUR = "behaviour"
    COORDINATION = "coordination"
    ORGANISATION = "organisation"
    STATE = "state"

    @property
    def height(self) -> int:
        """0 for behaviour, 3 for state."""
        return list(Level).index(self)


INDEPENDENT_SOURCES = {Level.BEHAVIOUR: 1, Level.COORDINATION: 1, Level.ORGANISATION: 2, Level.STATE: 3}
"""Independent sources that a level needs for its own evidence: a judgement, see decision 0100."""

_CLAIMS = {
    Level.COORDINATION: r"coordinat\w*|acted together|in concert",
    Level.ORGANISATION: r"organi[sz]ation\w*|user group|syndicate|network of accounts run",
    Level.STATE: r"state[- ](?:actor|sponsored|backed|run)\w*|government\w*|intelligence (?:service|agency)|regime"
    r"|secret police|(?:foreign|hostile) power",
}
"""English words that claim a level. Texts in other languages are read by a person (D13)."""


def ceiling(case: "Case") -> Level | None:
    """The highest level that the evidence of this case carries; None when not even behaviour is shown.

    Counted is evidence that was checked, was not set aside and is no association, and findings whose innocent
    explanations are all ruled out. A thing supports the one level that it was recorded for.
    """
    reached = None
    for level in Level:
        sources = _sources_for(case, level)
        if independent_of(case, sources) < INDEPENDENT_SOURCES[level]:
            return reached
        reached = level
    return reached


def _sources_for(case: "Case", level: Level) -> set[str]:
    of_evidence = {each.source for each in case.evidence.values() if each.counts and each.level is level}
    return of_evidence | {
        each.source for each in case.findings.values() if each.counts and level is Level.COORDINATION
    }


def check_level(case: "Case", claimed: Level) -> None:
    """Return when a conclusion or text at this level stays at or below the file's ceiling.

    Raises CheckFailedError `case.attribution.above_ceiling`.
    """
    reached = ceiling(case)
    if reached is None or claimed.height > reached.height:
        raise refuse(
            "attribution.above_ceiling",
            f"the evidence of this case does not carry a claim of {claimed.value}",
            expected=f"at most {reached.value}" if reached else "no claim: not even behaviour is shown",
            hint="claim less, or record separate evidence for this level from independent sources",
        )


def check_public_text(case: "Case", claimed: Level, texts: Iterable[str]) -> None:
    """Return when public texts claim no more than they declare, and no more than the file carries (D10).

    Raises CheckFailedError `case.attribution.above_ceiling` or `case.attribution.words_above_level`, which names the
    level whose words were found. Only English words are known; a text in another language needs a reader.
    """
    check_level(case, claimed)
    for written in texts:
        for level, words in _CLAIMS.items():
            if level.height > claimed.height and re.search(rf"\b(?:{words})\b", written, re.IGNORECASE):
                raise refuse(
                    "attribution.words_above_level",
                    f"a public text uses words that claim {level.value}",
                    expected=f"words for {claimed.value} at most",
                    hint="word it by what was done, not by who may stand behind it",
                )
