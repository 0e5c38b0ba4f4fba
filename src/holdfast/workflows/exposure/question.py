"""A person's own question: who looked at me (1.14). Proven by an edit that only the account's owner can make.

A custodian notes the question and gives the person a code; the person writes it into an edit on their wiki, which
the office reads back, and only then answers. No account with the office is needed.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from holdfast.access.exposure.answers import AccountLink, OwnAnswer, answer_own_question, prove_asker
from holdfast.access.exposure.telling import STREAM_KIND, Telling, tell
from holdfast.access.rules.console_rules import Because
from holdfast.accounts.names import AccountName, account_name, kept_name
from holdfast.clock import parse_at
from holdfast.errors import CheckFailedError
from holdfast.facts import MemberId, StreamId
from holdfast.ids import WikiName, wiki_name
from holdfast.store.office.streams import Summary
from holdfast.store.office.vault import Reader
from holdfast.workflows.exposure.months import all_streams, append_to, read_month, telling_policy
from holdfast.workflows.office.account_proof import ReadRevision, check_saved, fresh_code
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.small_facts import QUESTION

KIND = "question"
CODE_LASTS = timedelta(days=7)
ANSWER_LASTS = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Question:
    """One person's question as it stands: `asked`, `proven` or `answered`."""

    stream: StreamId
    wiki: WikiName
    account: AccountName
    code: str
    asked_at: datetime
    state: str
    proven_at: datetime | None
    facts: int


def ask(office: Office, custodian: Reader, wiki: WikiName, account: str) -> StreamId:
    """Note a question, with a fresh code for the person.

    Raises InputRefusedError `access.name` and CheckFailedError `access.refused`.
    """
    asker = account_name(account)
    body = {"wiki": wiki_name(wiki), "account": asker, "code": fresh_code()}
    fact = QUESTION.fact("asked", at=office.clock(), by=custodian.member, body=body)
    return office.vault.create(
        custodian,
        KIND,
        [fact],
        summary=Summary(state="asked", due_at=office.clock() + CODE_LASTS),
        purpose="a person's question noted",
        tokens={"account": [asker]},
        ruled_as=STREAM_KIND,
    )


def read_question(office: Office, custodian: Reader, stream: StreamId) -> Question:
    """A question as it stands."""
    facts = office.vault.read(custodian, stream, purpose="a person's question shown", ruled_as=STREAM_KIND)
    state, proven_at = "asked", None
    for fact in facts[1:]:
        state = fact.type
        proven_at = parse_at(fact.body["at"]) if fact.type == "proven" else proven_at
    body = facts[0].body
    return Question(
        stream=stream,
        wiki=wiki_name(body["wiki"]),
        account=kept_name(body["account"]),
        code=str(body["code"]),
        asked_at=facts[0].at,
        state=state,
        proven_at=proven_at,
        facts=len(facts),
    )


def prove(office: Office, custodian: Reader, stream: StreamId, revision: int, read: ReadRevision) -> None:
    """Read the person's edit back from the wiki: written by the account, after the question, with the code in it.

    A code proves once. Raises CheckFailedError `exposure.ask.not_proven` with what is not so, `exposure.ask.used`,
    and what `read` raises.
    """
    question = read_question(office, custodian, stream)
    now = office.clock()
    check_saved(
        read(question.wiki, revision),
        account=question.account,
        code=question.code,
        given_at=question.asked_at,
        refusal="exposure.ask.not_proven",
    )
    if now > question.asked_at + CODE_LASTS:
        raise CheckFailedError("exposure.ask.not_proven", "the code is too old; note the question again")
    fact = QUESTION.fact("proven", at=now, by=custodian.member, body={"at": now.isoformat(), "revision": revision})
    with office.vault.transaction():  # the wiki was read meanwhile: the question as it is now
        question = read_question(office, custodian, stream)
        if question.state != "asked":
            raise CheckFailedError(
                "exposure.ask.used",
                "this question is proven already; its code proves nothing more",
                hint="the answer can be given for a day after the proof; later, note the question again",
            )
        office.vault.append(
            custodian,
            stream,
            [fact],
            expect=question.facts,
            summary=Summary(state="proven", due_at=now + ANSWER_LASTS),
            purpose="a person's account proven",
            ruled_as=STREAM_KIND,
        )


def answer(office: Office, custodian: Reader, stream: StreamId) -> OwnAnswer:
    """The answer to a proven question; what it tells counts as told.

    Raises CheckFailedError `exposure.ask.not_proven`, also when the proof is more than a day old.
    """
    office.vault.require(
        custodian, "read_sealed", KIND, stream, purpose="a person's question answered", ruled_as=STREAM_KIND
    )
    with office.vault.transaction():  # what is told is noted as told with the very months that it was read from
        return _answer(office, custodian, stream)


def _answer(office: Office, custodian: Reader, stream: StreamId) -> OwnAnswer:
    question = read_question(office, custodian, stream)
    now, policy = office.clock(), telling_policy(office)
    links = (
        []
        if question.proven_at is None
        else [
            AccountLink(
                wiki=question.wiki, account=question.account, proven_at=question.proven_at, way="confirmed edit"
            )
        ]
    )
    asker = prove_asker(MemberId(custodian.member), links, now=now, max_age=ANSWER_LASTS)
    months = [
        read_month(office, Reader.of_the_office(Because.OUTSIDE), each, purpose="a person's question answered")
        for each in all_streams(office)
    ]
    found = answer_own_question((each.state for each in months), asker, policy=policy, now=now)
    shown = {each.lookup for each in found.told}
    for month in months:
        owed = [
            identity
            for identity in month.state.notices
            if identity in shown
            and month.state.notices[identity].telling(policy, now) in (Telling.DUE, Telling.EXPIRED)
        ]
        facts = tell(month.state, sorted(owed), way="own question", now=now, by=custodian.member, policy=policy)
        append_to(office, Reader.of_the_office(Because.OUTSIDE), month, facts, purpose="told on their own question")
    if question.state != "answered":
        body = {"told": len(found.told), "withheld": len(found.withheld)}
        office.vault.append(
            custodian,
            stream,
            [QUESTION.fact("answered", at=now, by=custodian.member, body=body)],
            expect=question.facts,
            summary=Summary(state="answered"),
            purpose="a person's question answered",
            ruled_as=STREAM_KIND,
        )
    return found
