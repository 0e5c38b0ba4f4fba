"""The page of a run over votes: what was looked at, what was found, and what else would explain it."""

from pathlib import Path

import numpy as np

from holdfast.networks.agreement import adjusted
from holdfast.networks.poll import MINIMUM_VOTERS
from holdfast.networks.vote_run import VoteRun, election_label, flagged_pairs
from holdfast.networks.votes import Bloc
from holdfast.report.page import Block, Bullets, Column, Commands, DataTable, Facts, Notice, Page, Section, Text
from holdfast.report.pages.bloc_pictures import bloc_blocks
from holdfast.report.render import write_page

_MOST_LISTED = 200  # rows; chosen for reading

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
        lead = [CLAIM, f"Nothing is published: {result.gate.reason}."]
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
    made = [(poll, check) for poll, check in run.checks if check.status == "ok" and check.p is not None]
    q = adjusted(np.array([check.p for _, check in made])) if made else np.zeros(0)
    rows = tuple(
        (
            election_label(run, poll),
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
    voters, labels = run.result.ballots.voters, run.labels
    flagged = flagged_pairs(run)
    rows: list[tuple[str, str, int, float, float]] = sorted(
        (
            min(labels.of(one), labels.of(other)),
            max(labels.of(one), labels.of(other)),
            int(found.shared[each]),
            float(found.z[each]),
            float(found.q[each]),
        )
        for each in np.flatnonzero(flagged)
        for one, other in [(voters[found.first[each]], voters[found.second[each]])]
        if labels.shows(one) and labels.shows(other)
    )
    may = run.result.gate is not None and run.result.gate.published
    said = f"{int(flagged.sum())} agree" if may else "The run may not publish, so it is not said how many agree"
    said += " more than the model expects"
    spread = "" if np.isnan(found.spread) else f" Its spread over the bulk of the pairs is {found.spread:.2f}, not 1:"
    return Section(
        title="Pairs of voters",
        blocks=(
            Text(
                text=f"{len(found.z):,} pairs share ten elections or more in which both took a side. "
                f"{said} (false discovery rate 0.01).{spread} "
                f"assuming 1 would have flagged {found.flagged_if_assumed_normal}."
                if spread
                else "No pair shares ten elections in which both took a side: not enough data."
            ),
            DataTable(
                caption="Pairs of named accounts that agree beyond the model, in the order of their labels",
                columns=(
                    Column(heading="one"),
                    Column(heading="other"),
                    Column(heading="shared elections", kind="number"),
                    Column(heading="z", kind="number"),
                    Column(heading="q", kind="p"),
                ),
                rows=tuple(rows[:_MOST_LISTED]),
                empty="None. Pairs are listed where both are named; a pair is no finding by itself.",
            ),
        ),
    )


def _bloc(run: VoteRun, bloc: Bloc) -> Section:
    said = Text(
        text=f"{len(bloc.members)} accounts. Coming together p = {bloc.p_turnout:.3g}, taking sides together "
        f"p = {bloc.p_side:.3g} (permutations, the largest of all candidates), holding together when cut "
        f"p = {bloc.p_seam:.3g}; the largest counts."
    )
    return Section(title=f"Group {bloc.id}", blocks=(said, *bloc_blocks(run, bloc)))


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
        Text(
            text="Under pseudonyms no vote, time or value of one account is written. Whoever has the same votes can "
            "run this again and learn who the members are.",
            quiet=True,
        ),
        Commands(
            lines=(f"holdfast votes {run.source} --out DIR{threshold} --seed {run.seed}",),
            label="How to run it again",
        ),
    )
