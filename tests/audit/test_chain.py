"""Nothing can be cut from the audit, moved in it or changed, without the first wrong entry being named."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.audit_of import NOON, chain_of, event
from holdfast.audit import START, Entry, Head, Outcome, Verb, append, check_chain, head_payload
from holdfast.audit.chain import head_of
from holdfast.canonical import canonical_bytes, sha256_hex
from holdfast.errors import CheckFailedError, InputRefusedError
from holdfast.facts import MemberId
from holdfast.record.kinds import kind_named

CHAIN = chain_of(20)


def wrong_at(entries: list[Entry], code: str = "", **more: Any) -> int:
    with pytest.raises(CheckFailedError, match=rf"^audit\.chain\.{code}") as refused:
        check_chain(entries, **more)
    assert isinstance(refused.value.offender, int)
    assert f"entry {refused.value.offender}" in str(refused.value)
    return refused.value.offender


def test_a_chain_as_it_was_written_passes_and_gives_its_head() -> None:
    assert check_chain(CHAIN) == Head(size=20, sha256=CHAIN[-1].sha256)
    assert check_chain([]) == START


def test_the_hash_of_an_entry_can_be_computed_with_the_standard_library() -> None:
    import hashlib
    import json

    value = CHAIN[3].to_json()
    wanted = value.pop("sha256")
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert hashlib.sha256(text.encode()).hexdigest() == wanted == sha256_hex(canonical_bytes(value))


@given(st.integers(0, 18))
def test_an_entry_cut_out_is_missed_at_its_number(place: int) -> None:
    assert wrong_at(CHAIN[:place] + CHAIN[place + 1 :], "missing") == place + 1


@given(st.integers(0, 19), st.integers(0, 19))
def test_two_entries_swapped_are_seen_at_the_first(one: int, other: int) -> None:
    if one == other:
        return
    swapped = list(CHAIN)
    swapped[one], swapped[other] = swapped[other], swapped[one]
    assert wrong_at(swapped) == min(one, other) + 1


@given(st.integers(0, 19))
def test_an_entry_given_twice_is_seen(place: int) -> None:
    assert wrong_at([*CHAIN[: place + 1], *CHAIN[place:]], "order") == place + 2


@given(st.integers(0, 19))
def test_an_entry_put_in_is_seen(place: int) -> None:
    before = head_of(CHAIN[place - 1]) if place else START
    forged = append(before, event(99))
    assert wrong_at([*CHAIN[:place], forged, *CHAIN[place:]], "order") == place + 2


CHANGES: dict[str, Any] = {
    "at": NOON - timedelta(days=1),
    "member": MemberId("m-ffffffffffff"),
    "verb": Verb.READ_LIST,
    "outcome": Outcome.REFUSED,
    "kind": "person",
    "stream_id": "other",
    "rules": (),
    "purpose": "other",
    "detail_sha256": "0" * 64,
}


@given(st.integers(0, 19), st.sampled_from(sorted(CHANGES)))
def test_an_entry_with_any_field_changed_is_named(place: int, name: str) -> None:
    changed = list(CHAIN)
    changed[place] = replace(CHAIN[place], event=replace(CHAIN[place].event, **{name: CHANGES[name]}))
    assert wrong_at(changed, "changed") == place + 1


@given(st.integers(0, 18))
def test_an_entry_changed_with_its_hash_made_anew_breaks_the_next(place: int) -> None:
    changed = list(CHAIN)
    before = head_of(CHAIN[place - 1]) if place else START
    changed[place] = append(before, event(50))
    assert wrong_at(changed, "broken") == place + 2


@given(st.integers(0, 19))
def test_a_tail_cut_off_shows_against_a_head_that_was_kept(size: int) -> None:
    assert check_chain(CHAIN[:size]).size == size  # the chain alone cannot tell
    assert wrong_at(CHAIN[:size], "cut", until=head_of(CHAIN[-1])) == size + 1


@given(st.integers(1, 20))
def test_a_chain_made_anew_shows_against_a_head_that_was_kept(size: int) -> None:
    head, anew = START, []
    for number in range(25):
        anew.append(append(head, event(number + 1)))
        head = head_of(anew[-1])
    assert wrong_at(anew, "head", until=head_of(CHAIN[size - 1])) == size


@given(st.integers(0, 20), st.integers(0, 20))
def test_a_part_is_checked_from_a_kept_head(start: int, until: int) -> None:
    heads = [START, *map(head_of, CHAIN)]
    if until < start:
        wrong_at(CHAIN[start:], "before", start=heads[start], until=heads[until])
    else:
        assert check_chain(CHAIN[start:], start=heads[start], until=heads[until]) == heads[20]


@pytest.mark.parametrize(
    "more",
    [
        {"member": MemberId("CANARY")},
        {"purpose": "CANARY was here"},
        {"rules": ("CANARY",)},
        {"detail_sha256": "CANARY"},
        {"purpose": "name: x"},
        {"kind": "CANARY"},
        {"stream_id": "CANARY"},
        {"kind": "", "stream_id": "a"},
        {"at": NOON.replace(tzinfo=None)},
    ],
)
def test_an_entry_takes_no_words_that_could_be_a_name(more: dict[str, Any]) -> None:
    with pytest.raises(InputRefusedError, match=r"^audit\.entry\.words") as refused:
        event(**more)
    assert "CANARY" not in str(refused.value)


@given(st.integers(0, 19))
def test_an_entry_survives_being_written_out(place: int) -> None:
    assert Entry.from_json(CHAIN[place].to_json()) == CHAIN[place]


@pytest.mark.parametrize(
    "change",
    [
        {"seq": True},
        {"seq": "1"},
        {"more": 1},
        {"verb": "steal"},
        {"stream": "CASE/1"},
        {"at": "2026-09-13"},
        {"rules": None},
    ],
)
def test_what_is_no_entry_is_not_read_as_one(change: dict[str, Any]) -> None:
    with pytest.raises(InputRefusedError, match=r"^audit\.entry\.unreadable"):
        Entry.from_json({**CHAIN[0].to_json(), **change})


def test_the_log_takes_the_head_and_it_does_not_tell_how_busy_the_office_is() -> None:
    kind_named("audit head").check(head_payload(head_of(CHAIN[-1])))
    assert "size" not in head_payload(head_of(CHAIN[-1]))
