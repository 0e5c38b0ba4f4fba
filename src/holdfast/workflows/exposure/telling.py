"""Telling people that they were looked up: the text in their language, and that it was told.

The office writes nothing on a wiki for this: a public message would tell everybody that somebody was looked up. The
custodian sends the text on a way that only the person reads, such as the wiki's own e-mail, and notes it.
"""

from datetime import UTC

from holdfast.access.exposure.answers import blot_names
from holdfast.access.exposure.lookups import Lookup, TargetKind
from holdfast.access.exposure.telling import LookupMonth, TellingPolicy, tell
from holdfast.errors import UsageError
from holdfast.facts import StreamId
from holdfast.notices.kinds import NoticeKind
from holdfast.notices.notice import Notice, render
from holdfast.store.office.vault import Reader
from holdfast.workflows.exposure.months import append_to, read_month, telling_policy
from holdfast.workflows.office.opening import Office

DATA_KIND = {"en": "addresses and browsers that the account was used from"}
NO_REASON = {"en": "none was written down"}
NEXT_STEP = {"en": "ask the office for all look-ups of your account"}


def text_for(office: Office, custodian: Reader, month: StreamId, identity: str, language: str) -> Notice:
    """What one person is told about one look-up. Raises UsageError `exposure.unknown`, and as `Vault.read`."""
    state = read_month(office, custodian, month, purpose="notice of a look-up written").state
    if identity not in state.notices:
        raise UsageError("exposure.unknown", "there is no such look-up in this month")
    return lookup_notice(state, identity, language, telling_policy(office))


def lookup_notice(state: LookupMonth, identity: str, language: str, policy: TellingPolicy) -> Notice:
    """The notice about one look-up: the role or account that looked, when, and why, without other people's names."""
    lookup = state.notices[identity].lookup
    reason: object = NO_REASON
    if lookup.has_reason:
        reason = blot_names(lookup.reason, _names(state) - {lookup.target.name})
    return render(
        NoticeKind.LOOKUP_TOLD,
        language,
        {
            "account": lookup.target.name,
            "wikis": [lookup.wiki],
            "at": f"{lookup.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "looked_by": who_looked(lookup, policy),
            "data_kind": DATA_KIND,
            "reason": reason,
            "next_step": NEXT_STEP,
        },
    )


def who_looked(lookup: Lookup, policy: TellingPolicy) -> str:
    """The account where the policy names it, else the role."""
    return str(lookup.holder) if policy.names_holder else f"a CheckUser of {lookup.wiki}"


def mark_told(office: Office, custodian: Reader, month: StreamId, identity: str, way: str) -> None:
    """The person was told. Raises CheckFailedError `exposure.tell.not_due`, UsageError `exposure.way`."""
    if not way.strip() or len(way) > 100:
        raise UsageError("exposure.way", "write how the person was told", expected="wiki e-mail, letter …")
    with office.vault.transaction():
        kept = read_month(office, custodian, month, purpose="person told of a look-up")
        facts = tell(
            kept.state,
            [identity],
            way=way.strip(),
            now=office.clock(),
            by=custodian.member,
            policy=telling_policy(office),
        )
        append_to(office, custodian, kept, facts, purpose="person told of a look-up")


def _names(state: LookupMonth) -> set[str]:
    lookups = [notice.lookup for notice in state.notices.values()]
    targets = {each.target.name for each in lookups if each.target.kind is TargetKind.ACCOUNT}
    return targets | {str(each.holder) for each in lookups}
