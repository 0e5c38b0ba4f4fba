"""The matrix of 31 actions, part: killed before each row of the journal, a third of the rows in each test."""

from pathlib import Path
from typing import Any

import pytest

from actions.matrix import killed_at_every_row
from mediawiki.two_wikis import TwoWikis

THIRDS = 3


@pytest.mark.long
@pytest.mark.parametrize("third", range(THIRDS))
def test_31_actions_killed_before_every_row_are_each_done_once(
    two_wikis: TwoWikis, tmp_path: Path, third: int, record_property: Any
) -> None:
    record_property("result", killed_at_every_row(two_wikis, tmp_path, before=True, only=(third, THIRDS)))
