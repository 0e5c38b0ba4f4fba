"""The story of an office, whole, on two real wikis: from findings to an appeal that is upheld."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from holdfast.errors import CheckFailedError
from holdfast.settings import settings_from
from holdfast.workflows.demo import story
from holdfast.workflows.demo.community import answer_key
from holdfast.workflows.demo.wikis import DemoWiki
from office_story import story_community
from store.offices import PORT


def asked(wiki: DemoWiki, question: str, *given: str) -> set[str]:
    rows = sqlite3.connect(wiki.wiki.database).execute(question, given)
    return {name.decode() if isinstance(name, bytes) else name for (name,) in rows}


def blocked(wiki: DemoWiki) -> set[str]:
    return asked(wiki, "SELECT ipb_address FROM ipblocks WHERE ipb_auto = 0")


def in_group(wiki: DemoWiki, group: str) -> set[str]:
    return asked(wiki, "SELECT user_name FROM user_groups JOIN user ON user_id = ug_user WHERE ug_group = ?", group)


def spoken_to(wiki: DemoWiki) -> set[str]:
    return {title.replace("_", " ") for title in asked(wiki, "SELECT page_title FROM page WHERE page_namespace = 3")}


@pytest.mark.requirement("D6")
@pytest.mark.usefixtures("offices")
def test_from_findings_to_a_freeze_one_sweep_and_an_appeal_that_is_upheld(tmp_path: Path) -> None:
    from holdfast.web.console.settings import console_settings
    from holdfast.workflows.cases.case import read_case
    from holdfast.workflows.cases.files import evidence_bytes
    from holdfast.workflows.demo.investigation import PER_1000
    from holdfast.workflows.demo.shown import edits_file

    told: list[str] = []
    community = story_community(tmp_path / "community")
    # nobody in the story can open the answer key: it lies nowhere until the story is over
    unknowing = replace(community, answers=tmp_path / "nowhere.parquet")
    with story.staged(tmp_path / "demo", unknowing, port=PORT, tell=told.append, django=console_settings) as stage:
        for chapter in story.CHAPTERS[:-1]:
            chapter(stage)
        stage.community = community
        story.CHAPTERS[-1](stage)

        investigator = stage.one("investigator").reader
        case = read_case(stage.office, investigator, stage.case).seen
        warned = {person.account for person in case.people.values()}
        assert warned == set(stage.warned)
        for finding in case.findings.values():
            members = set(community.named.get(finding.named, ()))
            assert bool(finding.about) == bool(members & warned)
            if finding.about:
                assert finding.counts
                assert finding.per_1000 is not None
                assert finding.per_1000 <= PER_1000
                assert {case.people[each].account for each in finding.about} == members
        for item in case.evidence.values():
            (person,) = item.about
            account = case.people[person].account
            (members_of,) = (each for each in community.named.values() if account in each)
            assert evidence_bytes(stage.office, investigator, stage.case, item.id) == edits_file(
                community.lake, community.wiki, members_of, account
            )
        assert {item for each in case.evidence.values() for item in each.about} == set(case.people)

        for wiki in stage.wikis.values():
            assert spoken_to(wiki) == warned
            assert not blocked(wiki)
            assert in_group(wiki, "checkuser") == set(story.HOLDERS) - set(story.JURISDICTIONS)
        assert stage.office.vault.count("review", state="open") == len(story.JURISDICTIONS)
        links = story.invite_visitors(stage)
        assert set(links) == set(stage.people)
    text = "\n".join(told)
    assert "10 of 10 rights" in text
    assert f"steps: {2 * len(warned)} done" in text
    assert ": 0 differences" in text
    assert "a global ban is refused by the standard" in text
    assert "a rights removal is refused by the standard" in text
    assert "the decision is overturned" in text
    assert "the public log verifies" in text
    right = len(warned & answer_key(community))
    assert f"{len(warned)} were warned: {right} planted, {len(warned) - right} wrongly" in text
    assert not [account for accounts in community.named.values() for account in accounts if account in text]


def test_a_community_in_which_nobody_is_named_has_no_story(tmp_path: Path) -> None:
    community = replace(story_community(tmp_path / "community"), findings=b'{"findings":[]}')
    with (
        pytest.raises(CheckFailedError, match=r"demo\.no_finding"),
        story.staged(tmp_path / "demo", community, port=PORT, tell=lambda _text: None),
    ):
        pass
    assert not (tmp_path / "demo").exists()


def test_the_community_is_read_again_from_the_folder_of_an_earlier_run(tmp_path: Path) -> None:
    from holdfast.workflows.demo.community import community_of

    made = story_community(tmp_path)
    assert community_of(tmp_path, settings_from()).named == made.named
    assert not set(made.bystanders) & {account for each in made.named.values() for account in each}
