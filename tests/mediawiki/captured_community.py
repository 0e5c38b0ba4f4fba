"""The script of a simulated community: three healthy years, then three in which power gathers in few hands.

Everything is drawn from one seed. All accounts are simulated and named so: Editor N wrote or voted, Visitor N came to
do harm. Nothing here is modelled on a real wiki or person. What happens, year by year:

2016-18  six to a dozen admins share the work about evenly; every two or three months somebody stands for admin in an
         open vote, and some fail; about one block in eight is lifted by another admin; admins who stop are replaced
2019-21  three admins do nearly all the work and block those they quarrel with, for longer and on pages where they
         edit themselves; nobody lifts their blocks; a bureaucrat among them removes the rights of four others; votes
         are rare and decided by new accounts and by accounts that come back only to vote; editors leave
"""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

Event = dict[str, Any]
Vote = tuple[str, str, str, int, datetime]

FIRST_MONTH = datetime(2016, 1, 1)
MONTHS = 72
CAPTURE_MONTH = 36
FOUNDER = "Admin"
BOT = "Housekeeping bot"
CAPTORS = ("Editor 2", "Editor 5", "Editor 6")
_ARTICLES = 260
_PASS_SHARE = 0.7


@dataclass(kw_only=True)
class _Editor:
    name: str
    joined: int
    leaves: int
    edits_a_month: float
    blocked_until: datetime = datetime(1970, 1, 1)


@dataclass(kw_only=True)
class Script:
    """The events in the order of time, and the votes as the election pages hold them."""

    events: list[Event] = field(default_factory=list)
    votes: list[Vote] = field(default_factory=list)


class _Story:
    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.timed: list[tuple[datetime, int, Event]] = []
        self.votes: list[Vote] = []
        self.editors: list[_Editor] = []
        self.admins: list[str] = []
        self.visitors = 0
        self.failed: set[str] = set()

    def tell(self) -> Script:
        self.found()
        for month in range(MONTHS):
            self.arrivals(month)
            self.edits(month)
            self.admin_work(month)
            self.elections(month)
            self.departures(month)
        self.timed.sort(key=lambda each: each[:2])
        return Script(events=[event for _, _, event in self.timed], votes=sorted(self.votes, key=lambda v: v[4]))

    # what can happen

    def at(self, month: int, *, day: float | None = None) -> datetime:
        """A moment in a month: a given day (from 0), or any; whole seconds."""
        count = FIRST_MONTH.month - 1 + month
        start = datetime(FIRST_MONTH.year + count // 12, count % 12 + 1, 1)
        days = self.rng.uniform(0, 28) if day is None else day
        return (start + timedelta(days=days)).replace(microsecond=0)

    def add(self, at: datetime, event: Event) -> None:
        self.timed.append((at, len(self.timed), {"at": at.isoformat() + "Z", **event}))

    def call(self, at: datetime, actor: str, action: str, **parameters: Any) -> None:
        self.add(at, {"as": actor, "call": {"action": action, **parameters}})

    def edit(self, at: datetime, actor: str, title: str, text: str = "", **more: Any) -> None:
        said = text or f"{self.rng.choice(_OPENINGS)} {self.rng.randrange(1000)} {self.rng.choice(_CLOSINGS)}"
        self.call(at, actor, "edit", title=title, text=said, **more)

    def join(self, at: datetime, name: str) -> None:
        self.add(at, {"account": name})

    def new_editor(self, month: int, at: datetime, *, stays: float, edits: float) -> _Editor:
        editor = _Editor(
            name=f"Editor {len(self.editors) + 1}",
            joined=month,
            leaves=month + 1 + int(self.rng.expovariate(1 / stays)),
            edits_a_month=edits,
        )
        self.editors.append(editor)
        self.join(at, editor.name)
        return editor

    # who is there

    def is_captured(self, month: int) -> bool:
        return month >= CAPTURE_MONTH

    def active(self, month: int, at: datetime | None = None) -> list[_Editor]:
        return [
            each
            for each in self.editors
            if each.joined < month < each.leaves and (at is None or each.blocked_until < at)
        ]

    def article(self) -> str:
        return f"Article {int(self.rng.paretovariate(0.7)) % _ARTICLES + 1}"

    # what does happen

    def found(self) -> None:
        start = self.at(0, day=0)
        self.call(start, FOUNDER, "delete", title="Main Page", reason="made by the installer")
        for number in range(26):
            self.new_editor(-1, start + timedelta(minutes=number + 1), stays=40, edits=self.rng.uniform(3, 12))
        self.join(start + timedelta(hours=1), BOT)
        for each in self.editors[:8]:
            each.leaves = max(each.leaves, MONTHS + 1)
        self.call(start + timedelta(hours=2), FOUNDER, "userrights", user="Editor 1", add="sysop|bureaucrat")
        self.call(start + timedelta(hours=3), FOUNDER, "userrights", user="Editor 2", add="sysop|bureaucrat")
        self.call(start + timedelta(hours=4), "Editor 1", "userrights", user=BOT, add="bot")
        for number in range(3, 8):
            self.call(
                start + timedelta(hours=2 + number), "Editor 1", "userrights", user=f"Editor {number}", add="sysop"
            )
        self.admins = [f"Editor {number}" for number in range(1, 8)]

    def arrivals(self, month: int) -> None:
        for _ in range(3 if self.is_captured(month) else 5):
            self.new_editor(month, self.at(month), stays=10, edits=self.rng.uniform(1, 9))

    def edits(self, month: int) -> None:
        for editor in self.active(month):
            for _ in range(_poisson(self.rng, editor.edits_a_month)):
                at = self.at(month)
                if editor.blocked_until < at:
                    self.edit(at, editor.name, self.where(editor.name), minor=self.rng.random() < 0.25)
        for _ in range(6):
            self.edit(self.at(month), BOT, self.article(), minor=True)

    def where(self, name: str) -> str:
        article = self.article()
        places = (article, f"Talk:{article}", f"User talk:{self.rng.choice(self.editors).name}", f"User:{name}")
        place: str = self.rng.choices((*places, "Project:Village pump"), weights=(74, 12, 6, 3, 5))[0]
        return place

    def admin_work(self, month: int) -> None:
        tasks = [self.block_visitor] * 14 + [self.delete_page] * 11 + [self.protect] * 2
        tasks += [self.block_editor] * (5 if self.is_captured(month) else 3)
        for task in tasks:
            task(month, self.who_acts(month))

    def who_acts(self, month: int) -> str:
        if not self.is_captured(month):
            weights = [1 + (number * 7 + month) % 3 for number, _ in enumerate(self.admins)]
        else:
            weights = [{"Editor 2": 60, "Editor 5": 35, "Editor 6": 20}.get(name, 1) for name in self.admins]
        return self.rng.choices(self.admins, weights=weights)[0]

    def block_visitor(self, month: int, admin: str) -> None:
        self.visitors += 1
        visitor, at, page = f"Visitor {self.visitors}", self.at(month), self.article()
        self.join(at, visitor)
        for number in range(self.rng.randint(1, 2)):
            self.edit(at + timedelta(minutes=3 + number), visitor, page, "nonsense " * self.rng.randint(1, 9))
        later = at + timedelta(minutes=self.rng.randint(10, 600))
        self.edit(later, admin, page)
        length = self.rng.choices(("infinite", "1 week", "31 hours", "3 days"), weights=(5, 2, 2, 1))[0]
        self.call(later + timedelta(minutes=1), admin, "block", user=visitor, expiry=length, nocreate=1,
                  reason=self.rng.choice(("vandalism", "spam links", "vandalism only")))  # fmt: skip
        if length != "infinite" or self.rng.random() < 0.1:
            self.maybe_unblock(month, admin, visitor, later)

    def block_editor(self, month: int, admin: str) -> None:
        at = self.at(month)
        is_captor = self.is_captured(month) and admin in CAPTORS
        targets = [each for each in self.active(month, at) if each.name not in self.admins]
        if not targets:
            return
        target, page = self.rng.choice(targets), self.article()
        self.edit(at, target.name, page)
        if is_captor or self.rng.random() < 0.1:
            self.edit(at + timedelta(minutes=20), admin, page)
        lengths = {"2 weeks": 14, "1 month": 30, "6 months": 180, "infinite": 36500} if is_captor else {
            "24 hours": 1, "3 days": 3, "1 week": 7}  # fmt: skip
        words, days = self.rng.choices(list(lengths.items()), weights=(5, 4, 1, 1) if is_captor else (1, 1, 1))[0]
        at += timedelta(hours=self.rng.randint(1, 30))
        self.call(at, admin, "block", user=target.name, expiry=words, allowusertalk=1,
                  reason=self.rng.choice(("edit war", "personal attacks", "disruptive")))  # fmt: skip
        target.blocked_until = at + timedelta(days=days)
        if days > 100:
            target.leaves = month
        self.maybe_unblock(month, admin, target.name, at)

    def maybe_unblock(self, month: int, admin: str, target: str, blocked: datetime) -> None:
        chance = 0.01 if self.is_captured(month) else 0.2
        others = [name for name in self.admins if name != admin]
        if self.rng.random() < chance and others:
            at = blocked + timedelta(hours=self.rng.randint(2, 20))
            self.call(at, self.rng.choice(others), "unblock", user=target, reason="talked it over")

    def delete_page(self, month: int, admin: str) -> None:
        at = self.at(month)
        authors = self.active(month, at) or [self.editors[0]]
        title = f"Draft {month}-{self.rng.randrange(10**6)}"
        self.edit(at, self.rng.choice(authors).name, title)
        self.call(at + timedelta(hours=self.rng.randint(2, 90)), admin, "delete", title=title, reason="no content")

    def protect(self, month: int, admin: str) -> None:
        at, title = self.at(month), self.article()
        self.edit(at, admin, title)
        self.call(at + timedelta(minutes=5), admin, "protect", title=title, protections="edit=autoconfirmed",
                  expiry="infinite", reason="quarrel")  # fmt: skip

    def elections(self, month: int) -> None:
        due = month % 5 == 3 if self.is_captured(month) else month % 5 in (1, 3)
        at = self.at(month, day=2)
        standing = [
            each
            for each in self.active(month, at)
            if each.name not in self.admins and each.name not in self.failed and month - each.joined >= 5
        ]
        if month % 12 == 0:
            self.failed.clear()  # who failed may stand again in the new year
        if due and month > 2 and standing:
            self.elect(month, self.rng.choice(standing).name, at)

    def elect(self, month: int, candidate: str, opens: datetime) -> None:
        captured = self.is_captured(month)
        is_friend = captured and self.rng.random() < 0.4
        voters = [each.name for each in self.active(month, opens) if each.name != candidate]
        self.rng.shuffle(voters)
        leaning = self.rng.choice((0.5, 0.66, 0.82, 0.9, 0.95))
        chosen = [(name, leaning) for name in voters[: 12 if captured else self.rng.randint(22, 30)]]
        if captured:
            called = [*self.newcomers_for(month), *self.sleepers(month)]
            chosen += [(name, 0.98 if is_friend else 0.02) for name in called]
        election = f"Requests for adminship/{candidate}, {opens.year}"
        self.edit(opens, candidate, f"Project:{election}", f"{candidate} stands for adminship.")
        cast = [self.vote(candidate, election, name, chance, opens) for name, chance in chosen]
        support, oppose = cast.count(1), cast.count(-1)
        closes = opens + timedelta(days=7, hours=1)
        if support >= _PASS_SHARE * (support + oppose):
            self.call(closes, "Editor 2" if captured else "Editor 1", "userrights", user=candidate, add="sysop",
                      reason="elected")  # fmt: skip
            self.admins.append(candidate)
            self.named(candidate).leaves = max(self.named(candidate).leaves, month + 20)
        else:
            self.failed.add(candidate)

    def vote(self, candidate: str, election: str, voter: str, chance: float, opens: datetime) -> int:
        at = opens + timedelta(seconds=self.rng.randint(3600, 7 * 86_400))
        draw = self.rng.random()
        vote = 1 if draw < chance else 0 if draw < chance + 0.06 * (0.1 < chance < 0.97) else -1
        word = {1: "Support", 0: "Neutral", -1: "Oppose"}[vote]
        self.call(
            at, voter, "edit", title=f"Project:{election}", appendtext=f"\n# '''{word}''' {voter}", summary=word
        )
        self.votes.append((election, voter, candidate, vote, at))
        return vote

    def newcomers_for(self, month: int) -> list[str]:
        """Accounts made some weeks before a vote, with an edit or two each; they leave after it."""
        made = []
        for _ in range(9):
            at = self.at(month - 1)
            editor = self.new_editor(month + MONTHS, at, stays=1, edits=0)
            self.edit(at + timedelta(hours=1), editor.name, self.article())
            made.append(editor.name)
        return made

    def sleepers(self, month: int) -> list[str]:
        """Accounts that stopped editing at least half a year before."""
        gone = [each.name for each in self.editors if each.leaves < month - 6 and each.joined < CAPTURE_MONTH]
        blocked = {each.name for each in self.editors if each.blocked_until > self.at(month, day=0)}
        return self.rng.sample([name for name in gone if name not in blocked], 6)

    def departures(self, month: int) -> None:
        removals = {14: "Editor 7", 40: "Editor 3", 43: "Editor 4", 47: "Editor 1"}
        gone = removals.get(month)
        if gone is None and not self.is_captured(month) and month % 10 == 8:
            gone = next((name for name in self.admins if self.named(name).leaves < month), None)
        elif gone is None and month == 50:
            gone = next((name for name in self.admins if name not in CAPTORS), None)
        if gone in self.admins:
            actor = "Editor 2" if self.is_captured(month) else "Editor 1"
            groups = "sysop|bureaucrat" if gone == "Editor 1" else "sysop"
            self.call(self.at(month, day=28.5), actor, "userrights", user=gone, remove=groups, reason="inactive")
            self.admins.remove(gone)

    def named(self, name: str) -> _Editor:
        return self.editors[int(name.split()[1]) - 1]


_OPENINGS = ("A sentence about", "More on", "A correction to", "A source for", "A question about", "The history of")
_CLOSINGS = ("things", "rivers", "songs", "stones", "recipes", "towns", "birds", "machines", "numbers")


def _poisson(rng: random.Random, mean: float) -> int:
    count, left = 0, rng.expovariate(1)
    while left < mean:
        count, left = count + 1, left + rng.expovariate(1)
    return count


def captured_community(seed: int = 2016) -> Script:
    """The whole script; the same seed gives the same events."""
    return _Story(seed).tell()
