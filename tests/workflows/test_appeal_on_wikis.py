"""An appeal on two real wikis: from the link in the notice to everything given back and said publicly."""

import re
from pathlib import Path
from typing import Any

import pytest

from holdfast.appeals.appeal import Outcome
from holdfast.errors import CheckFailedError
from mediawiki.two_wikis import TO_BAN, TwoWikis
from store.offices import PORT, OfficeWorld
from workflows.office_plans import ActingOffice, plan_text

TARGET = TO_BAN[0]


def public_texts(office: Any) -> str:
    return "".join(path.read_text("utf-8", "replace") for path in Path(office.config.log_folder).rglob("text/*"))


@pytest.mark.requirement("3.14")
@pytest.mark.requirement("3.12")
@pytest.mark.requirement("3.8")
def test_an_overturned_ban_is_undone_on_both_wikis_and_said_publicly(
    office: OfficeWorld, two_wikis: TwoWikis
) -> None:
    from django.test import Client

    from holdfast.workflows.acting import restoration as appeal_restoration
    from holdfast.workflows.appeals import appeal

    before = {wiki.api: wiki.groups(TARGET) for wiki in two_wikis.both}
    acting, reader = ActingOffice.over(office, two_wikis), office.member("appeal_reader")
    ban = f"[[group]]\nkind = 'global_ban'\ntargets = ['{TARGET}']\nparams = {{ reason = \"see your talk page\" }}\n"
    plan = acting.prepared(plan_text("p-appealed", ban))
    stream = appeal.stream_for(f"{plan}/001")
    with pytest.raises(CheckFailedError, match=r"appeal\.not_in_force"):
        appeal.read_appeal(office.office, reader.reader(), stream)
    acting.signed_off(plan)
    from holdfast.workflows.acting.plan import propose_plan

    acting.carried_out(propose_plan(office.office, acting.investigator.reader(), plan))
    acting.tick()
    assert all(wiki.block_of(TARGET) for wiki in two_wikis.both)
    assert not any(wiki.groups(TARGET) for wiki in two_wikis.both)

    notice = "\n".join(two_wikis.east.talk(TARGET))
    link = re.search(rf"http://localhost:{PORT}(/appeal/[0-9a-f]{{40}}/)", notice)
    assert link is not None
    client = Client(SERVER_NAME="localhost", SERVER_PORT=str(PORT))
    given = {"text": "Nonsense of a stranger.", "understood": "yes", "language": "en"}
    assert client.post(link.group(1), given).status_code == 200
    page = client.post(link.group(1), {**given, "text": "It was another account."}).content.decode()
    receipt = re.search(r'id="receipt">([A-Z2-7-]{39})<', page)
    code = re.search(r'id="code">(holdfast-[0-9a-f]{20})<', page)
    assert receipt is not None
    assert code is not None
    # banned, the person can still write on their own talk page; a stranger's edit with the code proves nothing
    proof = {"receipt": receipt.group(1), "language": "en", "wiki": "eastwiki"}
    for who, words, shown in (
        ("Bystander 01", {"appendtext": f"\n{code.group(1)}"}, "does not show it"),
        (TARGET, {"appendtext": "\nWhat is this?"}, "does not show it"),
        (TARGET, {"appendtext": "\nMine.", "summary": code.group(1)}, "It is shown that this comes from"),
    ):
        saved = two_wikis.east.by_hand(who, action="edit", title=f"User talk:{TARGET}", **words)
        answer = client.post("/appeal/status/", {**proof, "revision": str(saved["edit"]["newrevid"])})
        assert shown in answer.content.decode()
    (stream,) = [
        line.stream
        for line in office.office.vault.plain_lines("appeal", state="received")
        if appeal.PROVEN in line.tags
    ]
    for decider in acting.deciders:
        state = appeal.read_appeal(office.office, reader.reader(), stream).state
        assert decider.member in appeal.barred_now(office.office, state)

    appeal.find_eligible(office.office, reader.reader(), stream)
    appeal.assign(office.office, reader.reader(), stream)
    proposal = appeal_restoration.decide(
        office.office,
        reader.reader(),
        stream,
        Outcome.OVERTURN,
        "You were right.",
        public_note="The evidence was of another account.",
    )
    assert proposal is not None
    # one step puts the outcome into the log, the next one finds it there
    acting.tick()
    acting.tick()
    assert appeal.read_appeal(office.office, reader.reader(), stream).state.missing() == (
        "the person is told",
        "what was taken is given back",
    )
    acting.carried_out(proposal)
    acting.tick()
    acting.tick()
    for wiki in two_wikis.both:
        assert wiki.groups(TARGET) == before[wiki.api]
        assert wiki.block_of(TARGET) is None
    assert "A notice on this page is withdrawn" in "".join(two_wikis.east.talk(TARGET))
    answer = client.post("/appeal/status/", {"receipt": receipt.group(1), "language": "en"}).content.decode()
    assert "What was taken has been given back." in answer
    assert appeal.read_appeal(office.office, reader.reader(), stream).standing.value == "closed"
    texts = public_texts(office.office)
    assert "The evidence was of another account." in texts
    assert TARGET not in texts
