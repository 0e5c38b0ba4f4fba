"""What the lake shows of the accounts that a finding names, and what that says of each innocent explanation.

Everything here is a query on the lake. Nothing knows who was planted.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from holdfast.canonical import canonical_bytes
from holdfast.cases.taken_findings import MANDATORY, Outcome, TakenFinding
from holdfast.networks.coaction import Settings
from holdfast.tables.lake import Lake

WINDOW = timedelta(seconds=Settings().windows[-1])
"""Edits of a page belong to one occasion while each follows the one before within this time, as in the finding."""

# judgements, written down in the case before its scores are opened
FEW_DAYS_SHARE, SPREAD_SHARE, SPREAD_DAYS = 0.5, 0.25, 10
ALONE_SHARE = 0.5  # share of the occasions; chosen for the story
OWN_EDITS_SHARE = 0.9  # share of an account's edits; chosen for the story
RULES = (
    "An event explains if half of the occasions fall on three days, or half of them edited a project page; it is"
    " ruled out if a quarter do, on ten days or more. A notice is ruled out if nobody else came half of the time; an"
    " interest or a desk in common, if nine of ten edits of each are joint."
)
"""The same in words, for the reasons of the standard of proof."""

_JOINT = """
WITH edits AS (
    SELECT revision_id, page_id, "at", account,
        "at" - lag("at") OVER (PARTITION BY page_id ORDER BY "at", revision_id) > $window AS apart
    FROM revisions WHERE list_contains($members, account)
), numbered AS (
    SELECT *, count(*) FILTER (WHERE apart) OVER (PARTITION BY page_id ORDER BY "at", revision_id) AS run FROM edits
), joint AS (
    SELECT page_id, run, min("at") AS begun, max("at") AS ended, count(DISTINCT account) AS accounts
    FROM numbered GROUP BY page_id, run HAVING count(DISTINCT account) > 1
)
"""
_OCCASIONS = (
    _JOINT
    + """
SELECT begun, (
    SELECT count(DISTINCT account) FROM revisions WHERE revisions.page_id = joint.page_id
        AND revisions."at" BETWEEN begun - $window AND ended + $window AND NOT list_contains($members, account)
) FROM joint ORDER BY begun, page_id
"""
)
_OWN = (
    _JOINT
    + """
SELECT account, count(*), count(joint.page_id)
FROM numbered LEFT JOIN joint USING (page_id, run) GROUP BY account ORDER BY account
"""
)
_PROJECT_PAGES = """
SELECT count(*) FROM (
    SELECT page_id FROM revisions WHERE namespace = 4 AND list_contains($members, account)
    GROUP BY page_id HAVING 2 * count(DISTINCT account) >= len($members)
)
"""
_OF_ONE = (
    _JOINT
    + """
SELECT numbered.revision_id, title, strftime(numbered."at", '%Y-%m-%dT%H:%M:%SZ'), accounts - 1
FROM numbered JOIN joint USING (page_id, run) JOIN pages USING (page_id)
WHERE account = $account ORDER BY numbered."at", numbered.revision_id
"""
)
_BLOCKS = "SELECT count(*) FROM blocks WHERE list_contains($members, target)"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What the lake shows of the accounts of one finding."""

    members: tuple[str, ...]
    occasions: int
    """Times that two or more of them edited one page within the window."""
    days: int
    on_busiest: int
    """Occasions on the three busiest days."""
    alone: int
    """Occasions on which nobody else edited the page, from one window before to one after."""
    project_pages: int
    """Pages of the project namespace that at least half of them edited."""
    edits: Mapping[str, tuple[int, int]]
    """Account to all its edits, and how many of them are joint."""
    blocks: int
    """Blocks of any of them in the log."""

    @property
    def least_joint_share(self) -> float:
        """The lowest share of joint edits that any of them has."""
        return min((joint / edits for edits, joint in self.edits.values()), default=0.0)


def shown(lake: Lake, wiki: str, members: tuple[str, ...]) -> Shown:
    """Ask the lake about these accounts."""
    given = {"members": list(members), "window": WINDOW}
    with lake.connect(lake.require(wiki)) as connection:
        occasions = connection.execute(_OCCASIONS, given).fetchall()
        own = connection.execute(_OWN, given).fetchall()
        pages = connection.execute(_PROJECT_PAGES, {"members": list(members)}).fetchall()[0][0]
        blocks = connection.execute(_BLOCKS, {"members": list(members)}).fetchall()[0][0]
    by_day: dict[Any, int] = {}
    for begun, _strangers in occasions:
        by_day[begun.date()] = by_day.get(begun.date(), 0) + 1
    return Shown(
        members=members,
        occasions=len(occasions),
        days=len(by_day),
        on_busiest=sum(sorted(by_day.values(), reverse=True)[:3]),
        alone=sum(not strangers for _begun, strangers in occasions),
        project_pages=int(pages),
        edits={account: (edits, joint) for account, edits, joint in own},
        blocks=int(blocks),
    )


def edits_file(lake: Lake, wiki: str, members: tuple[str, ...], account: str) -> bytes:
    """The joint edits of one account as a file for a case: the question to the lake, whose rows, and its answer."""
    with lake.connect(lake.require(wiki)) as connection:
        given = {"members": list(members), "window": WINDOW, "account": account}
        rows = connection.execute(_OF_ONE, given).fetchall()
    content = {
        "question": _OF_ONE.strip(),
        "given": {"members": list(members), "window_seconds": int(WINDOW.total_seconds()), "account": account},
        "read_from": sorted([name, part.sha256] for each in lake.entries(wiki) for name, part in each.tables.items()),
        "columns": ["revision", "page", "at", "others of the finding on this occasion"],
        "rows": [list(row) for row in rows],
    }
    return canonical_bytes(content)


Judged = tuple[Outcome, str]


def _event(seen: Shown) -> Judged:
    share = seen.on_busiest / max(1, seen.occasions)
    said = f"{seen.on_busiest} of {seen.occasions} occasions fall on the three busiest of {seen.days} days"
    if share >= FEW_DAYS_SHARE:
        return Outcome.EXPLAINS, f"{said}, as with people who meet"
    if share <= SPREAD_SHARE and seen.days >= SPREAD_DAYS:
        return Outcome.RULED_OUT, f"{said}; people who meet would fill few days"
    return Outcome.CANNOT_TELL, f"{said}: too few to tell a meeting from none"


def _course(seen: Shown) -> Judged:
    if seen.project_pages:
        said = f"{seen.project_pages} pages of the project namespace were edited by at least half of them"
        return Outcome.EXPLAINS, f"{said}, as with a course or a drive"
    outcome, said = _event(seen)
    return outcome, f"no page of a course or drive was edited by half of them; {said}"


def _notice(seen: Shown) -> Judged:
    said = f"on {seen.alone} of {seen.occasions} occasions nobody else edited the page in the two days around"
    if seen.alone >= ALONE_SHARE * max(1, seen.occasions):
        return Outcome.RULED_OUT, f"{said}; what many read brings others too"
    return Outcome.CANNOT_TELL, f"{said}; the lake does not show what they read"


def _own_life(seen: Shown) -> Judged:
    joint, edits = (sum(each[place] for each in seen.edits.values()) for place in (1, 0))
    said = (
        f"{joint} of all their {edits} edits are joint; the account with the least has {seen.least_joint_share:.0%}"
    )
    if seen.least_joint_share >= OWN_EDITS_SHARE:
        return Outcome.RULED_OUT, f"{said}; people with an interest or a desk in common edit for themselves too"
    return Outcome.CANNOT_TELL, f"{said}; people who look after the same pages would look the same in this lake"


_TESTS: Mapping[str, Callable[[Shown], Judged]] = {
    "A meet-up or edit-a-thon: people sat in one room.": _event,
    "A class: new accounts that follow one course.": _course,
    "A shared interest.": _own_life,
    "The same newsletter or notice reached all of them.": _notice,
    "A project drive down one list.": _course,
    MANDATORY["meetup"]: _event,
    MANDATORY["class"]: _course,
    MANDATORY["same-town"]: _notice,
    MANDATORY["edit-a-thon"]: _course,
    MANDATORY["shared-proxy"]: _own_life,
}
"""The test of each explanation, by its text. What stands in no line here cannot be told."""


def judged(finding: TakenFinding, seen: Shown) -> dict[str, Judged]:
    """What becomes of each innocent explanation of a finding, with the reason in the lake's numbers."""
    return {
        name: _TESTS[each.text](seen)
        if each.text in _TESTS
        else (Outcome.CANNOT_TELL, "nothing in the lake bears on it")
        for name, each in finding.innocent.items()
    }
