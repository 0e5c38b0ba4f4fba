"""The simulated community does what its story says, and every name says that it is simulated."""

import re
from collections import Counter
from functools import cache

from mediawiki.captured_community import BOT, CAPTORS, FOUNDER, Script, captured_community

NAME = re.compile(r"(Editor|Visitor) \d+\Z")


@cache
def script() -> Script:
    return captured_community()


def test_the_same_seed_tells_the_same_story() -> None:
    assert captured_community() == script()
    assert captured_community(seed=1) != script()


def test_every_account_is_labelled_and_nobody_acts_from_an_address() -> None:
    names = {event["account"] if "account" in event else event["as"] for event in script().events}
    assert all(NAME.match(name) for name in names - {FOUNDER, BOT})


def test_events_are_in_the_order_of_time_and_no_account_acts_before_it_is_made() -> None:
    times = [event["at"] for event in script().events]
    assert times == sorted(times)
    made = {FOUNDER}
    for event in script().events:
        if "account" in event:
            assert event["account"] not in made
            made.add(event["account"])
        else:
            assert event["as"] in made


def test_power_is_shared_at_first_and_gathers_later() -> None:
    def share_of_three(years: set[str]) -> float:
        acts = ("block", "unblock", "delete", "protect")
        count = Counter(
            event["as"]
            for event in script().events
            if event.get("call", {}).get("action") in acts and event["at"][:4] in years
        )
        assert count.total() > 200 * len(years)
        return sum(number for _, number in count.most_common(3)) / count.total()

    assert share_of_three({"2016", "2017", "2018"}) < 0.55
    assert share_of_three({"2020", "2021"}) > 0.9


def test_blocks_are_lifted_at_first_and_not_later() -> None:
    done = Counter((event["at"][:4] < "2019", event.get("call", {}).get("action")) for event in script().events)
    assert done[True, "unblock"] > 0.08 * done[True, "block"]
    assert done[False, "unblock"] < 0.02 * done[False, "block"]


def test_each_election_has_one_vote_of_each_voter_and_enough_voters() -> None:
    pairs = Counter((election, voter) for election, voter, *_ in script().votes)
    assert set(pairs.values()) == {1}
    voters = Counter(election for election, *_ in script().votes)
    assert len(voters) > 15
    assert min(voters.values()) >= 20
    assert not {voter for _, voter in pairs} & {FOUNDER, BOT}
    assert set(CAPTORS) <= {event["account"] for event in script().events if "account" in event}
