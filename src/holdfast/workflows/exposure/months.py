"""Months of look-ups in the office's store: one sealed stream for each wiki and month, and the key of its tokens."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from holdfast.access.exposure.telling import (
    EXPOSURE,
    STREAM_KIND,
    LookupMonth,
    NoticeState,
    Telling,
    TellingPolicy,
    fold_month,
    month_stream,
)
from holdfast.access.rules.console_rules import Because
from holdfast.accounts.pseudonym import Pseudonyms
from holdfast.errors import InputRefusedError
from holdfast.facts import Fact, StreamId
from holdfast.ids import WikiName, wiki_name
from holdfast.store.office.streams import Summary
from holdfast.store.office.vault import Reader
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.small_facts import EXPOSURE_KEY

OWED, QUIET = "owed", "quiet"
"""Whether somebody is still to be told of a look-up of the month."""
_KEY = StreamId(kind="exposure-key", id="names")
_MANY = 100_000  # months read at once; chosen, above any office's number
_MONTH = "month-"


@dataclass(frozen=True, kw_only=True)
class KeptMonth:
    """A month as it was read: its state, and the facts that made it."""

    state: LookupMonth
    facts: tuple[Fact, ...]


def telling_policy(office: Office) -> TellingPolicy:
    """When people are told, as the office's settings have it."""
    config = office.config
    return TellingPolicy(
        delay_days=config.look_up_notice_days,
        keep_days=config.retention_days.get("lookup", TellingPolicy.keep_days),
    )


def pseudonyms(office: Office) -> Pseudonyms:
    """What stands for accounts and addresses in this office. The key is sealed, and outlives a rotation of keys."""
    system, vault = Reader.of_the_office(Because.BOOKS), office.vault
    with vault.transaction():
        if not vault.exists(_KEY):
            body = {"key": secrets.token_bytes(32).hex()}
            fact = EXPOSURE_KEY.fact("key made", at=office.clock(), by=system.member, body=body)
            summary = Summary(state="kept")
            vault.create(system, _KEY.kind, [fact], summary=summary, purpose="key of names", stream_id=_KEY.id)
    (kept,) = vault.read(system, _KEY, purpose="key of names")
    return Pseudonyms(bytes.fromhex(kept.body["key"]))


def is_kept(office: Office, wiki: WikiName, month: str) -> bool:
    """Whether look-ups of this month were taken in and are still here."""
    return office.vault.exists(month_stream(wiki, month)) and not is_forgotten(office, wiki, month)


def is_forgotten(office: Office, wiki: WikiName, month: str) -> bool:
    """Whether this month was taken in once and has been forgotten on its day."""
    stream = month_stream(wiki, month)
    if not office.vault.exists(stream):
        return False
    try:
        office.vault.length(stream)
    except InputRefusedError as reason:
        if reason.code == "office.stream.erased":
            return True
        raise
    return False


def read_month(office: Office, reader: Reader, stream: StreamId, *, purpose: str) -> KeptMonth:
    """One month; one read of the day's budget. Raises as `Vault.read`."""
    facts = office.vault.read(reader, stream, purpose=purpose)
    wiki, month = wiki_name(facts[0].body["wiki"]), str(facts[0].body["month"])
    return KeptMonth(state=fold_month(wiki, month, facts[1:]), facts=facts)


def open_month(office: Office, reader: Reader, wiki: WikiName, month: str, facts: Sequence[Fact]) -> None:
    """Keep the first look-ups of a month."""
    opened = EXPOSURE.fact("month opened", at=office.clock(), by=reader.member, body={"wiki": wiki, "month": month})
    office.vault.create(
        reader,
        STREAM_KIND,
        [opened, *facts],
        summary=_summary(office, fold_month(wiki, month, facts)),
        purpose="look-ups imported",
        stream_id=month_stream(wiki, month).id,
    )


def append_to(office: Office, reader: Reader, kept: KeptMonth, facts: Sequence[Fact], *, purpose: str) -> None:
    """Keep further facts of a month. Raises CheckFailedError `office.stream.moved` when it has changed since."""
    if facts:
        state = fold_month(kept.state.wiki, kept.state.month, [*kept.facts[1:], *facts])
        office.vault.append(
            reader,
            kept.state.stream,
            facts,
            expect=len(kept.facts),
            summary=_summary(office, state),
            purpose=purpose,
        )


def owed_streams(office: Office) -> list[StreamId]:
    """The months in which somebody is still to be told; nothing is opened."""
    return [line.stream for line in office.vault.plain_lines(STREAM_KIND, state=OWED, limit=_MANY)]


def all_streams(office: Office) -> list[StreamId]:
    """Every month that is kept."""
    return [line.stream for line in office.vault.plain_lines(STREAM_KIND, limit=_MANY)]


def quiet_months(office: Office) -> list[tuple[StreamId, str]]:
    """The months in which nobody is owed a notice, each with its month as text."""
    lines = office.vault.plain_lines(STREAM_KIND, state=QUIET, limit=_MANY)
    return [
        (line.stream, next(tag.removeprefix(_MONTH) for tag in line.tags if tag.startswith(_MONTH))) for line in lines
    ]


def _summary(office: Office, state: LookupMonth) -> Summary:
    """Plain: whether somebody is owed a notice, and when the first is to be looked at again."""
    policy, now = telling_policy(office), office.clock()
    owed = [
        each for each in state.notices.values() if each.telling(policy, now) not in (Telling.TOLD, Telling.NOBODY)
    ]
    due = min((_due(each, policy, now) for each in owed), default=None)
    return Summary(state=OWED if owed else QUIET, due_at=due, tags=[_MONTH + state.month])


def _due(notice: NoticeState, policy: TellingPolicy, now: datetime) -> datetime:
    seal = notice.seal_at(now)
    return max(notice.due_at(policy), seal.until) if seal else notice.due_at(policy)
