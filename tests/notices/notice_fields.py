"""The fields of one made-up action of each kind, for tests of notices."""

from typing import Any

from holdfast.notices.kinds import FIELDS, FORMS, Form, NoticeKind

APPEAL = {
    "appealable": True,
    "link": "https://office.example/appeal/0123456789abcdef",
    "until": "2022-03-13",
    "body": "appeal reader",
    "can_be_worse": False,
}
NO_APPEAL = {
    "appealable": False,
    "legal_ground": "an order of a court",
    "may_lift": "legal",
    "sign_again_by": "2022-03-13",
}
_VALUES: dict[Form, Any] = {
    Form.TEXT: "a text",
    Form.NAMES: ["examplewiki"],
    Form.TIME: "2021-09-13T16:13:00Z",
    Form.EXPIRY: "infinity",
    Form.PERIOD: {"start": "2020-09-13", "end": "2021-09-13"},
    Form.RULE: {"text": "the rule of the house", "url": "https://office.example/rules"},
    Form.EVIDENCE: ["public_edits", "reports"],
    Form.REASON_CODE: "safety",
    Form.REVIEW_DECISION: "restore",
    Form.APPEAL: APPEAL,
    Form.ROAD_BACK: {"conditions": "a year of good work", "earliest": "2022-09-13", "decider": "decider"},
    Form.LINK: "https://office.example/statement",
}


def fields_of(kind: NoticeKind, **other: Any) -> dict[str, Any]:
    """Every field of the kind with a plain value; `other` replaces some."""
    names = FIELDS[kind].required + FIELDS[kind].optional
    return {"kind": kind.value, **{name: _VALUES[FORMS[name]] for name in names}, **other}
