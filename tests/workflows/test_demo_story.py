"""The story of an office, whole, on two real wikis: from findings to an appeal that is upheld."""

import sqlite3
from pathlib import Path

import pytest

from holdfast.workflows.demo import story
from holdfast.workflows.demo.community import community_of
from holdfast.workflows.demo.wikis import DemoWiki
from store.offices import PORT

DATA = Path(__file__).parents[1] / "data" / "office_story"


def blocked(wiki: DemoWiki) -> set[str]:
    rows = sqlite3.connect(wiki.wiki.database).execute("SELECT ipb_address FROM ipblocks WHERE ipb_auto = 0")
    return {name.decode() if isinstance(name, bytes) else name for (name,) in rows}


def in_group(wiki: DemoWiki, group: str) -> set[str]:
    rows = sqlite3.connect(wiki.wiki.database).execute(
        "SELECT user_name FROM user_groups JOIN user ON user_id = ug_user WHERE ug_group = ?", (group,)
    )
    return {name.decode() if isinstance(name, bytes) else name for (name,) in rows}


@pytest.mark.requirement("D6")
@pytest.mark.requirement("3.14")
@pytest.mark.usefixtures("offices")
def test_from_findings_to_a_freeze_one_sweep_and_an_appeal_that_is_upheld(tmp_path: Path) -> None:
    from holdfast.web.console.settings import console_settings

    told: list[str] = []
    community = community_of(DATA, (DATA / "assessment" / "findings.json").read_bytes(), None)
    with story.staged(tmp_path / "demo", community, port=PORT, tell=told.append, django=console_settings) as stage:
        for chapter in story.CHAPTERS:
            chapter(stage)
        banned, others = set(community.planted[1:7]), set(community.planted[7:])
        for wiki in stage.wikis.values():
            # the first of the seven appealed, and the block came off
            assert blocked(wiki) == banned
            assert in_group(wiki, "checkuser") == set(story.HOLDERS) - set(story.JURISDICTIONS)
            assert not in_group(wiki, "sysop") & others
        assert stage.office.vault.count("review", state="open") == len(story.JURISDICTIONS)
        links = story.invite_visitors(stage)
        assert set(links) == set(stage.people)
    text = "\n".join(told)
    assert "10 of 10 rights" in text
    assert "50 done" in text
    assert ": 0 differences" in text
    assert "outcome: overturn" in text
    assert "the public log verifies" in text
    assert not [name for name in community.planted if name in text]
