"""What a freeze would do, to the last right, as the bytes that two people sign."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from holdfast.access.freezes.words import PROTECTIVE
from holdfast.access.register.moments import INFINITY, text_of
from holdfast.access.register.person import Grant, Person
from holdfast.access.register.register import Register
from holdfast.access.rules.rights import RIGHTS
from holdfast.accounts.names import AccountName, kept_name
from holdfast.errors import CheckFailedError, InputRefusedError, UsageError
from holdfast.facts import StreamId
from holdfast.ids import WikiName, wiki_name


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Whom and what a freeze is for: some rights, of a class of jurisdictions or of some people, never of both."""

    rights: frozenset[str]
    jurisdictions: frozenset[str] = frozenset()
    people: frozenset[StreamId] = frozenset()

    def __post_init__(self) -> None:
        odd = sorted(self.rights - RIGHTS.keys())
        if odd or not self.rights or bool(self.jurisdictions) == bool(self.people):
            raise UsageError(
                "access.freeze.scope",
                "this is no scope of a freeze",
                expected="at least one known right, and either jurisdictions or people",
                got=", ".join(odd)[:80],
            )

    def concerns(self, person: Person, grant: Grant, at: datetime) -> bool:
        """Whether a running grant falls under the scope. Who is exempt for the right keeps it in a class freeze."""
        if grant.right not in self.rights:
            return False
        if self.people:
            return person.id in self.people
        place = person.jurisdiction
        return place is not None and place.name in self.jurisdictions and grant.right not in person.exempt_from(at)

    def to_json(self) -> dict[str, Any]:
        """As it stands in the signed bytes."""
        return {
            "rights": sorted(self.rights),
            "jurisdictions": sorted(self.jurisdictions),
            "people": [each.id for each in sorted(self.people)],
        }


@dataclass(frozen=True, kw_only=True)
class Item:
    """One right of one person on one wiki that the freeze takes, with what stands there before."""

    person: StreamId
    wiki: WikiName
    account: AccountName
    user_id: int | None
    right: str
    before: Mapping[str, str]
    """The group that the register has, with its end as a wiki writes it (ISO 8601 UTC or `infinity`). The group
    without a name stands for a right outside the wikis, which a person takes back by hand."""
    held_already: bool
    """Whether another freeze has removed it already; then `before` is what that one found."""
    on_wiki: Mapping[str, str] | None = None
    """The groups that the wiki itself showed at the preview; null where it was not read."""

    @property
    def is_by_hand(self) -> bool:
        """Whether no wiki carries the right."""
        return "" in self.before

    @property
    def to_put_back(self) -> Mapping[str, str]:
        """What restoring puts back: what the wiki showed, or where it was not read what the register has."""
        return self.before if self.on_wiki is None else self.on_wiki

    def to_json(self) -> dict[str, Any]:
        """As it stands in the signed bytes."""
        return {
            "person": self.person.id,
            "wiki": self.wiki,
            "account": self.account,
            "user_id": self.user_id,
            "right": self.right,
            "before": dict(self.before),
            "held_already": self.held_already,
            "on_wiki": None if self.on_wiki is None else dict(self.on_wiki),
        }


@dataclass(frozen=True, kw_only=True)
class FreezeOrder:
    """A freeze to be approved: nothing that is not in here is done, and all that is in here is."""

    freeze: StreamId
    scope: Scope
    reason: str
    review_days: int
    items: tuple[Item, ...]

    @property
    def people(self) -> tuple[StreamId, ...]:
        """Everybody concerned, each once."""
        return tuple(sorted({each.person for each in self.items}))

    def to_json(self) -> dict[str, Any]:
        """What stands in a request for approval (`holdfast.approval.Request`, kind `freeze`)."""
        return {
            "type": PROTECTIVE,
            "freeze": self.freeze.id,
            "scope": self.scope.to_json(),
            "reason": self.reason,
            "review_days": self.review_days,
            "items": [each.to_json() for each in self.items],
        }


def draft_order(register: Register, scope: Scope, *, freeze: StreamId, reason: str, at: datetime) -> FreezeOrder:
    """The order for a scope, as the register stands: every grant that the wiki may still show, whether or not rules
    allow its use, and whether or not its date has passed.

    Raises UsageError `access.freeze.reason` without a reason; CheckFailedError `access.freeze.nobody` when it would
    touch nobody.
    """
    if not reason.strip():
        raise UsageError("access.freeze.reason", "a freeze needs a reason", hint="say it; it stays sealed")
    items = tuple(
        sorted(
            (
                _item(person, grant, at)
                for person, grant in register.standing_at(at)
                if scope.concerns(person, grant, at)
            ),
            key=lambda each: (each.wiki, each.right, each.person),
        )
    )
    if not items:
        raise _nobody()
    return FreezeOrder(
        freeze=freeze, scope=scope, reason=reason.strip(), review_days=register.book.review_days, items=items
    )


def without_gone(order: FreezeOrder, register: Register, *, at: datetime) -> FreezeOrder:
    """The order without grants past their date whose group the wiki, once read, showed no more.

    Raises CheckFailedError `access.freeze.nobody` when nothing is left.
    """
    items = tuple(each for each in order.items if each.on_wiki != {} or _runs(register, each, at))
    if not items:
        raise _nobody()
    return replace(order, items=items)


def _runs(register: Register, item: Item, at: datetime) -> bool:
    person = register.people.get(item.person)
    grant = person.grant_at(item.wiki, item.right, at) if person else None
    return grant is not None and grant.runs_at(at)


def _nobody() -> CheckFailedError:
    return CheckFailedError(
        "access.freeze.nobody",
        "this freeze would touch nobody",
        hint="look at the register: is the jurisdiction recorded, and does a grant run?",
    )


def _item(person: Person, grant: Grant, at: datetime) -> Item:
    held = person.held_by(grant.wiki, grant.right, at)
    end = text_of(grant.ends) if grant.ends else INFINITY
    return Item(
        person=person.id,
        wiki=grant.wiki,
        account=person.account_on(grant.wiki),
        user_id=person.user_id_on(grant.wiki),
        right=grant.right,
        before=held[0].before if held else {grant.group: end},
        held_already=bool(held),
    )


def check_current(order: FreezeOrder, register: Register, *, at: datetime) -> None:
    """Return when the register still says what the order says. A grant past its date that the order leaves out was
    read as gone on its wiki, and is no difference.

    Raises CheckFailedError `access.freeze.stale` with the number of rights that came, went or changed; which ones
    they are stands in its `offender`.
    """
    try:
        now = draft_order(register, order.scope, freeze=order.freeze, reason=order.reason, at=at).items
    except CheckFailedError:
        now = ()
    was = {(each.person, each.wiki, each.right): each for each in order.items}
    found = {(each.person, each.wiki, each.right): each for each in now}
    came = sorted(key for key in found.keys() - was.keys() if _runs(register, found[key], at))
    went = sorted(was.keys() - found.keys())
    changed = sorted(key for key in was.keys() & found.keys() if replace(was[key], on_wiki=None) != found[key])
    if came or went or changed:
        raise CheckFailedError(
            "access.freeze.stale",
            "the register has changed since this freeze was previewed",
            expected="the rights that were previewed",
            got=f"{len(came)} more, {len(went)} fewer, {len(changed)} changed",
            hint="preview it again, and have the new preview approved",
            offender={"came": came, "went": went, "changed": changed},
        )


def order_from(what: Mapping[str, Any]) -> FreezeOrder:
    """The order of a request for approval. Raises InputRefusedError `access.freeze.order`."""
    try:
        if what["type"] != PROTECTIVE:
            raise ValueError("another type")
        scope = what["scope"]
        order = FreezeOrder(
            freeze=StreamId(kind="freeze", id=what["freeze"]),
            scope=Scope(
                rights=frozenset(scope["rights"]),
                jurisdictions=frozenset(scope["jurisdictions"]),
                people=_people(scope["people"]),
            ),
            reason=what["reason"],
            review_days=what["review_days"],
            items=tuple(map(item_from, what["items"])),
        )
        if order.to_json() != what:
            raise ValueError("something else stands in it")
    except (KeyError, TypeError, ValueError, UsageError):
        raise InputRefusedError("access.freeze.order", "this is no order for a freeze") from None
    return order


def item_from(found: Mapping[str, Any]) -> Item:
    """One item from its JSON."""
    return Item(
        person=StreamId(kind="person", id=found["person"]),
        wiki=wiki_name(found["wiki"]),
        account=kept_name(found["account"]),
        user_id=found["user_id"],
        right=found["right"],
        before=dict(found["before"]),
        held_already=found["held_already"],
        on_wiki=None if found["on_wiki"] is None else dict(found["on_wiki"]),
    )


def _people(ids: Iterable[str]) -> frozenset[StreamId]:
    return frozenset(StreamId(kind="person", id=each) for each in ids)
