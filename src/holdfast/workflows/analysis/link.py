"""Link: compare a small named set of accounts of a lake, for a case that is about them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import duckdb
import numpy as np

from holdfast.accounts.names import account_name, same_account
from holdfast.errors import UsageError
from holdfast.networks.gate import TARGET
from holdfast.networks.link_calibration import MOST_PAIRS, PAIRS, Linked, compare
from holdfast.networks.linking import MOST_ACCOUNTS, Deeds, Rarity
from holdfast.progress import Progress, silent
from holdfast.tables.lake import Lake
from holdfast.tables.people import EDITS_OF_NOBODY, tell_people

_COMPARED_WITH = 1_500
"""Accounts drawn to compare with; enough for 600 pairs of each kind."""
_REVERT_DEPTH = 15  # revisions looked back for a restored text; 15 is usual in revert studies (mwreverts)
_PAIRS_PER_LOOK = 120
"""Innocent pairs for each look of a run, half of which are held out: about what the gate's target takes."""

INNOCENT = (
    ("two people of one field", "pairs that share a page are one of the two comparisons; the worse counts"),
    ("partners or colleagues on one computer", "not told apart by what accounts do; ask"),
    ("a declared second account, or a bot and its owner", "not tested; look at the user pages"),
    ("two patrollers who answer the same alerts", "shared targets are weighted by how rarely they are reverted"),
    ("a class, a meet-up or a project drive", "not told apart; look for an announcement at the shared pages"),
)
"""What would look the same, and what was done about it."""


@dataclass(frozen=True, kw_only=True)
class LinkReport:
    """All pairs of the named accounts, in the order of their naming."""

    wiki: str
    reason: str
    accounts: tuple[str, ...]
    pairs: tuple[Linked, ...]

    @property
    def expected_by_chance(self) -> str:
        """How many looks were taken, and what that means."""
        return (
            f"{len(self.pairs)} pairs were compared. Each look is another chance of an innocent likeness: multiply "
            "the numbers per 10,000 by it. A likeness is published where the bound, so multiplied, is at or under "
            f"{TARGET}."
        )


def link(
    lake: Lake, wiki: str, accounts: Sequence[str], *, reason: str, seed: int = 0, progress: Progress = silent
) -> LinkReport:
    """Compare each two of the named accounts.

    Raises UsageError `link.too_many` (more than ten), `link.too_few`, `link.no_reason`, `link.unknown_account`.
    """
    asked = list(dict.fromkeys(account_name(each) for each in accounts))
    _check(asked, reason)
    name = lake.require(wiki)
    connection = lake.connect(name)
    try:
        named = tuple(_as_written(connection, each) for each in asked)
        everybody, rarity = _read(connection, named, seed)
    finally:
        connection.close()
    rng = np.random.default_rng(seed)
    looks = list(combinations(named, 2))
    most = min(MOST_PAIRS, max(PAIRS, _PAIRS_PER_LOOK * len(looks)))
    pairs = tuple(
        compare(a, b, everybody, rarity, rng, progress, most_pairs=most, looks=len(looks)) for a, b in looks
    )
    return LinkReport(wiki=name, reason=reason.strip(), accounts=named, pairs=pairs)


def _check(named: Collection[str], reason: str) -> None:
    if not reason.strip():
        raise UsageError(
            "link.no_reason",
            "accounts are compared for a reason only",
            expected="the case and the suspicion that it is about, in words",
            hint="say it with --reason TEXT; it is written into the result",
        )
    if len(named) > MOST_ACCOUNTS:
        raise UsageError(
            "link.too_many",
            "this is no search through everybody",
            expected=f"at most {MOST_ACCOUNTS} accounts that a case is about",
            got=f"{len(named)} accounts",
            hint="name those that something else points to",
        )
    if len(named) < 2:
        raise UsageError("link.too_few", "two different accounts are needed", got=f"{len(named)}")


def _as_written(connection: duckdb.DuckDBPyConnection, account: str) -> str:
    """The lake's spelling of a name that somebody typed; the name itself where the lake has nobody of it."""
    found = connection.execute(
        """SELECT DISTINCT account FROM revisions
        WHERE account = ? OR lower(nfc_normalize(replace(account, '_', ' '))) = lower(?)""",
        [account, account],
    ).fetchall()
    spelt = {str(each) for (each,) in found if same_account(str(each), account)}
    return account if account in spelt else min(spelt, default=account)


def _read(connection: duckdb.DuckDBPyConnection, named: Sequence[str], seed: int) -> tuple[dict[str, Deeds], Rarity]:
    """Deeds of the named accounts and of a random sample of the wiki's others with enough edits; of persons alone."""
    tell_people(connection)
    connection.execute("CREATE TEMP TABLE named AS SELECT unnest(?) AS account", [list(named)])
    missing = connection.execute(
        "SELECT count(*) FROM named WHERE account NOT IN (SELECT account FROM revisions WHERE account IS NOT NULL)"
    ).fetchall()[0][0]
    if missing:
        raise UsageError(
            "link.unknown_account",
            f"{missing} of the named accounts have no edit in this lake",
            expected="names of accounts that edited this wiki",
            hint="see who is there with: holdfast lake show DIR",
        )
    connection.execute(
        f"""CREATE TEMP TABLE chosen AS
        SELECT account FROM named UNION
        SELECT account FROM (
            SELECT r.account FROM revisions AS r
            {EDITS_OF_NOBODY}
            WHERE r.account IS NOT NULL AND NOT coalesce(r.is_address, FALSE) AND n.account IS NULL
            GROUP BY r.account HAVING count(*) >= 20
            ORDER BY hash(r.account || '{int(seed)}') LIMIT {_COMPARED_WITH})"""
    )
    edits = connection.sql(
        """SELECT account, epoch(CAST("at" AS TIMESTAMP))::BIGINT AS moment, page_id FROM revisions
        WHERE account IN (SELECT account FROM chosen) AND "at" IS NOT NULL AND page_id IS NOT NULL
        ORDER BY account, moment"""
    ).fetchnumpy()
    editors = dict(
        connection.sql(
            """SELECT page_id, count(DISTINCT account) FROM revisions WHERE page_id IN (
            SELECT page_id FROM revisions WHERE account IN (SELECT account FROM chosen)) GROUP BY page_id"""
        ).fetchall()
    )
    has_reverts = bool(connection.sql("SELECT count(sha1) FROM revisions").fetchall()[0][0])
    reverts, reverters = _reverts(connection) if has_reverts else ({}, {})
    return _deeds(edits, reverts), Rarity(editors=editors, reverters=reverters, has_reverts=has_reverts)


def _reverts(connection: duckdb.DuckDBPyConnection) -> tuple[dict[str, Any], dict[int, int]]:
    """Edits that restored an earlier state of their page within 15 edits, and whose edits they undid."""
    connection.execute(
        f"""CREATE TEMP TABLE undone AS
        WITH numbered AS (
            SELECT page_id, account, "at", sha1,
                   row_number() OVER (PARTITION BY page_id ORDER BY "at", revision_id) AS n
            FROM revisions WHERE page_id IS NOT NULL),
        restored AS (
            SELECT later.page_id, later.account, later."at", later.n, max(earlier.n) AS back_to
            FROM numbered AS later JOIN numbered AS earlier
              ON later.page_id = earlier.page_id AND later.sha1 = earlier.sha1
             AND earlier.n BETWEEN later.n - {_REVERT_DEPTH} AND later.n - 1
            GROUP BY ALL)
        SELECT DISTINCT restored.account, epoch(CAST(restored."at" AS TIMESTAMP))::BIGINT AS moment,
               restored.page_id, between_them.account AS target
        FROM restored JOIN numbered AS between_them
          ON between_them.page_id = restored.page_id AND between_them.n > restored.back_to
         AND between_them.n < restored.n
        WHERE between_them.account IS NOT NULL AND restored.account IS NOT NULL
          AND between_them.account <> restored.account"""
    )
    connection.execute(
        "CREATE TEMP TABLE targets AS SELECT target, row_number() OVER (ORDER BY target) AS number, "
        "count(DISTINCT account) AS reverters FROM undone GROUP BY target"
    )
    rows = connection.sql(
        "SELECT account, moment, page_id, number FROM undone JOIN targets USING (target) "
        "WHERE account IN (SELECT account FROM chosen) ORDER BY account, moment"
    ).fetchnumpy()
    return dict(rows), dict(connection.sql("SELECT number, reverters FROM targets").fetchall())


def _deeds(edits: dict[str, Any], reverts: dict[str, Any]) -> dict[str, Deeds]:
    undone = _by_account(reverts) if reverts else {}
    nothing = np.zeros(0, np.int64)
    found = {}
    for account, rows in _by_account(edits).items():
        mine = undone.get(account, nothing)
        found[account] = Deeds(
            at=edits["moment"][rows].astype(np.int64),
            page=edits["page_id"][rows].astype(np.int64),
            **(
                {
                    "revert_at": reverts["moment"][mine].astype(np.int64),
                    "revert_page": reverts["page_id"][mine].astype(np.int64),
                    "revert_target": reverts["number"][mine].astype(np.int64),
                }
                if len(mine)
                else {}
            ),
        )
    return found


def _by_account(rows: dict[str, Any]) -> dict[str, np.ndarray]:
    """Row numbers of each account; the rows lie in the order of accounts."""
    accounts = np.asarray(rows["account"]).astype(str)
    if not len(accounts):
        return {}
    begins = np.flatnonzero(np.append(True, accounts[1:] != accounts[:-1]))
    ends = [*begins[1:], len(accounts)]
    return {str(accounts[a]): np.arange(a, b) for a, b in zip(begins, ends, strict=True)}
