"""The simulated community of the story: its history, the assessment of it, and who has which part."""

from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from holdfast.canonical import parse_json
from holdfast.progress import Progress, silent
from holdfast.report.written import write_report
from holdfast.settings import Settings
from holdfast.tables.lake import open_lake
from holdfast.workflows.assess import assess
from holdfast.workflows.coordination import acting_together, with_coordination
from holdfast.workflows.demo.wikis import People
from holdfast.workflows.simulate import simulate, world_file

WORLD = "small"
SEED = 7
SIMULATED = "Simulated: every account in this community was invented by a program. No person or wiki is in it."


@dataclass(frozen=True, kw_only=True)
class Community:
    """What the assessment found, and what the program that made the community knows."""

    findings: bytes
    """`findings.json`, as an investigator takes it into a case."""
    report: Path | None
    planted: tuple[str, ...]
    """Members of the largest planted group, by name."""
    innocent: tuple[str, ...]
    """A few accounts that nobody planted."""

    @property
    def names_in_findings(self) -> dict[str, tuple[str, ...]]:
        """The accounts of each finding, by the finding's id."""
        found = {}
        for each in parse_json(self.findings)["findings"]:
            rows = each["evidence"][0]["rows"] if each["evidence"] else []
            found[str(each["id"])] = tuple(str(row[0]) for row in rows)
        return found


def assessed(folder: Path, settings: Settings, *, progress: Progress = silent, replicates: int = 60) -> Community:
    """Simulate the community, assess it, write the report. About two minutes of one core."""
    out = folder / "community"
    simulate(world_file(WORLD), out, seed=SEED, settings=settings)
    lake = open_lake(out / "lake", settings)
    base = assess(lake, wiki=WORLD, names="published", labels=(SIMULATED,), progress=progress)
    together = acting_together(lake, wiki=WORLD, replicates=replicates, named=True, progress=progress)
    write_report(with_coordination(base, together), out / "assessment")
    return community_of(out, (out / "assessment" / "findings.json").read_bytes(), out / "assessment" / "report.html")


def community_of(out: Path, findings: bytes, report: Path | None) -> Community:
    """The community from what was written earlier."""
    truth = pq.read_table(out / "truth.parquet").to_pylist()
    groups: dict[str, list[str]] = {}
    for row in truth:
        if row["role"] == "coordinated":
            groups.setdefault(row["group_id"], []).append(row["account"])
    planted = sorted(groups.values(), key=len)[-1]
    marked = {row["account"] for row in truth}
    innocent = [f"Editor {number}" for number in range(1, 200) if f"Editor {number}" not in marked][:12]
    return Community(findings=findings, report=report, planted=tuple(sorted(planted)), innocent=tuple(innocent))


def people_of(community: Community) -> People:
    """Who has an account on the two wikis: the group, some of them admins; holders of rights; bystanders."""
    admins = community.planted[7:11]
    groups: dict[str, tuple[str, ...]] = dict.fromkeys(admins, ("sysop",))
    groups |= dict.fromkeys(HOLDERS, ("checkuser", "sysop"))
    groups |= dict.fromkeys(OVERSIGHTERS, ("suppress",))
    groups |= dict.fromkeys(community.innocent[:3], ("sysop",))
    return People(plain=(*community.planted, *community.innocent), groups=groups)


HOLDERS = tuple(f"Simulated holder {number}" for number in range(1, 9))
"""Who may look up non-public data. The first five are of J1 and J2, which the story freezes."""
OVERSIGHTERS = ("Simulated oversighter 1", "Simulated oversighter 2")
JURISDICTIONS = {**dict.fromkeys(HOLDERS[:3], "J1"), **dict.fromkeys(HOLDERS[3:5], "J2")}
"""Classes that the story invents; everybody else is of J3."""
