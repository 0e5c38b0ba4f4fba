"""The office that the version before made (tests/data/office_before): copied, opened, and read stream by stream."""

import tarfile
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from holdfast.canonical import canonical_bytes, sha256_hex
from holdfast.facts import Fact, StreamId
from store.offices import MovableClock, OfficeWorld

DATA = Path(__file__).parents[1] / "data" / "office_before"


def opened(folder: Path) -> OfficeWorld:
    """A copy of it, at work a minute after its last entry in the audit."""
    from holdfast.web.console.settings import console_settings
    from holdfast.workflows.office.opening import open_office, place_of

    with tarfile.open(DATA / "office.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    home, keys = folder / "office", folder / "keys"
    for closed in (home, keys):
        closed.chmod(0o700)
    place, clock = place_of(home, keys), MovableClock()
    office = open_office(place=place, django=console_settings(place), clock=clock)
    *_, last = office.vault.audit.entries()
    clock.now = last.event.at + timedelta(minutes=1)
    return OfficeWorld(folder=home, keys=keys, clock=clock, office=office)


def facts_of(office: Any) -> dict[StreamId, tuple[Fact, ...]]:
    """Every stream that is not erased, with its facts."""
    from holdfast.access.rules.console_rules import Because
    from holdfast.store.office.models import StreamKey
    from holdfast.store.office.vault import Reader

    rows = StreamKey.objects.filter(erased_at=None, length__gt=0).order_by("kind", "stream_id")
    streams = [StreamId(kind=row.kind, id=row.stream_id) for row in rows]
    return {each: office.vault.read(Reader.of_the_office(Because.BOOKS), each, purpose="a test") for each in streams}


def digests(facts: tuple[Fact, ...]) -> list[list[str]]:
    """What each fact says, as canonical bytes have it."""
    return [
        [each.type, each.at.isoformat(), each.by, sha256_hex(canonical_bytes(dict(each.body)))[:16]] for each in facts
    ]


def states(office: Any) -> dict[str, dict[str, Any]]:
    """What each stream comes to, in words and numbers that no later version may change."""
    made: dict[str, Callable[[StreamId, tuple[Fact, ...]], dict[str, Any]]] = {
        "appeal": _appeal,
        "case": _case,
        "freeze": _freeze,
        "ledger": _ledger,
        "no-appeal": _no,
        "person": _person,
        "plan": _plan,
        "review": _review,
        "sweep": _sweep,
        "watchlist": _watchlist,
    }
    return {
        str(stream): made[stream.kind](stream, facts)
        for stream, facts in facts_of(office).items()
        if stream.kind in made
    }


def _case(_stream: StreamId, facts: tuple[Fact, ...]) -> dict[str, Any]:
    from holdfast.cases.case import fold

    case = fold(facts)
    return {
        "stage": case.stage.value,
        "title": case.title,
        "last_at": case.last_at.isoformat(),
        "investigators": sorted(case.investigators),
        "people": {name: sorted(map(str, each.roles)) for name, each in case.people.items()},
        "evidence": {name: [each.counts, len(each.custody)] for name, each in case.evidence.items()},
        "findings": {name: sorted(each.about) for name, each in case.findings.items()},
        "timeline": [each.id for each in case.work.timeline],
        "tasks": {name: each.state.value for name, each in case.work.tasks.items()},
        "barred": sorted(case.readers.barred),
        "outcomes": [each.outcome.value for each in (*case.course.former, case.course.decision) if each],
        "grounds": [list(map(str, vars(each).values())) for each in _grounds(case)],
        "plans": sorted(case.course.plans),
        "idle": case.course.idle_since is not None,
    }


def _grounds(case: Any) -> tuple[Any, ...]:
    return case.course.decision.grounds if case.course.decision else ()


def _person(stream: StreamId, facts: tuple[Fact, ...]) -> dict[str, Any]:
    from holdfast.access.register.person_facts import fold

    person = fold(stream, facts)
    return {
        "account": str(person.account),
        "names": len(person.names),
        "grants": [[str(each.wiki), each.right, str(each.ended or "")] for each in person.grants],
        "agreements": [str(each.ends or "") for each in person.agreements],
        "jurisdictions": [each.name for each in person.jurisdictions],
        "exemptions": [[each.id, str(each.ends or "")] for each in person.exemptions],
        "holds": [[each.right, dict(each.before), str(each.ends or "")] for each in person.holds],
        "members": sorted(person.members),
        "suspended": len(person.suspended_at),
        "gone": str(person.gone_at or ""),
    }


def _freeze(stream: StreamId, facts: tuple[Fact, ...]) -> dict[str, Any]:
    from holdfast.access.freezes.freeze import fold

    freeze = fold(stream, facts)
    return {
        "state": freeze.state.value,
        "people": sorted(each.id for each in freeze.order.people),
        "signers": list(freeze.signers),
        "removals": dict(Counter(each.value for each in freeze.removals.values())),
        "planned_later": len(freeze.planned_later),
        "put_back": dict(freeze.put_back),
    }


def _review(stream: StreamId, facts: tuple[Fact, ...]) -> dict[str, Any]:
    from holdfast.access.freezes.review import fold

    review = fold(stream, facts)
    return {
        "state": review.state.value,
        "outcome": review.outcome.value if review.outcome else "",
        "due": review.due.isoformat(),
        "said": [len(review.asks), len(review.statements), len(review.evidence), len(review.sent_back)],
        "proposal": [review.proposal.outcome.value, review.proposal.reason_code] if review.proposal else [],
        "put_back": dict(review.put_back),
        "lifted": review.closed_by_lifting,
    }


def _appeal(_stream: StreamId, facts: tuple[Fact, ...]) -> dict[str, Any]:
    from holdfast.appeals.facts import APPEAL

    appeal = APPEAL.fold(facts)
    return {
        "standing": appeal.standing(facts[-1].at).value,
        "action": appeal.route.action,
        "until": str(appeal.route.until or ""),
        "link": [appeal.link_works, appeal.link_sha256],
        "filed": appeal.filing.text if appeal.filing else "",
        "proven": appeal.is_proven,
        "reader": appeal.reader or "",
        "outcome": appeal.decided.outcome.value if appeal.decided else "",
        "missing": list(appeal.missing()),
        "told": list(appeal.told),
    }


def _no(_stream: StreamId, facts: tuple[Fact, ...]) -> dict[str, Any]:
    from holdfast.appeals.no_appeal import fold_no_appeal

    no = fold_no_appeal(facts)
    return {
        "until": no.until.isoformat(),
        "signers": [sorted(each) for each in no.signers],
        "over": [str(no.lifted_at or ""), str(no.lapsed_at or "")],
        "account": str(no.route.account) if no.route else "",
    }


def _plan(_stream: StreamId, facts: tuple[Fact, ...]) -> dict[str, Any]:
    from holdfast.actions.sweeps.course import fold_plan

    course = fold_plan(facts)
    return {
        "standing": course.standing.value,
        "actions": [[each.id, each.action.kind] for each in course.plan.actions] if course.plan else [],
        "approved": bool(course.approval),
        "signed": sha256_hex(course.approval.content.encode()) if course.approval else "",
        "conditions": sorted(course.conditions),
        "aftercare": list(course.aftercare.missing()),
    }


def _sweep(_stream: StreamId, facts: tuple[Fact, ...]) -> dict[str, Any]:
    from holdfast.actions.sweeps.course import fold_sweep

    course = fold_sweep(facts)
    return {
        "ending": course.ending,
        "orders": [[each.kind, each.is_done] for each in course.orders],
        "differences": len(course.differences),
    }


def _ledger(_stream: StreamId, facts: tuple[Fact, ...]) -> dict[str, Any]:
    from holdfast.cases.ledgers import LEDGER, Ledger

    ledger = LEDGER.fold(facts, Ledger())
    return {
        "complaints": {name: each.state.value for name, each in ledger.complaints.items()},
        "recommendations": {
            name: [each.state.value, len(each.effects)] for name, each in ledger.recommendations.items()
        },
    }


def _watchlist(_stream: StreamId, facts: tuple[Fact, ...]) -> dict[str, Any]:
    from holdfast.cases.watchlist import WATCHLIST, Watchlist

    found = WATCHLIST.fold(facts, Watchlist())
    return {"entries": {name: each.ended for name, each in found.entries.items()}, "looks": len(found.looks)}
