"""A published bloc as a finding: its claim accuses nobody, and each explanation says how it was tested."""

import numpy as np
import pytest

from holdfast.accounts.labels import Labels
from holdfast.accounts.pseudonym import Pseudonyms
from holdfast.findings.finding import Area
from holdfast.networks.agreement import agreement
from holdfast.networks.ballots import ballots_from
from holdfast.networks.vote_run import VoteRun
from holdfast.networks.votes import Bloc, VoteResult, effects
from holdfast.workflows.analysis.vote_findings import findings_of
from holdfast.worlds.election_world import ElectionWorld
from holdfast.worlds.elections import simulate


@pytest.fixture(scope="module")
def run() -> VoteRun:
    drawn = simulate(ElectionWorld(voters=60, elections=15, turnout=0.3), 1)
    ballots = ballots_from(drawn.tables["votes"], drawn.tables["elections"])
    middling = np.full(len(ballots.voters), 0.5)
    bloc = Bloc(
        id="bloc-1",
        members=np.arange(6),
        p=0.01,
        p_turnout=0.01,
        p_side=0.005,
        p_seam=0.001,
        published=True,
        affinity=middling,
        low=middling - 0.1,
        high=middling + 0.1,
        calls=np.ones((3, len(ballots.polls))) / 3,
    )
    result = VoteResult(
        ballots=ballots, agreement=agreement(ballots), blocs=(bloc,), gate=None, notes=(), in_time_order=True
    )
    return VoteRun(
        result=result,
        effects=tuple(effects(result, 0.7)),
        labels=Labels(Pseudonyms(bytes(32)), "testwiki"),
        threshold=0.7,
        seed=0,
        source="votes.csv",
        notes=(),
        is_simulated=True,
    )


def test_a_bloc_is_a_finding_about_elections_with_tested_explanations(run: VoteRun) -> None:
    (finding,) = findings_of(run, "testwiki")
    assert finding.area is Area.ELECTIONS
    assert finding.p == 0.01
    assert len(finding.innocent) == 5
    assert sum("p = " in each.tested for each in finding.innocent) == 3
    assert finding.details["without_association"]["p"] == 0.005


def test_a_finding_shows_pseudonyms_in_their_order_and_no_word_of_guilt(run: VoteRun) -> None:
    (finding,) = findings_of(run, "testwiki")
    labels = [str(row[0]) for row in finding.evidence[0].rows]
    assert labels == sorted(labels)
    assert all(label.startswith("P-") for label in labels)
    assert not {"sock", "fraud", "capture"} & set(finding.claim.lower().split())
