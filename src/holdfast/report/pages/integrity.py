"""One election's integrity as a page."""

from holdfast.elections.integrity import Margin
from holdfast.networks.election_integrity import CLAIM, INNOCENT, Integrity
from holdfast.report.page import Bullets, Column, DataTable, Facts, Notice, Page, Section, Text


def integrity_page(found: Integrity) -> Page:
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
