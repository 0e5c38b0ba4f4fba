"""Words of a log: lengths of blocks, kinds of targets, bots by name, reasons as categories."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.accounts.kinds import is_address, is_bot_by_name
from holdfast.sources._durations import block_length
from holdfast.sources._log_rows import target_kind, user_of
from holdfast.sources._reasons import reason_category

AT = datetime(2019, 1, 31, 12)


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("1 week", 604_800),
        ("31 hours", 111_600),
        ("3 days, 5 hours", 277_200),
        ("1 week and 2 days", 777_600),
        ("a fortnight", 1_209_600),
        ("1 month", 31 * 86_400),  # as MediaWiki: 31 January and a month is 3 March
        ("2 years", 731 * 86_400),
        ("2019-02-01T12:00:00Z", 86_400),
        ("12:00, 1 February 2019 (UTC)".replace(" (UTC)", ""), 86_400),
        ("Fri, 01 nonsense", None),
        ("", None),
    ],
)
def test_the_length_of_a_block_is_read_from_its_words(words: str, seconds: int | None) -> None:
    assert block_length(words, AT).seconds == seconds
    assert not block_length(words, AT).is_indefinite


@pytest.mark.parametrize("words", ["infinite", "infinity", "indefinite", "never"])
def test_a_block_without_end_has_no_length(words: str) -> None:
    assert block_length(words, AT).is_indefinite
    assert block_length(words, AT).seconds is None


@given(st.integers(1, 10_000), st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)))
def test_a_number_of_days_is_that_many_days(count: int, at: datetime) -> None:
    assert block_length(f"{count} days", at).seconds == timedelta(days=count).total_seconds()


@given(st.text(max_size=40))
def test_no_words_break_the_reader(words: str) -> None:
    block_length(words, AT)
    target_kind(user_of(words))
    is_bot_by_name(words)
    reason_category(words)


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("User:Someone", "account"),
        ("Benutzer:Jemand", "account"),
        ("User:192.0.2.9", "address"),
        ("User:2001:DB8:5:0:0:0:0:0", "address"),
        ("User:198.51.100.0/24", "range"),
        ("User:2001:DB8:5:0:0:0:0:0/64", "range"),
        ("User:#11", "autoblock"),
        ("User:A/B", "account"),
        (None, None),
    ],
)
def test_the_kind_of_a_target_is_read_from_its_title(title: str | None, kind: str | None) -> None:
    assert target_kind(user_of(title)) == kind


def test_bots_and_addresses_are_known_by_name() -> None:
    assert all(map(is_bot_by_name, ["PatrolBot NG", "SignatoryBot", "Xbot", "Bot of somebody", "my-bot 7"]))
    assert not any(map(is_bot_by_name, ["Botany", "Bottle", "Robothero", "Someone"]))
    assert all(map(is_address, ["192.0.2.7", "192.0.2.xxx", "2001:db8::7"]))
    assert not any(map(is_address, ["192.0.2.0/24", "Version 1.2.3", "User: a: b", "1.2.3"]))


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("[[WP:Vandalism|Vandalism]]", "vandalism"),
        ("Spamming links to external sites", "spam"),
        ("open proxy", "proxy"),
        ("{{uw-username}}", "username"),
        ("Abusing [[WP:Sock puppetry|multiple accounts]]", "sockpuppetry"),
        ("violation of the three-revert rule", "conduct"),
        ("testing", "test"),
        ("دلیل", "other"),
        ("", "none"),
        (None, None),
    ],
)
def test_a_reason_becomes_a_category(text: str | None, category: str | None) -> None:
    assert reason_category(text) == category
