"""Integrity of one open election: rules, outcome, margin, groups that vote together, false alarms; one page."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from holdfast.accounts.names import account_name, same_account
from holdfast.elections.integrity import Margin, Without, judged, margin, without
from holdfast.elections.open_votes import OpenVotes, Tally
from holdfast.elections.outcome import Outcome
from holdfast.elections.rules import RuleSet
from holdfast.errors import UsageError
from holdfast.networks.ballots import Ballots
from holdfast.report.page import Bullets, Column, DataTable, Facts, Notice, Page, Section, Text
from holdfast.report.render import write_page
from holdfast.tables._files import write_atomically
from holdfast.workflows.analysis.votes import VoteRun, calibration_of

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


def write_integrity(found: Integrity, out: Path) -> dict[str, Any]:
    """`integrity.json` and `integrity.html`; gives back what the first holds."""
    content = document(found)
    out.mkdir(parents=True, exist_ok=True)
    write_atomically(out / "integrity.json", json.dumps(content, ensure_ascii=False, indent=1).encode())
    write_page(page(found), out / "integrity.html")
    return content


def page(found: Integrity) -> Page:
    """The one page."""
    label = found.run.labels.of(found.tally.candidate)
    smallest = found.margin.smallest
    near = "no number of votes tried" if smallest is None else f"{smallest} votes"
    return Page(
        title=f"Integrity of one election: {label}",
        kind="Election",
        lead=(
            f"{found.outcome.outcome} under {found.rules.title}, version {found.rules.version}.",
            f"The nearest other outcome lies {near} away.",
        ),
        labels=("Simulated accounts",) if found.run.is_simulated else (),
        facts=Facts(
            pairs=(
                ("support", str(found.outcome.support)),
                ("oppose", str(found.outcome.oppose)),
                ("neutral", str(found.outcome.neutral)),
                ("margin, votes", "–" if smallest is None else str(smallest)),
            ),
            strip=True,
        ),
        sections=(
            Section(title="Rules and outcome", blocks=(Bullets(items=found.outcome.explanation, numbered=True),)),
            Section(title="Margin", blocks=(_margin_table(found.margin),)),
            Section(title="Groups that vote together", blocks=(Text(text=CLAIM), _groups(found))),
            _false_alarms(found),
            Section(title="What else would explain it", blocks=(Bullets(items=INNOCENT),)),
        ),
        provenance=(
            Facts(
                pairs=(
                    ("votes", found.run.source),
                    ("rules, SHA-256", found.rules.sha256),
                    ("seed", str(found.run.seed)),
                )
            ),
            *(Text(text=note, quiet=True) for note in (*found.run.result.notes, *found.run.notes)),
        ),
    )


def _margin_table(known: Margin) -> DataTable:
    rows = (
        ("supports less", known.fewer_support),
        ("supports more", known.more_support),
        ("opposes more", known.more_oppose),
        ("opposes less", known.fewer_oppose),
    )
    return DataTable(
        caption="So many votes of one kind, and the outcome would have been another",
        columns=(Column(heading="change"), Column(heading="votes", kind="number")),
        rows=rows,
    )


def _groups(found: Integrity) -> DataTable:
    published = {bloc.id for bloc in found.run.result.published}
    return DataTable(
        caption="The outcome without each group's votes; pivotal: it would have been another",
        columns=(
            Column(heading="group"),
            Column(heading="published"),
            Column(heading="support", kind="number"),
            Column(heading="oppose", kind="number"),
            Column(heading="outcome without"),
            Column(heading="pivotal"),
        ),
        rows=tuple(
            (
                each.group,
                "yes" if each.group in published else "no: a candidate that did not pass its tests",
                each.support,
                each.oppose,
                each.outcome.outcome,
                {True: "yes", False: "no", None: "unknown"}[each.is_pivotal],
            )
            for each in found.groups
        ),
        empty="No group was found, and none was close to it; see the power below for what would have been missed.",
    )


def _false_alarms(found: Integrity) -> Section:
    gate = found.run.result.gate
    if gate is None:
        text = "There are not enough elections to look for groups, so none could be found."
        return Section(title="False alarms", blocks=(Notice(text=text, kind="caution"),))
    said = (
        f"In {gate.replicates} runs of each kind on data without any group, {gate.realised_false_groups:.3g} false"
        f" groups were found per run (at most {gate.upper_bound:.3g}, 95 % interval);"
        f" the target is {gate.target:.3g}."
    )
    kind = "" if gate.published else " More than the target is not ruled out: nothing is published."
    return Section(title="False alarms", blocks=(Text(text=said + kind),))
