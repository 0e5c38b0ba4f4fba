"""The two wikis have the same people under different numbers, and are apart for each test."""

from mediawiki.two_wikis import FIGHTER, ODD_NAMES, OPERATORS, TARGETS, TEMPORARY_END, TO_DESYSOP, TwoWikis


def test_both_wikis_hold_every_name_under_different_numbers(standing_wikis: TwoWikis) -> None:
    east, west = standing_wikis.both
    assert len(set(TARGETS)) == 31
    for name in {*TARGETS, *ODD_NAMES, *OPERATORS, FIGHTER}:
        assert 0 < east.user_id(name) < west.user_id(name), name


def test_groups_are_as_scripted(standing_wikis: TwoWikis) -> None:
    for wiki in standing_wikis.both:
        assert wiki.groups("Checker 01") == {"checkuser": None, "sysop": None}
        assert wiki.groups(TO_DESYSOP[2]) == {"interface-admin": "20990101000000", "sysop": None}
        assert TEMPORARY_END.startswith("2099")
        assert wiki.block_of("Banned 01") is None


def test_what_happens_on_one_clone_stays_there(two_wikis: TwoWikis) -> None:
    two_wikis.east.by_hand("Admin", action="block", user="Banned 01", expiry="infinite", allowusertalk="1")
    assert two_wikis.east.block_of("Banned 01") is not None
    assert two_wikis.west.block_of("Banned 01") is None
    assert [entry[2] for entry in two_wikis.east.log("block", "Banned 01")] == ["Admin"]
