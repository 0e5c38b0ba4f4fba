"""Eligibility: conditions on what a lake knows about an account before one moment.

A condition is a tree of `all`, `any` and `not` over tests. Every test becomes one SQL expression over the
account's own row, so that a roll of hundreds of thousands of accounts is one pass over the revisions; `explain`
says for one account which tests passed, and by how much the others failed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from holdfast.elections.outcome import months_later
from holdfast.errors import InputRefusedError
from holdfast.tables.engine import quoted

_EDIT_FIELDS = (
    "namespaces",
    "except_namespaces",
    "from_days_before",
    "until_days_before",
    "from_months_before",
    "until_months_before",
    "from_date",
    "until_date",
)
_FIELDS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    # test: (fields of which one is needed, further fields)
    "edits": (("at_least",), _EDIT_FIELDS),
    "registered": (("before_date", "days", "hours", "months"), ()),
    "group": (("groups",), ()),
    "not-blocked": ((), ("sitewide_only",)),
    "not-bot": ((), ()),
    "listed": (("list",), ()),
    "fact": (("fact",), ()),
}


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """One test. `number` is its place in the tree, from 0, in reading order."""

    number: int
    test: str
    fields: Mapping[str, Any]
    as_of: datetime

    @property
    def column(self) -> str:
        """The column of an account's row that holds what the test looks at."""
        return f"t{self.number}"

    def bounds(self) -> tuple[datetime | None, datetime]:
        """For edits: the first moment that counts, and the first that does not."""
        start: datetime | None = None
        end = self.as_of
        if "from_days_before" in self.fields:
            start = self.as_of - timedelta(days=self.fields["from_days_before"])
        if "from_months_before" in self.fields:
            start = self._months_before(self.fields["from_months_before"])
        if "from_date" in self.fields:
            start = _midnight(self.fields["from_date"])
        if "until_days_before" in self.fields:
            end = self.as_of - timedelta(days=self.fields["until_days_before"])
        if "until_months_before" in self.fields:
            end = min(end, self._months_before(self.fields["until_months_before"]))
        if "until_date" in self.fields:
            end = min(end, _midnight(self.fields["until_date"]))
        return start, end

    def registered_by(self) -> datetime:
        """For registration: the last moment at which an account may have been made."""
        if "before_date" in self.fields:
            return _midnight(self.fields["before_date"]) - timedelta(microseconds=1)
        if "months" in self.fields:
            return self._months_before(self.fields["months"])
        return self.as_of - timedelta(days=self.fields.get("days", 0), hours=self.fields.get("hours", 0))

    def _months_before(self, months: int) -> datetime:
        """The same hour of the same day so many calendar months before; the month's last day where it has no such."""
        return datetime.combine(months_later(self.as_of.date(), -months), self.as_of.time())

    def edits_where(self) -> str:
        """For edits: the SQL condition on a revision."""
        start, end = self.bounds()
        parts = [f'"at" < {_moment(end)}']
        if start is not None:
            parts.append(f'"at" >= {_moment(start)}')
        for name, word in (("namespaces", "IN"), ("except_namespaces", "NOT IN")):
            if name in self.fields:
                parts.append(f"namespace {word} ({', '.join(str(int(each)) for each in self.fields[name])})")
        return " AND ".join(parts)

    def passes_sql(self) -> str:
        """The SQL truth of this test over an account's row; null when it is not known."""
        if self.test == "edits":
            return f"coalesce({self.column}, 0) >= {self.fields['at_least']}"
        if self.test == "registered":
            return f"({self.column} <= {_moment(self.registered_by())})"
        return self.column

    def passes(self, value: Any) -> bool | None:
        """The same for one value read from the row; None when it is not known."""
        if self.test == "edits":
            return int(value or 0) >= int(self.fields["at_least"])
        if value is None:
            return None
        return bool(value <= self.registered_by()) if self.test == "registered" else bool(value)

    def words(self) -> str:
        """What the test asks, for people."""
        if self.test == "edits":
            return f"at least {self.fields['at_least']} edits{self._where_words()}"
        if self.test == "registered":
            return f"registered by {_said(self.registered_by())}"
        if self.test == "group":
            return "in the group " + " or ".join(self.fields["groups"])
        if self.test == "not-blocked":
            kind = "not blocked from the whole wiki" if self.fields.get("sitewide_only") else "not blocked"
            return f"{kind} at {_said(self.as_of)}"
        if self.test == "not-bot":
            return "not in the group bot"
        name = self.fields["list" if self.test == "listed" else "fact"]
        return f"on the list {name}" if self.test == "listed" else f"declared: {name.replace('_', ' ')}"

    def _where_words(self) -> str:
        start, end = self.bounds()
        said = f" before {_said(end)}" if start is None else f" from {_said(start)} until before {_said(end)}"
        if "namespaces" in self.fields:
            said += f", in namespaces {_numbers(self.fields['namespaces'])}"
        if "except_namespaces" in self.fields:
            said += f", outside namespaces {_numbers(self.fields['except_namespaces'])}"
        return said

    def shortfall(self, value: Any) -> str:
        """By how much a value fails the test."""
        if self.test == "edits":
            have = int(value or 0)
            return f"{have} edits count, {int(self.fields['at_least']) - have} too few"
        if self.test == "registered":
            if value is None:
                return "unknown: no registration and no edit is known"
            late = value - self.registered_by()
            return f"registered or first seen {_said(value)}, {_length(late)} too late"
        if value is None:
            return "unknown: the lake does not hold the log that says it"
        return {
            "group": "in none of these groups at that moment",
            "not-blocked": "blocked at that moment",
            "not-bot": "in the group bot",
            "listed": "not on the list",
            "fact": "not declared",
        }[self.test]


@dataclass(frozen=True, kw_only=True)
class Node:
    """A condition: a test, or `all`, `any` or `not` over further conditions."""

    kind: str
    label: str = ""
    children: tuple["Node", ...] = ()
    leaf: Leaf | None = None

    def leaves(self) -> Iterator[Leaf]:
        """Every test below, in reading order."""
        if self.leaf is not None:
            yield self.leaf
        for child in self.children:
            yield from child.leaves()

    def passes_sql(self) -> str:
        """The condition as SQL over an account's row."""
        if self.leaf is not None:
            return self.leaf.passes_sql()
        inner = [child.passes_sql() for child in self.children]
        if self.kind == "not":
            return f"(NOT {inner[0]})"
        return "(" + (" AND " if self.kind == "all" else " OR ").join(inner) + ")"

    def passes(self, row: Mapping[str, Any]) -> bool | None:
        """The condition over one account's row; None when what is not known decides, as in SQL."""
        if self.leaf is not None:
            return self.leaf.passes(row[self.leaf.column])
        results = [child.passes(row) for child in self.children]
        if self.kind == "not":
            return None if results[0] is None else not results[0]
        decided = self.kind != "all"
        if decided in results:
            return decided
        return None if None in results else not decided


def condition(found: Mapping[str, Any], as_of: datetime, place: str = "") -> Node:
    """The checked tree of a rule set's `eligibility`.

    Raises InputRefusedError `eligibility.form`: a condition says exactly one of all, any, not and test, and a test
    has the fields that it needs and no others.
    """
    numbers = iter(range(10_000))

    def build(each: Mapping[str, Any]) -> Node:
        kinds = [name for name in ("all", "any", "not", "test") if name in each]
        if len(kinds) != 1:
            raise _refused(
                "a condition says exactly one of all, any, not and test", ", ".join(kinds) or "none", place
            )
        label = each.get("label", "")
        kind = kinds[0]
        if kind == "test":
            fields = {name: value for name, value in each.items() if name not in ("test", "label")}
            _check_fields(each["test"], fields, place)
            leaf = Leaf(number=next(numbers), test=each["test"], fields=fields, as_of=as_of)
            return Node(kind="test", label=label, leaf=leaf)
        extra = set(each) - {kind, "label"}
        if extra:
            raise _refused("a condition that joins others has no fields of its own", ", ".join(sorted(extra)), place)
        parts = [each["not"]] if kind == "not" else each[kind]
        return Node(kind=kind, label=label, children=tuple(build(part) for part in parts))

    return build(found)


def _check_fields(test: str, fields: Mapping[str, Any], place: str) -> None:
    needed, further = _FIELDS[test]
    given = [name for name in needed if name in fields]
    unknown = set(fields) - set(needed) - set(further)
    if unknown or (needed and len(given) != 1):
        raise _refused(
            f"the test {test} has not the fields that it needs",
            ", ".join(sorted(fields)) or "none",
            place,
            expected=("one of " + ", ".join(needed) if needed else "none")
            + (f"; may have {', '.join(further)}" if further else ""),
        )
    for name in ("before_date", "from_date", "until_date"):
        if name in fields:
            try:
                date.fromisoformat(fields[name])
            except ValueError:
                raise _refused(f"{name} is no date", repr(fields[name]), place, expected="2026-01-31") from None


def _refused(what: str, got: str, place: str, *, expected: str = "") -> InputRefusedError:
    return InputRefusedError(
        "eligibility.form", what, expected=expected, got=got, place=place, hint="see docs/elections.md"
    )


_MARKS = {True: "yes", False: "no", None: "unknown"}


def explain(node: Node, row: Mapping[str, Any], depth: int = 0) -> list[str]:
    """For people: every condition, whether it passed, and by how much a test failed."""
    indent = "  " * depth
    passed = node.passes(row)
    mark = _MARKS[passed]
    if node.leaf is not None:
        missing = "" if passed else f" ({node.leaf.shortfall(row[node.leaf.column])})"
        return [f"{indent}{mark}: {node.label or node.leaf.words()}{missing}"]
    said = {"all": "all of these", "any": "one of these", "not": "not this"}[node.kind]
    lines = [f"{indent}{mark}: {node.label + ': ' if node.label else ''}{said}"]
    for child in node.children:
        lines += explain(child, row, depth + 1)
    return lines


def failed(node: Node, row: Mapping[str, Any]) -> list[str]:
    """The tests that would have to pass and do not, each with its shortfall; empty when the condition passes."""
    if node.passes(row):
        return []
    if node.leaf is not None:
        return [f"{node.leaf.words()}: {node.leaf.shortfall(row[node.leaf.column])}"]
    if node.kind == "not":
        return [f"must not hold: {node.label or '; '.join(leaf.words() for leaf in node.leaves())}"]
    return [line for child in node.children for line in failed(child, row)]


def facts_sql(node: Node, *, only: str | None = None) -> str:
    """A query with one row for each account that was not certainly made after the moment; or for one account.

    Columns: account, early_edits (edits dated before its registration: they count for nobody), one for each test.
    Reads the views accounts, revisions, account_groups and blocks, and tables that the caller makes:
    `given_lists(name, account)`, `given_facts(name, account)`, `outsiders(account)` (names that are nobody's account
    here) and `renamed(name, account)` (earlier names, each with the name of today). One pass over the revisions.
    """
    leaves = list(node.leaves())
    as_of = leaves[0].as_of
    mine = "" if only is None else f" AND account = {quoted(only)}"
    late = 'NOT coalesce("at" < registered_at, FALSE)'
    counts = [
        f"count(*) FILTER (WHERE {leaf.edits_where()} AND {late}) AS {leaf.column}"
        for leaf in leaves
        if leaf.test == "edits"
    ]
    columns = [f"{_column_sql(leaf)} AS {leaf.column}" for leaf in leaves]
    return (
        f"WITH listed AS ({_listed_sql(mine)}),"
        + " edited AS MATERIALIZED (SELECT account, "
        + "".join(f"{count}, " for count in counts)
        + f'min("at") AS first_at, count(*) FILTER (WHERE NOT {late}) AS early_edits FROM (SELECT'
        + ' coalesce(m.account, r.account) AS account, r."at", r.namespace, l.registered_at FROM revisions AS r'
        + " LEFT JOIN renamed AS m ON m.name = r.account"
        + " LEFT JOIN listed AS l ON l.account = coalesce(m.account, r.account)"
        + " LEFT JOIN outsiders AS o ON o.account = r.account"
        + f' WHERE r."at" < {_moment(as_of)} AND r.account IS NOT NULL AND NOT coalesce(r.is_address, FALSE)'
        + f" AND o.account IS NULL) WHERE TRUE{mine} GROUP BY account),"
        # an account that only its edits show is one too
        + " known AS (SELECT account, registered_at FROM listed UNION ALL SELECT account, NULL FROM edited"
        + " WHERE account NOT IN (SELECT account FROM listed)),"
        + f" held AS ({_held_sql(as_of, mine)}),"
        + f" blocked AS ({_blocked_sql(as_of, mine)})"
        + f" SELECT a.account AS account, coalesce(e.early_edits, 0) AS early_edits, {', '.join(columns)}"
        + " FROM known AS a"
        + " LEFT JOIN edited AS e ON e.account = a.account LEFT JOIN blocked AS b ON b.account = a.account"
        + " LEFT JOIN (SELECT account, list(group_name) AS groups FROM held GROUP BY account) AS h"
        + " ON h.account = a.account"
        + f" WHERE a.registered_at IS NULL OR a.registered_at < {_moment(as_of)} OR e.account IS NOT NULL"
    )


def _column_sql(leaf: Leaf) -> str:
    if leaf.test == "edits":
        return f"coalesce(e.{leaf.column}, 0)"
    if leaf.test == "registered":
        # edits can be imported with their old dates, and make nobody old; without a date of registration the first
        # edit is what is known
        return "coalesce(a.registered_at, e.first_at)"
    if leaf.test in ("group", "not-bot"):
        names = ", ".join(quoted(name) for name in (leaf.fields["groups"] if leaf.test == "group" else ("bot",)))
        found = f"coalesce(list_has_any(h.groups, [{names}]), FALSE)"
        return found if leaf.test == "group" else f"NOT {found}"
    if leaf.test == "not-blocked":
        return "NOT coalesce(b.sitewide, FALSE)" if leaf.fields.get("sitewide_only") else "b.account IS NULL"
    table, name = (
        ("given_lists", leaf.fields["list"]) if leaf.test == "listed" else ("given_facts", leaf.fields["fact"])
    )
    return f"a.account IN (SELECT account FROM {table} WHERE name = {quoted(name)})"


def _listed_sql(mine: str) -> str:
    """The accounts that a source lists, each under its name of today, registered when the first of its names was."""
    return (
        "SELECT account, min(registered_at) AS registered_at FROM (SELECT coalesce(m.account, a.account) AS account,"
        " a.registered_at FROM accounts AS a LEFT JOIN renamed AS m ON m.name = a.account"
        " LEFT JOIN outsiders AS o ON o.account = a.account"
        f" WHERE NOT coalesce(a.is_address, FALSE) AND o.account IS NULL) WHERE TRUE{mine} GROUP BY account"
    )


def _held_sql(as_of: datetime, mine: str) -> str:
    """Groups held at a moment: the last grant or removal before it decides, after lists of holders without date."""
    return (
        "SELECT account, group_name FROM (SELECT account, group_name, change, expires_at, row_number() OVER"
        ' (PARTITION BY account, group_name ORDER BY "at" DESC NULLS LAST, log_id DESC NULLS LAST) AS latest'
        " FROM (SELECT g.* REPLACE (coalesce(m.account, g.account) AS account) FROM account_groups AS g"
        " LEFT JOIN renamed AS m ON m.name = g.account)"
        f' WHERE ("at" IS NULL OR "at" < {_moment(as_of)}){mine})'
        f" WHERE latest = 1 AND change <> 'remove' AND (expires_at IS NULL OR expires_at > {_moment(as_of)})"
    )


def _blocked_sql(as_of: datetime, mine: str) -> str:
    """Accounts blocked at a moment: the last block, change or unblock before it decides."""
    end = f'("at" + to_seconds(duration_seconds)) > {_moment(as_of)}'
    return (
        "SELECT account, coalesce(is_sitewide, TRUE) AS sitewide FROM (SELECT *, row_number() OVER"
        ' (PARTITION BY account ORDER BY "at" DESC, log_id DESC) AS latest FROM'
        " (SELECT b.*, coalesce(m.account, b.target) AS account FROM blocks AS b"
        " LEFT JOIN renamed AS m ON m.name = b.target)"
        f" WHERE target_kind = 'account' AND \"at\" < {_moment(as_of)}{mine})"
        # a length that cannot be read counts as running: an exclusion is contested, an inclusion is not noticed
        f" WHERE latest = 1 AND action <> 'unblock' AND (duration_seconds IS NULL OR {end})"
    )


def _moment(at: datetime) -> str:
    return f"TIMESTAMP {quoted(at.isoformat(sep=' '))}"


def _midnight(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), datetime.min.time())


def _said(at: datetime) -> str:
    text = at.isoformat(sep=" ", timespec="seconds")
    return text.removesuffix(" 00:00:00") if text.endswith(" 00:00:00") else f"{text} UTC"


def _length(late: timedelta) -> str:
    if late >= timedelta(days=1):
        return f"{late.days} days"
    return f"{max(1, round(late.total_seconds() / 60))} minutes"


def _numbers(values: Any) -> str:
    return ", ".join(str(each) for each in values)
