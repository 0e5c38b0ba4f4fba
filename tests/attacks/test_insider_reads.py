"""A reader who pages through everything is stopped at the day's budget, and somebody is told before."""

from store.offices import OfficeWorld
from web.everywhere import planted


def test_a_reader_who_pages_through_everything_is_stopped_and_the_alarm_came_before(office: OfficeWorld) -> None:
    from holdfast.audit import Budget
    from holdfast.store.office.audit_rows import open_alarms
    from holdfast.store.office.models import AuditRow

    made = planted(office)
    office.office.vault.audit._budget = Budget(per_day=2, alarm_at=1)
    member = office.member("investigator")
    client, statuses = member.client(), []
    for address in made.addresses * 2:
        statuses.append(client.get(address).status_code)
    assert 429 in statuses
    reads = AuditRow.objects.filter(member=member.member, verb="read_sealed", outcome="allowed")
    # a computation over a whole kind shows nobody: each name that it shows is a read of its own
    assert len(set(reads.exclude(stream_id="").values_list("kind", "stream_id"))) <= 2
    refused = AuditRow.objects.filter(member=member.member, verb="read_sealed", outcome="refused")
    assert refused.exists()
    assert {"budget near", "budget spent"} <= {row.code for row in open_alarms()}


def test_no_page_gives_everything_at_once(office: OfficeWorld) -> None:
    """A list shows one page of it, whatever is asked for."""
    from holdfast.store.office.vault import PAGE_ROWS

    made = planted(office)
    client = made.members["access_steward"].client()
    for address in ("/register/", "/freezes/", "/reviews/"):
        text = client.get(address, {"limit": "100000", "after": ""}).content.decode()
        assert text.count("<tr>") <= PAGE_ROWS + 2
