"""Edits and talk messages around simulated elections, so that dormancy and canvassing leave their footprints."""

import numpy as np
import pyarrow as pa

from holdfast.worlds._electorate import DAY, Electorate
from holdfast.worlds._plants import Plants

_EPOCH = 1_577_836_800  # seconds: 1 January 2020, 0:00 UTC, where simulated votes begin
_ARTICLES = 400  # pages of a simulated wiki; invented
_SILENT_DAYS = 200
"""A sleeper has made no edit for so long when it returns."""
_FRESH_DAYS = 20  # days before the call from which a fresh account edits; invented


def traces(plants: Plants, electorate: Electorate, rng: np.random.Generator) -> dict[str, pa.Table]:
    """Revisions and pages: ordinary edits, ordinary talk, and the messages of a canvasser.

    Sleepers stop editing long before their vote; socks begin shortly before theirs.
    """
    people = len(electorate.names)
    count = rng.poisson(np.minimum(6 * electorate.weight, 300))
    account = np.repeat(np.arange(people), count)
    life = np.maximum(electorate.ends - electorate.starts, 1)
    at = electorate.starts[account] + rng.random(len(account)) * life[account]
    keep = np.ones(len(account), bool)
    for member, role, _ in plants.roles:
        opened = [electorate.opened[poll] for poll, group, _ in plants.calls if group == role]
        if role == "sleeper":
            keep &= (account != member) | (at < opened[0] - _SILENT_DAYS)
        if role == "sock":
            keep &= (account != member) | (at > opened[0] - _FRESH_DAYS)
    account, at = account[keep], at[keep]
    page = rng.integers(0, _ARTICLES, len(account)) + 1
    # one edit in twelve is a message to somebody
    talks = rng.random(len(account)) < 1 / 12
    page = np.where(talks, _ARTICLES + 1 + rng.integers(0, people, len(account)), page)
    sent = plants.messages
    account = np.concatenate([account, np.array([sender for sender, _, _ in sent], np.int64)])
    page = np.concatenate([page, np.array([_ARTICLES + 1 + to for _, to, _ in sent], np.int64)])
    at = np.concatenate([at, np.array([day for _, _, day in sent])])
    order = np.argsort(at, kind="stable")
    account, page, at = account[order], page[order], at[order]
    moments = np.round((at * DAY + _EPOCH) * 1e6).astype("int64")
    return {
        "revisions": pa.table(
            {
                "revision_id": np.arange(1, len(at) + 1),
                "page_id": page,
                "namespace": np.where(page > _ARTICLES, 3, 0),
                "at": pa.array(moments, pa.int64()).cast(pa.timestamp("us")),
                "account": np.array(electorate.names)[account],
                "is_address": np.zeros(len(at), bool),
            }
        ),
        "pages": pa.table(
            {
                "page_id": np.arange(1, _ARTICLES + people + 1),
                "namespace": np.where(np.arange(1, _ARTICLES + people + 1) > _ARTICLES, 3, 0),
                "title": [f"Article {number + 1}" for number in range(_ARTICLES)]
                + [f"User talk:{name}" for name in electorate.names],
            }
        ),
    }


def registrations(plants: Plants, electorate: Electorate) -> np.ndarray:
    """Day on which each account was made; socks shortly before their election."""
    registered = electorate.registered.copy()
    for member, role, group in plants.roles:
        if role == "sock":
            registered[member] = (
                next(electorate.opened[poll] for poll, name, _ in plants.calls if name == group) - _FRESH_DAYS
            )
    return registered
