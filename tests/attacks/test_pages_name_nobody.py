"""Attack: somebody who has the public log reads every output of a run under pseudonyms and asks who is who.

Whatever tells two members of a group apart, a count, a vote, a time, a place in a picture, can be looked up in the
log. So the test exchanges the pseudonyms of the members: when every file stays the same byte for byte, no attacker
can do better than to guess among them. What is written with names is told apart, or this test would be blind.
"""

import json
import re
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from holdfast.accounts.labels import Labels
from holdfast.accounts.naming import Naming
from holdfast.accounts.pseudonym import Pseudonyms
from holdfast.ids import WikiName
from holdfast.networks import run as networks_run
from holdfast.networks.agreement import agreement
from holdfast.networks.ballots import ballots_from
from holdfast.networks.bloc_gate import Gate
from holdfast.networks.calibration import Calibration, rate_of
from holdfast.networks.coaction_run import Request as CoactionRequest
from holdfast.networks.vote_run import VoteRun
from holdfast.networks.votes import Bloc, VoteResult, effects
from holdfast.workflows.analysis.coaction import coaction
from holdfast.workflows.analysis.vote_findings import findings_of
from holdfast.workflows.analysis.votes import write_votes
from holdfast.worlds.election_world import Bloc as PlantedBloc
from holdfast.worlds.election_world import ElectionWorld
from holdfast.worlds.elections import simulate
from holdfast.worlds.world import Coordinated, Size, World

_EXACT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d|\d{4}-\d\d-\d\dT")
_LEAST = 5
"""How many accounts a pseudonym must stand for, as far as the outputs tell."""


class Exchanged(Pseudonyms):
    """Pseudonyms of which some have changed places."""

    def __init__(self, places: dict[str, str]) -> None:
        super().__init__(bytes(32))
        self._places = places

    def of(self, wiki: WikiName | str, account: str) -> str:
        return super().of(wiki, self._places.get(account, account))


def turned(members: list[str]) -> dict[str, str]:
    """Each member takes the place of the next."""
    return dict(zip(members, [*members[1:], members[0]], strict=True))


def files(folder: Path) -> dict[str, bytes]:
    """Every file: pages with their pictures and tool tips as they are, tables as rows."""
    return {
        path.name: json.dumps(pq.read_table(path).to_pylist()).encode()
        if path.suffix == ".parquet"
        else path.read_bytes()
        for path in sorted(folder.iterdir())
    }


# votes


@pytest.fixture(scope="module")
def voted() -> tuple[VoteResult, list[str]]:
    """Simulated votes with a bloc that a run has published."""
    planted = PlantedBloc(size=16, called=0.5, participation=0.85, loyalty=0.97)
    drawn = simulate(ElectionWorld(voters=160, elections=64, turnout=0.22, blocs=(planted,)), 73)
    ballots = ballots_from(drawn.tables["votes"], drawn.tables["elections"])
    inside = {row["account"] for row in drawn.truth.to_pylist() if row["role"] == "bloc"}
    members = np.array([number for number, voter in enumerate(ballots.voters) if voter in inside])
    rng = np.random.default_rng(1)
    value = rng.random(len(ballots.voters))
    bloc = Bloc(
        id="bloc-1", members=members, p=0.01, p_turnout=0.01, p_side=0.005, p_seam=0.001, published=True,
        affinity=value, low=value / 2, high=(1 + value) / 2,
        calls=np.tile(np.array([[0.1], [0.6], [0.3]]), (1, len(ballots.polls))),
    )  # fmt: skip
    gate = Gate(
        published=True, reason="", target=0.05, realised_false_groups=0.0, upper_bound=0.05, replicates=60,
        false_groups_by_null={}, recall=(), on_voters=160, on_polls=64,
    )  # fmt: skip
    result = VoteResult(
        ballots=ballots, agreement=agreement(ballots), blocs=(bloc,), gate=gate, notes=(), in_time_order=True
    )
    return result, sorted(inside & set(ballots.voters))


def voting(result: VoteResult, labels: Labels) -> VoteRun:
    return VoteRun(
        result=result,
        effects=tuple(effects(result, 0.7)),
        labels=labels,
        threshold=0.7,
        seed=0,
        source="votes.csv",
        notes=(),
        is_simulated=True,
    )


def vote_outputs(result: VoteResult, labels: Labels, out: Path) -> dict[str, bytes]:
    run = voting(result, labels)
    write_votes(run, out)
    findings = json.dumps([asdict(each) for each in findings_of(run, "wiki")], default=str)
    return {**files(out), "findings": findings.encode()}


def test_who_is_who_in_a_bloc_cannot_be_told_from_any_output(
    voted: tuple[VoteResult, list[str]], tmp_path: Path
) -> None:
    result, members = voted
    assert len(members) >= _LEAST
    outputs = [
        vote_outputs(result, Labels(Exchanged(places), "wiki"), tmp_path / name)
        for name, places in (("as it is", {}), ("exchanged", turned(members)))
    ]
    assert outputs[0] == outputs[1]
    shown = b"".join(outputs[0].values())
    mine = {Pseudonyms(bytes(32)).of("wiki", each).encode() for each in members}
    assert set(re.findall(rb"P-[A-Z2-7]{12}", shown)) == mine, "nobody else has a pseudonym in them"
    assert not _EXACT.search(shown.decode())
    assert b"Editor " not in shown


def test_the_exchange_shows_where_members_are_named_so_it_would_show_if_values_were_written(
    voted: tuple[VoteResult, list[str]], tmp_path: Path
) -> None:
    result, members = voted
    outputs = vote_outputs(result, Labels(Exchanged({}), "wiki", named=set(members)), tmp_path / "named")
    rows = json.loads(outputs["voters.parquet"])
    assert len({row["affinity"] for row in rows}) == len(members), "each member would be told by the affinity alone"
    assert b"how its members voted" in outputs["report.html"]


def test_an_unpublished_group_tells_of_nobody_whatever_is_asked_for(
    voted: tuple[VoteResult, list[str]], tmp_path: Path
) -> None:
    result, members = voted
    (bloc,) = result.blocs
    unpublished = replace(result, blocs=(replace(bloc, id="candidate", published=False),))
    outputs = vote_outputs(unpublished, Labels(Exchanged({}), "wiki", everybody=True), tmp_path / "all")
    assert json.loads(outputs["voters.parquet"]) == []
    assert all(member.encode() not in outputs["report.html"] for member in members)


# co-action


def clean(*_: object, **__: object) -> Calibration:
    rates = {name: rate_of([0] * 60, 1.0) for name in ("shuffle", "jitter", "weeks")}
    return Calibration(published=True, reason="none found", replicates=60, rates=rates)


@pytest.fixture(scope="module")
def acted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from holdfast.worlds.simulation import simulate as simulate_world

    plant = Coordinated(size=9, delay="30m", events=30, participation=0.85)
    world = World(size=Size(accounts=500, objects=1500, topics=4, actions=12_000, days=140), coordinated=(plant,))
    actions = simulate_world(world, 41).actions
    path = tmp_path_factory.mktemp("acted") / "actions.csv"
    rows = zip(actions.account.tolist(), actions.object.tolist(), actions.at.tolist(), strict=True)
    path.write_text("account,object,at\n" + "".join(f"Editor {a},{o},{at}\n" for a, o, at in rows), "utf-8")
    return path


def coaction_outputs(
    given: Path, out: Path, places: dict[str, str], monkeypatch: pytest.MonkeyPatch, **asked: Any
) -> tuple[dict[str, bytes], Any]:
    monkeypatch.setattr(networks_run, "calibrate", clean)
    naming = Naming(key=Exchanged(places), **asked)
    outcome = coaction(given, out, request=CoactionRequest(seed=1, naming=naming))
    return files(out), outcome


def test_who_is_who_in_a_group_cannot_be_told_from_any_output(
    acted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, outcome = coaction_outputs(acted, tmp_path / "as it is", {}, monkeypatch)
    groups: dict[str, set[str]] = {}
    for name, group in zip(outcome.group_ids, outcome.run.look.groups, strict=True):
        for account in group.accounts:
            groups.setdefault(outcome.actions.account_names[int(account)], set()).add(name)
    alike: dict[frozenset[str], list[str]] = {}
    for account, inside in sorted(groups.items()):
        alike.setdefault(frozenset(inside), []).append(account)
    largest = max(alike.values(), key=len)
    assert len(largest) >= _LEAST
    for number, members in enumerate(alike.values()):
        after, _ = coaction_outputs(acted, tmp_path / f"exchanged {number}", turned(members), monkeypatch)
        assert before == after
    shown = b"".join(before.values())
    assert len(set(re.findall(rb"P-[A-Z2-7]{12}", shown))) == len(groups), "nobody outside a group is in them"
    assert not _EXACT.search(shown.decode())
    named, _ = coaction_outputs(acted, tmp_path / "named", {}, monkeypatch, published=True)
    assert json.loads(named["pairs.parquet"]), "what each pair did is there for those who work on a case"
    assert _EXACT.search(named["report.html"].decode())


def test_a_finding_of_an_assessment_tells_no_more_of_one_member_than_of_another(
    acted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from holdfast.progress import silent
    from holdfast.workflows.analysis import coordination

    lake, wiki = _lake(acted, tmp_path)

    def found(pseudonyms: Any = None, *, named: bool = False) -> Any:
        return coordination._co_action(
            lake,
            wiki=wiki,
            replicates=coordination.REPLICATES,
            seed=1,
            pseudonyms=pseudonyms,
            named=named,
            progress=silent,
        ).findings

    monkeypatch.setattr(networks_run, "calibrate", clean)
    first = found(Exchanged({}))
    assert first
    members = [row[0] for row in found(named=True)[0].evidence[0].rows]
    assert len(members) >= _LEAST
    second = found(Exchanged(turned(list(map(str, members)))))
    assert first == second
    assert all(day.day == 1 for each in first for day in (each.period_start, each.period_end) if day is not None)


def _lake(actions: Path, folder: Path) -> Any:
    """The same actions as a lake of revisions."""
    import pyarrow as pa
    import pyarrow.csv

    from holdfast.clock import system_clock
    from holdfast.ids import wiki_name
    from holdfast.tables.ingest import begin
    from holdfast.tables.lake import create_lake

    given = pyarrow.csv.read_csv(actions)
    size = given.num_rows
    table = pa.table(
        {
            "revision_id": pa.array(range(size), pa.int64()),
            "page_id": given["object"].cast(pa.int64()),
            "namespace": pa.array([0] * size, pa.int64()),
            "at": pa.array([each * 1_000_000 for each in given["at"].to_pylist()], pa.int64()).cast(
                pa.timestamp("us")
            ),
            "account": given["account"],
            "is_address": pa.array([False] * size),
        }
    )
    lake = create_lake(folder / "lake")
    wiki = wiki_name("simulated")
    with begin(lake, wiki, "simulation", "test") as ingest:
        ingest.add_arrow("revisions", table)
        ingest.commit([], "test", system_clock)
    return lake, wiki
