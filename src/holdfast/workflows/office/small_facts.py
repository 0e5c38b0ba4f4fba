"""Facts that come to no state of their own: their workflows look them through, one after the other."""

from typing import Any

from holdfast.access.rules.roles import Role
from holdfast.facts.fields import Field, Kept, Many, Moment, Whole
from holdfast.facts.kinds import CLOCK, TWO, Book, FactKind, declared, kept


def _kind(name: str, *by: str, door: str, **fields: Field) -> FactKind[Any]:
    return FactKind(name=name, step=kept, by=frozenset(by), door=door, fields=fields)


_WAY_BACK = "holdfast office way-back"
_GUARDIANS = (Role.CUSTODIAN, Role.LEGAL, Role.AUDITOR)
_APPROVALS = "/approvals/<kind>/<number>/"
MEMBER: Book[Any] = Book(
    stream="member",
    about="a member of the office",
    code="member.fact",
    kinds=declared(
        _kind(
            "profile set", TWO, Role.OPERATOR, door="proposals/membership", wiki_accounts=Many(of=Kept()),
            linked_to=Many(of=Kept()), person=Kept(),
        )
    ),
)  # fmt: skip
WIKI_SIGN_IN: Book[Any] = Book(
    stream="wiki-sign-in",
    about="a member's link to a wiki account",
    code="wiki_sign_in.fact",
    kinds=declared(
        _kind("linked", TWO, door="proposals/wiki_sign_in", wiki=Kept(), account=Kept()),
        _kind("unlinked", TWO, door="proposals/wiki_sign_in", wiki=Kept(), account=Kept()),
        _kind("bound", CLOCK, door="/wiki-sign-in/back/", number=Kept()),
    ),
)
KEY_SHARES: Book[Any] = Book(
    stream="key-shares",
    about="the shares of the master key",
    code="key_shares.fact",
    kinds=declared(
        _kind("split", Role.OPERATOR, door="holdfast office keys split", key=Kept(), digests=Many(of=Kept())),
        _kind("acknowledged", Role.OPERATOR, door="holdfast office keys acknowledge", number=Whole()),
    ),
)
WAY_BACK: Book[Any] = Book(
    stream="way-back",
    about="a way back into the office",
    code="way_back.fact",
    kinds=declared(
        _kind(
            "asked", Role.OPERATOR, door=f"{_WAY_BACK} ask", member=Kept(), roles=Many(of=Kept()), opens_at=Moment()
        ),
        _kind("stopped", Role.OPERATOR, *_GUARDIANS, door="/way-back/<number>/stop/"),
        _kind("opened", Role.OPERATOR, door=f"{_WAY_BACK} open"),
        _kind("link made again", Role.OPERATOR, door=f"{_WAY_BACK} open"),
    ),
)
RULES: Book[Any] = Book(
    stream="rules",
    about="the rule book of access",
    code="access.rules.fact",
    kinds=declared(_kind("rules set", TWO, door="proposals/access_rules", book=Field())),
)
PROPOSAL: Book[Any] = Book(
    stream="proposal-*",
    about="a proposal that people sign",
    code="proposal.fact",
    kinds=declared(
        _kind("proposed", *Role, door=_APPROVALS, content=Kept()),
        _kind("withdrawn", *Role, door=f"{_APPROVALS}withdraw/"),
        _kind("executed", TWO, door=f"{_APPROVALS}carry-out/", outcome=Kept()),
    ),
)
QUESTION: Book[Any] = Book(
    stream="question",
    about="a person's question about themselves",
    code="exposure.question.fact",
    kinds=declared(
        _kind("asked", Role.CUSTODIAN, door="/exposure/questions/", wiki=Kept(), account=Kept(), code=Kept()),
        _kind("proven", Role.CUSTODIAN, door="/exposure/questions/<number>/", at=Moment(), revision=Whole()),
        _kind("answered", Role.CUSTODIAN, door="/exposure/questions/<number>/", told=Whole(), withheld=Whole()),
    ),
)
EXPOSURE_KEY: Book[Any] = Book(
    stream="exposure-key",
    about="the key of names of look-ups",
    code="exposure.key.fact",
    kinds=declared(_kind("key made", CLOCK, door="/exposure/import/", key=Kept())),
)
PUBLIC_TABLE: Book[Any] = Book(
    stream="public-table",
    about="a published table of appeals",
    code="table.fact",
    kinds=declared(
        _kind("published", Role.APPEAL_READER, door="/appeals/table/publish/", sha256=Kept(), period_end=Kept())
    ),
)
BOOKS = (MEMBER, WIKI_SIGN_IN, KEY_SHARES, WAY_BACK, RULES, PROPOSAL, QUESTION, EXPOSURE_KEY, PUBLIC_TABLE)
