"""Votes: from a lake or a vote list to pairs, blocs, their calibration and a page."""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from holdfast.accounts.naming import Naming
from holdfast.errors import UsageError
from holdfast.networks.ballots import Ballots, ballots_from
from holdfast.networks.poll import History, all_checks
from holdfast.networks.vote_run import VoteRun, calibration_of, election_label, flagged_pairs
from holdfast.networks.votes import analyse, effects
from holdfast.progress import Progress, silent
from holdfast.report.pages.votes import votes_page
from holdfast.settings import Settings
from holdfast.tables._files import write_atomically
from holdfast.tables.lake import Lake, open_lake
from holdfast.tables.people import EDITS_OF_NOBODY, tell_people

FILES: Mapping[str, pa.Schema] = {
    "pairs": pa.schema(
        [
            ("voter_a", pa.string()),
            ("voter_b", pa.string()),
            ("shared", pa.int64()),
            ("z", pa.float64()),
            ("p", pa.float64()),
            ("q", pa.float64()),
            ("flagged", pa.bool_()),
        ]
    ),
    "blocs": pa.schema(
        [("bloc_id", pa.string()), ("size", pa.int64()), ("p", pa.float64()), ("published", pa.bool_())]
    ),
    "voters": pa.schema(
        [
            ("voter", pa.string()),
            ("bloc_id", pa.string()),
            ("affinity", pa.float64()),
            ("low", pa.float64()),
            ("high", pa.float64()),
            ("votes", pa.int64()),
        ]
    ),
    "elections": pa.schema(
        [
            ("election", pa.string()),
            ("candidate", pa.string()),
            ("support", pa.int64()),
            ("oppose", pa.int64()),
            ("bloc_id", pa.string()),
            ("bloc_support", pa.int64()),
            ("bloc_oppose", pa.int64()),
            ("outcome_without", pa.string()),
        ]
    ),
}
"""Columns and types of each Parquet file; rows are ordered by the columns that name them, never by a score."""


def run_votes(
    votes: Path,
    *,
    wiki: str | None = None,
    threshold: float | None = None,
    seed: int = 0,
    replicates: int = 60,
    naming: Naming | None = None,
    settings: Settings | None = None,
    progress: Progress = silent,
) -> VoteRun:
    """Analyse the votes of a lake or of a file that one of the vote sources reads.

    Raises UsageError `votes.threshold`, `votes.which_wiki`; and what the sources raise for a damaged file.
    """
    if threshold is not None and not 0 < threshold <= 1:
        raise UsageError(
            "votes.threshold",
            "the threshold is the share of support needed to pass",
            expected="a share above 0 and at most 1, such as 0.7",
            got=str(threshold),
        )
    if replicates < 1:
        raise UsageError(
            "votes.replicates",
            "the calibration needs at least one replicate",
            expected="1 or more",
            got=str(replicates),
        )
    naming = naming or Naming()
    if (votes / "lake.json").is_file():
        lake = open_lake(votes, settings)
        name = _wiki_of(lake, wiki)
        ballots, notes, simulated = _ballots(lake, name)
        history = history_of(lake, name, ballots)
        source = f"{votes.resolve().name} --wiki {name}"
    else:
        name = wiki or "votes"
        ballots, notes, simulated = _from_file(votes, name, settings, progress)
        history = None
        source = votes.name
    result = analyse(ballots, seed=seed, replicates=replicates, progress=progress)
    checks = all_checks(ballots, np.random.default_rng([seed, 1]), history)
    members = {result.ballots.voters[int(each)] for bloc in result.published for each in bloc.members}
    return VoteRun(
        result=result,
        effects=tuple(effects(result, threshold)),
        labels=naming.labels(name, votes, members=members),
        threshold=threshold,
        seed=seed,
        source=source,
        notes=notes,
        is_simulated=simulated,
        checks=tuple(checks),
    )


def _wiki_of(lake: Lake, wiki: str | None) -> str:
    if wiki is not None:
        return lake.require(wiki)
    known = [name for name in lake.wikis() if any("votes" in entry.tables for entry in lake.entries(name))]
    if len(known) == 1:
        return known[0]
    raise UsageError(
        "votes.which_wiki",
        "this lake does not hold the votes of exactly one wiki",
        expected="--wiki with one of " + (", ".join(known) or "its wikis; none has votes yet"),
        got=f"{len(known)} wikis with votes",
        place=str(lake.path),
        hint="name the wiki with --wiki",
    )


def _ballots(lake: Lake, wiki: str) -> tuple[Ballots, tuple[str, ...], bool]:
    entries = [entry for entry in lake.entries(wiki) if "votes" in entry.tables]
    found = ballots_from(lake.table(wiki, "votes"), lake.table(wiki, "elections"))
    dropped = [f"{reason}: {count}" for entry in entries for reason, count in sorted(entry.dropped.items())]
    notes = [note for entry in entries for note in entry.notes]
    simulated = any(entry.facts.get("simulated") for entry in entries)
    return found, (*notes, *(f"left out when read in, {each}" for each in dropped)), simulated


def history_of(lake: Lake, wiki: str, ballots: Ballots) -> History:
    """Edits, registrations and talk page messages of the voters, as far as the lake holds them."""
    connection = lake.connect(wiki)
    try:
        tell_people(connection)
        connection.execute("CREATE TEMP TABLE voting AS SELECT unnest(?) AS account", [list(ballots.voters)])
        edits = connection.sql(
            """SELECT account, list(epoch("at")::BIGINT ORDER BY "at") FROM revisions
            WHERE account IN (SELECT account FROM voting) AND "at" IS NOT NULL GROUP BY account"""
        ).fetchall()
        registered = connection.sql(
            """SELECT account, epoch(registered_at)::DOUBLE FROM accounts
            WHERE account IN (SELECT account FROM voting) AND registered_at IS NOT NULL"""
        ).fetchall()
        # the owner of a talk page stands after the first colon of its title, up to a subpage
        messages = connection.sql(
            f"""SELECT epoch(r."at")::DOUBLE AS moment, r.account AS sender,
                   split_part(substr(p.title, strpos(p.title, ':') + 1), '/', 1) AS recipient
            FROM revisions AS r JOIN pages AS p USING (page_id)
            {EDITS_OF_NOBODY}
            WHERE p.namespace = 3 AND r.account IS NOT NULL AND r."at" IS NOT NULL
              AND n.account IS NULL
              AND r.account <> split_part(substr(p.title, strpos(p.title, ':') + 1), '/', 1)
            ORDER BY moment, sender, recipient"""
        ).fetchall()
    finally:
        connection.close()
    return History(
        edits={account: np.array(times, np.int64) for account, times in edits},
        registered=dict(registered),
        message_at=np.array([moment for moment, _, _ in messages], float),
        message_sender=tuple(sender for _, sender, _ in messages),
        message_recipient=tuple(recipient for _, _, recipient in messages),
    )


def _from_file(
    path: Path, wiki: str, settings: Settings | None, progress: Progress
) -> tuple[Ballots, tuple[str, ...], bool]:
    # the rooms of the sources are slow to load and not needed for a lake
    from holdfast.workflows.analysis.ingest import Reading, ingest

    with tempfile.TemporaryDirectory(prefix="holdfast-votes-") as folder:
        lake = Path(folder) / "lake"
        ingest([path], lake, wiki=wiki, reading=Reading(progress=progress), settings=settings)
        return _ballots(open_lake(lake, settings), wiki)


def tables_of(run: VoteRun) -> dict[str, pa.Table]:
    """The four tables, under labels, in the committed columns and types."""
    makers = {"pairs": _pairs, "blocs": _blocs, "voters": _voters, "elections": _elections}
    keys = {
        "pairs": ("voter_a", "voter_b"),
        "blocs": ("bloc_id",),
        "voters": ("bloc_id", "voter"),
        "elections": ("election", "candidate", "bloc_id"),
    }
    return {
        name: pa.table(makers[name](run), schema=FILES[name]).sort_by([(key, "ascending") for key in keys[name]])
        for name in FILES
    }


def _pairs(run: VoteRun) -> dict[str, Any]:
    """The tested pairs of which both are named."""
    found, voters = run.result.agreement, run.result.ballots.voters
    shown = np.array([run.labels.shows(voter) for voter in voters], bool)
    kept = np.flatnonzero(shown[found.first] & shown[found.second]) if len(found.first) else np.zeros(0, np.int64)
    ends = [tuple(sorted((voters[found.first[each]], voters[found.second[each]]))) for each in kept]
    return {
        "voter_a": [a for a, _ in ends],
        "voter_b": [b for _, b in ends],
        "shared": found.shared[kept],
        "z": found.z[kept],
        "p": found.p[kept],
        "q": found.q[kept],
        "flagged": flagged_pairs(run)[kept],
    }


def _blocs(run: VoteRun) -> dict[str, Any]:
    blocs = run.result.blocs
    return {
        "bloc_id": [bloc.id for bloc in blocs],
        "size": [len(bloc.members) for bloc in blocs],
        "p": [bloc.p for bloc in blocs],
        "published": [bloc.published for bloc in blocs],
    }


def _voters(run: VoteRun) -> dict[str, Any]:
    """Members of published blocs, and whoever is named; affinities and counts of the named alone."""
    ballots = run.result.ballots
    counts = np.bincount(ballots.voter, minlength=len(ballots.voters))
    columns: dict[str, list[Any]] = {name: [] for name in FILES["voters"].names}
    for bloc in run.result.published:
        members = set(bloc.members.tolist())
        for number, voter in enumerate(ballots.voters):
            shows = run.labels.shows(voter)
            if shows or number in members:
                columns["voter"].append(run.labels.of(voter))
                columns["bloc_id"].append(bloc.id)
                for name, values in (
                    ("affinity", bloc.affinity), ("low", bloc.low), ("high", bloc.high), ("votes", counts)
                ):  # fmt: skip
                    columns[name].append(values[number] if shows else None)
    return columns


def _elections(run: VoteRun) -> dict[str, Any]:
    """Every election with each bloc. A bloc's votes in one election stand where all its members are named."""
    ballots = run.result.ballots
    named = {
        bloc.id
        for bloc in run.result.blocs
        if all(run.labels.shows(ballots.voters[int(each)]) for each in bloc.members)
    }
    candidates = [ballots.polls[each.poll][1] for each in run.effects]
    return {
        "election": [election_label(run, each.poll) for each in run.effects],
        "candidate": [each if run.labels.shows(each) else None for each in candidates],
        **{
            column: [getattr(each, column) for each in run.effects]
            for column in ("support", "oppose", "bloc_id", "outcome_without")
        },
        **{
            column: [getattr(each, column) if each.bloc_id in named else None for each in run.effects]
            for column in ("bloc_support", "bloc_oppose")
        },
    }


def write_votes(run: VoteRun, out: Path) -> dict[str, Any]:
    """Write the four tables, calibration.json and report.html into `out`; a summary for --json."""
    if (out / "lake.json").exists():
        raise UsageError(
            "votes.out_is_lake", "an output is not written into a lake", place=str(out), hint="choose another folder"
        )
    out.mkdir(parents=True, exist_ok=True)
    tables = tables_of(run)
    for name, table in tables.items():
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink, compression="zstd")
        write_atomically(out / f"{name}.parquet", sink.getvalue().to_pybytes())
    calibration = calibration_of(run)
    write_atomically(out / "calibration.json", json.dumps(calibration, indent=2, sort_keys=True).encode())
    votes_page(run, out / "report.html")
    return {
        "out": str(out),
        "votes": len(run.result.ballots.side),
        "voters": len(run.result.ballots.voters),
        "elections": len(run.result.ballots.polls),
        "left_out": dict(run.result.ballots.left_out),
        "blocs": tables["blocs"].to_pylist(),
        "calibration": calibration,
    }
