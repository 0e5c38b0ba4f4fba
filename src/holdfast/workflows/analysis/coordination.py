"""Findings about coordination for an assessment: published co-action groups with their innocent explanations.

A finding is a group that passed its null and a run whose gate let it be published. What would tell an innocent
explanation apart is computed where the lake has the data, and said not to be tested where it has not.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from holdfast.accounts.naming import Naming, pseudonyms_for
from holdfast.accounts.pseudonym import Pseudonyms
from holdfast.clock import add_months
from holdfast.findings.assessment import Assessment, SearchRun
from holdfast.findings.finding import Area, Evidence, Finding, Innocent, false_accusation
from holdfast.ids import WikiName
from holdfast.networks.calibration import REPLICATES
from holdfast.networks.coaction import Settings as LookSettings
from holdfast.networks.groups import Group
from holdfast.networks.run import Joint, Run, joint_actions, run
from holdfast.progress import Progress, silent
from holdfast.tables.actions import Actions, actions_of
from holdfast.tables.lake import Lake
from holdfast.workflows.analysis.vote_findings import findings_of, search_of
from holdfast.workflows.analysis.votes import run_votes

MEASURE = "co_action"
NULL = (
    "exchanges of accounts inside kind of object and week and inside each object, and the calibration gate's three"
    " nulls"
)
PROJECT_NAMESPACE = 4  # number of MediaWiki's namespace of project pages (NS_PROJECT)
_BUSIEST_DAYS = 3  # days that a meet-up or an edit-a-thon may fill; chosen, not measured
_CLASS_DAYS = 14  # days around the middle first edit that count as one intake; chosen, not measured


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """What the innocent explanations are tested with."""

    lake: Lake
    wiki: WikiName
    actions: Actions
    found: Run
    start: int
    named: bool
    """Whether members are named; under pseudonyms nothing stands beside one that the public log also tells."""


@dataclass(frozen=True, kw_only=True)
class Together:
    """What the searches for accounts that act or vote together came to."""

    findings: tuple[Finding, ...]
    runs: tuple[SearchRun, ...]


def _co_action(
    opened: Lake,
    *,
    wiki: str,
    replicates: int,
    seed: int,
    pseudonyms: Pseudonyms | None,
    named: bool,
    progress: Progress,
) -> Together:
    name = opened.require(wiki)
    actions = actions_of(opened, name)
    settings = LookSettings(seed=seed)
    found = run(
        actions.account,
        actions.object,
        actions.at,
        settings=settings,
        replicates=replicates,
        progress=progress,
    )
    made = SearchRun(
        area=Area.COORDINATION,
        measure=MEASURE,
        status=found.status,
        reason="" if found.status == "ok" else found.calibration.reason,
        upper_bound=found.calibration.upper_bound,
        target=found.calibration.target,
    )
    if found.look is None or not found.calibration.published:
        return Together(findings=(), runs=(made,))
    shown = pseudonyms_for(pseudonyms, opened.path)

    def label(number: int) -> str:
        text = actions.account_names[number]
        return text if named else shown.of(name, text)

    seen = _Seen(lake=opened, wiki=name, actions=actions, found=found, start=int(actions.at.min()), named=named)
    # a group seen at both levels is one finding: the group test's, which has the tighter claim
    groups = _once(found.look.groups)
    findings = tuple(_finding(seen, group, place, label) for place, group in enumerate(groups, 1))
    return Together(findings=findings, runs=(made,))


def _once(groups: tuple[Group, ...]) -> list[Group]:
    kept: list[Group] = []
    for group in sorted(groups, key=lambda each: each.level):  # the group level first
        if not any(2 * len(np.intersect1d(group.accounts, other.accounts)) >= len(group.accounts) for other in kept):
            kept.append(group)
    return sorted(kept, key=lambda each: int(each.accounts[0]))


def _finding(seen: _Seen, group: Group, place: int, label: Callable[[int], str]) -> Finding:
    calibration = seen.found.calibration
    joint = joint_actions(seen.found.ordered, group.accounts, seen.found.settings.windows[-1])
    moments = [datetime.fromtimestamp(seen.start + each.begin, UTC) for each in joint]
    return Finding(
        id=f"{Area.COORDINATION}-{MEASURE}-{place:03d}",
        wiki=seen.wiki,
        area=Area.COORDINATION,
        measure=MEASURE,
        period_start=_start(min(moments).date(), exact=seen.named) if moments else None,
        period_end=_end(max(moments).date(), exact=seen.named) if moments else None,
        claim=(
            f"{len(group.accounts)} accounts act on the same pages close in time more than their activity, their"
            " interests and the crowds on those pages explain. This is co-action beyond chance and says nothing"
            " about who they are or why."
        ),
        null=NULL,
        p=group.p,
        effect=(
            f"{len(joint)} joint actions; the run finds {calibration.realised_false_groups:.3f} such groups where"
            f" there are none (95 % bound {calibration.upper_bound:.3f})"
        ),
        evidence=(
            Evidence(
                caption="The accounts, by their label",
                columns=("account", "joint actions with others of the group")[: 2 if seen.named else 1],
                rows=tuple(
                    sorted(
                        (
                            label(int(account)),
                            *([sum(account in each.accounts for each in joint)] if seen.named else []),
                        )
                        for account in group.accounts
                    )
                ),
            ),
        ),
        innocent=_innocent(seen, group, joint, moments),
        tell_apart="Ask the accounts; look for a public page of an event, a course or a list that they share.",
        details={
            "level": group.level,
            "stability": group.stability,
            **_false_accusation(seen, group),
            "without_association_features": "no finding: accounts, pages and times are all that was used",
        },
    )


def _start(day: date, *, exact: bool) -> date:
    """The first day of a group's joint actions; under pseudonyms that of its quarter of the year."""
    return day if exact else date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def _end(day: date, *, exact: bool) -> date:
    """The day after the last, which is not in the period; under pseudonyms after the last of its quarter."""
    return day + timedelta(days=1) if exact else add_months(_start(day, exact=False), 3)


def _false_accusation(seen: _Seen, group: Group) -> dict[str, Mapping[str, float | int]]:
    bound = seen.found.calibration.upper_bound
    if bound is None:
        return {}
    looked_at = len(np.unique(seen.actions.account))
    rate = false_accusation(groups_upper_bound=bound, members=len(group.accounts), accounts=looked_at)
    return {"false_accusation": rate}


def _innocent(seen: _Seen, group: Group, joint: list[Joint], moments: list[datetime]) -> tuple[Innocent, ...]:
    days: dict[date, int] = {}
    for moment in moments:
        days[moment.date()] = days.get(moment.date(), 0) + 1
    busiest = sum(sorted(days.values(), reverse=True)[:_BUSIEST_DAYS])
    begun = _first_actions(seen, group.accounts)
    together = int((np.abs(begun - np.median(begun)) <= _CLASS_DAYS * 86400).sum())
    shared = _project_pages(seen, group.accounts)
    return (
        Innocent(
            text="A meet-up or edit-a-thon: people sat in one room.",
            tested=f"{busiest} of {len(moments)} joint actions fall on the {_BUSIEST_DAYS} busiest days;"
            " a meet-up would hold most of them",
        ),
        Innocent(
            text="A class: new accounts that follow one course.",
            tested=f"{together} of {len(begun)} accounts first edited within {_CLASS_DAYS} days of the middle one",
        ),
        Innocent(
            text="A shared interest.",
            tested="exchanges inside kinds of objects and inside each object keep interests;"
            f" the larger p is {group.p:.4f}",
        ),
        Innocent(text="The same newsletter or notice reached all of them.", tested="not tested with these data"),
        Innocent(
            text="A project drive down one list.",
            tested=f"{shared} pages of the project namespace were edited by at least half of the accounts;"
            " a drive would have one",
        ),
    )


def _first_actions(seen: _Seen, accounts: NDArray[np.int64]) -> NDArray[np.float64]:
    first = np.full(len(accounts), np.inf)
    places = np.searchsorted(accounts, seen.actions.account).clip(max=len(accounts) - 1)
    inside = accounts[places] == seen.actions.account
    np.minimum.at(first, places[inside], seen.actions.at[inside].astype(float))
    return first


def _project_pages(seen: _Seen, accounts: NDArray[np.int64]) -> int:
    """Pages in the project namespace that at least half of the accounts edited."""
    connection = seen.lake.connect(seen.wiki)
    try:
        pages = {
            str(row[0])
            for row in connection.execute(
                "SELECT DISTINCT page_id FROM revisions WHERE namespace = ?", [PROJECT_NAMESPACE]
            ).fetchall()
        }
    finally:
        connection.close()
    mine = np.isin(seen.actions.account, accounts)
    pairs = {
        (int(thing), int(account))
        for thing, account in zip(seen.actions.object[mine], seen.actions.account[mine], strict=True)
        if seen.actions.object_names[thing] in pages
    }
    visitors: dict[int, int] = {}
    for thing, _account in pairs:
        visitors[thing] = visitors.get(thing, 0) + 1
    return sum(1 for each in visitors.values() if 2 * each >= len(accounts))


def acting_together(
    lake: Lake,
    *,
    wiki: str,
    replicates: int = REPLICATES,
    seed: int = 0,
    pseudonym_key: Path | None = None,
    named: bool = False,
    progress: Progress = silent,
) -> tuple[Finding, ...]:
    """The findings of `look_together`."""
    return look_together(
        lake,
        wiki=wiki,
        replicates=replicates,
        seed=seed,
        pseudonym_key=pseudonym_key,
        named=named,
        progress=progress,
    ).findings


def look_together(
    lake: Lake,
    *,
    wiki: str,
    replicates: int = REPLICATES,
    seed: int = 0,
    pseudonym_key: Path | None = None,
    named: bool = False,
    progress: Progress = silent,
) -> Together:
    """Groups that act together and blocs that vote together, each behind its own gate, and what each run could say.

    `named` names the members of published groups. Cost: a whole run of each, with its gate.
    """
    held = {table for entry in lake.entries(lake.require(wiki)) for table in entry.tables}
    parts: list[Together] = []
    if "revisions" in held:
        parts.append(
            _co_action(
                lake,
                wiki=wiki,
                replicates=replicates,
                seed=seed,
                pseudonyms=pseudonyms_for(pseudonym_key, lake.path),
                named=named,
                progress=progress,
            )
        )
    else:
        parts.append(_no_rows(Area.COORDINATION, MEASURE, "edits"))
    if "votes" in held:
        naming = Naming(published=named, key=pseudonym_key)
        voted = run_votes(
            lake.path,
            wiki=wiki,
            replicates=replicates,
            seed=seed,
            naming=naming,
            settings=lake.settings,
            progress=progress,
        )
        parts.append(Together(findings=findings_of(voted, wiki), runs=(search_of(voted),)))
    else:
        parts.append(_no_rows(Area.ELECTIONS, "voting_bloc", "votes"))
    return Together(
        findings=tuple(each for part in parts for each in part.findings),
        runs=tuple(each for part in parts for each in part.runs),
    )


def _no_rows(area: Area, measure: str, what: str) -> Together:
    made = SearchRun(area=area, measure=measure, status="not_enough_data", reason=f"the lake holds no {what} of it")
    return Together(findings=(), runs=(made,))


def with_coordination(
    assessment: Assessment, findings: tuple[Finding, ...], runs: tuple[SearchRun, ...] = ()
) -> Assessment:
    """The assessment with these findings after its own. They are controlled by their own run, not by its family."""
    return replace(assessment, findings=(*assessment.findings, *findings), runs=(*assessment.runs, *runs))
