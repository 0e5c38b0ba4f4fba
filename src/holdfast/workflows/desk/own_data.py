"""A person's request for their own data: all that the office holds about an account, as far as it may be given.

The person is proven as for their question about look-ups (`exposure_question`): an account on one wiki. Only what
names that wiki is given, for the same name elsewhere may be somebody else. What an investigation may hold is neither
confirmed nor denied: the same sentence, code and end date stand in every answer, so that asking teaches nobody of a
case. Where a case says that its subject may be told, one word says how far it is.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from typing import Any

from holdfast.access.rules.console_rules import Because
from holdfast.accounts.names import account_as_compared
from holdfast.errors import HoldfastError
from holdfast.facts import Fact, StreamId
from holdfast.notices.kinds import ReasonCode
from holdfast.store.office.vault import Reader
from holdfast.workflows.cases.files import told_states
from holdfast.workflows.exposure import question as exposure_question
from holdfast.workflows.office.opening import Office

GIVEN = {
    "person": "the register of access to non-public data",
    "review": "reviews of your access after a freeze",
    "appeal": "your appeals",
    "question": "your earlier questions",
}
"""Kinds that are given, with the words for them. What is not on this list is withheld."""
WITHHELD_FOR = timedelta(days=365)
_MEMBER = re.compile(r"m-[0-9a-f]{12}")
_SOMEBODY = "a member of the office"


@dataclass(frozen=True, kw_only=True)
class OwnData:
    """The answer to one person."""

    account: str
    wiki: str
    made_at: datetime
    parts: Mapping[str, Any]
    """Words for the part to what is held there: facts in order, or the answer about look-ups."""
    withheld: tuple[Mapping[str, str], ...]

    def to_json(self) -> dict[str, Any]:
        """For the person, to keep or to give to another service."""
        return {
            "form": "holdfast own data 1",
            "account": self.account,
            "wiki": self.wiki,
            "made_at": self.made_at.isoformat(timespec="seconds"),
            "parts": dict(self.parts),
            "withheld": [dict(each) for each in self.withheld],
        }

    def to_html(self) -> str:
        """The same for reading, in one file without anything from elsewhere."""
        parts = "".join(f"<h2>{escape(name)}</h2>{_html(value)}" for name, value in self.parts.items())
        withheld = "".join(f"<li>{_html(each)}</li>" for each in self.withheld)
        return (
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>What is held about you</title>'
            "<style>body{font-family:sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}"
            "dt{color:#54595d}dd{margin:0 0 .4rem 1rem;overflow-wrap:anywhere}</style></head><body>"
            f"<h1>What is held about <bdi>{escape(self.account)}</bdi> ({escape(self.wiki)})</h1>"
            f"<p>As of {self.made_at.isoformat(timespec='minutes')}.</p>{parts}"
            f"<h2>Withheld</h2><ul>{withheld}</ul></body></html>\n"
        )


def gather(office: Office, custodian: Reader, question: StreamId) -> OwnData:
    """All that is held about the person of a proven question, for a custodian to hand over.

    Each stream that is opened for it is in the audit. Raises CheckFailedError `access.refused`,
    `exposure.ask.not_proven`.
    """
    looked_up = exposure_question.answer(office, custodian, question)
    asked = exposure_question.read_question(office, custodian, question)
    parts: dict[str, Any] = {}
    for kind, words in GIVEN.items():
        facts = [
            {"at": fact.at.isoformat(), "what": fact.type, **_bare(fact.body)}
            for stream in _streams(office, kind, str(asked.account))
            if stream != question
            for fact in _facts_on(office, stream, str(asked.wiki), str(asked.account))
        ]
        if facts:
            parts[words] = facts
    states = told_states(office, str(asked.account), str(asked.wiki))
    if states:  # only where somebody found that telling them is safe, and wrote down why
        parts["how far an investigation is that you may know of"] = states
    parts["look-ups of you"] = looked_up.to_json()
    return OwnData(
        account=str(asked.account),
        wiki=str(asked.wiki),
        made_at=office.clock(),
        parts=parts,
        withheld=(_investigations(office.clock()),),
    )


def _streams(office: Office, kind: str, account: str) -> list[StreamId]:
    """The streams of a kind that hold the account."""
    return [stream for stream in office.vault.holding("account", account) if stream.kind == kind]


def _facts_on(office: Office, stream: StreamId, wiki: str, account: str) -> tuple[Fact, ...]:
    """The facts of a stream that is about this account on this wiki; none of another's, and none of an erased one.

    The account is compared once more: a token may have been made under an older form, which two names can share.
    """
    try:
        facts = office.vault.read(Reader.of_the_office(Because.RULE), stream, purpose="a person's own data gathered")
    except HoldfastError as reason:
        if reason.code == "office.stream.erased":
            return ()
        raise
    said = {text for fact in facts for text in _texts(fact.body)}
    return facts if wiki in said and account_as_compared(account) in map(account_as_compared, said) else ()


def _texts(value: Any) -> Iterator[str]:
    """Every text of a fact, values and keys."""
    if isinstance(value, Mapping):
        yield from map(str, value)
        value = list(value.values())
    if isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str):
        yield value


def _investigations(now: datetime) -> Mapping[str, str]:
    return {
        "what": "what an investigation may hold; whether there is one is said to nobody",
        "code": ReasonCode.PENDING.value,
        "by": "custodian",
        "until": (now + WITHHELD_FOR).date().isoformat(),
    }


def _bare(value: Any) -> Any:
    """The same without the ids of the office's members: they are people too."""
    if isinstance(value, Mapping):
        return {key: _bare(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_bare(item) for item in value]
    return _MEMBER.sub(_SOMEBODY, value) if isinstance(value, str) else value


def _html(value: Any) -> str:
    if isinstance(value, Mapping):
        rows = "".join(f"<dt>{escape(str(key))}</dt><dd>{_html(item)}</dd>" for key, item in value.items())
        return f"<dl>{rows}</dl>"
    if isinstance(value, list | tuple):
        return "".join(f"<div>{_html(item)}</div>" for item in value) or "<p>nothing</p>"
    return f"<bdi>{escape('' if value is None else str(value))}</bdi>"
