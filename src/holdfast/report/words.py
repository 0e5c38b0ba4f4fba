"""What an assessment's report says in every case: areas, statuses, limits, and how to read it."""

from holdfast.findings.false_alarms import FalseAlarms
from holdfast.findings.finding import Area, Status
from holdfast.report.text import counted, probability

AREAS: dict[Area, tuple[str, str]] = {
    Area.OPENNESS: ("Openness of power", "Who holds and uses the tools, and can others come to hold them?"),
    Area.USE: ("Use of power", "Are the tools used evenly, and are decisions looked at by others?"),
    Area.RENEWAL: ("Renewal", "Do new people come, stay and take part?"),
    Area.ELECTIONS: ("Elections", "Who stands, who votes, and how close is it?"),
    Area.COORDINATION: ("Coordination", "Do accounts act together beyond what opportunity explains?"),
    Area.DATA_QUALITY: ("Data quality", "What is wrong with, or missing from, the data themselves?"),
}
"""Title and question of each area, in the order of the report. No area weighs more than another."""

STATUSES: dict[Status, str] = {
    Status.OK: "measured",
    Status.NOT_ENOUGH_DATA: "not enough data",
    Status.ACTING_ONLY: "no rights history in the data that tells who is an admin: only accounts seen acting are"
    " counted",
    Status.NO_TIMES: "the data carry no times, and this measure needs them",
    Status.INCOMPLETE_HISTORY: "the data lack a part of what this measure counts: see Data quality",
}

LEAD = (
    "What the public history of {wiki} shows about how openly it is governed: claims with their evidence,"
    " how sure they are, and what else could explain them."
)

NO_SCORE = (
    "There is no overall score, on purpose. The areas cannot be added up: an even use of tools does not make up for"
    " elections that nobody can win."
)

NOTHING_FOUND = (
    "No measure that could be tested differs from its null model by more than chance allows. That is no proof of"
    " health: each area says how much of it was tested, and below stands what there was not enough data for."
)

READERS: tuple[tuple[str, str], ...] = (
    (
        "If you decide",
        "A finding is a reason to look, never a reason to act. Read its innocent explanations first and ask what"
        " would tell them apart. Ask the community before you conclude anything: it knows what the numbers do not.",
    ),
    (
        "If you do research",
        "Each value names its interval, its count and its null model. The tables lie beside this page as Parquet and"
        " CSV, every hypothesis is in tests.csv, found or not, and the commands at the end make it all again.",
    ),
    (
        "If this is about your wiki",
        "You can check every claim: the evidence stands under it, the inputs are named with their hashes, and the"
        " program is free. Accounts are shown as pseudonyms, but times and counts can let people who know the wiki"
        " recognise them. If an explanation is missing, say so: it belongs here.",
    ),
)

CANNOT_TELL: tuple[str, ...] = (
    "Why people did what they did. Every pattern has innocent explanations, and intention is in none of the data.",
    "What happened out of sight: private messages, mailing lists, meetings, deleted pages, hidden log entries.",
    "Whether decisions were right. An uneven, closed or quick administration may still have decided well.",
    "Anything about where people are, what nationality they have, or who they are. None of it is inferred.",
    "Anything about one person. The measures describe a community; no table or chart here ranks people.",
    "That all is well. A measure that shows nothing may have had too little data, or look at the wrong thing.",
)

_CAN_RE_IDENTIFY = (
    " Exact times and counts can still re-identify people to those who know the wiki: share this file with that in"
    " mind."
)

NAMES: dict[str, str] = {
    "pseudonyms": "Accounts are shown as pseudonyms (P- and twelve characters) that only the holder of the lake's key"
    " can trace back." + _CAN_RE_IDENTIFY,
    "published": "Members of published groups, and those who acted in public office, are named; all others are shown"
    " as pseudonyms." + _CAN_RE_IDENTIFY,
    "all": "Everybody is named in this file, as was asked for with --names-all. Do not publish it: a finding is not a"
    " verdict, and a name that stands beside one stays there.",
}
"""How the page names accounts, by the assessment's `names`."""


def false_alarms_in_words(measured: FalseAlarms | None) -> str:
    """How often an assessment is wrong, as far as that was measured, and what the number does not speak of."""
    if measured is None:
        return "How often an assessment finds something where nothing is wrong was not measured."
    kinds = "; ".join(
        f"admins {_KINDS.get(name, name)}: {kind['with_finding']} of {kind['wikis']}"
        for name, kind in sorted(measured.kinds.items())
    )
    return (
        f"Of {measured.wikis} simulated wikis of about this size in which nothing is wrong, an assessment had a"
        f" finding in {measured.with_finding}: {measured.rate:.3f}, 95 % interval {measured.low:.3f} to"
        f" {measured.high:.3f}, at q = {measured.q:g} ({measured.editors:,} editors, {measured.admins} admins,"
        f" {measured.months} months; {kinds}; where there are two kinds the worse counts)."
        f" Not covered: {' '.join(measured.not_covered)}"
    )


_KINDS = {"alike": "alike", "unlike": "mildly unlike"}


def p_in_words(p: float, null: str) -> str:
    """What the p-value of a finding says, and against what."""
    return (
        f"p is how often chance alone, by the null model ({null}), would give a value at least this far out:"
        f" {probability(p)}."
    )


def q_in_words(q: float, looked_at: int) -> str:
    """What the adjusted p-value says, given how much was looked at."""
    return (
        f"q takes into account that {counted(looked_at, 'hypothesis was', 'hypotheses were')} tested here: of the"
        f" findings with a q up to {probability(q)}, at most that share is expected to be false."
    )
