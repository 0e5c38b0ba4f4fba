"""The replay of September 2021: a freeze first, then one sweep with reasons on two live wikis, then reconciliation.

The wikis are `eastwiki` and `westwiki`, two MediaWikis of Debian's package with the same account names. The steps:

1. freeze (phase 1): two holders of CheckUser in J1 lose it on both wikis; a review of each opens by itself
2. 13 days
3. the plan (phase 2): 7 bans, 12 desysops, 12 warnings; dry run, legal sign-off for J1, two deciders
4. the gate: sealed until two people say that the reviews are open
5. one sweep: 7 × (groups removed, block, message), 12 × (groups removed, message), 12 × message, on each wiki
6. reconciliation finds nothing; an eighth account is blocked by hand; reconciliation finds that one
"""

from pathlib import Path

import pytest

from mediawiki.two_wikis import BYSTANDERS, CHECKUSERS, TO_BAN, TO_DESYSOP, TO_WARN, ActingWiki, TwoWikis
from store.offices import OfficeWorld
from workflows.office_plans import CONDITION, ActingOffice, sweep_of_september
from workflows.test_freeze_workflow import HEAD, J1, row

EIGHTH = BYSTANDERS[1]


@pytest.mark.requirement("3.3")
@pytest.mark.requirement("3.4")
@pytest.mark.requirement("D12")
def test_the_actions_of_september_2021_in_one_sweep(office: OfficeWorld, two_wikis: TwoWikis, tmp_path: Path) -> None:
    from holdfast.access.rules.console_rules import Because
    from holdfast.actions.sweeps.executor import Ending
    from holdfast.store.office.audit_search import alarm_rows
    from holdfast.store.office.vault import Reader
    from holdfast.workflows.acting import sweep_facts as sweep
    from holdfast.workflows.acting.plan import propose_condition
    from holdfast.workflows.acting.reconcile import reconcile_plan
    from holdfast.workflows.acting.sweep import run_sweep
    from holdfast.workflows.acting.sweep_facts import sweep_status

    acting = ActingOffice.over(office, two_wikis)
    freeze_of_phase_one(acting, tmp_path)
    for wiki in two_wikis.both:
        assert wiki.groups(CHECKUSERS[0]) == {"sysop": None}
        assert wiki.groups(CHECKUSERS[2]) == {"checkuser": None, "sysop": None}
    assert office.office.vault.count("review", state="open") == 2

    office.clock.go_on(days=13)
    plan = acting.approved(sweep_of_september("p-2021-09-13", gate=f'opens_when = "{CONDITION}"'))
    assert run_sweep(office.office, plan).ending is Ending.WAITING
    assert not any(wiki.block_of(name) for wiki in two_wikis.both for name in TO_BAN)
    gate = propose_condition(office.office, acting.deciders[0].reader(), plan, CONDITION)
    assert gate.kind == "proposal-plan-condition"
    acting.carried_out(gate)
    acting.tick()

    _, status = sweep_status(office.office, acting.deciders[0].reader(), plan)
    assert status.ending == "finished"
    assert status.counts()["done"] == sum(status.counts().values())
    for wiki in two_wikis.both:
        check_end_state(wiki)
    # the sweep ended in the middle of this tick, and was reconciled before the log had its entries
    assert sweep.read_sweep(office.office, Reader.of_the_office(Because.BOOKS), plan).reconciled_at == office.clock()
    assert sweep.read_sweep(office.office, Reader.of_the_office(Because.BOOKS), plan).differences == ()
    assert [each.code for each in alarm_rows(seen=False, limit=9) if each.code == "wiki differs"] == []
    acting.tick()
    assert told_by_the_log(office) == {"global_ban": 7, "rights_removal": 12, "warning": 12}

    public = {"global_ban": TO_BAN}
    assert reconcile_plan(office.office, acting.deciders[0].reader(), plan, public=public) == ()
    two_wikis.east.by_hand("Warden2", action="block", user=EIGHTH, expiry="infinity", reason="by hand")
    (found,) = reconcile_plan(office.office, acting.deciders[0].reader(), plan, public=public)
    assert (found.code.value, found.target, found.wiki) == ("unplanned", EIGHTH, "eastwiki")


def freeze_of_phase_one(acting: ActingOffice, tmp_path: Path) -> None:
    from holdfast.workflows.access.register import import_file
    from holdfast.workflows.freezes.freeze import propose_freeze

    steward = acting.world.member("access_steward")
    path = tmp_path / "register.csv"
    rows = [
        row(name, "J1" if name != CHECKUSERS[2] else "J2", wiki=wiki.name)
        for name in CHECKUSERS
        for wiki in acting.two.both
    ]
    path.write_text(HEAD + "".join(rows), "utf-8")
    import_file(acting.office, steward.reader(), path, "csv", wiki="", version="")
    proposal = propose_freeze(acting.office, steward.reader(), J1, reason="coercion feared")
    acting.world.approve(proposal, steward, acting.deciders[0])
    acting.world.carry_out(proposal, acting.deciders[0])
    acting.tick()


def check_end_state(wiki: ActingWiki) -> None:
    """The end state is the plan's, and each step left one trace."""
    for name in TO_BAN:
        assert wiki.groups(name) == {}
        assert wiki.block_of(name) is not None
        assert [entry[0] for entry in wiki.log("block", name)] == ["block"]
    for name in TO_DESYSOP:
        assert wiki.groups(name) == {}
        assert by_operators(wiki, "rights", name) == 1
        assert wiki.block_of(name) is None
    for name in (*TO_BAN, *TO_DESYSOP, *TO_WARN):
        assert len(wiki.talk(name)) == 1
        assert wiki.talk(name)[0].count("<!-- holdfast:p-2021-09-13:") == 1
    assert by_operators(wiki, "rights") == sum(
        by_operators(wiki, "rights", name) for name in (*TO_BAN, *TO_DESYSOP, *CHECKUSERS)
    )
    for name in BYSTANDERS:
        assert by_operators(wiki, "rights", name) == 0
        assert wiki.talk(name) == []


def by_operators(wiki: ActingWiki, kind: str, name: str = "") -> int:
    return sum(actor.startswith("Warden") for _, _, actor in wiki.log(kind, name))


def told_by_the_log(office: OfficeWorld) -> dict[str, int]:
    """What anybody can read in the public log."""
    from holdfast.canonical import parse_json
    from holdfast.record.texts import Shown
    from holdfast.store.office.models import LogEntryRow

    told = {}
    with office.office.log() as log:
        for entry in LogEntryRow.objects.filter(kind="action taken"):
            line = log.prove(entry.index).line
            assert line.shown is Shown.TEXT
            payload = parse_json(line.text)
            told[payload["action"]] = payload["count"]
    return told
