"""The report of a co-action run: what was seen, what it may mean instead, and what the run can and cannot tell."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from holdfast.networks.calibration import Calibration, interval
from holdfast.networks.coaction_run import Outcome
from holdfast.networks.counting import WEEK
from holdfast.networks.groups import Group
from holdfast.networks.run import Joint, Run, joint_actions
from holdfast.report.charts import Series, line_chart
from holdfast.report.page import Block, Bullets, Column, DataTable, Facts, Figure, Folded, Notice, Page, Section, Text
from holdfast.report.render import write_page
from holdfast.report.shape_charts import Edge, Node, network_chart
from holdfast.version import VERSION

INNOCENT = (
    "A meet-up or edit-a-thon: people sat in one room. Look for one or few days that hold most joint actions.",
    "A class: new accounts, one course page. Look at when the accounts began.",
    "A shared interest: both exchanges of the group test keep interests, but a very narrow one can pass them.",
    "The same newsletter or notice: all were told on one day. Look at talk pages in the days before.",
    "A project drive down one list: look for the list on a project page.",
    "People who answer the same alerts: patrollers meet wherever vandals go.",
)
_GROUPS_DRAWN = 6  # pictures; chosen for reading
_NODES_DRAWN = 400  # accounts in a picture; chosen for reading
_JOINT_SHOWN = 20  # joint actions listed; chosen for reading
_COARSE = 13 * WEEK
"""How times of people under pseudonyms are shown: by the quarter of a year."""
_UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def duration(seconds: int) -> str:
    """A length of time in its largest whole unit."""
    size, unit = next((size, unit) for size, unit in _UNITS if seconds % size == 0)
    return f"{seconds // size} {unit}"


def report_page(outcome: Outcome, path: Path) -> None:
    """Write report.html. Rows and groups stand in the order of their keys, never of a score."""
    found = outcome.run
    if found is None:
        return
    calibration = found.calibration
    look = found.look
    lead = {
        "ok": f"{len(look.groups) if look else 0} groups act together beyond what the nulls explain."
        " That is not misconduct: read the innocent explanations first.",
        "not_published": f"Nothing is published: {calibration.reason}.",
        "not_enough_data": f"Not enough data: {found.missing}. Nothing was looked for; nothing follows.",
    }[found.status]
    sections = [*_results(outcome, found)] if look is not None else []
    sections += [
        Section(title="How far this can be believed", blocks=_calibration_blocks(calibration)),
        Section(
            title="What else would look like this",
            blocks=(
                Bullets(items=INNOCENT),
                Text(
                    text="Only accounts, objects and times are used. Without the association of accounts through"
                    " joint objects nothing of this remains: no name, text, hour of day or place takes part."
                ),
            ),
        ),
        Section(title="What was left out", blocks=(_left_out(outcome, found),)),
    ]
    write_page(
        Page(
            title="Co-action beyond chance",
            kind="Co-action",
            lead=(lead,),
            facts=Facts(
                pairs=(
                    ("actions", f"{len(outcome.actions.at):,}"),
                    ("accounts", f"{len(outcome.actions.account_names):,}"),
                    ("objects", f"{len(outcome.actions.object_names):,}"),
                    ("groups published", str(len(look.groups) if look else 0)),
                ),
                strip=True,
            ),
            sections=tuple(sections),
            provenance=(
                Facts(
                    pairs=(
                        ("Holdfast", VERSION),
                        ("windows", ", ".join(duration(each) for each in outcome.request.windows)),
                        ("q", str(outcome.request.q)),
                        ("seed", str(outcome.request.seed)),
                        ("replicates of each null", str(calibration.replicates)),
                    )
                ),
            ),
            footer=(
                "Under pseudonyms no time or count of one account is written. Whoever has the same actions can run"
                " this again and learn who the members are.",
            ),
        ),
        path,
    )


def _results(outcome: Outcome, found: Run) -> list[Section]:
    assert found.look is not None
    groups = found.look.groups
    blocks: list[Block] = [
        DataTable(
            caption="Published groups, by their key",
            columns=(
                Column(heading="group"),
                Column(heading="level"),
                Column(heading="members", kind="number"),
                Column(heading="joint actions", kind="number"),
                Column(heading="p", kind="p"),
                Column(heading="stability", kind="share"),
            ),
            rows=tuple(
                (
                    name,
                    group.level,
                    len(group.accounts),
                    len(joint_actions(found.ordered, group.accounts, outcome.request.windows[-1])),
                    group.p,
                    group.stability,
                )
                for name, group in zip(outcome.group_ids, groups, strict=True)
            ),
            empty="No group is published.",
        ),
        Text(
            text="Level pair: every tie stands out by itself (p of the weakest). Level group: the ties stand out"
            " together (family-wise p of the group test). A group can appear at both levels.",
            quiet=True,
        ),
    ]
    blocks += _pictures(outcome, found)
    return [
        Section(title="What was seen", blocks=tuple(blocks)),
        *(
            [Section(title="Joint actions", blocks=tuple(_timelines(outcome, found)), id="joint-actions")]
            if groups
            else []
        ),
    ]


def _is_named(outcome: Outcome, group: Group) -> bool:
    """Whether what its members did may be shown: each of them is named, for a case."""
    return all(outcome.shows(int(each)) for each in group.accounts)


def _pictures(outcome: Outcome, found: Run) -> list[Figure]:
    """Pictures of the published groups with names, six at a time, each group on a circle of its own."""
    assert found.look is not None
    named = [
        (name, group)
        for name, group in zip(outcome.group_ids, found.look.groups, strict=True)
        if len(group.accounts) <= _NODES_DRAWN // _GROUPS_DRAWN and _is_named(outcome, group)
    ]
    pairs = found.look.pairs
    edges = np.unique(np.column_stack([pairs.first[pairs.flagged], pairs.second[pairs.flagged]]), axis=0)
    figures = []
    for begin in range(0, len(named), _GROUPS_DRAWN):
        part = named[begin : begin + _GROUPS_DRAWN]
        nodes, lines = _circles(part, edges, outcome)
        figures.append(
            network_chart(
                nodes,
                lines,
                title=f"Groups {part[0][0]} to {part[-1][0]}" if len(part) > 1 else f"Group {part[0][0]}",
                description="Each circle is one published group; a line joins two accounts whose pair is flagged."
                " Places carry no meaning beyond the group.",
            )
        )
    return figures


def _circles(part: list[tuple[str, Group]], edges: np.ndarray, outcome: Outcome) -> tuple[list[Node], list[Edge]]:
    nodes, lines = [], []
    for number, (name, group) in enumerate(part):
        centre_x, centre_y = 3.0 * (number % 3), 3.0 * (number // 3)
        angles = 2 * np.pi * np.arange(len(group.accounts)) / len(group.accounts)
        for account, angle in zip(group.accounts, angles, strict=True):
            nodes.append(
                Node(
                    id=f"{name} {account}",
                    label=outcome.label(int(account)),
                    x=float(centre_x + np.cos(angle)),
                    y=float(centre_y + np.sin(angle)),
                    group=name,
                )
            )
        inside = edges[np.isin(edges, group.accounts).all(axis=1)] if len(edges) else edges
        lines += [Edge(a=f"{name} {u}", b=f"{name} {v}") for u, v in inside]
    return nodes, lines


def _timelines(outcome: Outcome, found: Run) -> list[Block]:
    """For each group: its members, how its joint actions lie in time, and, where all are named, the first of them."""
    assert found.look is not None
    blocks: list[Block] = []
    series = []
    for name, group in zip(outcome.group_ids, found.look.groups, strict=True):
        joint = joint_actions(found.ordered, group.accounts, outcome.request.windows[-1])
        length = WEEK if _is_named(outcome, group) else _COARSE
        counts = np.bincount([each.begin // length for each in joint], minlength=1)
        points = tuple((float(at * (length // WEEK)), float(count)) for at, count in enumerate(counts))
        series.append(Series(name=name, points=points))
        shown = _occasions(outcome, name, joint) if _is_named(outcome, group) else _members(outcome, name, group)
        blocks.append(Folded(title=f"{name}, {len(group.accounts)} members", blocks=(shown,)))
    charts: list[Block] = [
        line_chart(
            part,
            title=f"Joint actions, {part[0].name} to {part[-1].name}",
            description="On how many occasions members of a group acted on one object together: by week where all its"
            " members are named, by quarter of a year where they are not.",
            x_title="week of the data",
            y_title="joint actions",
        )
        for begin in range(0, len(series), _GROUPS_DRAWN)
        for part in (series[begin : begin + _GROUPS_DRAWN],)
    ]
    return charts + blocks


def _members(outcome: Outcome, name: str, group: Group) -> Block:
    return DataTable(
        caption=f"{name}: its members. What each of them did, and when, is written with --names, for a case",
        columns=(Column(heading="account"),),
        rows=tuple((label,) for label in sorted(outcome.label(int(each)) for each in group.accounts)),
    )


def _occasions(outcome: Outcome, name: str, joint: list[Joint]) -> Block:
    start = int(outcome.actions.at.min())
    return DataTable(
        caption=f"{name}: the first {min(len(joint), _JOINT_SHOWN)} of {len(joint)} joint actions",
        columns=(
            Column(heading="begins (UTC)"),
            Column(heading="lasts, hours", kind="number"),
            Column(heading="members", kind="number"),
        ),
        rows=tuple(
            (
                datetime.fromtimestamp(start + each.begin, UTC).isoformat(timespec="minutes"),
                round((each.end - each.begin) / 3600, 1),
                len(each.accounts),
            )
            for each in joint[:_JOINT_SHOWN]
        ),
    )


def _calibration_blocks(calibration: Calibration) -> tuple[Block, ...]:
    """The gate in words and numbers."""
    if calibration.realised_false_groups is None or calibration.upper_bound is None:
        return (Notice(title="No calibration", text=calibration.reason, kind="caution"),)
    words = (
        f"The run was repeated {calibration.replicates} times on each of {len(calibration.rates)} kinds of data"
        f" without the effect. In the worst kind it found {calibration.realised_false_groups:.3f} groups a run;"
        f" so many repetitions can show no rate below {calibration.upper_bound:.3f} (95 % bound)."
        f" The target is {calibration.target}."
    )
    blocks: list[Block] = [
        Notice(
            title="Published" if calibration.published else "Refused",
            text=words,
            kind="note" if calibration.published else "caution",
        ),
        DataTable(
            caption="False groups on data without the effect",
            columns=(
                Column(heading="null"),
                Column(heading="runs", kind="number"),
                Column(heading="runs with groups", kind="number"),
                Column(heading="false groups a run", kind="number"),
                Column(heading="95 % bound", kind="number"),
            ),
            rows=tuple(
                (name, rate.replicates, rate.with_groups, round(rate.false_groups, 3), round(rate.upper_bound, 3))
                for name, rate in calibration.rates.items()
            ),
        ),
    ]
    if calibration.share < 1:
        blocks.append(
            Text(text=f"Each repetition had {calibration.share:.3f} of the actions, whole kinds of objects.")
        )
    if calibration.recalls:
        blocks.append(power_chart(calibration))
    else:
        blocks.append(Text(text="No group could be planted in these data: too few accounts with 15 to 600 actions."))
    return tuple(blocks)


def power_chart(calibration: Calibration) -> Figure:
    """The share of planted members that are found, by pace, one line for each size."""
    sizes = sorted({each.size for each in calibration.recalls})
    series = [
        Series(
            name=f"{size} members",
            points=tuple(
                (each.pace_seconds / 3600, each.found / each.planted, *interval(each.found, each.planted))
                for each in calibration.recalls
                if each.size == size
            ),
        )
        for size in sizes
    ]
    return line_chart(
        series,
        title="How much of a planted group this run finds",
        description="Share of the members of simulated groups, planted in these data, that the run finds, by the"
        " mean delay of a member.",
        x_title="mean delay, hours",
        y_title="share of members found",
        note="Simulated groups: 20 events, half of the members at each.",
    )


def _left_out(outcome: Outcome, found: Run) -> Facts:
    crowds = found.look.skipped.tolist() if found.look is not None else []
    pairs = [
        ("middles of edit runs", f"{found.ordered.runs_collapsed:,}"),
        *((reason.replace("_", " "), f"{count:,}") for reason, count in outcome.actions.dropped),
        *(
            (f"anchors in crowds, window {duration(window)}", f"{count:,}")
            for window, count in zip(outcome.request.windows, crowds, strict=False)
        ),
        *(("note", each) for each in outcome.actions.notes),
    ]
    return Facts(pairs=tuple(pairs))
