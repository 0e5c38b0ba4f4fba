"""One file for an election: what it asks, who stands, who may vote, when, who does what until when.

Everything that contradicts something else in the file, or in the rule sets it names, is reported with both lines.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from holdfast.elections.outcome import months_later
from holdfast.elections.published import check_schema
from holdfast.elections.rules import RuleSet, load_rules, shipped
from holdfast.errors import InputRefusedError
from holdfast.papers.documents import Document, KeyPath, read_toml

_CALENDAR = ("nominations_open", "nominations_close", "voting_opens", "voting_closes", "results_by")
# a role that outlives the results by more than this is no longer for this vote
_ROLE_MONTHS_AFTER_RESULTS = 3


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One candidate."""

    account: str
    page: str = ""
    withdrawn: date | None = None


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question on the ballot."""

    id: str
    text: dict[str, str]
    method: str
    kind: str = ""
    seats: int | None = None
    is_test: bool = False
    roll: str = ""
    candidates: tuple[Standing, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PlannedRoll:
    """One roll, and until when it may be contested."""

    name: str
    rules: RuleSet
    as_of: date
    contest_until: date | None = None


@dataclass(frozen=True, kw_only=True)
class Role:
    """One right in this election, which ends by itself."""

    role: str
    account: str
    begins: date
    until: date


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One election."""

    name: str
    title: dict[str, str]
    wiki: str
    languages: tuple[str, ...]
    rules: RuleSet
    calendar: dict[str, date]
    questions: tuple[Question, ...]
    rolls: tuple[PlannedRoll, ...]
    roles: tuple[Role, ...]
    is_rehearsal: bool = False
    is_secret: bool = False
    vote_may_be_changed: bool = True
    voters_are_public: bool = True
    interim: dict[str, Any] = field(default_factory=dict)
    holidays: tuple[tuple[date, str], ...] = ()
    file: Document


@dataclass(frozen=True, kw_only=True)
class Contradiction:
    """Two lines that cannot both hold."""

    what: str
    first: int
    second: int

    def words(self) -> str:
        """As it is printed."""
        return f"lines {self.first} and {self.second}: {self.what}"


def read_plan(path: Path) -> Plan:
    """The plan in a file.

    Raises InputRefusedError `toml.…`, `plan.date`, or `plan.contradiction` with every contradiction and both lines
    of each.
    """
    file = read_toml(path)
    check_schema(file, "election.schema.json")
    found = list(_contradictions(file, _rules_at(file, file.data["rules"], ("rules",))))
    if found:
        raise InputRefusedError(
            "plan.contradiction",
            f"the file contradicts itself in {len(found)} place(s): " + "; ".join(each.words() for each in found),
            place=file.place,
            hint="correct one of the two lines each; nothing was written",
            offender=tuple(found),
        )
    return _plan(file)


def _plan(file: Document) -> Plan:
    data = file.data
    questions = tuple(
        Question(
            id=each["id"],
            text=each["text"],
            method=each["method"],
            kind=each.get("kind", ""),
            seats=each.get("seats"),
            is_test=each.get("test", False),
            roll=each.get("roll", data["roll"][0]["name"]),
            candidates=tuple(
                Standing(
                    account=who["account"],
                    page=who.get("page", ""),
                    withdrawn=_day(file, who, "withdrawn", ("question", n, "candidate", m)),
                )
                for m, who in enumerate(each.get("candidate", ()))
            ),
        )
        for n, each in enumerate(data["question"])
    )
    rolls = tuple(
        PlannedRoll(
            name=each["name"],
            rules=_rules_at(file, each["rules"], ("roll", n, "rules")),
            as_of=_needed(file, each, "as_of", ("roll", n)),
            contest_until=_day(file, each, "contest_until", ("roll", n)),
        )
        for n, each in enumerate(data["roll"])
    )
    roles = tuple(
        Role(
            role=each["role"],
            account=each["account"],
            begins=_needed(file, each, "from", ("role", n)),
            until=_needed(file, each, "until", ("role", n)),
        )
        for n, each in enumerate(data["role"])
    )
    return Plan(
        name=data["name"],
        title=data["title"],
        wiki=data["wiki"],
        languages=tuple(data["languages"]),
        rules=_rules_at(file, data["rules"], ("rules",)),
        calendar=_calendar(file),
        questions=questions,
        rolls=rolls,
        roles=roles,
        is_rehearsal=data.get("rehearsal", False),
        is_secret=data.get("secret", False),
        vote_may_be_changed=data.get("vote_may_be_changed", True),
        voters_are_public=data.get("voters_are_public", not data.get("secret", False)),
        interim=data.get("interim", {}),
        holidays=tuple(
            (_needed(file, each, "date", ("holiday", n)), each["name"])
            for n, each in enumerate(data.get("holiday", ()))
        ),
        file=file,
    )


def _rules_at(file: Document, name: str, path: KeyPath) -> RuleSet:
    try:
        return load_rules(name if name in shipped() else Path(file.place).parent / name)
    except InputRefusedError:
        raise
    except Exception:
        raise InputRefusedError(
            "plan.rules",
            "the file names a rule set that is not there",
            expected="a TOML file beside this one, or one of: " + ", ".join(shipped()),
            got=name,
            place=file.at(*path),
        ) from None


def _calendar(file: Document) -> dict[str, date]:
    found = {}
    for name in _CALENDAR:
        day = _day(file, file.data["calendar"], name, ("calendar",))
        if day is not None:
            found[name] = day
    return found


def _needed(file: Document, table: dict[str, Any], name: str, path: KeyPath) -> date:
    day = _day(file, table, name, path)
    assert day is not None
    return day


def _day(file: Document, table: dict[str, Any], name: str, path: KeyPath) -> date | None:
    value = table.get(name)
    if value is None:
        return None
    if type(value) is not date:
        raise InputRefusedError(
            "plan.date",
            f"{name} is no date",
            expected="2026-11-23, without quotes and without an hour: days are UTC",
            got=str(value)[:40],
            place=file.at(*path, name),
        )
    return value


def _contradictions(file: Document, rules: RuleSet) -> Iterator[Contradiction]:
    yield from _in_the_calendar(file, rules)
    yield from _in_the_questions(file, rules)
    yield from _in_the_roles(file)


def _in_the_calendar(file: Document, rules: RuleSet) -> Iterator[Contradiction]:
    days = _calendar(file)
    given = [name for name in _CALENDAR if name in days]

    def line(name: str) -> int:
        return file.line("calendar", name)

    for position, name in enumerate(given):
        for later in given[position + 1 :]:
            if days[later] < days[name] or (name == "voting_opens" and days[later] == days[name]):
                yield Contradiction(what=f"{later} is not after {name}", first=line(name), second=line(later))
    length = (days["voting_closes"] - days["voting_opens"]).days
    if 0 < length < rules.minimum_days:
        yield Contradiction(
            what=f"voting is open for {length} days, and the rule set {rules.name} asks for {rules.minimum_days}",
            first=line("voting_closes"),
            second=file.line("rules"),
        )
    for number, roll in enumerate(file.data["roll"]):
        path = ("roll", number)
        as_of, until = _needed(file, roll, "as_of", path), _day(file, roll, "contest_until", path)
        if as_of > days["voting_opens"]:
            yield Contradiction(
                what=f"the roll {roll['name']} is computed after voting opens",
                first=file.line(*path, "as_of"),
                second=line("voting_opens"),
            )
        if until is not None and until < as_of:
            yield Contradiction(
                what="objections end before the roll is computed",
                first=file.line(*path, "contest_until"),
                second=file.line(*path, "as_of"),
            )


def _in_the_questions(file: Document, rules: RuleSet) -> Iterator[Contradiction]:
    data = file.data
    ids: dict[str, int] = {}
    rolls = {each["name"] for each in data["roll"]}
    for number, question in enumerate(data["question"]):
        path: KeyPath = ("question", number)
        if question["id"] in ids:
            what = f"two questions are called {question['id']}"
            yield Contradiction(what=what, first=ids[question["id"]], second=file.line(*path, "id"))
        ids.setdefault(question["id"], file.line(*path, "id"))
        for language in data["languages"]:
            if language not in question["text"]:
                what = f"the question {question['id']} has no text in {language}"
                yield Contradiction(what=what, first=file.line("languages"), second=file.line(*path, "text"))
        if "roll" in question and question["roll"] not in rolls:
            what = f"the roll {question['roll']} is not in this file"
            yield Contradiction(what=what, first=file.line(*path, "roll"), second=file.line("roll"))
        if rules.seats is not None and question.get("seats", rules.seats) != rules.seats:
            what = f"{question['seats']} seats here, {rules.seats} in the rule set {rules.name}"
            yield Contradiction(what=what, first=file.line(*path, "seats"), second=file.line("rules"))
        if rules.requests and question["method"] not in ("support-share", "approval") and not question.get("test"):
            what = f"{question['method']} gives no share, and the rule set {rules.name} decides by shares"
            yield Contradiction(what=what, first=file.line(*path, "method"), second=file.line("rules"))
        yield from _in_the_candidates(file, number)
    if data.get("rehearsal") and not any(each.get("test") for each in data["question"]):
        what = "a rehearsal has a test question, and none is marked as one"
        yield Contradiction(what=what, first=file.line("rehearsal"), second=file.line("question"))


def _in_the_candidates(file: Document, number: int) -> Iterator[Contradiction]:
    seen: dict[str, int] = {}
    roles = {each["account"]: n for n, each in enumerate(file.data["role"])}
    for position, who in enumerate(file.data["question"][number].get("candidate", ())):
        line = file.line("question", number, "candidate", position, "account")
        if who["account"] in seen:
            what = f"{who['account']} stands twice in one question"
            yield Contradiction(what=what, first=seen[who["account"]], second=line)
        seen.setdefault(who["account"], line)
        if who["account"] in roles and not who.get("withdrawn"):
            role = roles[who["account"]]
            what = f"{who['account']} stands, and is {file.data['role'][role]['role']} of the same election"
            yield Contradiction(what=what, first=line, second=file.line("role", role, "account"))


def _in_the_roles(file: Document) -> Iterator[Contradiction]:
    days = _calendar(file)
    held: dict[str, tuple[str, int]] = {}
    for number, role in enumerate(file.data["role"]):
        path = ("role", number)
        begins, until = _needed(file, role, "from", path), _needed(file, role, "until", path)
        end_line = file.line(*path, "until")
        who = f"the role {role['role']} of {role['account']}"
        if until < begins:
            yield Contradiction(what=f"{who} ends before it begins", first=file.line(*path, "from"), second=end_line)
        if until < days["results_by"]:
            what = f"{who} ends before the results are due"
            yield Contradiction(what=what, first=end_line, second=file.line("calendar", "results_by"))
        if until > months_later(days["results_by"], _ROLE_MONTHS_AFTER_RESULTS):
            what = f"{who} lasts more than {_ROLE_MONTHS_AFTER_RESULTS} months beyond the results"
            yield Contradiction(what=what, first=end_line, second=file.line("calendar", "results_by"))
        if begins > days["voting_opens"]:
            what = f"{who} begins after voting opens"
            yield Contradiction(
                what=what, first=file.line(*path, "from"), second=file.line("calendar", "voting_opens")
            )
        line = file.line(*path, "account")
        before = held.get(role["account"])
        if before and {before[0], role["role"]} == {"election_clerk", "scrutineer"}:
            what = f"{role['account']} is clerk and scrutineer, and would see who voted and what"
            yield Contradiction(what=what, first=before[1], second=line)
        held.setdefault(role["account"], (role["role"], line))


@dataclass(frozen=True, kw_only=True)
class OtherVote:
    """Another vote that is open at some time."""

    name: str
    opens: date
    closes: date
    """Last day."""


def overlaps(plan: Plan, others: Sequence[OtherVote]) -> list[OtherVote]:
    """The other votes that are open on a day on which this one is."""
    opens, closes = plan.calendar["voting_opens"], plan.calendar["voting_closes"]
    return [each for each in others if each.opens <= closes and each.closes >= opens]


def holidays_within(plan: Plan, known: Sequence[tuple[str, str, str]]) -> list[tuple[date, str]]:
    """Holidays on which voting is open: the file's own, and of `known` (language, day, name) those of its languages.

    A day is `MM-DD` (every year) or `YYYY-MM-DD`.
    """
    opens, closes = plan.calendar["voting_opens"], plan.calendar["voting_closes"]
    wanted = {language.split("-")[0] for language in plan.languages}
    found = {(day, name) for day, name in plan.holidays if opens <= day <= closes}
    for language, day, name in known:
        if language not in wanted:
            continue
        for year in range(opens.year, closes.year + 1):
            full = date.fromisoformat(day if len(day) > len("MM-DD") else f"{year}-{day}")
            if opens <= full <= closes:
                found.add((full, name))
    return sorted(found)


def changes(before: Plan, after: Plan) -> list[tuple[str, str, str, int]]:
    """What differs between two files, key by key: its path, old and new value, and its line in the new file."""
    old, new = dict(_flat(before.file.data)), dict(_flat(after.file.data))
    return [
        (
            ".".join(str(step) for step in path),
            str(old.get(path, "–")),
            str(new.get(path, "–")),
            after.file.line(*path),
        )
        for path in sorted({*old, *new}, key=lambda path: [str(step) for step in path])
        if old.get(path) != new.get(path)
    ]


def _flat(value: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _flat(each, (*path, key))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _flat(each, (*path, number))
    else:
        yield path, value
