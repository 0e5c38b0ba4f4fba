"""The public noticeboard: who has a valid agreement on file. It lets no jurisdiction and no domicile be read off it.

It lists agreements, not who may use a right today: agreements do not change when a jurisdiction is restricted, when
somebody is frozen, exempt or ineligible, so none of these moves a name (decision 0092). The state is that of the
first of the month, so that a name that goes is tied to no day. Counts come in whole steps of the smallest group.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from holdfast.access.freezes.words import PROTECTIVE
from holdfast.access.register.moments import midnight
from holdfast.access.register.person import Person
from holdfast.access.register.register import Register
from holdfast.access.rules.rights import RIGHTS
from holdfast.accounts.names import AccountName


@dataclass(frozen=True, kw_only=True)
class Line:
    """One account with a valid agreement: its version, and the month in which it was signed."""

    account: AccountName
    version: str
    signed_in: str


@dataclass(frozen=True, kw_only=True)
class AtLeast:
    """A count in whole steps of the smallest group: `at_least` of 0 means fewer than one step, none included."""

    at_least: int
    step: int

    def __str__(self) -> str:
        return f"at least {self.at_least}" if self.at_least else f"fewer than {self.step}"


@dataclass(frozen=True, kw_only=True)
class Board:
    """What the public sees. `as_of` is the first of a month."""

    as_of: date
    lines: tuple[Line, ...]
    holders: tuple[tuple[str, AtLeast], ...]
    """Right to how many people it is granted; a grant under suspension counts as granted."""
    suspended: AtLeast
    """People some of whose rights are suspended, over all rights and all grounds of protection."""

    def to_json(self) -> dict[str, Any]:
        """The machine-readable board."""
        return {
            "as_of": self.as_of.isoformat(),
            "agreements": [
                {"account": each.account, "version": each.version, "signed_in": each.signed_in} for each in self.lines
            ],
            "holders": [
                {"right": right, "at_least": count.at_least, "step": count.step} for right, count in self.holders
            ],
            "suspensions": {
                "type": PROTECTIVE,
                "at_least": self.suspended.at_least,
                "step": self.suspended.step,
            },
        }


def noticeboard(register: Register, *, now: datetime) -> Board:
    """The board as it stood on the first of this month.

    It is made from names, agreements and grants. Of everything else (jurisdiction, domicile, exemptions, freezes,
    reviews) one number is shown, over all of them together.
    """
    as_of = now.astimezone(UTC).date().replace(day=1)
    at = midnight(as_of)
    lines = [line for person in register.people.values() for line in _lines(person, at)]
    people_of: dict[str, set[object]] = {right: set() for right in RIGHTS}
    for person, grant in register.grants_at(at):
        people_of[grant.right].add(person.id)
    suspended = sum(any(hold.stands_at(at) for hold in person.holds) for person in register.people.values())
    step = register.book.smallest_group
    return Board(
        as_of=as_of,
        lines=tuple(sorted(lines, key=lambda each: (each.account, each.version))),
        holders=tuple((right, _at_least(len(people), step)) for right, people in people_of.items()),
        suspended=_at_least(suspended, step),
    )


def wikitext(board: Board) -> str:
    """The board as a page of a wiki, replaced as a whole and never edited by hand."""
    rows = "\n".join(
        f"|-\n| [[User:{_safe(each.account)}|{_safe(each.account)}]] || {_safe(each.version)} || {each.signed_in}"
        for each in board.lines
    )
    counts = "\n".join(f"* {right}: {count}" for right, count in board.holders)
    return (
        "<!-- Made from the register by Holdfast; an edit by hand is lost at the next publication. -->\n"
        f"People with a valid confidentiality agreement on file, as of {board.as_of.isoformat()}.\n\n"
        f'{{| class="wikitable sortable"\n! Account !! Version !! Signed in\n{rows}\n|}}\n\n'
        "== Holders of rights to non-public data ==\n"
        f"{counts}\n\n"
        "== Suspensions ==\n"
        f"Type: {PROTECTIVE}. People concerned: {board.suspended}. A suspension of this type says nothing about a "
        "person's conduct, is followed by a review of each person, and does not change the list above.\n"
    )


def _lines(person: Person, at: datetime) -> list[Line]:
    if person.gone_at is not None and person.gone_at <= at:
        return []
    valid = [each for each in person.agreements if each.begins <= at and (each.ends is None or at < each.ends)]
    if not valid:
        return []
    last = max(valid, key=lambda each: (each.begins, each.version))
    return [Line(account=person.account, version=last.version, signed_in=last.begins.strftime("%Y-%m"))]


def _at_least(count: int, step: int) -> AtLeast:
    return AtLeast(at_least=count // step * step, step=step)


def _safe(text: str) -> str:
    """Text that wikitext cannot read as markup, in the page and in a link: signs become character references."""
    return "".join(
        each if each.isalnum() or each == " " or (each.isprintable() and ord(each) > 127) else f"&#{ord(each)};"
        for each in text
    )
