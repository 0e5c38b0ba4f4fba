"""The page of a run over votes: what was looked at, what was found, and what else would explain it."""

from pathlib import Path

import numpy as np

from holdfast.networks.agreement import adjusted
from holdfast.networks.poll import MINIMUM_VOTERS
from holdfast.networks.votes import Bloc
from holdfast.report.charts import Category, matrix_chart
from holdfast.report.page import (
    Block,
    Bullets,
    Column,
    Commands,
    DataTable,
    Facts,
    Notice,
    Page,
    Section,
    Text,
    write_page,
)
from holdfast.report.shape_charts import Edge, Node, network_chart
from holdfast.report.time_charts import event_chart
from holdfast.workflows.votes import VoteRun

_MOST_ROWS = 60
_MOST_COLUMNS = 60
_MOST_LISTED = 200

CLAIM = (
    "A bloc here is a group of accounts that turned out for the same elections and took the same side there more "
    "than their activity, their leniency, the elections' popularity and chance explain. It says nothing of why."
)
NOT_FOUND = (
    "No group of voters passed all tests. That is not proof that there is none: the table of power says how large "
    "and how strong a bloc must be to be found in votes like these."
)


def votes_page(run: VoteRun, path: Path) -> None:
    """Write the page."""
    result = run.result
    ballots = result.ballots
    found = result.published
    lead = [CLAIM, f"{len(found)} published." if found else NOT_FOUND]
    if result.gate is not None and not result.gate.published:
        lead = [CLAIM, "Nothing is published: in data without any bloc this run called too many groups blocs."]
    if result.gate is None:
        lead = [CLAIM, "Not enough data to look for blocs.", *result.notes]
    sections = [_pairs(run)]
    sections += [_bloc(run, bloc) for bloc in found]
    sections += [_power(run), _elections(run), _innocent()]
    write_page(
        Page(
            title="Votes",
            kind="Votes",
            lead=tuple(lead),
            labels=("Simulated accounts",) if run.is_simulated else (),
            facts=Facts(
                pairs=(
                    ("votes", f"{len(ballots.side):,}"),
                    ("voters", f"{len(ballots.voters):,}"),
                    ("elections", f"{len(ballots.polls):,}"),
                    ("pairs tested", f"{len(result.agreement.z):,}"),
                    ("blocs published", str(len(found))),
                ),
                strip=True,
            ),
            sections=tuple(sections),
            provenance=_provenance(run),
        ),
        path,
    )


def _elections(run: VoteRun) -> Section:
    """What single elections show by themselves: those that stand out among all checks made, in their order."""
    polls = run.result.ballots.polls
    made = [(poll, check) for poll, check in run.checks if check.status == "ok" and check.p is not None]
    q = adjusted(np.array([check.p for _, check in made])) if made else np.zeros(0)
    rows = tuple(
        (
            run.labels.within(polls[poll][0], polls[poll][1]),
            check.name.replace("_", " "),
            check.value,
            check.usual,
            check.p,
            float(value),
            check.innocent,
        )
        for (poll, check), value in zip(made, q, strict=True)
        if value <= 0.05
    )
    missing = sorted({(check.name, check.detail.split(";")[0]) for _, check in run.checks if check.status != "ok"})
    return Section(
        title="Single elections",
        blocks=(
            Text(
                text=f"{len(made):,} checks were made of elections with {MINIMUM_VOTERS} voters or more. Listed are "
                "those that stand out after correction for all of them (false discovery rate 0.05), in the order of "
                "the elections. Each has an ordinary explanation, which comes first."
            ),
            DataTable(
                caption="Elections that stand out among the wiki's own",
                columns=(
                    Column(heading="election"),
                    Column(heading="check"),
                    Column(heading="here", kind="number"),
                    Column(heading="usual", kind="number"),
                    Column(heading="p", kind="p"),
                    Column(heading="q", kind="p"),
                    Column(heading="what would look the same"),
                ),
                rows=rows[:_MOST_LISTED],
                empty="None stands out.",
            ),
            Bullets(
                items=tuple(f"Not told, {name.replace('_', ' ')}: {why}" for name, why in missing[:12])
                or ("Every check could be made.",)
            ),
        ),
    )


def _pairs(run: VoteRun) -> Section:
    found = run.result.agreement
    names = [run.labels.of(voter) for voter in run.result.ballots.voters]
    flagged = np.flatnonzero(found.flagged)
    rows = sorted(
        (*ends, int(found.shared[each]), float(found.z[each]), float(found.q[each]))
        for each in flagged
        for ends in [sorted((names[found.first[each]], names[found.second[each]]))]
    )
    spread = "" if np.isnan(found.spread) else f" Its spread over the bulk of the pairs is {found.spread:.2f}, not 1:"
    return Section(
        title="Pairs of voters",
        blocks=(
            Text(
                text=f"{len(found.z):,} pairs share ten elections or more in which both took a side. "
                f"{len(flagged)} agree more than the model expects (false discovery rate 0.01).{spread} "
                f"assuming 1 would have flagged {found.flagged_if_assumed_normal}."
                if spread
                else "No pair shares ten elections in which both took a side: not enough data."
            ),
            DataTable(
                caption="Pairs that agree beyond the model, in the order of their labels",
                columns=(
                    Column(heading="one"),
                    Column(heading="other"),
                    Column(heading="shared elections", kind="number"),
                    Column(heading="z", kind="number"),
                    Column(heading="q", kind="p"),
                ),
                rows=tuple(rows[:_MOST_LISTED]),
                empty="None.",
            ),
        ),
    )


def _bloc(run: VoteRun, bloc: Bloc) -> Section:
    ballots = run.result.ballots
    members = sorted((run.labels.of(ballots.voters[int(each)]), int(each)) for each in bloc.members)
    blocks: list[Block] = [
        Text(
            text=f"{len(members)} accounts. Coming together p = {bloc.p_turnout:.3g}, taking sides together "
            f"p = {bloc.p_side:.3g} (permutations, the largest of all candidates), holding together when cut "
            f"p = {bloc.p_seam:.3g}; the largest counts."
        ),
        _matrix(run, bloc, members),
        _network(run, bloc, members),
    ]
    if (timeline := _timeline(run, bloc, members)) is not None:
        blocks.append(timeline)
    return Section(title=f"Group {bloc.id}", blocks=(*blocks, _margins(run, bloc)))


def _called(bloc: Bloc) -> np.ndarray:
    """The polls that the bloc most likely made its own, in the order of polls."""
    chance = bloc.calls[1] + bloc.calls[2]
    likeliest = np.argsort(-chance, kind="stable")[:_MOST_COLUMNS]
    return np.sort(likeliest[chance[likeliest] > 0.5])


def _matrix(run: VoteRun, bloc: Bloc, members: list[tuple[str, int]]) -> Block:
    ballots = run.result.ballots
    polls = _called(bloc)
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
    polls = _called(bloc)
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
    polls = set(_called(bloc).tolist())
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
    polls = run.result.ballots.polls
    rows = [
        (
            run.labels.within(polls[each.poll][0], polls[each.poll][1]),
            each.support,
            each.oppose,
            each.bloc_support,
            each.bloc_oppose,
            None if each.margin_share is None else round(each.margin_share, 3),
            each.outcome,
            each.outcome_without,
        )
        for each in run.effects
        if each.bloc_id == bloc.id and each.poll in set(_called(bloc).tolist())
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


def _power(run: VoteRun) -> Section:
    gate = run.result.gate
    if gate is None:
        return Section(title="How often this run errs", blocks=(Text(text="Not enough data to tell."),))
    nulls = " and ".join(f"{rate:.3f} ({kind})" for kind, rate in sorted(gate.false_groups_by_null.items()))
    return Section(
        title="How often this run errs",
        blocks=(
            Text(
                text=f"Two kinds of data without blocs were made of these votes, {gate.replicates} times each, and "
                f"the search was run on them: it published {nulls} false groups per run. What they can show "
                f"is a rate below {gate.upper_bound:.3f} (95 %); the target is {gate.target}. They were made of "
                f"{gate.on_voters} voters in {gate.on_polls} elections."
            ),
            DataTable(
                caption="Power: blocs planted into data without any (simulated), and what was found of them",
                columns=(
                    Column(heading="members"),
                    Column(heading="planted", kind="number"),
                    Column(heading="found", kind="number"),
                    Column(heading="share of members found", kind="share"),
                ),
                rows=tuple(
                    (str(each.size), each.planted, each.blocs_found, each.members_found) for each in gate.recall
                ),
                empty="There are too few voters to plant a bloc.",
            ),
        ),
    )


def _innocent() -> Section:
    return Section(
        title="What else would look like this",
        blocks=(
            Bullets(
                items=(
                    "A project or a meet-up that brings people to the same elections: tested. Such a group comes "
                    "together and votes as each thinks; a bloc must explain the polls that were held out better.",
                    "Shared taste, a camp: tested. Such a group agrees where it meets, and does not come together.",
                    "Two or four friends who follow each other: tested by cutting each group at its weakest seam; a "
                    "chain of friendships falls apart there.",
                    "Herding, later votes following earlier ones: the share of each election is part of the model.",
                    "The same neutral newsletter, or a class: not told apart from a call by votes alone. Ask what "
                    "was announced where before each of the elections.",
                )
            ),
            Notice(
                title="Not a judgement",
                text="Membership in a group is not misconduct. Before any name leaves this page a person has to look "
                "at it, and those concerned have to be heard.",
                kind="caution",
            ),
        ),
    )


def _provenance(run: VoteRun) -> tuple[Block, ...]:
    ballots = run.result.ballots
    left_out = [f"{reason}: {count:,}" for reason, count in sorted(ballots.left_out.items())]
    threshold = f" --threshold {run.threshold}" if run.threshold is not None else ""
    return (
        Bullets(
            items=(*run.result.notes, *run.notes, *(f"not counted, {each}" for each in left_out))
            or ("Nothing was left out.",)
        ),
        Text(text="Times and counts can re-identify people even under pseudonyms.", quiet=True),
        Commands(
            lines=(f"holdfast votes {run.source} --out DIR{threshold} --seed {run.seed}",),
            label="How to run it again",
        ),
    )
