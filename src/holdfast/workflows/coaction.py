"""Co-action: from actions to pairs, groups, the calibration of the run, and a report in words."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from holdfast.errors import UsageError
from holdfast.networks.calibration import REPLICATES
from holdfast.networks.coaction import WINDOWS
from holdfast.networks.coaction import Settings as LookSettings
from holdfast.networks.plain_count import plain_count
from holdfast.networks.run import Run, check_settings, run
from holdfast.progress import Progress, silent
from holdfast.settings import Settings
from holdfast.tables._files import write_atomically
from holdfast.tables.actions import Actions, actions_of, read_actions
from holdfast.tables.lake import open_lake
from holdfast.tables.pseudonym import Pseudonyms, fresh_pseudonyms, pseudonyms_from

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
"""One row for each tested pair and window: at least three episodes. Ordered by account_a, account_b, window_s."""
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


class Method(StrEnum):
    """`full`: against nulls, with the gate. `count`: plain counting, never a finding."""

    FULL = "full"
    COUNT = "count"


class Naming(StrEnum):
    """Who is named in outputs: nobody, the members of published groups, or everybody."""

    NOBODY = "nobody"
    GROUPS = "groups"
    EVERYBODY = "everybody"


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is asked of one run."""

    windows: tuple[int, ...] = WINDOWS
    q: float = 0.01
    seed: int = 0
    replicates: int = REPLICATES
    method: Method = Method.FULL
    least: int = 2
    """`count` only: coordinated actions that an account needs."""
    naming: Naming = Naming.NOBODY
    pseudonym_key: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a run came to, and what was written."""

    actions: Actions
    request: Request
    label: Callable[[int], str]
    """What stands for an account in outputs."""
    files: tuple[Path, ...]
    pairs: int
    run: Run | None = None
    """None for plain counting."""
    group_ids: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The summary that `--json` prints."""
        found = self.run
        look = found.look if found is not None else None
        return {
            "status": found.status if found is not None else "counted",
            "actions": len(self.actions.at),
            "accounts": len(self.actions.account_names),
            "objects": len(self.actions.object_names),
            "pairs": self.pairs,
            "flagged": int(look.pairs.flagged.sum()) if look is not None else 0,
            "groups": len(look.groups) if look is not None else 0,
            "calibration": found.calibration.to_json() if found is not None else None,
            "dropped": dict(self.actions.dropped),
            "notes": list(self.actions.notes),
            "files": [str(path) for path in self.files],
        }


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
    pseudonyms = _pseudonyms(source, request)
    out.mkdir(parents=True, exist_ok=True)
    if request.method is Method.COUNT:
        return _count(actions, request, pseudonyms, out)
    found = run(
        actions.account,
        actions.object,
        actions.at,
        settings=look_settings,
        replicates=request.replicates,
        progress=progress,
    )
    return _write(found, actions, request, pseudonyms, out)


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


def _pseudonyms(source: Path, request: Request) -> Pseudonyms:
    if request.pseudonym_key is not None:
        return pseudonyms_from(request.pseudonym_key)
    key = source / "pseudonym.key"
    return pseudonyms_from(key) if key.is_file() else fresh_pseudonyms()


def labels_for(actions: Actions, pseudonyms: Pseudonyms, naming: Naming, members: set[int]) -> Callable[[int], str]:
    """What stands for each account's number: its pseudonym, or its name where asked for."""

    def label(number: int) -> str:
        name = actions.account_names[number]
        if naming is Naming.EVERYBODY or (naming is Naming.GROUPS and number in members):
            return name
        return pseudonyms.of(actions.wiki, name)

    return label


def _write(found: Run, actions: Actions, request: Request, pseudonyms: Pseudonyms, out: Path) -> Outcome:
    from holdfast.workflows.coaction_report import report_page

    look = found.look
    groups = look.groups if look is not None else ()
    members = {int(each) for group in groups for each in group.accounts}
    label = labels_for(actions, pseudonyms, request.naming, members)
    ids = tuple(f"{group.level}-{number:03d}" for number, group in enumerate(groups, 1))
    pairs = _pair_rows(found, label)
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
        files=files,
        pairs=pairs.num_rows,
        run=found,
        group_ids=ids,
    )
    report_page(outcome, files[3])
    return outcome


def _pair_rows(found: Run, label: Callable[[int], str]) -> pa.Table:
    if found.look is None:
        return PAIRS.empty_table()
    pairs = found.look.pairs
    return _pair_table(
        pairs.first,
        pairs.second,
        label,
        {
            "window_s": pairs.window,
            "observed": pairs.observed,
            "expected": pairs.expected,
            "p": pairs.p,
            "q": pairs.q,
            "flagged": pairs.flagged,
        },
    )


def _pair_table(
    first: NDArray[Any], second: NDArray[Any], label: Callable[[int], str], columns: dict[str, Any]
) -> pa.Table:
    """The rows of pairs.parquet, ordered by the labels, the smaller label first."""
    accounts = np.unique(np.concatenate([first, second]))
    texts = np.array([label(int(each)) for each in accounts], dtype=object)
    rank = np.empty(len(texts), np.int64)
    rank[np.argsort(texts, kind="stable")] = np.arange(len(texts))
    u, v = np.searchsorted(accounts, first), np.searchsorted(accounts, second)
    swapped = rank[u] > rank[v] if len(u) else np.zeros(0, dtype=bool)
    u, v = np.where(swapped, v, u), np.where(swapped, u, v)
    order = np.lexsort((columns["window_s"], rank[v], rank[u])) if len(u) else np.zeros(0, np.int64)
    return pa.table(
        {
            "account_a": pa.array(texts[u[order]] if len(u) else [], pa.string()),
            "account_b": pa.array(texts[v[order]] if len(u) else [], pa.string()),
            **{name: pa.array(np.asarray(values)[order], PAIRS.field(name).type) for name, values in columns.items()},
        },
        schema=PAIRS,
    )


def _parquet(path: Path, rows: pa.Table, schema: pa.Schema) -> Path:
    sink = pa.BufferOutputStream()
    pq.write_table(rows.cast(schema), sink, compression="zstd", version="2.6")
    write_atomically(path, sink.getvalue().to_pybytes())
    return path


def _count(actions: Actions, request: Request, pseudonyms: Pseudonyms, out: Path) -> Outcome:
    """Plain counting: observed pairs of actions, and nothing that a null would give."""
    label = labels_for(actions, pseudonyms, request.naming, set())
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
        label,
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
        rows = rows.set_column(place, name, pa.nulls(len(first), pa.float64()))
    path = _parquet(out / "pairs.parquet", rows, PAIRS)
    return Outcome(actions=actions, request=request, label=label, files=(path,), pairs=len(first))
