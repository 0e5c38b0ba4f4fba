"""The simulated community of the story: its history in a lake, the assessment of it, and who has which part."""

from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from holdfast.canonical import parse_json
from holdfast.progress import Progress, silent
from holdfast.report.written import write_report
from holdfast.settings import Settings
from holdfast.tables.lake import Lake, open_lake
from holdfast.workflows.analysis.assess import assess
from holdfast.workflows.analysis.coordination import MEASURE, acting_together, with_coordination
from holdfast.workflows.analysis.simulate import simulate, world_file
from holdfast.workflows.demo.wikis import People

WORLD = "office"
SEED = 5
"""One in which explanations hold, are ruled out and cannot be told; docs/office-story.md counts others."""
REPLICATES = 60  # repetitions of each null: the least that can publish (docs/how-we-know.md)
SIMULATED = "Simulated: every account in this community was invented by a program. No person or wiki is in it."
RULE = "The simulated community's rule: who edits by arrangement says so on a public page"
CONDUCT = "Within two days of other accounts you edited the same pages again and again, and almost nothing else."
"""What a warning of the story is about. It says what was done, and not who stands behind it."""
_BYSTANDERS = 12  # accounts of the story who did nothing; chosen


@dataclass(frozen=True, kw_only=True)
class Community:
    """What everybody in the story can know: the assessment and the lake that it was made from."""

    findings: bytes
    """`findings.json`, as an investigator takes it into a case."""
    report: Path | None
    lake: Lake
    wiki: str
    answers: Path
    """What the program that made the community knows of it. Opened after the story's end, by `answer_key` alone."""

    @property
    def named(self) -> dict[str, tuple[str, ...]]:
        """The accounts of each finding about editing together, by the finding's id."""
        return {
            str(each["id"]): tuple(str(row[0]) for row in each["evidence"][0]["rows"])
            for each in parse_json(self.findings)["findings"]
            if each["measure"] == MEASURE
        }

    @property
    def bystanders(self) -> tuple[str, ...]:
        """A few accounts of the community that no finding names."""
        named = {account for accounts in self.named.values() for account in accounts}
        with self.lake.connect(self.lake.require(self.wiki)) as connection:
            rows = connection.execute("SELECT account FROM accounts ORDER BY account_id").fetchall()
        return tuple(account for (account,) in rows if account not in named)[:_BYSTANDERS]


def assessed(
    folder: Path, settings: Settings, *, progress: Progress = silent, replicates: int = REPLICATES, seed: int = SEED
) -> Community:
    """Simulate the community, assess it, write the report. About a minute of one core."""
    out = folder / "community"
    simulate(world_file(WORLD), out, seed=seed, settings=settings)
    lake = open_lake(out / "lake", settings)
    base = assess(lake, wiki=WORLD, names="published", labels=(SIMULATED,), progress=progress)
    together = acting_together(lake, wiki=WORLD, replicates=replicates, named=True, progress=progress)
    write_report(with_coordination(base, together), out / "assessment")
    return community_of(out, settings)


def community_of(out: Path, settings: Settings) -> Community:
    """The community from what was written earlier, as `DIR/community` of another run has it."""
    assessment = out / "assessment"
    return Community(
        findings=(assessment / "findings.json").read_bytes(),
        report=assessment / "report.html",
        lake=open_lake(out / "lake", settings),
        wiki=WORLD,
        answers=out / "truth.parquet",
    )


def answer_key(community: Community) -> frozenset[str]:
    """The accounts that the program let act by arrangement without saying so."""
    rows = pq.read_table(community.answers).to_pylist()
    return frozenset(row["account"] for row in rows if row["role"] in {"coordinated", "sock_farm"})


def people_of(community: Community) -> People:
    """Who has an account on the two wikis: everybody whom a finding names, holders of rights, bystanders."""
    named = {account for accounts in community.named.values() for account in accounts}
    groups: dict[str, tuple[str, ...]] = dict.fromkeys(HOLDERS, ("checkuser", "sysop"))
    groups |= dict.fromkeys(OVERSIGHTERS, ("suppress",))
    groups |= dict.fromkeys(community.bystanders[:3], ("sysop",))
    return People(plain=(*sorted(named), *community.bystanders), groups=groups)


HOLDERS = tuple(f"Simulated holder {number}" for number in range(1, 9))
"""Who may look up non-public data. The first five are of J1 and J2, which the story freezes."""
OVERSIGHTERS = ("Simulated oversighter 1", "Simulated oversighter 2")
JURISDICTIONS = {**dict.fromkeys(HOLDERS[:3], "J1"), **dict.fromkeys(HOLDERS[3:5], "J2")}
"""Classes that the story invents; everybody else is of J3."""
