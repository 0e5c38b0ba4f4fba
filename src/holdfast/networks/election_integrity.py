"""One election next to the groups that vote together: what it was, what it would have been without each."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from holdfast.accounts.names import account_name, same_account
from holdfast.elections.integrity import Margin, Without, judged, margin, without
from holdfast.elections.open_votes import OpenVotes, Tally
from holdfast.elections.outcome import Outcome
from holdfast.elections.rules import RuleSet
from holdfast.errors import UsageError
from holdfast.networks.ballots import Ballots
from holdfast.networks.vote_run import VoteRun, calibration_of

_DAY_SECONDS = 86_400  # seconds of a day


CLAIM = (
    "A group here turned out and took sides together more than activity, leniency, the elections' popularity and"
    " chance explain. It says nothing of why, and nothing about anybody's right to vote."
)


INNOCENT = (
    "people of one project, language or topic see the same candidates alike",
    "friends tell each other that a vote is open, which some communities allow and others call canvassing",
    "people vote after the same discussion, and it convinced them",
    "a meeting or a call on a public page brings the same people to the same elections",
)


@dataclass(frozen=True, kw_only=True)
class Integrity:
    """What is known of one election."""

    rules: RuleSet
    run: VoteRun
    poll: int
    kind: str
    votes: OpenVotes
    tally: Tally
    outcome: Outcome
    margin: Margin
    groups: tuple[Without, ...]


def check_election(run: VoteRun, rules: RuleSet, *, candidate: str, election: str = "", kind: str = "") -> Integrity:
    """One candidate's election next to the groups that the votes engine reports over all elections.

    `candidate` is a name or a pseudonym. Raises InputRefusedError `access.name`, UsageError `integrity.which`, and
    what `outcomes` raises.
    """
    ballots = run.result.ballots
    poll = _poll(run, candidate, election)
    tally, votes = _tally(ballots, poll, kind)
    groups = []
    for bloc in run.result.blocs:
        chosen = (ballots.poll == poll) & np.isin(ballots.voter, bloc.members)
        sides = ballots.side[chosen]
        cast = tuple(int((sides == side).sum()) for side in (1, -1, 0))
        groups.append(without(rules, votes, tally, group=bloc.id, cast=(cast[0], cast[1], cast[2])))
    return Integrity(
        rules=rules,
        run=run,
        poll=poll,
        kind=kind,
        votes=votes,
        tally=tally,
        outcome=judged(rules, votes, tally),
        margin=margin(rules, votes, tally),
        groups=tuple(groups),
    )


def _poll(run: VoteRun, candidate: str, election: str) -> int:
    candidate = account_name(candidate, place="--candidate")
    found = [
        number
        for number, (name, who) in enumerate(run.result.ballots.polls)
        if (same_account(candidate, who) or candidate == run.labels.of(who))
        and election in ("", name, run.labels.within(name, who))
    ]
    if len(found) != 1:
        raise UsageError(
            "integrity.which",
            "no vote on this candidate is known" if not found else "there are several votes on this candidate",
            expected="a candidate of the votes, and --election where there are several",
            got=f"{len(found)} elections",
        )
    return found[0]


def _tally(ballots: Ballots, poll: int, kind: str) -> tuple[Tally, OpenVotes]:
    sides = ballots.side[ballots.poll == poll]
    voters = ballots.voter[ballots.poll == poll]
    candidate = ballots.polls[poll][1]
    own = [
        int(side)
        for side, voter in zip(sides, voters, strict=True)
        if same_account(ballots.voters[int(voter)], candidate)
    ]
    tally = Tally(
        candidate=candidate,
        support=int((sides == 1).sum()),
        oppose=int((sides == -1).sum()),
        neutral=int((sides == 0).sum()),
        kind=kind,
        own=own[0] if own else None,
    )
    opened, closed = float(ballots.opened[poll]), float(ballots.closed[poll])
    days = None if np.isnan(opened) or np.isnan(closed) else int((closed - opened) // _DAY_SECONDS)
    end = None if np.isnan(closed) else datetime.fromtimestamp(closed, UTC).date()
    return tally, OpenVotes(tallies=(tally,), voters=len(voters), days_open=days, closed=end)


def document(found: Integrity) -> dict[str, Any]:
    """The report as JSON, under the labels of the run."""
    label = found.run.labels.of(found.tally.candidate)
    outcome = {**found.outcome.to_json(), "candidate": label}
    return {
        "candidate": label,
        "rules": {"name": found.rules.name, "version": found.rules.version, "sha256": found.rules.sha256},
        "outcome": outcome,
        "margin": {
            "fewer_support": found.margin.fewer_support,
            "more_support": found.margin.more_support,
            "more_oppose": found.margin.more_oppose,
            "fewer_oppose": found.margin.fewer_oppose,
            "smallest": found.margin.smallest,
        },
        "groups": [
            {
                "group": each.group,
                "published": any(bloc.id == each.group for bloc in found.run.result.published),
                "support": each.support,
                "oppose": each.oppose,
                "neutral": each.neutral,
                "outcome_without": each.outcome.outcome,
                "pivotal": each.is_pivotal,
            }
            for each in found.groups
        ],
        "calibration": calibration_of(found.run),
        "innocent_explanations": list(INNOCENT),
    }
