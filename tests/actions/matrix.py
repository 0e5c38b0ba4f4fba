"""The matrix of 31 actions (7 bans, 12 desysops, 12 warnings) on two real wikis: a plan that is killed at every row.

Long. Each part is a file of its own, so that `scripts/test --all` goes on after the last part that passed.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from actions.on_wikis import hands, operators
from actions.sweeping import HEAD, made, means, signed, signed_off
from actions.test_sweep_crash import KillingJournal, in_a_process
from holdfast.actions.plans.plan import Plan
from holdfast.actions.sweeps.executor import Ending, run
from holdfast.actions.sweeps.journal import FileJournal, Mark
from holdfast.actions.sweeps.means import Patience
from mediawiki.two_wikis import BYSTANDERS, EAST, TO_BAN, TO_DESYSOP, TO_WARN, WEST, TwoWikis
from mediawiki.write_meddler import Trouble

QUICK = Patience(busy=(0.01,), busy_longest=0.5, settle=0.0, poll=(0.0,), tries=6)


def _listed(names: Sequence[str]) -> str:
    return (
        "[" + ", ".join("'" + name + "'" if "'" not in name else '"' + _escaped(name) + '"' for name in names) + "]"
    )


def _escaped(name: str) -> str:
    return name.replace("\\", "\\\\").replace('"', '\\"')


def plan_of_31(two: TwoWikis) -> Plan:
    """The plan, prepared on these wikis."""
    text = HEAD + "\n".join(
        (
            f"[[group]]\nkind = 'global_ban'\ntargets = {_listed(TO_BAN)}\nparams = {{ reason = 'r' }}",
            f"[[group]]\nkind = 'rights_removal'\ntargets = {_listed(TO_DESYSOP)}",
            "params = { groups = 'all', reason = 'r' }",
            f"[[group]]\nkind = 'warning'\ntargets = {_listed(TO_WARN)}\nconduct = 'canvassing'",
        )
    )
    plan = made(text, hands(two))
    assert len(plan.actions) == 31
    return plan


def check_once(two: TwoWikis, plan: Plan, journal: Path) -> None:
    """Every step is done; the wikis hold one log entry or one revision for each; nobody else was touched."""
    steps = [step for each in plan.actions for step in each.steps()]
    marks = [row.mark for row in FileJournal(journal).rows()]
    assert marks.count(Mark.DONE) == len(steps)
    for wiki in two.both:
        here = [step for step in steps if step.wiki == wiki.name]
        for kind, log in (("rights", "rights"), ("block", "block")):
            ours = [entry for entry in wiki.log(log) if entry[2].startswith("Warden")]
            assert sorted(entry[1].replace("_", " ") for entry in ours) == sorted(
                step.target for step in here if step.name == kind
            )
        for step in (step for step in here if step.name == "message"):
            assert len(wiki.talk(step.target)) == 1
        for name in TO_BAN:
            assert wiki.groups(name) == {}
            assert wiki.block_of(name) is not None
        for name in BYSTANDERS:
            assert wiki.talk(name) == []


def killed_at_every_row(two: TwoWikis, folder: Path, *, before: bool, only: tuple[int, int] = (0, 1)) -> str:
    """One plan of 31 actions whose process dies at each row of its journal in turn; gives the result in words.

    With `only` at a share of the rows: which, of how many.
    """
    plan, journal, killed = plan_of_31(two), folder / "journal", folder / "killed"
    killed.touch()
    kills, started = 0, time.monotonic()

    def work() -> None:
        using = means(KillingJournal(journal, killed, before=before, only=only), operators(two), batch=4)
        assert run(signed("plan", plan), using, sign_offs=signed_off(plan)).ending is Ending.FINISHED

    while in_a_process(work):
        kills += 1
    assert kills > 60
    check_once(two, plan, journal)
    return f"{kills} kills, {time.monotonic() - started:.0f} s"


def troubled(two: TwoWikis, folder: Path, trouble: Trouble) -> str:
    """The plan while every fifth write on both wikis meets a trouble."""
    plan, started = plan_of_31(two), time.monotonic()
    more: dict[str, Any] = {"patience": QUICK, "lanes": 2}
    with two.meddled() as between:
        for wiki in (EAST, WEST):
            for action in ("userrights", "block", "edit"):
                between.between[wiki].trouble(trouble, action=action, times=4)
        using = means(folder / "journal", operators(between), **more)
        assert run(signed("plan", plan), using, sign_offs=signed_off(plan)).ending is Ending.FINISHED
    check_once(two, plan, folder / "journal")
    return f"{trouble}: {time.monotonic() - started:.0f} s"
