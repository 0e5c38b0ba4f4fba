"""The redacted file: nothing that was not named gets in, and the list of cuts is complete."""

import pytest

from cases.case_story import DECIDER, FINDING, INVESTIGATOR, SECOND, Told
from holdfast.canonical import parse_json
from holdfast.cases.readers import labels
from holdfast.cases.redaction import Audience, redact
from holdfast.errors import InputRefusedError

CANARY = "Zanzibar-Canary"


def full() -> Told:
    told = Told(title=f"{CANARY} title")
    told.source("history")
    told.source("checks", "non_public_data")
    told.source("reporter", "reporter", camp=CANARY)
    told.tell("report received", id="r1", source="reporter", text=f"{CANARY} wrote this")
    told.person("p1")
    told.tell("person added", id="p2", account=f"{CANARY} witness", roles=["witness"])
    told.tell("person added", id="p3", account=f"{CANARY} coerced", roles=["coerced"])
    told.evidence("e1", "history", about=["p1"], level="behaviour", marking="amber", name=CANARY, how=CANARY)
    told.evidence("e2", "checks", "technical", about=["p1"], marking="amber")
    told.evidence("e3", "reporter", "testimony", about=["p1"], marking="clear")
    told.evidence("e4", "history", about=["p1", "p2"], marking="clear")
    told.tell("note written", id="n1", text=CANARY)
    told.tell("finding taken", id="f1", source="history", **FINDING)
    told.tell("taken up", why=CANARY)
    told.standard("global_ban")
    told.tell("scores opened")
    told.tell("finding tied", finding="f1", person="p1", label="P-AAAABBBBCCCC")
    told.tell("explanation judged", finding="f1", explanation="meetup", outcome="ruled_out", why=f"{CANARY} says so")
    told.hypotheses("e1", "e2", "e4")
    for name in ("p1", "p2", "p3"):
        told.duties(name)
    told.tell("exculpatory recorded", id="x1", text="said so beforehand", about=["p1"])
    told.tell("exculpatory recorded", id="x2", text=f"{CANARY} was elsewhere", about=["p2"])
    told.tell("exculpatory shown", by=DECIDER)
    told.decide(("p1", "global_ban", "behaviour"))
    return told


@pytest.mark.requirement("D11")
def test_no_audience_learns_of_reporter_witness_or_coerced_and_each_cut_has_its_reason() -> None:
    case = full().state
    for audience, person in ((Audience.SUBJECT, "p1"), (Audience.BODY, None), (Audience.PUBLIC, None)):
        found = redact(case, audience, person)
        written = found.to_bytes().decode()
        assert (CANARY in written) == (audience is Audience.BODY)  # a committee reads the reasons; nobody else
        assert f"{CANARY} witness" not in written
        assert f"{CANARY} wrote this" not in written
        for member in (INVESTIGATOR, SECOND, DECIDER):
            assert member not in written
        cuts = dict(found.cuts)
        assert cuts["reports (1)"] == "protects_reporter"
        assert cuts["people/p2"] == "protects_witness"
        assert cuts["people/p3"] == "person_at_risk"
        assert cuts["evidence/e2"] == ("marking" if audience is Audience.PUBLIC else "non_public_data")
        assert cuts["evidence/e3"] == "protects_reporter"
        assert cuts["evidence/e4"] == cuts["exculpatory/x2"] == "protects_witness"
        assert parse_json(found.to_bytes())["cuts"]


def test_the_subject_sees_rule_class_of_evidence_error_rate_and_what_exonerates() -> None:
    found = redact(full().state, Audience.SUBJECT, "p1").document
    assert [each["id"] for each in found["exculpatory"]] == ["x1"]
    assert [each["id"] for each in found["evidence"]] == ["e1"]
    ground = found["decision"]["grounds"][0]
    assert (ground["rule"], ground["standard_false_accusations_per_1000"]) == ("UCoC 3.1", 1)
    assert ground["score_without_association"]["independent_sources"] == 2
    assert len(found["findings"][0]["innocent_explanations"]) == 6
    assert found["account"] == "Simulated p1"


def test_the_file_of_somebody_who_is_nobody_of_the_case_is_refused() -> None:
    with pytest.raises(InputRefusedError, match=r"case\.id\.unknown"):
        redact(full().state, Audience.SUBJECT, "p9")


@pytest.mark.requirement("2.15")
def test_workers_have_labels_outside() -> None:
    found = labels(full().state)
    assert found[INVESTIGATOR] == "worker 1"
    assert sorted(found.values()) == ["the clock", "worker 1", "worker 2"]
