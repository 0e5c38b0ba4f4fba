"""Filing an appeal without an account, by a link that stands in a public notice; and proof of whose words they are.

receipt = file(office, token, text, language)             by whoever has the link, on the public page
prove_account(office, receipt, wiki, revision, read)      by the account: the code of the filing was saved with it
by_receipt(office, receipt)                               how it stands
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

from holdfast.access.rules.console_rules import Because
from holdfast.accounts.names import kept_name
from holdfast.appeals import steps
from holdfast.appeals.appeal import Ineligible, Outcome, Standing, Text
from holdfast.appeals.links import (
    ENTROPY_BYTES,
    link_sha256,
    make_receipt,
    no_such_link,
    no_such_receipt,
    receipt_sha256,
)
from holdfast.errors import InputRefusedError
from holdfast.ids import wiki_name
from holdfast.store.office.vault import Reader
from holdfast.workflows.appeals.appeal import LINK, RECEIPT, Kept, append_to, create_kept, open_kept, stream_for
from holdfast.workflows.office.account_proof import ReadRevision, check_saved, fresh_code
from holdfast.workflows.office.opening import Office


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What the page of a link tells before anything is filed. It does not name the person."""

    kind: str
    wikis: tuple[str, ...]
    language: str
    body: Text
    until: datetime | None
    can_be_worse: bool


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the page of a receipt tells."""

    standing: Standing
    filed_at: datetime
    language: str
    wikis: tuple[str, ...] = ()
    save_code: str = ""
    """What is to be saved with the account, while it is not proven and nothing is decided."""
    proven: bool = False
    outcome: Outcome | None = None
    code: Ineligible | None = None
    message: Text = ""
    new_measure: Text = ""
    asked_back: Text = ""
    restored: bool = False


def open_link(office: Office, token: str) -> Offer:
    """What a link offers. Raises CheckFailedError `appeal.link` for every link that opens nothing."""
    route = _by_link(office, token).state.route
    return Offer(
        kind=route.kind,
        wikis=route.wikis,
        language=route.language,
        body=route.body,
        until=route.until,
        can_be_worse=route.can_be_worse,
    )


def file(office: Office, token: str, text: str, language: str) -> str:
    """Somebody files; gives the receipt, which is shown once. What others filed or will file stands beside it.

    Raises CheckFailedError `appeal.link`, InputRefusedError `appeal.text`.
    """
    receipt, now = make_receipt(secrets.token_bytes(ENTROPY_BYTES)), office.clock()
    route = _by_link(office, token).state
    filed = steps.file_appeal(
        route,
        text=text,
        language=language,
        told_can_be_worse=route.route.can_be_worse,
        receipt=receipt,
        code=fresh_code(),
        now=now,
    )
    facts = [*steps.begin_filing(route, now=now), *filed]
    create_kept(office, facts, purpose="appeal received")
    return receipt.text


def prove_account(office: Office, receipt: str, wiki: str, revision: int, read: ReadRevision) -> None:
    """The account's owner saved the filing's code: the appeal is theirs, and the link in the notice closes.

    Raises CheckFailedError `appeal.receipt`, `appeal.not_proven` with what is not so, `appeal.standing`;
    InputRefusedError `appeal.wiki` for a wiki that the action is not on; and what `read` raises.
    """
    system, now = Reader.of_the_office(Because.OUTSIDE), office.clock()
    kept = _by_receipt(office, receipt)
    route, filing = kept.state.route, kept.state.filing
    facts = steps.note_account_proven(kept.state, wiki, revision, now=now)
    if not facts or filing is None:
        return
    if wiki not in route.wikis:
        raise InputRefusedError(
            "appeal.wiki", "the action is not on this wiki", expected=", ".join(route.wikis), got=wiki[:64]
        )
    found = read(wiki_name(wiki), revision)
    account = kept_name(route.account)
    check_saved(found, account=account, code=filing.code, given_at=filing.at, refusal="appeal.not_proven")
    with office.vault.transaction():  # the wiki was read meanwhile: the filing as it is now
        kept = _by_receipt(office, receipt)
        facts = steps.note_account_proven(kept.state, wiki, revision, now=now)
        append_to(office, system, kept, facts, purpose="account of an appeal proven")
        stream = stream_for(route.action)
        if stream != kept.stream:
            offered = open_kept(office, system, stream, "link of an appeal closed")
            closed = steps.close_link(offered.state, now=now)
            append_to(office, system, offered, closed, purpose="link of an appeal closed")


def by_receipt(office: Office, receipt: str) -> Answer:
    """How an appeal stands, for whoever has its receipt; a shown outcome counts as told.

    Raises CheckFailedError `appeal.receipt`.
    """
    system = Reader.of_the_office(Because.OUTSIDE)
    kept = _by_receipt(office, receipt)
    filing, decided = kept.state.filing, kept.state.decided
    if filing is None:
        raise no_such_receipt()
    if decided is None:
        return Answer(
            standing=kept.standing,
            filed_at=filing.at,
            language=filing.language,
            wikis=kept.state.route.wikis,
            save_code="" if kept.state.is_proven else filing.code,
            proven=kept.state.is_proven,
        )
    with office.vault.transaction():
        kept = _by_receipt(office, receipt)
        facts = steps.note_told(kept.state, "receipt", now=office.clock())
        append_to(office, system, kept, facts, purpose="outcome of an appeal told")
    return Answer(
        standing=kept.standing,
        filed_at=filing.at,
        language=filing.language,
        proven=kept.state.is_proven,
        outcome=decided.outcome,
        code=decided.code,
        message=decided.message,
        new_measure=decided.new_measure,
        asked_back=decided.asked_back,
        restored=bool(kept.state.restored_by),
    )


def _by_receipt(office: Office, receipt: str) -> Kept:
    streams = office.vault.holding(RECEIPT, receipt_sha256(receipt))
    if len(streams) != 1:
        raise no_such_receipt()
    return open_kept(office, Reader.of_the_office(Because.OUTSIDE), streams[0], "receipt of an appeal shown")


def _by_link(office: Office, token: str) -> Kept:
    streams = office.vault.holding(LINK, link_sha256(token))
    if len(streams) != 1:
        raise no_such_link()
    kept = open_kept(office, Reader.of_the_office(Because.OUTSIDE), streams[0], "link of an appeal opened")
    if not kept.state.takes_filings(office.clock()):
        raise no_such_link()
    return kept
