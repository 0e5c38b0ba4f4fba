"""What a freeze still holds of a member."""

from holdfast.access.register.person import Person
from holdfast.access.rules.console_rules import Because
from holdfast.facts import MemberId
from holdfast.store.office.vault import Reader
from holdfast.workflows.access.register import load
from holdfast.workflows.office.members import members_with
from holdfast.workflows.office.opening import Office


def still_held(office: Office, member: MemberId) -> bool:
    """Whether a freeze holds something of the person who is this member."""
    register = load(office, Reader.of_the_office(Because.RULE), purpose="member readmitted").register
    now = office.clock()
    return any(
        any(hold.stands_at(now) for hold in person.holds) and member in members_of(office, person)
        for person in register.people.values()
        if person.holds
    )


def members_of(office: Office, person: Person) -> frozenset[MemberId]:
    """The members who are this person, by what the register and their profiles say."""
    names = [person.account, *person.former, *(each.name for each in person.wiki_accounts.values())]
    return person.members | frozenset(members_with(office, names))
