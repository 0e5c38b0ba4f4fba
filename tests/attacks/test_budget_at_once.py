"""A reader who asks for many things in the same moment gets no more than the day's budget."""

import threading

from holdfast.audit import Budget
from holdfast.errors import CheckFailedError
from holdfast.facts import SYSTEM, Fact
from store.offices import Offices
from store.postgresql import Cluster


def test_requests_at_one_moment_do_not_all_fit_into_the_last_place(offices: Offices, postgres: Cluster) -> None:
    world = offices.new(database_url=postgres.url())
    from django.db import connections

    from holdfast.access.rules.console_rules import Because
    from holdfast.store.office.streams import Summary
    from holdfast.store.office.vault import Reader

    vault, steward = world.office.vault, world.member("access_steward")
    fact = Fact(type="person added", at=world.clock(), by=SYSTEM)
    streams = [
        vault.create(
            Reader.of_the_office(Because.BOOKS), "person", [fact], summary=Summary(state="active"), purpose="test"
        )
        for _ in range(12)
    ]
    vault.audit._budget = Budget(per_day=5, alarm_at=4)
    reader, begin, opened = steward.reader(), threading.Barrier(len(streams)), []
    stopped: list[str] = []

    def read(number: int) -> None:
        begin.wait()
        try:
            vault.read(reader, streams[number], purpose="test")
            opened.append(number)
        except CheckFailedError as refused:
            stopped.append(refused.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=read, args=(number,)) for number in range(len(streams))]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert (len(opened), stopped) == (5, ["audit.budget.spent"] * 7)
    allowed = [e for e in vault.audit.entries() if e.event.member == steward.member and e.event.outcome == "allowed"]
    assert len(allowed) == 5
