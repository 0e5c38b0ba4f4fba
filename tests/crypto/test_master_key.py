"""The master key lies apart, is shown nowhere, and comes back from three of five shares."""

from itertools import combinations
from pathlib import Path

import pytest

from holdfast.crypto.master_key import (
    MasterKey,
    Purpose,
    fresh_master_key,
    parse_master_key,
    read_master_key,
    restore,
    rotate,
    split,
    write_master_key,
)
from holdfast.crypto.sealing import Key, fresh_key, unwrap_key, wrap_key
from holdfast.errors import CheckFailedError, InputRefusedError, UsageError

MASTER = MasterKey(Key(b"CANARY-CANARY-CANARY-CANARY-1234"))


@pytest.fixture
def office(tmp_path: Path) -> Path:
    (tmp_path / "office").mkdir()
    return tmp_path / "office"


def test_a_written_key_is_read_again_and_only_its_owner_may_read_it(tmp_path: Path, office: Path) -> None:
    place = write_master_key(tmp_path / "keys", office, MASTER)
    assert place.stat().st_mode & 0o777 == 0o600
    assert place.parent.stat().st_mode & 0o777 == 0o700
    assert read_master_key(tmp_path / "keys", office) == MASTER


@pytest.mark.parametrize(("file_mode", "folder_mode"), [(0o640, 0o700), (0o604, 0o700), (0o600, 0o750)])
def test_a_key_that_others_may_read_is_refused(
    tmp_path: Path, office: Path, file_mode: int, folder_mode: int
) -> None:
    place = write_master_key(tmp_path / "keys", office, MASTER)
    place.chmod(file_mode)
    place.parent.chmod(folder_mode)
    with pytest.raises(InputRefusedError, match=r"^keys\.master\.readable"):
        read_master_key(tmp_path / "keys", office)


@pytest.mark.parametrize("keys", ["office", "office/keys", "office/../office/a/b", "."])
def test_keys_inside_the_data_are_refused(tmp_path: Path, office: Path, keys: str) -> None:
    with pytest.raises(UsageError, match=r"^keys\.folder\.inside"):
        write_master_key(tmp_path / keys, office, MASTER)
    with pytest.raises(UsageError, match=r"^keys\.folder\.inside"):
        read_master_key(tmp_path / keys, office)


def test_keys_inside_the_data_by_a_symbolic_link_are_refused(tmp_path: Path, office: Path) -> None:
    (office / "hidden").mkdir()
    (tmp_path / "keys").symlink_to(office / "hidden")
    with pytest.raises(UsageError, match=r"^keys\.folder\.inside"):
        write_master_key(tmp_path / "keys", office, MASTER)


def test_a_key_is_never_overwritten(tmp_path: Path, office: Path) -> None:
    write_master_key(tmp_path / "keys", office, MASTER)
    with pytest.raises(UsageError, match=r"^keys\.master\.exists"):
        write_master_key(tmp_path / "keys", office, fresh_master_key())
    assert read_master_key(tmp_path / "keys", office) == MASTER


def test_a_missing_key_is_named_with_the_way_back(tmp_path: Path, office: Path) -> None:
    with pytest.raises(InputRefusedError, match=r"^keys\.master\.missing.*3 shares"):
        read_master_key(tmp_path / "keys", office)


@pytest.mark.parametrize(
    "text", ["", "x", "HOLDFAST-MASTER-KEY+00+AA==", MASTER.text()[:-6], MASTER.text().replace("Q", "R", 1)]
)
def test_a_damaged_key_file_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(InputRefusedError, match=r"^keys\.master\.damaged") as refused:
        parse_master_key(text)
    assert refused.value.__cause__ is None
    assert MASTER.text().split("+", 2)[2][:20] not in str(refused.value)


def test_the_master_key_shows_itself_nowhere() -> None:
    assert "CANARY" not in f"{MASTER} {MASTER!r} {MASTER.id}"
    assert MASTER.key_for(Purpose.SEALING).raw not in (MASTER.key_for(Purpose.AUDIT).raw, MASTER._key.raw)


def test_any_three_of_five_shares_bring_the_key_back() -> None:
    shares = split(MASTER)
    assert all(len(share.split()) == 33 for share in shares)
    for three in combinations(shares, 3):
        assert restore(three, expected_id=MASTER.id) == MASTER
    assert restore(shares) == MASTER
    assert restore([f"  {share.upper()} \n" for share in shares[1:4]]) == MASTER


def test_too_few_shares_are_refused_and_told_how_many_are_needed() -> None:
    for some in ((), split(MASTER)[:1], split(MASTER)[:2]):
        with pytest.raises(InputRefusedError, match=r"^keys\.share\.few.*expected 3"):
            restore(some)


def test_shares_of_two_sets_are_refused() -> None:
    one, two = split(MASTER), split(MASTER)
    with pytest.raises(InputRefusedError, match=r"^keys\.share\.mixed"):
        restore([one[0], one[1], two[2]])


def test_the_same_share_twice_does_not_count_twice() -> None:
    one = split(MASTER)
    with pytest.raises(InputRefusedError, match=r"^keys\.share\.twice"):
        restore([one[0], one[1], one[1]])


def test_a_wrong_word_is_noticed_named_by_the_share_s_number_and_not_shown() -> None:
    said = set()
    for master in (MASTER, fresh_master_key(), fresh_master_key()):
        shares = list(split(master))
        words = shares[1].split()
        words[20] = "academic" if words[20] != "academic" else "acid"
        shares[1] = " ".join(words)
        with pytest.raises(InputRefusedError, match=r"^keys\.share\.damaged: share 2") as refused:
            restore(shares[:3])
        said.add(str(refused.value))
    # the sentence holds words of the list by itself; that it is the same for every share shows that none is from one
    assert len(said) == 1


def test_shares_of_another_key_are_told_from_the_expected_one() -> None:
    other = fresh_master_key()
    with pytest.raises(CheckFailedError, match=r"^keys\.share\.other_key"):
        restore(split(other)[:3], expected_id=MASTER.id)


def test_rotation_wraps_every_stream_s_key_anew_and_changes_none() -> None:
    new = fresh_master_key()
    keys = {f"case/{number}": fresh_key() for number in range(20)}
    old_wrap = MASTER.key_for(Purpose.SEALING)
    wrapped = {name: wrap_key(old_wrap, key, name) for name, key in keys.items()}
    turned = dict(rotate(MASTER, new, wrapped.items()))
    for name, key in keys.items():
        assert unwrap_key(new.key_for(Purpose.SEALING), turned[name], name) == key
        with pytest.raises(CheckFailedError):
            unwrap_key(old_wrap, turned[name], name)


def test_rotation_stops_at_a_key_that_the_old_master_key_does_not_open() -> None:
    stranger = wrap_key(fresh_key(), fresh_key(), "case/1")
    with pytest.raises(CheckFailedError, match=r"^crypto\.sealed"):
        dict(rotate(MASTER, fresh_master_key(), [("case/1", stranger)]))
