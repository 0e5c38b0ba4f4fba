"""A plan file: comfortable to write, and every problem named at once with its place."""

import json
import re
import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from actions.sweeping import HEAD, NOW, every_kind, group
from actions.test_executor import Paper
from holdfast.actions.plans.check import Surroundings, check, target_keys
from holdfast.actions.plans.file import parse_plan, template
from holdfast.actions.plans.plan import Plan, content, plan_of, plan_sha256
from holdfast.actions.plans.planning import prepare, with_reports
from holdfast.actions.plans.telling import notice_fields
from holdfast.canonical import parse_json
from holdfast.errors import InputRefusedError, PaperRefusedError

AT = datetime(2026, 1, 10, tzinfo=UTC)


def read(text: str) -> Plan:
    return parse_plan(text.encode(), "plan.toml")[0]


def problems(text: str, **more: Any) -> list[str]:
    plan, places = parse_plan(text.encode(), "plan.toml")
    return [each.words() for each in check(plan, Surroundings(**{"now": NOW} | more), places)]


def refusals(text: str) -> str:
    with pytest.raises(InputRefusedError) as caught:
        parse_plan(text.encode(), "plan.toml")
    return str(caught.value)


def test_the_template_is_a_complete_plan_that_passes_the_check() -> None:
    plan, places = parse_plan(template().encode(), "template")
    assert check(plan, Surroundings(now=AT), places) == []
    assert plan.public_counts() == {"global_ban": 3, "protection": 1, "rights_removal": 3, "warning": 1}


def test_a_plan_reads_the_same_from_json() -> None:
    toml = tomllib.loads(template())
    as_json = json.dumps(toml, default=lambda value: value.isoformat())
    assert parse_plan(as_json.encode(), "plan.json", is_json=True)[0] == read(template())


@pytest.mark.requirement("3.2")
def test_thirty_one_actions_are_three_groups_of_a_few_lines() -> None:
    names = {
        kind: [f"{kind} {number}" for number in range(count)] for kind, count in (("b", 7), ("d", 12), ("w", 12))
    }
    text = HEAD + (
        group("global_ban", names["b"], '{ reason = "r" }')
        + group("rights_removal", names["d"], '{ groups = "all", reason = "r" }')
        + group("warning", names["w"], conduct='"canvassing"')
    )
    plan = read(text)
    assert problems(text) == []
    assert plan.public_counts() == {"global_ban": 7, "rights_removal": 12, "warning": 12}
    assert len(plan.actions) == 31
    assert len({each.id for each in plan.actions}) == 31
    assert len(text.splitlines()) < 50


def test_every_problem_of_a_file_is_named_at_once_with_its_line() -> None:
    text = HEAD.replace('plan = "p-1"', 'plan = "P 1"').replace('milder_step = "A talk."\n', "") + group(
        "warning", ["A"], conduct='"x"', lnguage='"fa"', phase='"two"'
    )
    said = refusals(text)
    for wanted in ("'P 1'", "milder_step is missing", "no field 'lnguage'", 'phase is "two"'):
        assert wanted in said
    assert re.search(r"plan.toml:\d+:\d+: ", said)


def test_an_unknown_kind_is_named_beside_what_else_is_wrong_and_all_stand_in_the_order_of_the_file() -> None:
    text = HEAD.replace('plan = "p-1"', 'plan = "P 1"') + group("golbal_ban", ["A"], phase='"two"')
    with pytest.raises(PaperRefusedError) as refused:
        read(text)
    found = [(each.line, each.column) for each in refused.value.problems]
    assert found == sorted(found)
    assert "'golbal_ban' is no kind of action" in str([each.what for each in refused.value.problems])


def change(old: str, new: str) -> str:
    text = every_kind("Banned", "Desysopped", "Warned", "Project:Requests")
    assert old in text
    return text.replace(old, new)


APPEAL = 'appeal = { appealable = true, body = "the review committee", until = 2027-12-31 }'
END = "2027-03-01T00:00:00Z"
NO_APPEAL = (
    'appeal = { appealable = false, legal_ground = "a court", may_lift = "counsel", '
    "sign_again_by = %s, sign_again_days = %s }"
)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (change("'Warned'", "'banned'"), "banned is the target of p-1/001 already"),
        (change("'global_ban'", "'golbal_ban'"), "no kind of action"),
        (change('"all"', '"some"'), "groups makes no sense"),
        (change('["J1"]', '["Ruritania"]'), "not a class of jurisdiction"),
        (change('["J1"]', "[]"), "no jurisdiction is named"),
        (change('["J1"]', '["J1"]\njurisdictions_affected = ["J2"]'), "not among those affected"),
        (change("rule = { text = ", "rule = { txt = "), "text is missing"),
        (change("2025-12-31 }", "2035-12-31 }"), "in the future"),
        (change("until = 2027-12-31", "until = 2020-12-31"), "last day that is to come"),
        (change(APPEAL, NO_APPEAL % ("2036-01-01", "180")), "lapses unless it is signed again"),
        (change(APPEAL, NO_APPEAL % ("2026-12-01", "999")), "signed again every 1 to 366 days"),
        (change('language = "fa"\ndecider', 'language = "xx"\ndecider'), "no texts in 'xx'"),
        (change('"zh-Hant", "fa", "hr"]', '"hr"]'), "no native reader has checked the texts in fa"),
        (change("[every_action]", "[every_action]\nexpiry = 2020-01-01T00:00:00Z"), "has passed"),
        (change("conduct =", f"expiry = {END}\nconduct ="), f"nothing ends a warning on {END}"),
        (
            change('wikis = ["eastwiki"]', f'expiry = {END}\nwikis = ["eastwiki"]'),
            f"nothing ends a protection on {END}; leave its expiry out, or write infinity for it: the end of",
        ),
        (change("[every_action]", '[every_action]\nwikis = ["northwiki"]'), "not listed in the plan"),
        (change("[every_action]", '[every_action]\nnotice_on = ["northwiki"]'), "notice is left on a wiki"),
        (
            change("[every_action]", "[[phase]]\nnumber = 1\ncloses_at = 2020-01-01T00:00:00Z\n[every_action]"),
            "the gate of phase 1 closed",
        ),
        (change("[every_action]", '[[phase]]\nnumber = 3\nopens_when = "x"\n[every_action]'), "no action in it"),
        (change('plan = "p-1"', 'plan = "p-1"\nvalid_until = 2020-01-01T00:00:00Z'), "it was valid until"),
        (change('conduct = "calling people to a vote"\n', ""), "which conduct it is about"),
    ],
)
def test_a_plan_with_a_problem_is_told_which(text: str, wanted: str) -> None:
    try:
        found = "; ".join(problems(text))
    except InputRefusedError as reason:
        found = str(reason)
    assert wanted in found


RESTORED = '{ groups = { eastwiki = { sysop = "infinity" } }, reason = "back" }'


@pytest.mark.parametrize(
    ("given", "told", "groups"),
    [
        ('{ eastwiki = { sysop = "infinity" } }', "infinity", ["sysop"]),
        (f'{{ eastwiki = {{ sysop = "{END}" }} }}', END, ["sysop"]),
        (f'{{ eastwiki = {{ sysop = "{END}", suppress = "infinity" }} }}', None, ["suppress", f"sysop ({END})"]),
    ],
)
def test_a_person_is_told_the_ends_that_the_groups_given_back_will_have_on_the_wiki(
    given: str, told: str | None, groups: list[str]
) -> None:
    text = HEAD + group(
        "rights_restoration", ["Restored"], f'{{ groups = {given}, reason = "back" }}', wikis='["eastwiki"]'
    )
    assert problems(text) == []
    fields = notice_fields(read(text).actions[0], appeal_link=lambda action: f"https://office.example/{action}")
    assert (fields.get("expiry"), fields["groups"]) == (told, groups)


def test_an_end_that_the_wiki_will_not_keep_is_refused() -> None:
    text = HEAD + group("rights_restoration", ["Restored"], RESTORED, wikis='["eastwiki"]', expiry=END)
    assert problems(text)[0].endswith(f"the person is told {END}, and the wiki ends the groups at infinity")


def withheld(field: str, until: str = "2027-01-01") -> str:
    line = f'withheld = [{{ field = "{field}", reason_code = "safety", author = "counsel", until = {until} }}]'
    return change("[every_action]", f"[every_action]\n{line}")


@pytest.mark.requirement("D1")
def test_a_withheld_field_has_a_reason_code_an_author_and_an_end() -> None:
    assert problems(withheld("period")) == []
    assert "has passed" in problems(withheld("period", "2026-01-01"))[0]
    assert "never withheld" in problems(withheld("appeal"))[0]
    assert "no field 'shoe'" in problems(withheld("shoe"))[0]
    for left_out in ("reason_code", "author", "until"):
        said = refusals(re.sub(rf", {left_out} = [^,}}]+", "", withheld("period")))
        assert f"{left_out} is missing" in said


@pytest.mark.requirement("D2")
def test_no_appeal_without_legal_ground_or_without_end_is_refused() -> None:
    assert problems(change(APPEAL, NO_APPEAL % ("2027-03-01", "180"))) == []
    for left_out in ("legal_ground", "may_lift", "sign_again_by", "sign_again_days"):
        text = re.sub(rf", {left_out} = [^,}}]+", "", change(APPEAL, NO_APPEAL % ("2027-03-01", "180")))
        assert f"{left_out} is missing" in refusals(text)


@pytest.mark.requirement("D17")
def test_a_severe_action_needs_the_three_part_test() -> None:
    text = re.sub(r"test = .*\n", "", every_kind("Banned", "Desysopped", "Warned", "Project:Requests"))
    first, second = [line for line in problems(text) if "three-part test" in line]
    severe = [number for number, line in enumerate(text.splitlines(), 1) if line == "[[group]]"][:2]
    assert [each.split(":")[:2] for each in (first, second)] == [["plan.toml", str(each)] for each in severe]


def test_deciders_and_operators_are_no_targets() -> None:
    text = every_kind("Banned", "Desysopped", "Warned", "Project:Requests")
    found = problems(text, deciders=frozenset({"banned"}), operators=frozenset({"Warned"}))
    assert [line.partition(": ")[2] for line in found] == [
        "Banned decides in this office and cannot be a target",
        "Warned is an operator account and cannot be a target",
    ]


def test_two_open_plans_cannot_have_one_target() -> None:
    text = every_kind("Banned", "Desysopped", "Warned", "Project:Requests")
    other = read(HEAD.replace('"p-1"', '"p-2"') + group("warning", ["banned_"], conduct='"x"'))
    assert (
        "Banned is a target of the open plan p-2"
        in problems(text, taken=dict.fromkeys(target_keys(other), other.id))[0]
    )
    own = read(text)
    assert problems(text, taken=dict.fromkeys(target_keys(own), own.id)) == [], "a plan does not stand in its own way"


@pytest.mark.requirement("D16")
def test_a_removal_at_the_persons_own_request_states_no_grounds() -> None:
    text = HEAD + group("rights_removal", ["A"], '{ groups = "all", reason = "r" }', at_own_request="true")
    (action,) = read(text).actions
    assert problems(text) == []
    assert action.grounds is None
    text = HEAD + group("global_ban", ["A"], '{ reason = "r" }', at_own_request="true")
    assert "only rights_removal can be recorded" in problems(text)[0]


@pytest.mark.parametrize("purpose", ["protective, no fault", "restoration"])
def test_a_plan_without_fault_holds_nothing_against_anybody(purpose: str) -> None:
    head = HEAD.replace('plan = "p-1"', f'plan = "p-1"\npurpose = "{purpose}"\nreference = "freeze/1"')
    assert "may only hold" in problems(head + group("global_ban", ["A"], '{ reason = "r" }'))[0]


def prepared(text: str = "") -> Plan:
    return Paper().plan(text)


def test_the_signed_bytes_hold_the_whole_plan_and_read_back() -> None:
    plan = prepared()
    assert plan_of(parse_json(content(plan))) == plan
    for broken in (content(plan)[:-1], content(plan).replace(b"plan 1", b"plan 2"), b"{}"):
        with pytest.raises(InputRefusedError):
            plan_of(parse_json(broken))


def test_every_change_of_a_plan_changes_its_hash() -> None:
    plan = prepared()
    first = plan.actions[0]
    others = [
        replace(plan, jurisdictions_touched=("J2",)),
        replace(plan, accepts_unchecked_texts=()),
        replace(plan, collateral_sha256="0" * 64),
        replace(plan, valid_until=AT),
        replace(plan, actions=plan.actions[1:]),
        replace(plan, actions=(replace(first, if_already="accept"), *plan.actions[1:])),  # type: ignore[arg-type]
        replace(plan, actions=(replace(first, language="hr"), *plan.actions[1:])),
    ]
    assert first.grounds is not None
    grounds = replace(first.grounds, end=date(2025, 12, 30))
    others.append(replace(plan, actions=(replace(first, grounds=grounds), *plan.actions[1:])))
    hashes = {plan_sha256(each) for each in (plan, *others[:5])}
    hashes |= {plan_sha256(each) for each in others[6:]}
    assert len(hashes) == 8


def test_a_draft_cannot_be_signed() -> None:
    draft = read(every_kind("Banned", "Desysopped", "Warned", "Project:Requests"))
    with pytest.raises(InputRefusedError, match="plan.not_ready"):
        content(draft)


def test_the_dry_run_names_every_target_that_cannot_be_acted_on() -> None:
    paper = Paper()
    text = every_kind("Nobody", "Desysopped", "Warned", "Project:Nothing")
    draft, places = parse_plan(text.encode(), "plan.toml")
    with pytest.raises(InputRefusedError, match="plan.targets") as caught:
        prepare(draft, paper.hands, appeal_link=lambda action: "https://x.example/a", now=NOW, places=places)
    said = str(caught.value)
    for wanted in ("Nobody on eastwiki", "Nobody on westwiki", "Project:Nothing on eastwiki", "plan.toml:"):
        assert wanted in said
    assert not paper.east.log


@pytest.mark.requirement("3.8")
def test_the_notice_says_the_rule_the_evidence_and_the_way_to_appeal_in_the_persons_language_and_english() -> None:
    ban = prepared().actions[0].action.params["notice"]
    assert ban["wikis"] == ["eastwiki", "westwiki"]
    for wanted in ("Terms of Use", "https://office.example/appeal/p-1/001", 'lang="fa"', 'lang="en"', "2025-12-31"):
        assert wanted in ban["text"]
    assert "the response team" in ban["text"].replace("<bdi>", "").replace("</bdi>", "")


def test_reports_are_bound_by_their_hash() -> None:
    plan = prepared()
    assert plan_sha256(with_reports(plan, collateral={"wikis": [1]}, preflight={})) != plan_sha256(plan)
