"""Everything that one assessment tests, and what its family keeps."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np

from holdfast.findings.assessment import Family
from holdfast.findings.elections import turnout
from holdfast.findings.families import METHOD, adjusted
from holdfast.findings.finding import ChangePoint, Finding, Tested
from holdfast.findings.hypothesis import Hypothesis
from holdfast.findings.nulls import against_peers, equal_work, own_past
from holdfast.findings.permutation import admins_meet_targets
from holdfast.ids import WikiName
from holdfast.measures._calendar import Calendar
from holdfast.measures._measure import Measure, Null
from holdfast.measures._running import Measured, generator

ByMeasure = Mapping[str, Sequence[Measured]]


def newest(measured: Sequence[Measured]) -> Measured | None:
    """The newest whole published window with a value."""
    found = [
        each
        for each in measured
        if not each.is_quarter and each.is_whole and each.period is not None and each.computed.value is not None
    ]
    return max(found, key=lambda each: each.period or (date.min, date.min), default=None)


def hypotheses(
    connection: duckdb.DuckDBPyConnection,
    measured: ByMeasure,
    peers: Mapping[str, ByMeasure],
    *,
    wiki: WikiName,
    days: Calendar,
    label: Callable[[str], str],
) -> list[Hypothesis]:
    """Every hypothesis that these data allow to test, by measure. `connection` as left by `prepare`."""
    found: list[Hypothesis | None] = []
    for values in measured.values():
        measure, last = values[0].measure, newest(values)
        floor = _equal_work_p(connection, measure, last, wiki)
        if Null.OWN_PAST in measure.nulls:
            found.append(own_past(measure, values, wiki, floor))
        if Null.PEERS in measure.nulls:
            found.append(_beside_peers(measure, values, peers, wiki))
        if Null.PERMUTATION in measure.nulls and last is not None and last.period is not None:
            found.append(admins_meet_targets(connection, measure, last.period, wiki))
        is_spoilt = any(each.computed.status == "incomplete_history" for each in values)
        if Null.OTHER_ELECTIONS in measure.nulls and not is_spoilt:
            found.append(turnout(connection, measure, days, label))
    return [each for each in found if each is not None]


def _beside_peers(
    measure: Measure, values: Sequence[Measured], peers: Mapping[str, ByMeasure], wiki: str
) -> Hypothesis | None:
    """The test in the newest period, of the last 12, for which enough peers have a value: histories end apart.

    Which period that is hangs on what there is, never on how it looks.
    """
    windows = sorted(
        (each for each in values if not each.is_quarter and each.is_whole and each.compared is not None),
        key=lambda each: each.period or (date.min, date.min),
    )
    for each in windows[:-13:-1]:
        tested = against_peers(measure, each, _same_period(each, peers), wiki)
        if tested is not None:
            return tested
    return None


def _same_period(last: Measured, peers: Mapping[str, ByMeasure]) -> dict[str, Measured]:
    return {
        wiki: each
        for wiki, values in peers.items()
        for each in values.get(last.measure.name, ())
        if each.period == last.period and each.is_whole and each.compared is not None
    }


def _equal_work_p(connection: duckdb.DuckDBPyConnection, measure: Measure, last: Measured | None, wiki: str) -> float:
    """For measures of concentrated work, the p against equal work per month of holding; else 0."""
    statistic = measure.equal_work
    if statistic is None or last is None or last.period is None:
        return 0.0
    rows = connection.execute(
        "SELECT months_held, actions, admins FROM admin_loads WHERE period_start = ? AND period_end = ?"
        " ORDER BY 1, 2, 3",
        list(last.period),
    ).fetchall()
    held, actions, admins = np.array(rows, dtype=np.int64).T
    p, _ = equal_work(
        np.repeat(held, admins),
        np.repeat(actions, admins),
        statistic,
        generator(wiki, f"equal work {measure.name}", last.period),
        low=measure.alarming == "low",
    )
    return p


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What the family made of the hypotheses."""

    family: Family
    findings: tuple[Finding, ...]
    tests: tuple[Tested, ...]
    changes: tuple[ChangePoint, ...]


def judge(found: Sequence[Hypothesis], *, wiki: WikiName, q: float) -> Judged:
    """One Benjamini-Hochberg family over all hypotheses; what lies at or under `q` becomes a finding."""
    at = adjusted([each.p for each in found])
    kept = [bool(each <= q) for each in at]
    together = list(zip(found, (float(each) for each in at), kept, strict=True))
    return Judged(
        family=Family(looked_at=len(found), q=q, method=METHOD, kept=sum(kept)),
        findings=tuple(each.finding(wiki, value) for each, value, is_kept in together if is_kept),
        tests=tuple(
            Tested(
                measure=each.measure.name,
                period_start=each.period_start,
                period_end=each.period_end,
                null=each.null,
                p=each.p,
                q=value,
                found=is_kept,
            )
            for each, value, is_kept in together
        ),
        changes=tuple(
            ChangePoint(
                measure=each.measure.name,
                at=each.change[0],
                before=each.change[1],
                after=each.change[2],
                p=each.p,
                q=value,
                found=is_kept,
            )
            for each, value, is_kept in together
            if each.change is not None
        ),
    )
