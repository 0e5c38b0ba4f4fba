"""A grant that ends in the register is flagged while the wiki still has the group; people end it there."""

from pathlib import Path

import pytest

from mediawiki.two_wikis import CHECKUSERS, TwoWikis
from store.offices import OfficeWorld
from workflows.office_plans import ActingOffice
from workflows.test_clocks import ticked

HEAD = (
    "account,wiki,wiki_language,right,grant_begins,grant_ends,agreement_version,agreement_signed,"
    "jurisdiction,jurisdiction_source,jurisdiction_date\n"
)
ENDING, STAYING = CHECKUSERS[0], CHECKUSERS[1]


def alarmed(world: OfficeWorld) -> list[str]:
    from holdfast.store.office.audit_search import alarm_rows

    return [each.place for each in alarm_rows(seen=False, limit=99) if each.code == "wiki differs"]


@pytest.fixture
def acting(office: OfficeWorld, two_wikis: TwoWikis, tmp_path: Path) -> ActingOffice:
    """Two holders of CheckUser on a wiki; the grant of one ends on 1 October, in the register alone."""
    from holdfast.workflows.access.register import import_file

    made = ActingOffice.over(office, two_wikis)
    path = tmp_path / "register.csv"
    rows = [
        f"{name},{wiki},en,checkuser,2020-01-01,{ends},3,2019-12-01,J1,own statement,2019-12-01\n"
        for name, ends in ((ENDING, "2026-10-01"), (STAYING, ""))
        for wiki in ("eastwiki", "awaywiki")
    ]
    path.write_text(HEAD + "".join(rows), "utf-8")
    import_file(office.office, office.member("access_steward").reader(), path, "csv", wiki="", version="")
    return made


def test_a_wiki_that_still_has_what_ended_is_flagged_and_two_people_take_it(acting: ActingOffice) -> None:
    from holdfast.workflows.acting.plan import dry_run, give_up, propose_plan
    from holdfast.workflows.acting.sweep import run_sweep

    world, east = acting.world, acting.two.east
    assert ticked(world, "ended_grants") == []
    world.clock.go_on(days=31)
    unknown, drafted = ticked(world, "ended_grants")
    assert unknown == "1 ended grants could not be held against awaywiki: operators.no_wiki"
    identity = drafted.partition(" ")[0]
    assert drafted == f"{identity} drafted: a wiki still has what ended in the register"
    assert len(alarmed(world)) == 1
    assert alarmed(world)[0].startswith("person/")
    assert "checkuser" in east.groups(ENDING), "a clock takes nothing"

    world.clock.go_on(days=1)
    assert ticked(world, "ended_grants") == [unknown], "one plan at a time"
    give_up(world.office, acting.investigator.reader(), identity, "somebody asks first")
    world.clock.go_on(days=1)
    again = ticked(world, "ended_grants")[1].partition(" ")[0]
    assert again == f"{identity}-2"

    dry_run(world.office, acting.investigator.reader(), again)
    acting.carried_out(propose_plan(world.office, acting.investigator.reader(), again))
    run_sweep(world.office, again)
    assert "checkuser" not in east.groups(ENDING)
    assert "checkuser" in east.groups(STAYING)
    world.clock.go_on(days=1)
    assert ticked(world, "ended_grants") == [unknown]
