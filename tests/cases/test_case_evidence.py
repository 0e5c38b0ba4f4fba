"""Evidence: hash, source, custody chain, untouched original; markings; findings as an assessment writes them."""

import json
from datetime import date
from hashlib import sha256

import pytest

from cases.case_story import DECIDER, FINDING, INVESTIGATOR, LEGAL, SECOND, Told
from holdfast.cases.evidence import check_bytes
from holdfast.cases.markings import Marking, Reader, is_open_to
from holdfast.cases.readers import seen_by
from holdfast.cases.taken_findings import read_findings
from holdfast.errors import CheckFailedError, InputRefusedError
from holdfast.facts import MemberId
from holdfast.findings.assessment import Assessment, Family
from holdfast.findings.finding import Area, Evidence, Finding, Innocent
from holdfast.ids import wiki_name
from holdfast.report.machine_files import findings_json

READS = frozenset({"investigator"})


@pytest.mark.requirement("2.4")
def test_evidence_carries_hash_source_and_a_chain_that_loses_no_link() -> None:
    data = b"a simulated page"
    told = Told()
    told.source("history")
    bytes_of = {"sha256": sha256(data).hexdigest(), "size_bytes": len(data)}
    told.evidence("e1", "history", **bytes_of)
    told.tell("evidence handled", by=SECOND, id="e1", act="opened", note="")
    evidence = told.state.evidence["e1"]
    assert [each.act.value for each in evidence.custody] == ["taken", "checked", "opened"]
    assert len({each.hash for each in evidence.custody}) == 3
    check_bytes(evidence, data)
    with pytest.raises(CheckFailedError, match=r"case\.evidence\.changed"):
        check_bytes(evidence, data + b"!")
    other = Told()
    other.source("history")
    other.evidence("e1", "history", checked=False, **bytes_of)
    other.tell("evidence handled", by=SECOND, id="e1", act="opened", note="")
    assert other.state.evidence["e1"].custody[-1].hash != evidence.custody[-1].hash


@pytest.mark.requirement("2.4")
def test_work_is_done_on_a_copy_that_names_its_original_and_weighs_nothing() -> None:
    told = Told()
    told.source("history")
    told.evidence("e1", "history")
    copy = {"name": "crop.png", "sha256": "cd" * 32, "size_bytes": 2, "media_type": "image/png", "how": "cropped"}
    told.tell("copy made", id="k1", original="e1", **copy)
    told.tell("copy made", id="k2", original="k1", **copy)
    assert [told.state.evidence[each].original for each in ("k2", "k1", "e1")] == ["k1", "e1", None]
    assert [each.act.value for each in told.state.evidence["e1"].custody][-1] == "copied"
    told.tell("evidence checked", id="k1", against="its original", holds=True)
    assert not told.state.evidence["k1"].counts
    with pytest.raises(InputRefusedError, match=r"case\.id\.taken"):
        told.evidence("e1", "history")


@pytest.mark.requirement("2.5")
def test_a_marking_gates_what_a_reader_sees() -> None:
    told = Told(marking="amber")
    told.source("history")
    told.evidence("e1", "history", marking="red")
    told.evidence("e2", "history")
    told.tell("note written", id="n1", text="only for those named", marking="red")
    reader = Reader(member=SECOND, roles=READS)
    assert set(seen_by(told.state, reader).evidence) == {"e2"}
    assert not seen_by(told.state, reader).work.notes
    told.tell("reader named", member=SECOND, why="speaks the language")
    assert set(seen_by(told.state, reader).evidence) == {"e1", "e2"}
    whole = seen_by(told.state, Reader(member=LEGAL, roles=frozenset({"appeal_reader"})))
    assert set(whole.evidence) == {"e1", "e2"}
    with pytest.raises(CheckFailedError, match=r"case\.reader\.marking"):
        seen_by(told.state, Reader(member=LEGAL, roles=frozenset({"operator"})))


def test_who_has_no_role_that_reads_sees_nothing_though_named() -> None:
    assert not is_open_to(Marking.CLEAR, Reader(member=LEGAL, roles=frozenset()), frozenset({LEGAL}))


@pytest.mark.requirement("2.2")
def test_a_named_person_can_be_denied_one_case_whatever_their_roles() -> None:
    told = Told()
    everything = frozenset({"investigator", "decider", "appeal_reader", "custodian"})
    told.tell("reader denied", member=DECIDER, why="shares a flat with a party")
    with pytest.raises(CheckFailedError, match=r"case\.reader\.denied"):
        seen_by(told.state, Reader(member=DECIDER, roles=everything))
    told.tell("recusal found", member=SECOND, why="near a party: votes")
    with pytest.raises(CheckFailedError, match=r"case\.reader\.recused"):
        seen_by(told.state, Reader(member=SECOND, roles=everything))


def test_a_reader_sees_no_score_before_the_standards_are_fixed() -> None:
    told = Told()
    told.source("tool", "tool")
    told.tell("finding taken", id="f1", source="tool", **FINDING)
    reader = Reader(member=MemberId(INVESTIGATOR), roles=READS)
    sealed = seen_by(told.state, reader).findings["f1"]
    assert (sealed.p, sealed.q, sealed.claim, sealed.effect, sealed.evidence, sealed.per_1000) == (
        None,
        None,
        "",
        "",
        (),
        None,
    )
    assert sealed.measure == "co_action"
    told.standard()
    told.tell("scores opened")
    assert seen_by(told.state, reader).findings["f1"].p == 0.001


def assessed(*findings: Finding) -> bytes:
    family = Family(looked_at=40, q=0.05, method="Benjamini-Yekutieli", kept=len(findings))
    wiki = wiki_name("alpha")
    whole = Assessment(
        wiki=wiki, as_of=date(2025, 7, 1), values=(), peers=(), findings=findings, family=family, measures={}
    )
    return findings_json(whole)


def group(**more: object) -> Finding:
    body: dict[str, object] = {
        "id": "coordination-co_action-001",
        "wiki": wiki_name("alpha"),
        "area": Area.COORDINATION,
        "measure": "co_action",
        "period_start": date(2025, 1, 1),
        "period_end": date(2025, 7, 1),
        "claim": "2 accounts act together",
        "null": "exchanges",
        "p": 0.001,
        "q": 0.01,
        "evidence": (Evidence(caption="accounts", columns=("account", "n"), rows=(("P-AAAABBBBCCCC", 3),)),),
        "innocent": (Innocent(text="a newsletter"),),
        "details": {"false_accusation": {"per_1000_accounts_upper_bound": 0.25}},
    }
    return Finding(**{**body, **more})  # type: ignore[arg-type]


def test_findings_are_taken_from_the_file_that_an_assessment_writes() -> None:
    data = assessed(group(), group(id="other", details={}))
    taken = {each["named"]: each for each in read_findings(data)}
    one = taken["coordination-co_action-001"]
    assert (one["p"], one["q"], one["per_1000"], one["looked_at"]) == (0.001, 0.01, 0.25, 40)
    assert one["file_sha256"] == sha256(data).hexdigest()
    assert one["innocent"] == [{"text": "a newsletter", "tested": "not tested with these data"}]
    assert taken["other"]["per_1000"] is None
    told = Told()
    told.source("tool", "tool")
    told.tell("finding taken", id="f1", source="tool", **one)
    assert told.state.findings["f1"].innocent["own-1"].text == "a newsletter"


@pytest.mark.requirement("2.10")
def test_a_tested_finding_without_innocent_explanations_is_not_taken() -> None:
    with pytest.raises(InputRefusedError, match=r"case\.findings\.no_innocent"):
        read_findings(assessed(group(innocent=())))


def test_another_file_is_refused() -> None:
    for data in (b"", b"[]", b'{"format": "other"}', b'{"format": "holdfast-findings-1"}', b"\xff\xfe"):
        with pytest.raises(InputRefusedError):
            read_findings(data)
    damaged = json.loads(assessed(group()))
    del damaged["findings"][0]["innocent"]
    with pytest.raises(InputRefusedError, match=r"case\.findings\.file"):
        read_findings(json.dumps(damaged).encode())
