"""What a likeness is worth: the same features for innocent pairs of the same wiki and like activity.

Innocent pairs are of two kinds, because people of one field are more alike than people of one wiki: `anybody`, two
random accounts as active as the two that are asked about; `neighbours`, such pairs that share a page. The kind with
more look-alikes counts. Pairs of one person are accounts whose sessions were dealt to two.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import beta

from holdfast.networks.gate import may_publish
from holdfast.networks.linking import FEATURES, Deeds, Rarity, Scale, features, learn, split
from holdfast.networks.tuning import TUNING
from holdfast.progress import Progress, silent

PAIRS = TUNING.innocent_pairs
MINIMUM_PAIRS = TUNING.least_innocent_pairs
MOST_PAIRS = TUNING.most_innocent_pairs
_LIKE = TUNING.like_activity


@dataclass(frozen=True, kw_only=True)
class Alone:
    """One feature of a pair: its value, and how often an innocent pair reaches it."""

    name: str
    value: float | None
    """None where the data cannot tell."""
    p: float | None
    """(1 + innocent pairs as high) / (n + 1), the worse kind of innocent pair: a conformal p."""
    log_ratio: float | None
    """Its part in the log likelihood ratio."""


@dataclass(frozen=True, kw_only=True)
class Linked:
    """What can be said of one pair."""

    one: str
    other: str
    status: str
    """ok or not_enough_data."""
    detail: str
    alone: tuple[Alone, ...] = ()
    ratio: float | None = None
    """Likelihood of this likeness if one person ran both, over two people; bounded by what the pairs can show."""
    p: float | None = None
    like_this: int = 0
    """Innocent pairs at least as alike, of `compared` of the worse kind."""
    compared: int = 0
    kind: str = ""
    per_10000: float | None = None
    per_10000_high: float | None = None
    """Upper end of the exact 95 % interval."""
    linked_pairs_as_alike: float | None = None
    """Share of accounts cut in two that are at least as alike: the power of the comparison."""
    published: bool = False
    """Whether the bound of innocent look-alikes, over all looks of the run, is at or under the gate's target; the
    likeness is a result of the run only then."""

    @property
    def sentence(self) -> str:
        """The sentence that has to stand beside every ratio."""
        if self.per_10000_high is None:
            return self.detail
        about = f"about {self.per_10000:.0f}" if self.like_this else "none seen"
        return (
            f"Of 10,000 innocent pairs of accounts as active as these, {about} would look at least like this; "
            f"{self.compared} pairs were compared, which shows a number below {self.per_10000_high:.0f} (95 %)."
        )


def compare(
    one: str,
    other: str,
    everybody: Mapping[str, Deeds],
    rarity: Rarity,
    rng: np.random.Generator,
    progress: Progress = silent,
    *,
    most_pairs: int = PAIRS,
    looks: int = 1,
) -> Linked:
    """Compare two named accounts; `everybody` holds them and the accounts that they may be compared with.

    `looks`: how many pairs the run compares; each is another chance of an innocent likeness.
    """
    first, second = everybody[one], everybody[other]
    if not (first.is_enough and second.is_enough):
        return Linked(
            one=one,
            other=other,
            status="not_enough_data",
            detail=f"not enough data: each account needs {20} edits in at least five sessions; "
            f"these have {len(first.at)} and {len(second.at)}",
        )
    pools = [_like(account, everybody, {one, other}) for account in (first, second)]
    pairs = {
        kind: _innocent(pools, everybody, rng, most_pairs, shares_page=kind == "neighbours")
        for kind in ("anybody", "neighbours")
    }
    usable = {kind: found for kind, found in pairs.items() if len(found) >= MINIMUM_PAIRS}
    if not usable:
        return Linked(
            one=one,
            other=other,
            status="not_enough_data",
            detail=f"not enough data: {MINIMUM_PAIRS} innocent pairs of like activity are needed to compare with; "
            f"this wiki has {max(map(len, pairs.values()))}",
        )
    measured: dict[str, list[dict[str, float | None]]] = {}
    total = sum(map(len, usable.values()))
    for kind, chosen in usable.items():
        measured[kind] = []
        for a, b in chosen:
            measured[kind].append(features(everybody[a], everybody[b], rarity))
            progress("comparing innocent pairs", sum(map(len, measured.values())), total)
    halves = [split(everybody[name], rng) for name in rng.permutation(sorted({*pools[0], *pools[1]}))[:most_pairs]]
    same = [features(a, b, rarity) for a, b in halves if len(a.at) and len(b.at)]
    # one half of each kind learns the scale, the other half says what a value of it is worth
    scale = learn([each for found in measured.values() for each in found[::2]], same[::2])
    found = _judged(one, other, features(first, second, rarity), scale, measured, same)
    return replace(found, published=may_publish(looks * (found.per_10000_high or 1e4) / 1e4))


def _like(account: Deeds, everybody: Mapping[str, Deeds], named: set[str]) -> list[str]:
    edits = len(account.at)
    return sorted(
        name
        for name, deeds in everybody.items()
        if name not in named and edits / _LIKE <= len(deeds.at) <= edits * _LIKE and deeds.is_enough
    )


def _innocent(
    pools: Sequence[Sequence[str]],
    everybody: Mapping[str, Deeds],
    rng: np.random.Generator,
    most: int,
    *,
    shares_page: bool,
) -> list[tuple[str, str]]:
    """Distinct random pairs, one of each pool."""
    if not pools[0] or not pools[1]:
        return []
    pages = {name: set(everybody[name].page.tolist()) for name in {*pools[0], *pools[1]}} if shares_page else {}
    found: set[tuple[str, str]] = set()
    for _ in range(20 * most):
        a, b = (pool[int(rng.integers(len(pool)))] for pool in pools)
        pair = (min(a, b), max(a, b))
        if a != b and pair not in found and (not shares_page or not pages[a].isdisjoint(pages[b])):
            found.add(pair)
        if len(found) >= most:
            break
    return [tuple(pair) for pair in rng.permutation(sorted(found))] if found else []


def _judged(
    one: str,
    other: str,
    found: Mapping[str, float | None],
    scale: Scale,
    measured: Mapping[str, Sequence[Mapping[str, float | None]]],
    same: Sequence[Mapping[str, float | None]],
) -> Linked:
    ratio = scale.log_ratio(found)
    held_out = {kind: np.array([scale.log_ratio(each) for each in pairs[1::2]]) for kind, pairs in measured.items()}
    counts = {kind: int((values >= ratio).sum()) for kind, values in held_out.items()}
    worse = max(counts, key=lambda kind: ((counts[kind] + 1) / (len(held_out[kind]) + 1), kind))
    like_this, compared = counts[worse], len(held_out[worse])
    high = float(beta.ppf(0.95, like_this + 1, compared - like_this)) if like_this < compared else 1.0
    alone = []
    for name in FEATURES:
        value = found[name]
        if value is None:
            alone.append(Alone(name=name, value=None, p=None, log_ratio=None))
            continue
        p = max(
            (1 + sum((each[name] or 0.0) >= value for each in pairs)) / (len(pairs) + 1)
            for pairs in measured.values()
        )
        alone.append(Alone(name=name, value=value, p=p, log_ratio=scale.alone(name, value)))
    return Linked(
        one=one,
        other=other,
        status="ok",
        detail="",
        alone=tuple(alone),
        ratio=float(np.exp(ratio)),
        p=(1 + like_this) / (1 + compared),
        like_this=like_this,
        compared=compared,
        kind=worse,
        per_10000=1e4 * like_this / compared,
        per_10000_high=1e4 * high,
        linked_pairs_as_alike=float(np.mean([scale.log_ratio(each) >= ratio for each in same[1::2]])),
    )
