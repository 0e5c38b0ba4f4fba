"""What can be said of each area: found, tested and not found, measured but not testable, or no data.

"No finding" is said of what was tested alone. A measure that has a value and no test, because it has no null, too
short a past or too few peers, says nothing either way.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from holdfast.findings.assessment import Assessment
from holdfast.findings.finding import Area


class Said(StrEnum):
    """What an assessment can say of a measure or of an area."""

    FOUND = "found"
    NOT_FOUND = "tested_not_found"
    NOT_TESTABLE = "measured_not_testable"
    NO_DATA = "no_data"


@dataclass(frozen=True, kw_only=True)
class AreaSaid:
    """One area: its findings, and how many of its measures stand where."""

    findings: int
    measures: Mapping[str, Said]
    """Each measure of the area, by name; empty for an area of counted facts or of runs of their own."""
    looked: bool = True
    """For an area without measures: whether anything was looked at."""

    @property
    def said(self) -> Said:
        """The most that can be said of the area; `tested_not_found` as soon as one measure was tested."""
        if self.findings:
            return Said.FOUND
        if not self.measures:
            return Said.NOT_FOUND if self.looked else Said.NO_DATA
        order = (Said.FOUND, Said.NOT_FOUND, Said.NOT_TESTABLE, Said.NO_DATA)
        return next(each for each in order if each in self.measures.values())

    def count(self, said: Said) -> int:
        """How many measures stand there."""
        return sum(each is said for each in self.measures.values())

    @property
    def tested(self) -> int:
        """How many measures were tested, found or not."""
        return self.count(Said.FOUND) + self.count(Said.NOT_FOUND)


def said_of_areas(
    areas: Mapping[str, str],
    *,
    valued: Collection[str],
    tested: Collection[str],
    found: Collection[tuple[str, str]],
    looked: Mapping[Area, bool] | None = None,
) -> dict[Area, AreaSaid]:
    """What can be said of every area.

    `areas` maps measures to their areas, `valued` and `tested` are names of measures, `found` pairs each finding's
    area with its measure. `looked` tells of areas without measures whether a run could look at them.
    """
    states = {
        name: Said.FOUND if (areas[name], name) in found else Said.NOT_FOUND if name in tested
        else Said.NOT_TESTABLE if name in valued else Said.NO_DATA
        for name in areas
    }  # fmt: skip
    return {
        area: AreaSaid(
            findings=sum(each == area for each, _ in found),
            measures={name: state for name, state in sorted(states.items()) if areas[name] == area},
            looked=(looked or {}).get(area, area is Area.DATA_QUALITY),
        )
        for area in Area
    }


def areas_of(assessment: Assessment) -> dict[Area, AreaSaid]:
    """What an assessment can say of every area."""
    return said_of_areas(
        {name: described.area for name, described in assessment.measures.items()},
        valued={each.measure for each in assessment.values if each.value is not None},
        tested={each.measure for each in assessment.tests},
        found=[(each.area, each.measure) for each in assessment.findings],
        looked={each.area: True for each in assessment.runs if each.status == "ok"},
    )
