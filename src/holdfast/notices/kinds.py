"""Which notices there are, which fields each shows, and the closed lists that their fields use."""

from dataclasses import dataclass
from enum import StrEnum

LANGUAGES = ("en", "fa", "hr", "zh-Hans", "zh-Hant")
"""Languages that notices are written in (BCP 47). English is the original; it is attached to all others."""

RIGHT_TO_LEFT = frozenset({"fa"})


class NoticeKind(StrEnum):
    """What a notice tells. The value is the name of its text file, and of the action's kind where there is one."""

    GLOBAL_BAN = "global_ban"
    GLOBAL_LOCK = "global_lock"
    RIGHTS_REMOVAL = "rights_removal"
    RIGHTS_REMOVAL_ON_REQUEST = "rights_removal_on_request"
    """A removal that is recorded as the person's own request (D16): no rule, no evidence, no reproach."""
    RIGHTS_RESTORATION = "rights_restoration"
    WARNING = "warning"
    TELLING = "telling"
    """What an earlier notice withheld until a day: that day has come (D1)."""
    PROTECTION = "protection"
    FREEZE = "freeze"
    REVIEW_OPENED = "review_opened"
    REVIEW_DECIDED = "review_decided"
    LOOKUP_TOLD = "lookup_told"
    APPEAL_UPHOLD = "appeal_uphold"
    APPEAL_OVERTURN = "appeal_overturn"
    APPEAL_CHANGE = "appeal_change"
    APPEAL_REMAND = "appeal_remand"
    APPEAL_INELIGIBLE = "appeal_ineligible"
    WITHDRAWN = "withdrawn"
    """Below a notice whose action was taken back, on the same talk page."""
    OVERTURNED_NOTE = "overturned_note"
    """For everybody, not for one person: that an action was overturned (3.14)."""


class EvidenceClass(StrEnum):
    """What sort of evidence a decision rests on, without saying which."""

    PUBLIC_EDITS = "public_edits"
    PUBLIC_LOGS = "public_logs"
    VOTES = "votes"
    STATISTICS = "statistics"
    TECHNICAL_DATA = "technical_data"
    REPORTS = "reports"
    OWN_STATEMENTS = "own_statements"
    OUTSIDE_MATERIAL = "outside_material"


class ReasonCode(StrEnum):
    """Why something is withheld from the person, or from the public (4.5)."""

    SAFETY = "safety"
    PRIVACY = "privacy"
    LAW = "law"
    PENDING = "pending"


class ReviewDecision(StrEnum):
    """How the review of a freeze ends (1.7)."""

    RESTORE = "restore"
    KEEP = "keep"
    EXEMPT = "exempt"


class Form(StrEnum):
    """What a field's value looks like in JSON, and so how it is shown."""

    TEXT = "text"
    """Text, or an object of language to text that has English."""
    NAMES = "names"
    """A list of names: wikis, groups, pages."""
    TIME = "time"
    """ISO 8601, a day or a moment."""
    EXPIRY = "expiry"
    """As TIME, or `infinity`."""
    PERIOD = "period"
    """`{"start": day, "end": day}`."""
    RULE = "rule"
    """`{"text": TEXT, "url": address}`; the address may be missing."""
    EVIDENCE = "evidence"
    """A list of `EvidenceClass`."""
    REASON_CODE = "reason_code"
    REVIEW_DECISION = "review_decision"
    APPEAL = "appeal"
    """`{"appealable": true, "link", "until", "body", "can_be_worse"}` (until may be null: no end), or
    `{"appealable": false, "legal_ground", "may_lift", "sign_again_by"}` (D2, D4)."""
    ROAD_BACK = "road_back"
    """`{"conditions": TEXT, "earliest": TIME, "decider": TEXT}` (D21)."""
    LINK = "link"
    """An http(s) address."""


FORMS: dict[str, Form] = {
    "account": Form.TEXT,
    "wikis": Form.NAMES,
    "groups": Form.NAMES,
    "rights": Form.NAMES,
    "pages": Form.NAMES,
    "conduct": Form.TEXT,
    "rule": Form.RULE,
    "evidence_class": Form.EVIDENCE,
    "period": Form.PERIOD,
    "milder_step": Form.TEXT,
    "decider_role": Form.TEXT,
    "expiry": Form.EXPIRY,
    "road_back": Form.ROAD_BACK,
    "appeal": Form.APPEAL,
    "answer_by": Form.TIME,
    "since": Form.TIME,
    "review_due": Form.TIME,
    "statement_link": Form.LINK,
    "contact": Form.TEXT,
    "evidence_asked": Form.TEXT,
    "decision": Form.REVIEW_DECISION,
    "at": Form.TIME,
    "looked_by": Form.TEXT,
    "data_kind": Form.TEXT,
    "reason": Form.TEXT,
    "about": Form.TEXT,
    "decided_at": Form.TIME,
    "message": Form.TEXT,
    "restored": Form.TEXT,
    "new_measure": Form.TEXT,
    "asked_back": Form.TEXT,
    "ineligible_because": Form.TEXT,
    "next_step": Form.TEXT,
}
"""Every field that a notice can show, with its form. Its label stands in `texts/LANGUAGE/_words.toml`."""

ENDED_BY_PEOPLE = frozenset(
    {NoticeKind.GLOBAL_BAN, NoticeKind.GLOBAL_LOCK, NoticeKind.RIGHTS_REMOVAL, NoticeKind.RIGHTS_REMOVAL_ON_REQUEST}
)
"""Kinds whose end gives something back that no wiki gives back by itself: the notice says who is asked for it."""

NEVER_WITHHELD = frozenset(
    {"account", "wikis", "groups", "rights", "pages", "expiry", "appeal", "decision", "message", "review_due"}
)
"""What was done, for how long, and the way to object: nobody can live with a decision without these."""


@dataclass(frozen=True, kw_only=True)
class Fields:
    """The fields of one kind, in the order in which they are shown. A required one is shown or withheld."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()


def _action(*what: str, optional: tuple[str, ...] = ()) -> Fields:
    return Fields(
        required=(
            *what,
            "wikis",
            "rule",
            "evidence_class",
            "period",
            "milder_step",
            "decider_role",
            "expiry",
            "road_back",
            "appeal",
        ),
        optional=optional,
    )


def _appeal(*more: str) -> Fields:
    return Fields(
        required=("about", "decided_at", "decider_role", "message", *more), optional=("account", "wikis", "next_step")
    )


FIELDS: dict[NoticeKind, Fields] = {
    NoticeKind.GLOBAL_BAN: _action("account"),
    NoticeKind.GLOBAL_LOCK: _action("account"),
    NoticeKind.RIGHTS_REMOVAL: _action("account", "groups"),
    NoticeKind.RIGHTS_REMOVAL_ON_REQUEST: Fields(
        required=("account", "groups", "wikis", "decider_role", "road_back"), optional=("expiry",)
    ),
    NoticeKind.RIGHTS_RESTORATION: Fields(
        required=("account", "groups", "wikis", "reason", "decider_role"),
        optional=("rule", "evidence_class", "period", "milder_step", "expiry", "road_back", "appeal"),
    ),
    NoticeKind.WARNING: _action("account", "conduct", optional=("answer_by",)),
    NoticeKind.TELLING: Fields(
        required=("account", "wikis", "about", "decider_role"),
        optional=("conduct", "rule", "evidence_class", "period", "milder_step", "road_back", "reason"),
    ),
    NoticeKind.PROTECTION: _action("pages"),
    NoticeKind.FREEZE: Fields(
        required=("account", "rights", "wikis", "since", "decider_role", "review_due", "contact"),
        optional=("statement_link", "expiry", "appeal"),
    ),
    NoticeKind.REVIEW_OPENED: Fields(
        required=("account", "rights", "since", "review_due", "evidence_asked", "decider_role", "contact"),
        optional=("statement_link",),
    ),
    NoticeKind.REVIEW_DECIDED: Fields(
        required=("account", "rights", "decision", "reason", "decided_at", "decider_role", "appeal"),
        optional=("road_back", "expiry"),
    ),
    NoticeKind.LOOKUP_TOLD: Fields(
        required=("account", "wikis", "at", "looked_by", "data_kind", "reason"), optional=("contact", "next_step")
    ),
    NoticeKind.APPEAL_UPHOLD: _appeal(),
    NoticeKind.APPEAL_OVERTURN: _appeal("restored"),
    NoticeKind.APPEAL_CHANGE: _appeal("new_measure"),
    NoticeKind.APPEAL_REMAND: _appeal("asked_back"),
    NoticeKind.APPEAL_INELIGIBLE: _appeal("ineligible_because"),
    NoticeKind.WITHDRAWN: Fields(required=("account", "wikis")),
    NoticeKind.OVERTURNED_NOTE: Fields(
        required=("about", "decided_at", "decider_role", "restored"), optional=("account", "wikis", "message")
    ),
}
