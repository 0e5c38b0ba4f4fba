"""The false-accusation rate of a group finding, against numbers worked by hand."""

import pytest

from holdfast.findings.finding import false_accusation


@pytest.mark.requirement("2.9")
def test_the_rate_is_false_groups_times_their_size_per_1000_accounts_looked_at() -> None:
    rate = false_accusation(groups_upper_bound=0.05, members=8, accounts=20_000)
    assert rate["per_1000_accounts_upper_bound"] == pytest.approx(0.02)
    assert rate["false_groups_per_run_upper_bound"] == 0.05


def test_a_rate_is_never_above_all_accounts_and_unknown_numbers_are_the_worst() -> None:
    assert false_accusation(groups_upper_bound=9, members=50, accounts=60)["per_1000_accounts_upper_bound"] == 1000
    assert false_accusation(groups_upper_bound=0.05, members=8, accounts=0)["per_1000_accounts_upper_bound"] == 1000
