"""Each way in which a wiki fails, once for each kind of action, on real wikis: each step is done once."""

from pathlib import Path

import pytest

from actions.on_wikis import add_people, check_done_once, hands, operators, plan_text
from actions.sweeping import made, means, signed, signed_off
from holdfast.actions.sweeps.executor import Ending, run
from holdfast.actions.sweeps.means import Patience
from holdfast.errors import ServiceUnavailableError
from mediawiki.two_wikis import EAST, WEST, TwoWikis
from mediawiki.write_meddler import Trouble

QUICK = Patience(busy=(0.01,), busy_longest=0.2, settle=0.0, poll=(0.0,), tries=4)
WRITES = ("userrights", "block", "edit", "protect")
RARER = (Trouble.GATEWAY, Trouble.CUT, Trouble.LOST, Trouble.EXCEPTION, Trouble.BADTOKEN, Trouble.NONSENSE)
TROUBLES = (
    Trouble.DOWN,
    Trouble.READONLY,
    Trouble.MAXLAG,
    Trouble.RATELIMITED,
    Trouble.GARBAGE,
    *(pytest.param(each, marks=pytest.mark.long) for each in RARER),
)


@pytest.mark.parametrize("trouble", TROUBLES)
def test_trouble_with_each_kind_of_write_costs_time_and_nothing_else(
    standing_wikis: TwoWikis, tmp_path: Path, trouble: Trouble
) -> None:
    prefix = f"Trouble {trouble}"
    add_people(standing_wikis, prefix)
    plan = made(plan_text(prefix, f"trouble-{trouble}"), hands(standing_wikis))
    with standing_wikis.meddled() as two:
        for wiki in (EAST, WEST):
            for action in WRITES:
                two.between[wiki].trouble(trouble, action=action)
        outcome = run(
            signed("plan", plan),
            means(tmp_path / "j", operators(two), patience=QUICK),
            sign_offs=signed_off(plan),
        )
    assert outcome.ending is Ending.FINISHED
    check_done_once(standing_wikis, prefix)


def test_a_wiki_that_confirms_what_it_does_not_do_is_asked_again_but_never_sent_a_second_message(
    standing_wikis: TwoWikis, tmp_path: Path
) -> None:
    add_people(standing_wikis, "Lied")
    plan = made(plan_text("Lied", "lied"), hands(standing_wikis))
    with standing_wikis.meddled() as two:
        for action in WRITES:
            two.between[EAST].trouble(Trouble.LIE, action=action)
        using = means(tmp_path / "j", operators(two), patience=QUICK)
        outcome = run(signed("plan", plan), using, sign_offs=signed_off(plan))
    assert outcome.ending is Ending.HELD
    assert len(outcome.held) == 1
    (held,) = outcome.held
    assert held.endswith("/eastwiki/message")
    for wiki in standing_wikis.both:
        assert wiki.groups("Lied banned") == {}
        assert wiki.block_of("Lied banned") is not None
        assert wiki.log("block", "Lied banned")[0][2] in ("Warden", "Warden2")


@pytest.mark.parametrize(
    "trouble",
    [Trouble.READONLY, *(pytest.param(each, marks=pytest.mark.long) for each in (Trouble.DOWN, Trouble.ERROR))],
)
def test_a_wiki_that_stays_away_leaves_the_plan_open(
    standing_wikis: TwoWikis, tmp_path: Path, trouble: Trouble
) -> None:
    prefix = f"Away {trouble}"
    add_people(standing_wikis, prefix)
    plan = made(plan_text(prefix, f"away-{trouble}"), hands(standing_wikis))
    with standing_wikis.meddled() as two:
        two.between[EAST].trouble(trouble, action="block", times=10_000)
        using = means(tmp_path / "j", operators(two), patience=QUICK)
        with pytest.raises(ServiceUnavailableError):
            run(signed("plan", plan), using, sign_offs=signed_off(plan))
        two.between[EAST].peace()
        using = means(tmp_path / "j", operators(two), patience=QUICK)
        assert run(signed("plan", plan), using, sign_offs=signed_off(plan)).ending is Ending.FINISHED
    check_done_once(standing_wikis, prefix)
