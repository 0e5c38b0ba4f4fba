"""A freeze in the office: preview, two signatures, one transaction, and what it promises to do on the wikis."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from holdfast.access.freezes.freeze import FREEZE, Freeze, FreezeState, Removal, begin, fold
from holdfast.access.freezes.lifting import LIFT_KIND, draft_lift, lift, lift_from
from holdfast.access.freezes.order import FreezeOrder, Item, Scope, draft_order, item_from, order_from, without_gone
from holdfast.access.freezes.restoring import PutBack, release
from holdfast.access.freezes.review import fold as fold_review
from holdfast.access.freezes.review_steps import Step, close_by_lifting
from holdfast.access.freezes.words import PROTECTIVE
from holdfast.access.register.moments import text_of
from holdfast.access.register.person_facts import PERSON
from holdfast.access.register.register import Register
from holdfast.access.register.what_if import WhatIf, what_if
from holdfast.access.rules.console_rules import Because
from holdfast.actions.sweeps.status import State
from holdfast.approval import Approved, Request
from holdfast.audit import Verb
from holdfast.errors import CheckFailedError
from holdfast.facts import SYSTEM, Fact, MemberId, StreamId
from holdfast.store.office import members as store
from holdfast.store.office.streams import LogEntry, Summary, fresh_id
from holdfast.store.office.vault import ListPage, Reader
from holdfast.workflows.access.register import load, members_of, shown, write_people
from holdfast.workflows.acting.approved_plan import begin as begin_plan
from holdfast.workflows.acting.follows import close_plans_of
from holdfast.workflows.freezes.holding import KIND, check_removed, read_freeze, readmit
from holdfast.workflows.freezes.review import open_review, write_review
from holdfast.workflows.freezes.rights_plans import Planned, plan_removal, plan_restoration
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.propose import propose
from holdfast.workflows.office.shown import Shown

REST_KIND = "freeze-rest"


@dataclass(frozen=True, kw_only=True)
class FreezePreview:
    """What a freeze would do, before anybody is asked to sign: the answer of the rules, and the order."""

    answer: WhatIf
    order: FreezeOrder
    accounts: Mapping[StreamId, str]
    """What each person concerned is called."""
    by_wiki: tuple[tuple[str, str, int], ...]
    """Wiki, right, and how many people lose it there."""


def preview(office: Office, reader: Reader, scope: Scope, *, reason: str) -> FreezePreview:
    """Who would lose what on which wikis, and what it leaves behind. Everybody shown is counted as read.

    Raises CheckFailedError `access.freeze.nobody`, `access.refused`; UsageError `access.freeze.scope`, `.reason`.
    """
    register = load(office, reader, purpose="freeze previewed").register
    order = draft_order(register, scope, freeze=_fresh(), reason=reason, at=office.clock())
    shown(office, reader, order.people, purpose="freeze previewed")
    return FreezePreview(
        answer=_answer(office, register, scope),
        order=order,
        accounts={each: register.people[each].account for each in order.people},
        by_wiki=by_wiki(order.items),
    )


def propose_freeze(office: Office, reader: Reader, scope: Scope, *, reason: str) -> StreamId:
    """Put a freeze before two people, with the plan for the wikis as they are now. Gives the proposal.

    Raises as `preview`. A wiki that cannot be read does not stop it: what is left out stands in what is signed.
    """
    register = load(office, reader, purpose="freeze proposed").register
    order = draft_order(register, scope, freeze=_fresh(), reason=reason, at=office.clock())
    planned = plan_removal(office, order.items, reference=order.freeze)
    order = replace(order, items=tuple(_with_wiki(item, planned) for item in order.items))
    there = without_gone(order, register, at=office.clock())
    if there != order:  # the plan names nobody whose date has passed and whose group is gone
        planned = plan_removal(office, there.items, reference=order.freeze)
        order = there
    answer = _answer(office, register, scope)
    left = {
        "wikis_below_two_holders": [
            {"wiki": each.wiki, "right": each.right, "before": each.before, "after": each.after}
            for each in answer.few_holders
        ],
        "languages_without_cover": [{"language": each.language, "right": each.right} for each in answer.uncovered],
    }
    return propose(office, reader, "freeze", {"order": order.to_json(), "leaves": left, **planned.to_json()})


def _fresh() -> StreamId:
    return StreamId(kind=KIND, id=fresh_id())


def _answer(office: Office, register: Register, scope: Scope) -> WhatIf:
    return what_if(
        office.policies,
        register,
        at=office.clock(),
        rights=scope.rights,
        jurisdictions=scope.jurisdictions,
        people=scope.people,
    )


def _with_wiki(item: Item, planned: Planned) -> Item:
    seen = planned.seen.get((item.person, item.wiki, item.right))
    return replace(item, on_wiki=None if seen is None else dict(seen))


def by_wiki(items: Iterable[Item]) -> tuple[tuple[str, str, int], ...]:
    """Wiki, right, and how many people a freeze takes it from."""
    counts = Counter((item.wiki, item.right) for item in items)
    return tuple((wiki, right, count) for (wiki, right), count in sorted(counts.items()))


def execute_freeze(office: Office, approved: Approved[Request]) -> Shown:
    """Begin an approved freeze, inside the proposal's transaction; gives the address of its page.

    Facts on the freeze, the people and their reviews; the console access of those among them who work here ends; the
    entry of the log and the removals on the wikis are promised.
    """
    now, by, system = office.clock(), approved.signatures[-1].member, Reader.of_the_office(Because.APPROVED)
    register = load(office, system, purpose="freeze begins").register
    order = order_from(approved.value.what["order"])
    people = [register.people[each] for each in order.people if each in register.people]
    members = _to_suspend(office, members_of(office, people))
    begun = begin(approved, register, at=now, by=by, new_id=fresh_id, members=members)
    write_people(office, system, begun.facts, register=register, purpose="freeze begins")
    freeze = _write_new(office, order.freeze, begun.facts[order.freeze])
    for person, review in begun.reviews.items():
        open_review(office, review, begun.facts[review], concerns=members_of(office, [register.people[person]]))
    _suspend(office, members)
    begin_plan(office, approved)
    office.vault.log_later(system, freeze.id, _log_entry(freeze), purpose="freeze begins")
    return Shown(kind="freeze", id=freeze.id.id)


def _write_new(office: Office, stream: StreamId, facts: Sequence[Fact]) -> Freeze:
    freeze = fold(stream, facts)
    office.vault.create(
        Reader.of_the_office(Because.APPROVED),
        KIND,
        facts,
        summary=_summary(freeze),
        purpose="freeze begins",
        stream_id=stream.id,
    )
    return freeze


def _summary(freeze: Freeze) -> Summary:
    return Summary(
        state=freeze.state.value,
        sealed={
            "restrictions": [[each.jurisdiction, each.right] for each in freeze.restrictions],
            "people": len(freeze.order.people),
            "members": list(freeze.members),
        },
    )


def _to_suspend(office: Office, members: Iterable[MemberId]) -> list[MemberId]:
    """Those whom this freeze is to let work again at its end: not who is suspended already for another reason."""
    standing = office.vault.compute_over(
        Reader.of_the_office(Because.APPROVED), KIND, purpose="freeze begins", states=(FreezeState.IN_FORCE.value,)
    )
    frozen = {member for _, sealed in standing for member in sealed["members"]}
    return [each for each in members if each in frozen or not store.is_suspended(each)]


def _suspend(office: Office, members: Sequence[MemberId]) -> None:
    audit = office.vault.audit
    audit.write(audit.event(SYSTEM, Verb.SUSPEND, "member", each, purpose="freeze begins") for each in members)
    store.suspend(members, office.clock())


def _log_entry(freeze: Freeze) -> LogEntry:
    """Committed now, opened when its reviews are due: that there was a protection, never of whom or where."""
    review_by = freeze.begun_at + timedelta(days=freeze.order.review_days)
    return LogEntry(
        name="begun",
        kind="freeze",
        payload={
            "reason": f"{PROTECTIVE}. It says nothing about anybody's conduct; a review of each person follows.",
            "review_by": text_of(review_by),
            "details": {"type": PROTECTIVE, "begun_on": freeze.begun_at.date().isoformat()},
        },
        opens_at=review_by,
    )


def freezes_page(office: Office, reader: Reader, *, after: str | None) -> ListPage:
    """One page of the list of freezes."""
    return office.vault.list_page(reader, KIND, purpose="freezes listed", after=after)


def _append(office: Office, stream: StreamId, facts: Sequence[Fact], *, purpose: str) -> Freeze:
    system = Reader.of_the_office(Because.APPROVED)
    before = office.vault.read(system, stream, purpose=purpose)
    freeze = fold(stream, (*before, *facts))
    office.vault.append(system, stream, list(facts), expect=len(before), summary=_summary(freeze), purpose=purpose)
    return freeze


_READ_BACK = {
    State.DONE: Removal.REMOVED,
    State.HELD: Removal.HELD,
    State.SKIPPED: Removal.HELD,
    State.UNDONE: Removal.HELD,
}


def note_removals(office: Office, stream: StreamId, found: Mapping[tuple[str, str, str], State]) -> None:
    """Keep what reading back said of each right: (person, wiki, right) to where its step is. Twice says it once.

    What is under way says nothing yet. What the plan could not take and somebody took by hand stays taken.
    """
    with office.vault.transaction():
        freeze = read_freeze(office, Reader.of_the_office(Because.APPROVED), stream.id, purpose="removals noted")
        known = {(person.id, str(wiki), right): state for (person, wiki, right), state in freeze.removals.items()}
        new = {
            key: _READ_BACK[state]
            for key, state in found.items()
            if state in _READ_BACK
            and known.get(key) is not _READ_BACK[state]
            and (known.get(key) is not Removal.REMOVED or state is State.UNDONE)
        }
        if new:
            items = [
                {"person": person, "wiki": wiki, "right": right, "is": state.value}
                for (person, wiki, right), state in sorted(new.items())
            ]
            fact = FREEZE.fact("removals read", at=office.clock(), by=SYSTEM, body={"items": items})
            _append(office, stream, [fact], purpose="removals noted")


def note_put_back(office: Office, number: str, found: Mapping[str, str]) -> None:
    """Keep what reading back said of rights given back at the end of a freeze. Twice says it once."""
    with office.vault.transaction():
        freeze = read_freeze(office, Reader.of_the_office(Because.APPROVED), number, purpose="rights read back")
        new = {key: state for key, state in found.items() if freeze.put_back.get(key) != state}
        if new:
            fact = FREEZE.fact("rights read back", at=office.clock(), by=SYSTEM, body={"rights": new})
            _append(office, freeze.id, [fact], purpose="rights read back")


def note_by_hand(office: Office, reader: Reader, number: str, person: str, wiki: str, right: str) -> None:
    """Somebody took a right back by hand and says so."""
    with office.vault.transaction():
        freeze = read_freeze(office, reader, number, purpose="removal by hand noted")
        key = (StreamId(kind="person", id=person), wiki, right)
        if key not in {(item.person, item.wiki, item.right) for item in freeze.order.items}:
            raise CheckFailedError("access.freeze.no_item", "this freeze does not hold that right")
        office.vault.require(reader, "write", KIND, freeze.id, purpose="removal by hand noted")
        item = {"person": person, "wiki": wiki, "right": right, "is": Removal.REMOVED.value}
        fact = FREEZE.fact("removals read", at=office.clock(), by=reader.member, body={"items": [item]})
        _append(office, freeze.id, [fact], purpose="removal by hand noted")


def put_back_json(back: Iterable[PutBack]) -> list[dict[str, Any]]:
    """What is given back, as it stands in the bytes that are signed."""
    return [
        {"person": each.person.id, "wiki": each.wiki, "right": each.right, "groups": dict(each.groups)}
        for each in back
    ]


def propose_rest(office: Office, reader: Reader, number: str) -> StreamId:
    """Put a plan for what a freeze could not plan before two people, now that its wikis answer. Gives the proposal.

    Raises CheckFailedError `access.freeze.no_rest` when there is nothing, or still nothing can be planned.
    """
    freeze = read_freeze(office, reader, number, purpose="rest of a freeze planned")
    register, now = load(office, reader, purpose="rest of a freeze planned").register, office.clock()
    items = [
        item
        for item in freeze.waiting()
        if item not in freeze.under_way([item.person])
        and any(
            hold.freeze == freeze.id.id for hold in register.people[item.person].held_by(item.wiki, item.right, now)
        )
    ]
    planned = plan_removal(office, items, reference=freeze.id)
    if planned.plan is None:
        raise CheckFailedError(
            "access.freeze.no_rest",
            "there is nothing that can be planned now",
            got=", ".join(sorted({f"{each.wiki}: {each.why}" for each in planned.unplanned})),
        )
    seen = [_with_wiki(item, planned) for item in items]
    what = {
        "freeze": number,
        "items": [item.to_json() for item in seen if item.on_wiki is not None],
        **planned.to_json(),
    }
    return propose(office, reader, REST_KIND, what)


def execute_rest(office: Office, approved: Approved[Request]) -> Shown:
    """Promise what two people signed for the rest of a freeze; gives the address of its page."""
    what, system, now = approved.value.what, Reader.of_the_office(Because.APPROVED), office.clock()
    freeze = read_freeze(office, system, what["freeze"], purpose="rest of a freeze planned")
    items = tuple(map(item_from, what["items"]))
    known = [_bare(item) for item in freeze.order.items]
    people = load(office, system, purpose="rest of a freeze planned").register.people
    held = all(
        _bare(item) in known
        and any(hold.freeze == freeze.id.id for hold in people[item.person].held_by(item.wiki, item.right, now))
        for item in items
    )
    if freeze.state is not FreezeState.IN_FORCE or not held:
        raise CheckFailedError("access.freeze.state", "this freeze does not hold these rights any more")
    facts: dict[StreamId, list[Fact]] = {}
    for item in items:
        body = {
            "freeze": freeze.id.id,
            "wiki": item.wiki,
            "right": item.right,
            "before": dict(item.to_put_back),
        }
        facts.setdefault(item.person, []).append(PERSON.fact("right seen", at=now, by=SYSTEM, body=body))
    write_people(office, system, facts, purpose="rest of a freeze planned")
    keys = [{"person": item.person.id, "wiki": item.wiki, "right": item.right} for item in items]
    by = approved.signatures[-1].member
    _append(
        office,
        freeze.id,
        [FREEZE.fact("rest planned", at=now, by=by, body={"items": keys})],
        purpose="rest of a freeze planned",
    )
    begin_plan(office, approved)
    return Shown(kind="freeze", id=freeze.id.id)


def _bare(item: Item) -> Item:
    return replace(item, on_wiki=None)


def propose_lift(office: Office, reader: Reader, number: str, *, reason: str) -> StreamId:
    """Put the end of a freeze before two people, with the plan that gives everything back. Gives the proposal."""
    freeze = read_freeze(office, reader, number, purpose="lifting proposed")
    register, now = load(office, reader, purpose="lifting proposed").register, office.clock()
    order = draft_lift(freeze, register, reason=reason, at=now)
    check_removed(freeze, order.people)
    without = replace(register, restrictions=tuple(r for r in register.restrictions if r.freeze != freeze.id.id))
    back = [
        each
        for person in order.people
        for each in release(
            office.policies, without, register.people[person], freeze=freeze.id, at=now, by=reader.member
        ).put_back
    ]
    planned = plan_restoration(office, back, reference=freeze.id)
    what = {"order": order.to_json(), "put_back": put_back_json(back), **planned.to_json()}
    return propose(office, reader, LIFT_KIND, what)


def execute_lift(office: Office, approved: Approved[Request]) -> Shown:
    """End an approved freeze, inside the proposal's transaction; gives the address of its page."""
    now, by, system = office.clock(), approved.signatures[-1].member, Reader.of_the_office(Because.APPROVED)
    what = approved.value.what
    freeze = read_freeze(office, system, lift_from(what["order"]).freeze.id, purpose="freeze lifted")
    register = load(office, system, purpose="freeze lifted").register
    check_removed(freeze, lift_from(what["order"]).people)
    ended = lift(approved, freeze, (), register, office.policies, at=now, by=by)
    if put_back_json(ended.put_back) != what["put_back"]:
        raise CheckFailedError(
            "access.freeze.stale",
            "what would be given back is no longer what was signed",
            hint="propose the lifting again",
        )
    write_people(office, system, ended.facts, register=register, purpose="freeze lifted")
    for review_stream in freeze.reviews.values():
        facts = office.vault.read(system, review_stream, purpose="freeze lifted")
        review = fold_review(review_stream, facts)
        if review.outcome is None:
            write_review(office, system, review_stream, facts, [close_by_lifting(review, Step(by=by, at=now))])
    _append(office, freeze.id, ended.facts[freeze.id], purpose="freeze lifted")
    readmit(office, freeze.members)
    close_plans_of(office, freeze.id)
    begin_plan(office, approved)
    payload = {"outcome": "lift", "reason": f"{PROTECTIVE}: the protection has ended."}
    entry = LogEntry(name="lifted", kind="review outcome", payload=payload)
    office.vault.log_later(system, freeze.id, entry, purpose="freeze lifted")
    return Shown(kind="freeze", id=freeze.id.id)
