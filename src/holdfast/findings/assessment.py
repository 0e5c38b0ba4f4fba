"""An assessment: findings by area, each value that was measured, and how it can be run again. Never one score."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from holdfast.findings.false_alarms import FalseAlarms
from holdfast.findings.finding import Area, ChangePoint, Finding, Tested, Value
from holdfast.ids import WikiName
from holdfast.registry import load_attribute


@dataclass(frozen=True, kw_only=True)
class Family:
    """All that was looked at in one assessment, and the false-discovery control over it."""

    looked_at: int
    """Hypotheses tested, found or not."""
    q: float
    """The share of false findings tolerated among the statistical findings, in [0, 1]."""
    method: str
    kept: int


@dataclass(frozen=True, kw_only=True)
class Described:
    """What the report must say of a measure, copied from its declaration."""

    name: str
    title: str
    question: str
    area: str
    unit: str
    window: str
    minimum: str
    null: str
    reference: str
    source: str
    innocent: tuple[str, ...]
    cannot_tell: str
    alarming: str
    """high, low or neither."""
    picture: str = ""
    """A value of holdfast.measures._measure.Picture: the figure that stands beside the series."""


@dataclass(frozen=True, kw_only=True)
class SearchRun:
    """One search for accounts that act or vote together: it has a gate of its own, and is no part of the family."""

    area: Area
    measure: str
    """`co_action` or `voting_bloc`."""
    status: str
    """`ok`: the gate let it publish, found or not. `not_published`: the gate did not. `not_enough_data`."""
    reason: str
    """Why, in words; empty when all is well."""
    upper_bound: float | None = None
    """False groups per run that its replicates could not rule out (95 %); null when none were run."""
    target: float | None = None


@dataclass(frozen=True, kw_only=True, repr=False)
class Assessment:
    """The whole result for one wiki as of one day; everything a report shows is in here."""

    wiki: WikiName
    as_of: date | None
    """The last day that was looked at; null when the data carry no times."""
    values: tuple[Value, ...]
    peers: tuple[Value, ...]
    """The same measures for the lake's other wikis of like size, for the small multiples."""
    findings: tuple[Finding, ...]
    family: Family
    measures: Mapping[str, Described]
    tests: tuple[Tested, ...] = ()
    """Every hypothesis of the family, by measure, null and period."""
    changes: tuple[ChangePoint, ...] = ()
    runs: tuple[SearchRun, ...] = ()
    """The searches for coordination, where they were asked for: also those that could say nothing."""
    false_alarms: FalseAlarms | None = None
    """How often an assessment finds something on simulated wikis of about this size in which nothing is wrong."""
    lorenz: tuple[tuple[float, float], ...] = ()
    """Share of admins (x) and of logged admin actions (y), for the newest 12 months with enough data."""
    coverage: Mapping[str, Any] = field(default_factory=dict)
    """What the tables held: `tables` (name to `rows`, `first` and `last` as ISO 8601 or null), `bots_left_out`
    (a count), `others_left_out` (why to count), `dropped` (reason to count) and `notes` (texts of the manifest); any
    of them may be missing."""
    names: Literal["pseudonyms", "published", "all"] = "pseudonyms"
    """How accounts are named in evidence: as `--names` (published) and `--names-all` (all) asked."""
    labels: tuple[str, ...] = ()
    """What no reader may miss, such as `Simulated accounts`."""
    inputs: tuple[Mapping[str, Any], ...] = ()
    """`name`, `sha256`, `size_bytes`, `source` and `ingested_at` of each input, from the manifest."""
    versions: Mapping[str, str] = field(default_factory=dict)
    rerun: tuple[str, ...] = ()
    """The commands that make this assessment again."""

    def __repr__(self) -> str:
        return f"Assessment(wiki={self.wiki!r}, as_of={self.as_of}, findings={len(self.findings)})"

    def _repr_html_(self) -> str:
        """The display in a notebook. The room of reports lies behind this one, so it is asked for only here."""
        html: str = load_attribute("holdfast.report.notebook", "html_of")(self)
        return html

    def table(self, name: str = "measures") -> Any:
        """One of the report's tables (measures, findings, evidence, tests, provenance) as an Arrow table."""
        return load_attribute("holdfast.report.machine_files", "tables_of")(self)[name]
