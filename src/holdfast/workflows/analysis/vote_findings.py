"""What a run over votes adds to an assessment: one finding for each published bloc."""

from datetime import UTC, date, datetime

import numpy as np

from holdfast.findings.assessment import SearchRun
from holdfast.findings.finding import Area, Evidence, Finding, Innocent, false_accusation
from holdfast.ids import wiki_name
from holdfast.networks.vote_run import VoteRun
from holdfast.networks.votes import Bloc

NULL = "permutation of outcomes among voters of like expectation, the largest of all candidates"


def search_of(run: VoteRun) -> SearchRun:
    """What the run could say at all."""
    gate = run.result.gate
    if gate is None:
        reason = "; ".join(run.result.notes) or "not enough data for blocs"
        return SearchRun(area=Area.ELECTIONS, measure="voting_bloc", status="not_enough_data", reason=reason)
    return SearchRun(
        area=Area.ELECTIONS,
        measure="voting_bloc",
        status="ok" if gate.published else "not_published",
        reason="" if gate.published else gate.reason,
        upper_bound=gate.upper_bound,
        target=gate.target,
    )


def findings_of(run: VoteRun, wiki: str) -> tuple[Finding, ...]:
    """The published blocs as findings, under the run's labels, in the order of their ids."""
    return tuple(_finding(run, wiki, bloc) for bloc in run.result.published)


def _finding(run: VoteRun, wiki: str, bloc: Bloc) -> Finding:
    moved = [
        each
        for each in run.effects
        if each.bloc_id == bloc.id and "unknown" not in (each.outcome, each.outcome_without)
        and each.outcome != each.outcome_without
    ]  # fmt: skip
    start, end = _period(run)
    return Finding(
        id=f"elections.bloc.{bloc.id}",
        wiki=wiki_name(wiki),
        area=Area.ELECTIONS,
        measure="voting_bloc",
        period_start=start,
        period_end=end,
        claim=f"{len(bloc.members)} accounts turned out for the same elections and took the same side there more "
        "than their activity, leniency, the elections' popularity and chance explain.",
        null=NULL,
        p=bloc.p,
        effect=f"without their votes {len(moved)} elections would have had another outcome",
        evidence=(_members(run, bloc),),
        innocent=(
            Innocent(
                text="a project, class or meet-up that comes to the same elections and votes as each thinks",
                tested=f"sides alone, turnout as it was: p = {bloc.p_side:.3g}",
            ),
            Innocent(
                text="a shared taste: people who agree where they meet",
                tested=f"turnout alone, sides as they were: p = {bloc.p_turnout:.3g}",
            ),
            Innocent(
                text="friendships of two to four",
                tested=f"cut at its weakest seam the group still holds together: p = {bloc.p_seam:.3g}",
            ),
            Innocent(text="herding", tested="each election's share is part of the model"),
            Innocent(text="the same newsletter or announcement"),
        ),
        tell_apart="what was announced, where and to whom, before each of the elections",
        details={
            "p_turnout": bloc.p_turnout,
            "p_side": bloc.p_side,
            "p_seam": bloc.p_seam,
            **_false_accusation(run, bloc),
            "without_association": {
                "p": bloc.p_side,
                "meaning": "what is left when coming together counts for nothing",
            },
            "elections_with_another_outcome": len(moved),
        },
    )


def _members(run: VoteRun, bloc: Bloc) -> Evidence:
    """The members by their labels; what each of them did stands there where they are named."""
    voters = [(run.result.ballots.voters[int(each)], int(each)) for each in bloc.members]
    named = all(run.labels.shows(voter) for voter, _ in voters)
    values = (bloc.affinity, bloc.low, bloc.high) if named else ()
    return Evidence(
        caption="Members, in the order of their labels",
        columns=("account", "affinity", "low", "high")[: 1 + len(values)],
        rows=tuple(sorted((run.labels.of(voter), *(float(each[at]) for each in values)) for voter, at in voters)),
    )


def _false_accusation(run: VoteRun, bloc: Bloc) -> dict[str, dict[str, float | int]]:
    gate = run.result.gate
    if gate is None:
        return {}
    voters = len(run.result.ballots.voters)
    rate = false_accusation(groups_upper_bound=gate.upper_bound, members=len(bloc.members), accounts=voters)
    return {"false_accusation": rate}


def _period(run: VoteRun) -> tuple[date | None, date | None]:
    at = run.result.ballots.at
    if at is None or not len(at):
        return None, None
    first, last = (datetime.fromtimestamp(float(each), UTC).date() for each in (np.min(at), np.max(at) + 86_400))
    return first, last
