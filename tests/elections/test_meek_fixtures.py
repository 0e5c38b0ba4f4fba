"""Every number of every round of SecurePoll's own cases."""

import gzip
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from holdfast.elections.counts import contest_in, count_contest

CASES = sorted((Path(__file__).parents[1] / "data" / "stv" / "securepoll").glob("*.json.gz"))


def listed(value: Any) -> list[str]:
    """A list that PHP may have written as an object."""
    return [str(each) for each in (value.values() if isinstance(value, dict) else value)]


def test_all_cases_are_there() -> None:
    assert len(CASES) == 55


@pytest.mark.requirement("6.15")
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name.removesuffix(".json.gz"))
def test_meek_equals_securepoll_round_by_round(path: Path) -> None:
    expected = json.loads(gzip.decompress(path.read_bytes()))[1]
    found = count_contest(contest_in(path), "meek-stv")
    assert list(found.winners) == listed(expected["elected"])
    assert [key for each in found.rounds for key in each["eliminated"]] == listed(expected["eliminated"])
    assert len(found.rounds) == len(expected["rounds"])
    for ours, theirs in zip(found.rounds, expected["rounds"], strict=True):
        assert ours["round"] == theirs["round"]
        for figure in ("quota", "surplus", "totalVotes"):
            assert Decimal(ours[figure]) == Decimal(theirs[figure])
        assert ours["elected"] == listed(theirs["elected"])
        assert ours["eliminated"] == listed(theirs["eliminated"])
        assert {key: Decimal(value) for key, value in ours["keepFactors"].items()} == {
            key: Decimal(value) for key, value in theirs["keepFactors"].items()
        }
        for key, line in theirs["rankings"].items():
            assert {name: Decimal(value) for name, value in ours["rankings"][key].items()} == {
                name: Decimal(value) for name, value in line.items()
            }
