"""The matrix of 31 actions, part: each way in which a wiki fails, four times for each kind of write."""

from pathlib import Path
from typing import Any

import pytest

from actions.matrix import troubled
from mediawiki.two_wikis import TwoWikis
from mediawiki.write_meddler import Trouble

MODES = (
    Trouble.DOWN,
    Trouble.READONLY,
    Trouble.MAXLAG,
    Trouble.RATELIMITED,
    Trouble.GARBAGE,
    Trouble.LOST,
    Trouble.EXCEPTION,
)


@pytest.mark.long
@pytest.mark.parametrize("trouble", MODES)
def test_31_actions_meet_trouble_and_are_each_done_once(
    two_wikis: TwoWikis, tmp_path: Path, trouble: Trouble, record_property: Any
) -> None:
    record_property("result", troubled(two_wikis, tmp_path, trouble))
