"""Co-action: from actions to pairs, groups, the calibration of the run, and a report in words."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from holdfast.accounts.labels import Labels
from holdfast.errors import UsageError
from holdfast.networks.coaction import Settings as LookSettings
from holdfast.networks.coaction_run import Method, Outcome, Request
from holdfast.networks.plain_count import plain_count
from holdfast.networks.run import Run, check_settings, run
from holdfast.progress import Progress, silent
from holdfast.report.pages.coaction import report_page
from holdfast.settings import Settings
from holdfast.tables._files import write_atomically
from holdfast.tables.actions import Actions, actions_of, read_actions
from holdfast.tables.lake import open_lake

PAIRS = pa.schema(
    [
        ("account_a", pa.string()),
        ("account_b", pa.string()),
        ("window_s", pa.int64()),
        ("observed", pa.int64()),
        ("expected", pa.float64()),
        ("p", pa.float64()),
        ("q", pa.float64()),
        ("flagged", pa.bool_()),
    ]
)
"""One row for each tested pair of named accounts and window: at least three episodes. Ordered by account_a,
account_b, window_s. What a pair did is public and would name a pseudonym."""
GROUPS = pa.schema(
    [
        ("group_id", pa.string()),
        ("account", pa.string()),
        ("level", pa.string()),
        ("p", pa.float64()),
        ("stability", pa.float64()),
        ("published", pa.bool_()),
    ]
)
"""One row for each member of each published group. Ordered by group_id, account."""


def coaction(
    source: Path,
    out: Path,
    *,
    wiki: str = "",
    request: Request | None = None,
    settings: Settings | None = None,
    progress: Progress = silent,
) -> Outcome:
    """Run co-action over a file of actions or one wiki of a lake, and write the results into `out`.

    Thin data and a refused gate are results, not errors. Raises InputRefusedError `actions.…`, UsageError
    `lake.…`, `coaction.…`.
    """
    request = request or Request()
    look_settings = LookSettings(windows=request.windows, q=request.q, seed=request.seed)
    check_settings(look_settings, request.replicates)
    actions = _actions(source, wiki, settings)
    request = replace(request, naming=request.naming.on(source))
    out.mkdir(parents=True, exist_ok=True)
    if request.method is Method.COUNT:
        return _count(actions, request, out)
    found = run(
        actions.account,
        actions.object,
        actions.at,
        settings=look_settings,
        replicates=request.replicates,
        progress=progress,
    )
    return _write(found, actions, request, out)


def _actions(source: Path, wiki: str, settings: Settings | None) -> Actions:
    if (source / "lake.json").is_file():
        lake = open_lake(source, settings)
        known = lake.wikis()
        if not wiki and len(known) != 1:
            raise UsageError(
                "coaction.wiki",
                "this lake holds several wikis",
                expected=", ".join(known),
                hint="name one with --wiki",
            )
        return actions_of(lake, wiki or known[0])
    return read_actions(source, settings)


@dataclass(frozen=True, kw_only=True)
class Numbered:
    """Labels of accounts by their number in the actions."""

    actions: Actions
    labels: Labels

    def of(self, number: int) -> str:
        """The name where it may be shown, else the pseudonym."""
        return self.labels.of(self.actions.account_names[number])

    def shows(self, number: int) -> bool:
        """Whether the account is named."""
        return self.labels.shows(self.actions.account_names[number])


def _write(found: Run, actions: Actions, request: Request, out: Path) -> Outcome:
    look = found.look
    groups = look.groups if look is not None else ()
    members = {actions.account_names[int(each)] for group in groups for each in group.accounts}
    numbered = Numbered(actions=actions, labels=request.naming.labels(actions.wiki, members=members))
    label = numbered.of
    ids = tuple(f"{group.level}-{number:03d}" for number, group in enumerate(groups, 1))
    pairs = _pair_rows(found, numbered)
    rows = [
        {
            "group_id": name,
            "account": label(int(account)),
            "level": group.level,
            "p": group.p,
            "stability": group.stability,
            "published": True,
        }
        for name, group in zip(ids, groups, strict=True)
        for account in group.accounts
    ]
    files = (
        _parquet(out / "pairs.parquet", pairs, PAIRS),
        _parquet(
            out / "groups.parquet",
            pa.Table.from_pylist(sorted(rows, key=lambda row: (row["group_id"], row["account"])), schema=GROUPS),
            GROUPS,
        ),
        out / "calibration.json",
        out / "report.html",
    )
    content = json.dumps({"status": found.status, **found.calibration.to_json()}, indent=1)
    write_atomically(files[2], content.encode())
    outcome = Outcome(
        actions=actions,
        request=request,
        label=label,
        shows=numbered.shows,
        files=files,
        pairs=0 if look is None else len(look.pairs.first),
        run=found,
        group_ids=ids,
    )
    report_page(outcome, files[3])
    return outcome


def _pair_rows(found: Run, labels: Numbered) -> pa.Table:
    if found.look is None:
        return PAIRS.empty_table()
    pairs = found.look.pairs
    return _pair_table(
        pairs.first,
        pairs.second,
        labels,
        {
            "window_s": pairs.window,
            "observed": pairs.observed,
            "expected": pairs.expected,
            "p": pairs.p,
            "q": pairs.q,
            "flagged": pairs.flagged,
        },
    )


def _pair_table(first: NDArray[Any], second: NDArray[Any], labels: Numbered, columns: dict[str, Any]) -> pa.Table:
    """The rows of pairs.parquet of which both are named, ordered by the names, the smaller first."""
    shown = {int(each) for each in np.unique(np.concatenate([first, second])) if labels.shows(int(each))}
    kept = (
        np.flatnonzero(np.isin(first, list(shown)) & np.isin(second, list(shown))) if shown else np.zeros(0, np.int64)
    )
    if not len(kept):
        return PAIRS.empty_table()
    first, second = first[kept], second[kept]
    columns = {name: np.asarray(values)[kept] for name, values in columns.items()}
    accounts = np.unique(np.concatenate([first, second]))
    texts = np.array([labels.of(int(each)) for each in accounts], dtype=object)
    rank = np.empty(len(texts), np.int64)
    rank[np.argsort(texts, kind="stable")] = np.arange(len(texts))
    u, v = np.searchsorted(accounts, first), np.searchsorted(accounts, second)
    swapped = rank[u] > rank[v]
    u, v = np.where(swapped, v, u), np.where(swapped, u, v)
    order = np.lexsort((columns["window_s"], rank[v], rank[u]))
    return pa.table(
        {
            "account_a": pa.array(texts[u[order]], pa.string()),
            "account_b": pa.array(texts[v[order]], pa.string()),
            **{name: pa.array(values[order], PAIRS.field(name).type) for name, values in columns.items()},
        },
        schema=PAIRS,
    )


def _parquet(path: Path, rows: pa.Table, schema: pa.Schema) -> Path:
    sink = pa.BufferOutputStream()
    pq.write_table(rows.cast(schema), sink, compression="zstd", version="2.6")
    write_atomically(path, sink.getvalue().to_pybytes())
    return path


def _count(actions: Actions, request: Request, out: Path) -> Outcome:
    """Plain counting: observed pairs of actions, and nothing that a null would give."""
    numbered = Numbered(actions=actions, labels=request.naming.labels(actions.wiki))
    tables = []
    for window in request.windows:
        found = plain_count(actions.account, actions.object, actions.at, window=window, least=request.least)
        size = len(found.first)
        tables.append((found, np.full(size, window, np.int64)))
    first = np.concatenate([each.first for each, _ in tables])
    second = np.concatenate([each.second for each, _ in tables])
    rows = _pair_table(
        first,
        second,
        numbered,
        {
            "window_s": np.concatenate([window for _, window in tables]),
            "observed": np.concatenate([each.observed for each, _ in tables]),
            "expected": np.full(len(first), np.nan),
            "p": np.full(len(first), np.nan),
            "q": np.full(len(first), np.nan),
            "flagged": np.zeros(len(first), dtype=bool),
        },
    )
    for place, name in ((4, "expected"), (5, "p"), (6, "q")):
        rows = rows.set_column(place, name, pa.nulls(rows.num_rows, pa.float64()))
    path = _parquet(out / "pairs.parquet", rows, PAIRS)
    return Outcome(
        actions=actions,
        request=request,
        label=numbered.of,
        shows=numbered.shows,
        files=(path,),
        pairs=len(first),
    )
