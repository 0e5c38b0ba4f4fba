"""Attacks on look-ups: addresses that would leave, names guessed through tokens, an answer got by a stranger."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from access.checkuser_logs import TOKENS, WIKI, answer, entry, read
from holdfast.access.exposure.lookups import TargetKind
from holdfast.access.exposure.lookups_read import LogFile
from holdfast.access.exposure.report import exposure_report
from holdfast.accounts.names import AccountName
from holdfast.canonical import canonical_bytes
from store.offices import NOON, OfficeWorld

ADDRESSES = ("192.0.2.77", "198.51.100.0/24", "2001:DB8:0:0:0:0:0:77", "203.0.113.5")
HOLDER = AccountName("Holder 1 (simulated)")


def log() -> LogFile:
    at = f"{NOON - timedelta(days=100):%Y-%m-%dT%H:%M:%SZ}"
    entries = [entry(timestamp=at, type="ipusers", target=each, reason=f"range of {each}") for each in ADDRESSES]
    entries += [entry(timestamp=at, reason=f"socks on {each}, {each} again") for each in ADDRESSES]
    return LogFile(place="log", data=canonical_bytes(answer(entries)))


def in_text(text: str) -> list[str]:
    parts = ("192.0.2.77", "198.51.100", "DB8:0:0:0:0:0:77", "db8::77", "203.0.113.5")
    return [each for each in parts if each.lower() in text.lower()]


def test_no_output_of_the_office_holds_an_address_that_was_looked_up(office: OfficeWorld) -> None:
    from holdfast.access.exposure.telling import month_stream
    from holdfast.report.pages import exposure as exposure_page
    from holdfast.report.render import render
    from holdfast.workflows.exposure import months_read as exposure
    from holdfast.workflows.exposure.months import pseudonyms, read_month

    steward, custodian = office.member("access_steward"), office.member("custodian")
    exposure.import_lookups(office.office, steward.reader(), WIKI, [log()])
    given = {"holder": {WIKI: [HOLDER]}, "period_start": date(2026, 1, 1), "period_end": date(2027, 1, 1)}
    report = exposure.report_of(office.office, steward.reader(), **given)
    for label in (pseudonyms(office.office).of, lambda wiki, account: account):
        assert in_text(json.dumps(report.to_json(label)) + report.to_csv()) == []
        assert in_text(render(exposure_page.report_page(report, label))) == []
    row = exposure.told_queue(office.office, custodian.reader())[0]
    kept = read_month(office.office, custodian.reader(), month_stream(row.wiki, row.month), purpose="test")
    assert in_text(json.dumps([dict(fact.body) for fact in kept.facts])) == []
    client = custodian.client()
    pages = [client.get("/exposure/queue/"), client.get(f"/exposure/queue/{kept.state.stream.id}/{row.lookup}/")]
    assert [in_text(page.content.decode()) for page in pages] == [[], []]
    data = b"".join(path.read_bytes() for path in office.folder.rglob("*") if path.is_file())
    assert in_text(data.decode("latin-1")) == []


def test_an_error_about_a_damaged_log_repeats_no_address_and_no_name() -> None:
    for damage in ({"type": "userips"}, {"type": "x"}, {"timestamp": "x"}, {"checkuser": "a\nb"}):
        with pytest.raises(Exception) as refused:
            read(answer([entry(target="192.0.2.77", reason="of 203.0.113.5", **damage)]))
        assert in_text(str(refused.value)) == []
        assert "simulated" not in str(refused.value)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.ip_addresses(), min_size=1, max_size=5), st.text(max_size=20))
def test_whatever_addresses_a_log_holds_none_is_in_the_report(addresses: list[Any], noise: str) -> None:
    entries = [entry(type="ipedits", target=str(each), reason=f"{noise} {each}") for each in addresses]
    lookups = read(answer(entries)).lookups
    report = exposure_report(
        lookups, holder={WIKI: [HOLDER]}, period_start=date(2021, 1, 1), period_end=date(2022, 1, 1)
    )
    text = json.dumps(report.to_json(TOKENS.of)) + json.dumps([each.to_json() for each in lookups])
    for each in addresses:
        if len(str(each)) > 6:
            assert str(each) not in text


def test_without_the_key_nobody_can_test_a_guess_of_an_address() -> None:
    from holdfast.access.exposure.lookups_addresses import target_of
    from holdfast.accounts.pseudonym import fresh_pseudonyms

    mine, guessed = target_of("192.0.2.77", WIKI, TOKENS), target_of("192.0.2.77", WIKI, fresh_pseudonyms())
    assert mine.kind is guessed.kind is TargetKind.IPV4
    assert mine.name != guessed.name
