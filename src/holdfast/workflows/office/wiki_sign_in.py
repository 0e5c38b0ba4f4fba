"""Signing in by an account on a wiki: linked by two guardians beforehand, bound to the account's number at first use.

An account on a wiki is the first of two factors and never the second: whoever takes it over gets as far as the
question for the member's passkey. It opens no membership either: there is no signing up, and a member without a
passkey cannot come in this way.
"""

from holdfast.access.rules.console_rules import Because
from holdfast.accounts.names import account_as_compared, account_name, accounts_as_kept, same_account
from holdfast.audit import Alarm, AlarmKind, Verb
from holdfast.errors import CheckFailedError
from holdfast.facts import SYSTEM, Fact, MemberId, StreamId
from holdfast.store.office.members import all_members
from holdfast.store.office.streams import Summary
from holdfast.store.office.vault import Reader
from holdfast.wiki.oauth import WikiProfile, WikiSignIn, read_wiki_sign_in
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.propose import propose
from holdfast.workflows.office.small_facts import WIKI_SIGN_IN

KIND = "wiki-sign-in"
_TOKEN = "wiki-sign-in"


def offered(office: Office) -> WikiSignIn | None:
    """The wiki by which members may sign in; null where the operator has set none up."""
    return read_wiki_sign_in(office.config.keys)


def propose_link(office: Office, reader: Reader, member: str, account: str) -> StreamId:
    """Put before two guardians that a member may sign in by this account; an empty account ends that.

    Raises CheckFailedError `wiki_sign_in.off`, `wiki_sign_in.member`, `access.refused`.
    """
    settings = _needed(office)
    if member not in {each.member for each in all_members()}:
        raise CheckFailedError("wiki_sign_in.member", "there is no such member", got=member[:40])
    what = {"member": member, "account": account_name(account) if account else "", "wiki": settings.rest.host}
    return propose(office, reader, KIND, what)


def link(office: Office, member: MemberId, account: str, wiki: str) -> None:
    """What was approved, inside its transaction. Raises CheckFailedError `wiki_sign_in.taken`."""
    value = _value(wiki, account)
    others = [each for each in _holding(office, wiki, account) if account and each.id != member]
    if others:
        raise CheckFailedError(
            "wiki_sign_in.taken",
            "another member signs in by this account",
            hint="one person is one member; end the other link first",
        )
    body = {"wiki": wiki, "account": account}
    fact = WIKI_SIGN_IN.fact("linked" if account else "unlinked", at=office.clock(), by=SYSTEM, body=body)
    _write(office, member, fact, [value] if account else [], state="linked" if account else "unlinked")


def member_of(office: Office, settings: WikiSignIn, profile: WikiProfile) -> MemberId:
    """The member who may go on to the second factor, as this account; written into the audit either way.

    Raises CheckFailedError `wiki_sign_in.nobody`, the same whatever is missing: a stranger learns nothing.
    """
    with office.vault.transaction():
        member = _linked_member(office, settings, profile)
        if member is not None:
            audit = office.vault.audit
            audit.write([audit.event(member, Verb.SIGN_IN, "member", member, purpose="wiki account vouched for")])
            return member
    audit = office.vault.audit
    event = audit.event(
        SYSTEM, Verb.SIGN_IN, "office", "", purpose="wiki account of nobody here", allowed=False, rules=()
    )
    audit.write([event])
    raise CheckFailedError(
        "wiki_sign_in.nobody",
        "nobody signs in by this account",
        hint="sign in with your passkey; a link to a wiki account is approved by two guardians",
    )


def _linked_member(office: Office, settings: WikiSignIn, profile: WikiProfile) -> MemberId | None:
    streams = [each for each in _holding(office, settings.rest.host, profile.account) if each.kind == KIND]
    if len(streams) != 1 or profile.is_blocked:
        return None
    member = MemberId(streams[0].id)
    ready = {each.member for each in all_members() if each.active and each.passkeys and not each.suspended_at}
    if member not in ready:
        return None
    facts = office.vault.read(
        Reader.of_the_office(Because.RULE), streams[0], purpose="wiki account compared at sign-in"
    )
    since = max(number for number, fact in enumerate(facts) if fact.type == "linked")
    bound = [fact.body["number"] for fact in facts[since:] if fact.type == "bound"]
    if not bound and not same_account(facts[since].body["account"], profile.account):
        # found by an older form of the name, which two names can share: only a bound number tells whose it is
        return None
    if not bound:
        fact = WIKI_SIGN_IN.fact("bound", at=office.clock(), by=SYSTEM, body={"number": profile.number})
        value = _value(settings.rest.host, profile.account)
        _write(office, member, fact, [value], state="linked")
    elif bound[0] != profile.number:
        # the name belongs to another account now: renamed away, and taken by somebody else
        office.vault.audit.alarm(Alarm(kind=AlarmKind.WIKI_ACCOUNT_CHANGED, at=office.clock(), member=member))
        return None
    return member


def _write(office: Office, member: MemberId, fact: Fact, tokens: list[str], *, state: str) -> None:
    stream = StreamId(kind=KIND, id=member)
    summary, purpose = Summary(state=state), "wiki account of a member"
    if not office.vault.exists(stream):
        office.vault.create(
            Reader.of_the_office(Because.BOOKS),
            KIND,
            [fact],
            summary=summary,
            purpose=purpose,
            stream_id=member,
            tokens={_TOKEN: tokens},
            concerns=[member],
        )
        return
    office.vault.append(
        Reader.of_the_office(Because.BOOKS),
        stream,
        [fact],
        expect=office.vault.length(stream),
        summary=summary,
        purpose=purpose,
        tokens={_TOKEN: tokens},
    )


def _holding(office: Office, wiki: str, account: str) -> set[StreamId]:
    """Who is linked to an account; a link made before lies under the form of names that there was."""
    return {each for form in accounts_as_kept(account) for each in office.vault.holding(_TOKEN, f"{wiki}\n{form}")}


def _value(wiki: str, account: str) -> str:
    return f"{wiki}\n{account_as_compared(account)}"


def _needed(office: Office) -> WikiSignIn:
    settings = offered(office)
    if settings is None:
        raise CheckFailedError(
            "wiki_sign_in.off",
            "signing in by a wiki is not set up in this office",
            hint="the operator puts wiki-sign-in.toml into the keys folder (docs/wiki-sign-in.md)",
        )
    return settings
