"""Grants that ended in the register and still stand on the wiki: flagged, and their removal drafted for two people.

The register's end takes nothing from anybody. While the wiki still has the group, its holder can look. So the clock
looks at the wiki, raises an alarm, and drafts a plan without fault that people try, sign and carry out, or give up.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from holdfast.access.register.person import Grant, Person
from holdfast.access.register.register import Register
from holdfast.access.rules.console_rules import Because
from holdfast.access.rules.rights import RIGHTS
from holdfast.accounts.names import AccountName
from holdfast.actions.plans.plan import Plan
from holdfast.actions.plans.planning import Wish, draft_of
from holdfast.actions.steps.kind import Purpose
from holdfast.actions.steps.step import living
from holdfast.audit import Alarm, AlarmKind
from holdfast.errors import HoldfastError
from holdfast.ids import WikiName
from holdfast.store.office.vault import Reader
from holdfast.wiki.operators import Operators
from holdfast.workflows.access.register import load
from holdfast.workflows.acting.plan import keep_draft
from holdfast.workflows.acting.surroundings import OPEN_STATES, PLAN
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.operators import operators_of

REASON = "The grant of access has ended"
"""For the wikis' logs: the same for everybody, whatever the end was."""


@dataclass(frozen=True, kw_only=True)
class StillThere:
    """Groups that an account has on a wiki though the grant has ended in the register."""

    person: Person
    wiki: WikiName
    account: AccountName
    groups: tuple[str, ...]
    is_another: bool
    """Whether the account has another number than the person's: another one has the name now."""


def flag_ended_grants(office: Office, now: datetime, *, known: Operators | None = None) -> Sequence[str]:
    """Hold every ended grant against its wiki; gives a line for each plan drafted, and for each wiki not readable."""
    register = load(
        office, Reader.of_the_office(Because.CLOCK), purpose="ended grants held against the wikis"
    ).register
    operators = known or operators_of(office)
    ended: dict[WikiName, list[tuple[Person, Grant]]] = {}
    for person, grant in _ended(register, now):
        ended.setdefault(grant.wiki, []).append((person, grant))
    found: list[StillThere] = []
    lines = []
    for wiki, grants in sorted(ended.items()):
        try:
            found += _still_there(operators, wiki, grants, now)
        except HoldfastError as reason:
            lines.append(f"{len(grants)} ended grants could not be held against {wiki}: {reason.code}")
    by_person: dict[str, list[StillThere]] = {}
    for each in found:
        office.vault.audit.alarm(Alarm(kind=AlarmKind.WIKI_DIFFERS, at=now, object=each.person.id))
        if not each.is_another:
            by_person.setdefault(each.person.id.id, []).append(each)
    for number, mine in sorted(by_person.items()):
        lines += _draft(office, operators, number, mine)
    return lines


def _ended(register: Register, now: datetime) -> Iterator[tuple[Person, Grant]]:
    """Each right that a person had on a wiki and has no more. What a freeze holds is the freeze's."""
    for person in register.people.values():
        for key in sorted({grant.key for grant in person.grants}):
            last = person.grant_at(*key, now)
            if last is None or last.begins > now or last.runs_at(now):
                continue
            if RIGHTS[last.right].groups and not person.held_by(*key, now):
                yield person, last


def _still_there(
    operators: Operators, wiki: WikiName, grants: Sequence[tuple[Person, Grant]], now: datetime
) -> list[StillThere]:
    """What one look at a wiki shows. Raises what the hand raises."""
    hand = operators.openers_for(wiki)[0]()
    states = hand.accounts([person.account_on(wiki) for person, _ in grants])
    found = []
    for person, grant in grants:
        state = states[person.account_on(wiki)]
        held = sorted(set(living(state.groups, now)) & set(RIGHTS[grant.right].groups))
        if held:
            number = person.user_id_on(wiki)
            found.append(
                StillThere(
                    person=person,
                    wiki=wiki,
                    account=person.account_on(wiki),
                    groups=tuple(held),
                    is_another=number is not None and number != state.user_id,
                )
            )
    return found


def _draft(office: Office, operators: Operators, number: str, mine: Sequence[StillThere]) -> list[str]:
    """The plan that would take these groups, once: none while an earlier one is open."""
    known = {line.stream.id: line for line in office.vault.plain_lines(PLAN, limit=10_000)}
    first, count = f"ended-{number[:24]}", 1
    identity = first
    while identity in known:
        if known[identity].state in OPEN_STATES:
            return []
        count += 1
        identity = f"{first}-{count}"
    try:
        keep_draft(office, Reader.of_the_office(Because.CLOCK), _plan(operators, identity, mine))
    except HoldfastError as reason:
        return [f"a wiki still has a grant that ended, and no plan could be drafted: {reason.code}"]
    return [f"{identity} drafted: a wiki still has what ended in the register"]


def _plan(operators: Operators, identity: str, mine: Sequence[StillThere]) -> Plan:
    """The removal of these groups: nobody is accused of anything by an end."""
    by_account: dict[AccountName, list[StillThere]] = {}
    for each in mine:
        by_account.setdefault(each.account, []).append(each)
    wishes = [
        Wish(
            kind="rights_removal",
            target=account,
            wikis=tuple(sorted({each.wiki for each in there})),
            params={"groups": sorted({group for each in there for group in each.groups}), "reason": REASON},
            decider_role="those who keep the register of access",
        )
        for account, there in sorted(by_account.items())
    ]
    languages = {each.wiki: operators.access(each.wiki).language for each in mine}
    return draft_of(identity, Purpose.PROTECTIVE, str(mine[0].person.id), wishes, languages)
