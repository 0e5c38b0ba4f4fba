"""What a dry run shows of the wikis before anybody signs: what communities would lose, in numbers."""

import json
import re

import pytest

from actions.sweeping import group
from holdfast.cli import main
from holdfast.errors import ExitCode
from mediawiki.two_wikis import CHECKUSERS, EAST, TwoWikis
from store.offices import OfficeWorld
from workflows.office_plans import ActingOffice, plan_text

LOST = CHECKUSERS[:2]


@pytest.mark.requirement("3.17")
@pytest.mark.requirement("D15")
def test_the_page_and_the_command_say_what_a_community_loses_before_anybody_signs(
    office: OfficeWorld, two_wikis: TwoWikis, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two of three who hold CheckUser are to be banned on one wiki, and one of them has done admin work there."""
    east = two_wikis.east
    for number in range(3):
        east.by_hand(LOST[0], action="protect", title=f"Page {number}", protections="create=sysop", reason="work")
    acting = ActingOffice.over(office, two_wikis)
    text = plan_text("p-1", group("global_ban", LOST, '{ reason = "see your talk page" }', wikis=f'["{EAST}"]'))
    identity = acting.prepared(text)

    administrators = east.rows("SELECT COUNT(*) FROM user_groups WHERE ug_group = 'sysop'")[0][0]
    page = acting.deciders[0].client().get(f"/plans/{identity}/").content.decode()
    (row,) = re.findall(rf'<tr><th scope="row">{EAST}</th>(.*?)</tr>', page)
    before, lost, work, work_lost, below = re.findall(r"<td>(.*?)</td>", row)
    assert (int(before), int(lost), int(work_lost)) == (administrators, 2, 3)
    assert int(work) >= 3
    assert below.strip() == "checkuser: 3 → 1"

    at = ["--office", str(office.folder), "--keys", str(office.keys), "--json"]
    assert main(["plan", "show", identity, *at]) == ExitCode.DONE
    told = json.loads(capsys.readouterr().out)["collateral"]
    assert (told["administrators_lost"], told["wikis_losing_administrators"]) == (2, 1)
    (of_east,) = [each for each in told["wikis"] if each["wiki"] == EAST]
    assert of_east["left_below_two"] == [["checkuser", 3, 1]]
    assert (of_east["work_before"], of_east["work_lost"]) == (int(work), 3)
