"""Visits and meetings: what the group test permutes and what it counts.

A visit is an account on an object in a week. Two visits of different accounts meet when actions of theirs lie
within the window. A cell is a kind of object in a week: whoever visits in the same cell had the same chance to
meet, and that is what the expected number of meetings of a pair is made of.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from holdfast.networks.counting import CROWD, CROWD_ACTIONS, FOLD_WEEKS, WEEK, Ordered, radix_order

Ints = NDArray[np.int64]
Ints32 = NDArray[np.int32]
Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Visits:
    """All visits, in the order of (object, week), and who meets whom."""

    accounts: int
    weeks: int
    owner: Ints32
    object: Ints32
    week: Ints32
    size: NDArray[np.int8]
    """Actions in the visit, in four steps: 1, 2, 3 to 5, more. A longer visit meets more people."""
    meets_from: Ints
    """Visits + 1: where the visits met begin in `meets`."""
    meets: Ints32
    of_account: Ints
    """Visits in the order of their accounts …"""
    account_from: Ints
    """… and where each account's begin (accounts + 1)."""

    def fold(self) -> NDArray[np.int8]:
        """0 or 1 for each visit: the half of the weeks that it belongs to."""
        return ((self.week // FOLD_WEEKS) & 1).astype(np.int8)

    def of(self, accounts: Ints, fold: int) -> Ints:
        """The visits of some accounts in one fold, or (fold -1) in all weeks."""
        found = np.concatenate([self.of_account[self.account_from[u] : self.account_from[u + 1]] for u in accounts])
        kept: Ints = found if fold < 0 else found[((self.week[found] // FOLD_WEEKS) & 1) == fold]
        return kept


@njit(cache=True, nogil=True)
def _visits(account, thing, at, accounts):  # type: ignore[no-untyped-def] # pragma: no cover
    size = len(account)
    visit = np.empty(size, np.int32)
    number = np.full(accounts, -1, np.int32)
    tag = np.full(accounts, -1, np.int64)
    owner, where, week = np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.int32)
    actions = np.zeros(size, np.int32)
    block = -1
    used = 0
    for i in range(size):
        if i == 0 or thing[i] != thing[i - 1] or at[i] // WEEK != at[i - 1] // WEEK:
            block += 1
        u = account[i]
        if tag[u] != block:
            tag[u] = block
            number[u] = used
            owner[used], where[used], week[used] = u, thing[i], at[i] // WEEK
            used += 1
        visit[i] = number[u]
        actions[number[u]] += 1
    return visit, owner[:used], where[:used], week[:used], actions[:used]


@njit(cache=True, nogil=True)
def _meetings(account, thing, at, visit, accounts, window):  # type: ignore[no-untyped-def] # pragma: no cover
    """Pairs of visits that meet, as keys (later visit << 32 | earlier visit), possibly repeated."""
    size = len(account)
    room = max(1024, size)
    keys = np.empty(room, np.uint64)
    used = 0
    seen = np.full(accounts, -1, np.int64)
    near = np.empty(CROWD + 1, np.int32)
    low = 0
    for i in range(size):
        if i > 0 and thing[i] != thing[i - 1]:
            low = i
        seen[account[i]] = i
        found = 0
        steps = 0
        crowd = False
        j = i - 1
        while j >= low and at[i] - at[j] <= window:
            steps += 1
            if steps > CROWD_ACTIONS:
                crowd = True
                break
            v = account[j]
            if seen[v] != i:
                if found == CROWD:
                    crowd = True
                    break
                seen[v] = i
                near[found] = visit[j]
                found += 1
            j -= 1
        if crowd:
            continue
        if used + found > room:
            room = 2 * room + found
            more = np.empty(room, np.uint64)
            more[:used] = keys[:used]
            keys = more
        for k in range(found):
            a, b = visit[i], near[k]
            if a < b:
                a, b = b, a
            keys[used] = (np.uint64(a) << np.uint64(32)) | np.uint64(b)
            used += 1
    return keys[:used]


@njit(cache=True, nogil=True)
def _adjacency(keys, visits):  # type: ignore[no-untyped-def] # pragma: no cover
    """Both directions of every distinct key as rows of neighbours. Keys are ordered by their later visit."""
    begins = np.zeros(visits + 1, np.int64)
    mark = np.full(visits, -1, np.int64)
    fresh = np.zeros(len(keys), np.bool_)
    for i in range(len(keys)):
        a = np.int64(keys[i] >> np.uint64(32))
        b = np.int64(keys[i] & np.uint64(0xFFFFFFFF))
        if mark[b] != a:
            mark[b] = a
            fresh[i] = True
            begins[a + 1] += 1
            begins[b + 1] += 1
    for i in range(visits):
        begins[i + 1] += begins[i]
    ends = begins[:-1].copy()
    rows = np.empty(begins[visits], np.int32)
    for i in range(len(keys)):
        if fresh[i]:
            a = np.int64(keys[i] >> np.uint64(32))
            b = np.int64(keys[i] & np.uint64(0xFFFFFFFF))
            rows[ends[a]] = b
            ends[a] += 1
            rows[ends[b]] = a
            ends[b] += 1
    return begins, rows


def visits_of(ordered: Ordered, window: int) -> Visits:
    """Visits and meetings within `window` seconds. Crowds are left out as in counting."""
    visit, owner, where, week, actions = _visits(ordered.account, ordered.object, ordered.at, ordered.accounts)
    keys = _meetings(ordered.account, ordered.object, ordered.at, visit, ordered.accounts, window)
    keys = keys[radix_order(keys >> np.uint64(32), len(owner).bit_length())]
    meets_from, meets = _adjacency(keys, len(owner))
    return Visits(
        accounts=ordered.accounts,
        weeks=ordered.weeks,
        owner=owner,
        object=where,
        week=week,
        size=np.searchsorted([1.5, 2.5, 5.5], actions).astype(np.int8),
        meets_from=meets_from,
        meets=meets,
        of_account=radix_order(owner.astype(np.uint64), int(ordered.accounts).bit_length()),
        account_from=np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=ordered.accounts))]),
    )


@dataclass(frozen=True, kw_only=True)
class Chances:
    """What the expected meetings of a pair are made of: the rate of meeting in each cell."""

    same: Floats
    """Share of the pairs of visits in a cell that meet."""
    across: Floats
    """Share of the pairs of visits, one in a cell and one in the week before it, that meet."""
    cell: Ints
    """For each account in turn, its cells in order …"""
    number: Floats
    """… how many visits it has in each …"""
    account_from: Ints
    """… and where each account's begin."""
    weeks: int


def chances_of(visits: Visits, kinds: Ints) -> Chances:
    """The rates of meeting by kind of object and week. `kinds` holds each object's kind."""
    weeks = visits.weeks + 1  # an empty week between kinds, so that nothing leaks from one into the next
    cell = kinds[visits.object] * weeks + visits.week + 1
    cells = int(cell.max()) + 2 if len(cell) else 1
    many = np.bincount(cell, minlength=cells).astype(float)
    later = np.repeat(np.arange(len(cell)), np.diff(visits.meets_from))
    kept = visits.meets < later
    here, there = cell[later[kept]], cell[visits.meets[kept]]
    inside = here == there
    same = np.bincount(here[inside], minlength=cells) / np.maximum(many * (many - 1) / 2, 1)
    before = np.concatenate([[0.0], many[:-1]])
    across = np.bincount(np.maximum(here, there)[~inside], minlength=cells) / np.maximum(many * before, 1)
    key, number = np.unique(visits.owner.astype(np.int64) * cells + cell, return_counts=True)
    return Chances(
        same=same,
        across=across,
        cell=key % cells,
        number=number.astype(float),
        account_from=np.searchsorted(key // cells, np.arange(visits.accounts + 1)),
        weeks=weeks,
    )


@njit(cache=True, nogil=True)
def _expected(first, second, begins, cell, number, weeks, same, across, fold, fold_weeks):  # type: ignore[no-untyped-def] # pragma: no cover
    found = np.zeros(len(first))
    for p in range(len(first)):
        i, i_end = begins[first[p]], begins[first[p] + 1]
        j, j_end = begins[second[p]], begins[second[p] + 1]
        total = 0.0
        while i < i_end:
            c = cell[i]
            while j < j_end and cell[j] < c - 1:
                j += 1
            k = j
            while k < j_end and cell[k] <= c + 1:
                later = max(c, cell[k])
                week = later % weeks - 1
                if week >= 0 and (fold < 0 or (week // fold_weeks) & 1 == fold):
                    rate = same[later] if cell[k] == c else across[later]
                    total += rate * number[i] * number[k]
                k += 1
            i += 1
        found[p] = total
    return found


def expected_meetings(chances: Chances, first: Ints32, second: Ints32, fold: int = -1) -> Floats:
    """Expected meetings of pairs, given how often each visits each kind of object in each week.

    `fold` 0 or 1 counts only that half of the weeks. Cost: the cells of both accounts, for each pair.
    """
    found: Floats = _expected(
        first,
        second,
        chances.account_from,
        chances.cell,
        chances.number,
        chances.weeks,
        chances.same,
        chances.across,
        fold,
        FOLD_WEEKS,
    )
    return found
