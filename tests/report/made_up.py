"""Assessments of made-up wikis for the report's tests: every field filled, or every field empty."""

import math
from datetime import date

from holdfast.clock import add_months
from holdfast.findings.assessment import Assessment, Described, Family
from holdfast.findings.finding import (
    Area,
    ChangePoint,
    Evidence,
    Finding,
    Innocent,
    Status,
    Tested,
    Value,
)
from holdfast.ids import wiki_name

AS_OF = date(2009, 1, 31)


def described(name: str, *, area: Area = Area.OPENNESS, text: str = "", null: str = "own past") -> Described:
    """A measure's declaration with `text` appended to every field that takes words."""
    return Described(
        name=name,
        title=f"{name.replace('_', ' ').capitalize()}{text}",
        question=f"How unevenly are the logged actions shared out?{text}",
        area=area,
        unit=f"index{text}",
        window=f"12 months to each month's end{text}",
        minimum=f"5 admins, 200 actions{text}",
        null=null,
        reference=f"none published{text}",
        source=f"the project's own{text}",
        innocent=(f"one volunteer runs the routine queue with a script{text}",),
        cannot_tell=f"whether the work was good{text}",
        alarming="high",
    )


def series(name: str, *, wiki: str = "madewiki", months: int = 48, shift: float = 0.0) -> tuple[Value, ...]:
    """A value for each month, with a gap of four months near the start."""
    found = []
    for place in range(months):
        end = add_months(date(2005, 1, 1), place)
        gap = 8 <= place < 12
        value = 0.55 + shift + 0.12 * math.sin(place / 7) + (0.15 if place > 30 else 0.0)
        found.append(
            Value(
                wiki=wiki_name(wiki),
                measure=name,
                period_start=add_months(end, -12),
                period_end=end,
                value=None if gap else value,
                low=None if gap else value - 0.06,
                high=None if gap else value + 0.05,
                interval="95 % bootstrap over admins",
                n=20 if gap else 340 + place,
                unit="index",
                status=Status.NOT_ENOUGH_DATA if gap else Status.OK,
                detail="fewer than 200 actions" if gap else "3 bots left out",
            )
        )
    return tuple(found)


def finding(name: str, *, text: str = "", area: Area = Area.OPENNESS) -> Finding:
    """A statistical finding about a measure."""
    return Finding(
        id=f"{area}.{name}.2008-12",
        wiki=wiki_name("madewiki"),
        area=area,
        measure=name,
        period_start=date(2008, 1, 1),
        period_end=date(2009, 1, 1),
        claim=f"The work has come to lie on fewer shoulders since the summer of 2007{text}",
        null=f"the wiki's own past{text}",
        p=0.00021,
        q=0.0042,
        effect=f"0.55 before, 0.71 since: three people do half of the logged actions{text}",
        evidence=(
            Evidence(
                caption=f"Logged actions by admin, in the order of their pseudonyms{text}",
                columns=(f"admin{text}", "actions", "share"),
                rows=((f"P-2B4XQW7LMZ3A{text}", 412, 0.31), (f"P-9KD2TTFY6NQC{text}", 77, 0.058), (None, None, None)),
            ),
        ),
        innocent=(
            Innocent(
                text=f"one volunteer runs the deletion queue with a script{text}",
                tested=f"without deletions the value is 0.66{text}",
            ),
            Innocent(text=f"others hold the flag for rare technical work{text}"),
        ),
        tell_apart=f"the share of actions made through a tool's tag, which these data do not carry{text}",
    )


def assessment(*, text: str = "") -> Assessment:
    """A made-up assessment with everything in it; `text` stands in every field that takes a stranger's words."""
    areas = {
        "admin_action_gini": Area.OPENNESS,
        "effective_admins": Area.OPENNESS,
        "block_reversal_rate": Area.USE,
        "newcomer_retention": Area.RENEWAL,
        "election_success": Area.ELECTIONS,
    }
    measures = {name: described(name, area=area, text=text) for name, area in areas.items()}
    measures["election_success"] = described("election_success", area=Area.ELECTIONS, text=text, null="")
    untold = Value(
        wiki=wiki_name("madewiki"),
        measure="election_success",
        period_start=None,
        period_end=None,
        value=None,
        low=None,
        high=None,
        interval="",
        n=0,
        unit="share",
        status=Status.NO_TIMES,
        detail=f"the vote list carries no times{text}",
    )
    values = [value for name in areas if name != "election_success" for value in series(name)]
    peers = [
        value
        for number, wiki in enumerate(("otherwiki", "thirdwiki"))
        for name in ("admin_action_gini", "effective_admins")
        for value in series(name, wiki=wiki, shift=-0.1 * (number + 1))
    ]
    broken = Finding(
        id="data_quality.published_figures.2005-01",
        wiki=wiki_name("madewiki"),
        area=Area.DATA_QUALITY,
        measure="published_figures",
        period_start=None,
        period_end=None,
        claim=f"Published and counted figures disagree in 9 of 49 months{text}",
        evidence=(
            Evidence(
                caption="Months that differ", columns=("month", "published", "counted"), rows=(("2005-01", 123, 122),)
            ),
        ),
        innocent=(Innocent(text="the log was cut at another hour"),),
    )
    return Assessment(
        wiki=wiki_name("madewiki"),
        as_of=AS_OF,
        values=(*values, untold),
        peers=tuple(peers),
        findings=(finding("admin_action_gini", text=text), broken),
        family=Family(looked_at=21, q=0.05, method=f"Benjamini-Yekutieli{text}", kept=1),
        measures=measures,
        tests=tuple(
            Tested(
                measure=name,
                period_start=date(2008, 1, 1),
                period_end=date(2009, 1, 1),
                null="own past",
                p=0.00021 if name == "admin_action_gini" else 0.21,
                q=0.0042 if name == "admin_action_gini" else 0.6,
                found=name == "admin_action_gini",
            )
            for name in areas
            if name != "election_success"
        ),
        changes=(
            ChangePoint(
                measure="admin_action_gini",
                at=date(2007, 8, 1),
                before=0.55,
                after=0.71,
                p=0.0002,
                q=0.004,
                found=True,
            ),
        ),
        lorenz=tuple((step / 40, (step / 40) ** 3) for step in range(41)),
        coverage={
            "tables": {"log_events": {"rows": 18234, "first": "2004-01-02T08:00:00", "last": "2009-01-30T21:10:00"}},
            "bots_left_out": 3,
            "dropped": {"repeated_row": 12, "shifted_columns": 3},
            "notes": (f"times without a zone were read as UTC{text}",),
        },
        labels=("Simulated accounts",),
        inputs=(
            {
                "name": f"log{text}.csv.gz",
                "sha256": "ab" * 32,
                "size_bytes": 1_234_567,
                "source": "block_log",
                "ingested_at": "2026-01-02T03:04:05Z",
            },
        ),
        versions={"holdfast": "0.1.0", "duckdb": "2.0.0"},
        rerun=(f"holdfast ingest log.csv.gz --wiki madewiki --lake lake{text}", "holdfast assess --lake lake"),
    )


def empty_assessment() -> Assessment:
    """An assessment of a wiki about which nothing could be measured."""
    return Assessment(
        wiki=wiki_name("emptywiki"),
        as_of=None,
        values=(),
        peers=(),
        findings=(),
        family=Family(looked_at=0, q=0.05, method="Benjamini-Yekutieli", kept=0),
        measures={"admin_action_gini": described("admin_action_gini")},
    )


def big_assessment(*, measures: int = 17, months: int = 120) -> Assessment:
    """As many values as a big wiki of ten years has, with peers for each."""
    names = [f"measure_{number:02d}" for number in range(measures)]
    areas = [Area.OPENNESS, Area.USE, Area.RENEWAL, Area.ELECTIONS]
    return Assessment(
        wiki=wiki_name("bigwiki"),
        as_of=date(2015, 1, 31),
        values=tuple(value for name in names for value in series(name, wiki="bigwiki", months=months)),
        peers=tuple(
            value
            for name in names
            for wiki in ("peer_a", "peer_b", "peer_c")
            for value in series(name, wiki=wiki, months=months, shift=-0.05)
        ),
        findings=(),
        family=Family(looked_at=measures, q=0.05, method="Benjamini-Yekutieli", kept=0),
        measures={name: described(name, area=areas[place % 4]) for place, name in enumerate(names)},
    )
