"""A published bloc on the page: its members' votes where they are named, and sums over elections where they are not.

Votes are public, so a row of votes, a time or a count of one person names that person, whatever stands beside it.
Under pseudonyms the page says who belongs to the group and what the group did, and nothing of any one member.
"""

import numpy as np

from holdfast.networks.vote_run import VoteRun, election_label
from holdfast.networks.votes import Bloc
from holdfast.report.charts import Category, matrix_chart
from holdfast.report.page import Block, Column, DataTable, Text
from holdfast.report.shape_charts import Edge, Node, network_chart
from holdfast.report.time_charts import event_chart

_MOST_ROWS = 60  # accounts in a picture; chosen for reading
_MOST_COLUMNS = 60  # elections in a picture; chosen for reading
_LEAST_ELECTIONS = 5
"""Sums under pseudonyms are taken over at least so many elections."""


def bloc_blocks(run: VoteRun, bloc: Bloc) -> list[Block]:
    """What is shown of a bloc: everything where all its members are named, else sums."""
    ballots = run.result.ballots
    names = [ballots.voters[int(each)] for each in bloc.members]
    members = sorted((run.labels.of(name), int(each)) for name, each in zip(names, bloc.members, strict=True))
    if not all(run.labels.shows(name) for name in names):
        return [_members(bloc, members), _sums(run, bloc), _changed(run, bloc)]
    timeline = _timeline(run, bloc, members)
    return [
        _matrix(run, bloc, members),
        _network(run, bloc, members),
        *([] if timeline is None else [timeline]),
        _margins(run, bloc),
    ]


def _members(bloc: Bloc, members: list[tuple[str, int]]) -> Block:
    return DataTable(
        caption=f"{bloc.id}: its members, in the order of their labels",
        columns=(Column(heading="account"),),
        rows=tuple((label,) for label, _ in members),
    )


def _sums(run: VoteRun, bloc: Bloc) -> Block:
    """How many came and how far they agreed, over five elections and more at a time."""
    ballots = run.result.ballots
    polls = called(bloc)
    chosen = np.isin(ballots.voter, bloc.members)
    rows = []
    for part in np.array_split(polls, max(1, len(polls) // _LEAST_ELECTIONS)) if len(polls) else []:
        inside = chosen & np.isin(ballots.poll, part)
        sides = [ballots.side[inside & (ballots.poll == poll)] for poll in part]
        taken = [abs(int(each.sum())) + int((each != 0).sum()) for each in sides]
        sided = sum(int((each != 0).sum()) for each in sides)
        rows.append(
            (
                _years(run, part),
                len(part),
                float(inside.sum() / (len(part) * len(bloc.members))),
                float(sum(taken) / 2 / sided) if sided else None,
            )
        )
    return DataTable(
        caption=f"{bloc.id}: the elections in which it most likely acted together",
        columns=(
            Column(heading="years"),
            Column(heading="elections", kind="number"),
            Column(heading="share of members who came", kind="share"),
            Column(heading="share on the side of most of them", kind="share"),
        ),
        rows=tuple(rows),
        empty="No election stands out.",
    )


def _years(run: VoteRun, polls: np.ndarray) -> str:
    from datetime import UTC, datetime

    opened = run.result.ballots.opened[polls]
    known = opened[~np.isnan(opened)]
    if not len(known):
        return "not known"
    first, last = (datetime.fromtimestamp(float(each), UTC).year for each in (known.min(), known.max()))
    return str(first) if first == last else f"{first} to {last}"


def _changed(run: VoteRun, bloc: Bloc) -> Block:
    mine = [each for each in run.effects if each.bloc_id == bloc.id]
    known = [each for each in mine if "unknown" not in (each.outcome, each.outcome_without)]
    changed = sum(each.outcome != each.outcome_without for each in known)
    return Text(
        text=f"Without its votes {changed} of {len(known)} elections would have had another outcome (a close election"
        " makes every group weigh much). Votes of single members, their times and what they weigh in single elections"
        " are written with --names, for those who work on a case."
    )


def called(bloc: Bloc) -> np.ndarray:
    """The polls that the bloc most likely made its own, in the order of polls."""
    chance = bloc.calls[1] + bloc.calls[2]
    likeliest = np.argsort(-chance, kind="stable")[:_MOST_COLUMNS]
    return np.sort(likeliest[chance[likeliest] > 0.5])


def _matrix(run: VoteRun, bloc: Bloc, members: list[tuple[str, int]]) -> Block:
    ballots = run.result.ballots
    polls = called(bloc)
    columns = [f"{number + 1}" for number in polls]
    words = {
        1: Category(sign="+", word="support"),
        -1: Category(sign="-", word="oppose"),
        0: Category(sign="o", word="neutral"),
    }
    row_of = {member: label for label, member in members[:_MOST_ROWS]}
    column_of = {int(poll): column for poll, column in zip(polls, columns, strict=True)}
    cells = {
        (row_of[voter], column_of[poll]): words[side]
        for voter, poll, side in zip(
            ballots.voter.tolist(), ballots.poll.tolist(), ballots.side.tolist(), strict=True
        )
        if voter in row_of and poll in column_of
    }
    return matrix_chart(
        cells,
        rows=list(row_of.values()),
        columns=columns,
        title=f"{bloc.id}: how its members voted where it most likely acted together",
        description=f"{len(row_of)} accounts by {len(columns)} elections, numbered in their order.",
        row_label="account",
        note="Empty: did not vote. Elections are numbered as in elections.parquet, from 1 in the order of opening."
        if run.result.in_time_order
        else "Empty: did not vote. Elections have no times; they are numbered by name.",
    )


def _network(run: VoteRun, bloc: Bloc, members: list[tuple[str, int]]) -> Block:
    """Members on a ring, by label; a line where two of them voted the same way in many of the bloc's elections."""
    ballots = run.result.ballots
    polls = called(bloc)
    place = {member: number for number, (_, member) in enumerate(members)}
    chosen = np.isin(ballots.voter, bloc.members) & np.isin(ballots.poll, polls) & (ballots.side != 0)
    sides = np.zeros((len(members), len(ballots.polls)), np.int8)
    sides[[place[int(voter)] for voter in ballots.voter[chosen]], ballots.poll[chosen]] = ballots.side[chosen]
    same = (sides > 0).astype(int) @ (sides > 0).T.astype(int) + (sides < 0).astype(int) @ (sides < 0).T.astype(int)
    np.fill_diagonal(same, 0)
    most = max(int(same.max(initial=0)), 1)
    angle = 2 * np.pi * np.arange(len(members)) / max(len(members), 1)
    return network_chart(
        [
            Node(id=str(member), label=label, x=float(np.cos(a)), y=float(np.sin(a)), group=bloc.id)
            for (label, member), a in zip(members, angle, strict=True)
        ],
        [
            Edge(a=str(members[i][1]), b=str(members[j][1]), weight=float(same[i, j] / most))
            for i, j in zip(*np.nonzero(np.triu(same, 1) >= max(2, most / 2)), strict=True)
        ],
        title=f"{bloc.id}: who voted the same way most often",
        description=f"{len(members)} accounts on a ring in the order of their labels; a line joins two that voted "
        f"the same way in at least {max(2, -(-most // 2))} of the elections above; {most} is the most of any two.",
    )


def _timeline(run: VoteRun, bloc: Bloc, members: list[tuple[str, int]]) -> Block | None:
    """When the members voted in the elections of the matrix; none without times."""
    from datetime import UTC, datetime

    ballots = run.result.ballots
    if ballots.at is None:
        return None
    shown = {member: label for label, member in members[:40]}
    polls = set(called(bloc).tolist())
    events = [
        (
            datetime.fromtimestamp(at, UTC),
            shown[voter],
            "support" if side > 0 else "oppose" if side < 0 else "neutral",
        )
        for voter, poll, side, at in zip(
            ballots.voter.tolist(), ballots.poll.tolist(), ballots.side.tolist(), ballots.at.tolist(), strict=True
        )
        if voter in shown and poll in polls
    ]
    return event_chart(
        events[:5000],
        rows=sorted(shown.values()),
        title=f"{bloc.id}: when its members voted in these elections",
        description=f"{len(events)} votes of {len(shown)} accounts.",
    )


def _margins(run: VoteRun, bloc: Bloc) -> Block:
    rows = [
        (
            election_label(run, each.poll),
            each.support,
            each.oppose,
            each.bloc_support,
            each.bloc_oppose,
            None if each.margin_share is None else round(each.margin_share, 3),
            each.outcome,
            each.outcome_without,
        )
        for each in run.effects
        if each.bloc_id == bloc.id and each.poll in set(called(bloc).tolist())
    ]
    heads = (
        "election",
        "support",
        "oppose",
        "support in it",
        "oppose in it",
        "share of margin",
        "outcome",
        "without it",
    )
    return DataTable(
        caption=f"{bloc.id}: what its votes weigh in these elections (a close election makes every group weigh much)",
        columns=tuple(
            Column(heading=head, kind="text" if head in {"election", "outcome", "without it"} else "number")
            for head in heads
        ),
        rows=tuple(rows),
    )
