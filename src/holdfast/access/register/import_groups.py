"""The register from a wiki's groups: answers of `list=allusers&augroup=…` or `list=users`, as the API gave them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from holdfast.access.register.importing import Entry
from holdfast.access.register.moments import end_in_words
from holdfast.access.register.person import Grant
from holdfast.access.register.register import Register
from holdfast.access.rules.rights import right_of_group
from holdfast.accounts.names import account_as_compared, account_name
from holdfast.errors import InputRefusedError
from holdfast.facts import StreamId
from holdfast.ids import WikiName


@dataclass(frozen=True, kw_only=True)
class Missing:
    """A grant that runs in the register and whose group the wiki does not show. A freeze makes it so on purpose."""

    person: StreamId
    wiki: WikiName
    right: str
    is_frozen: bool


def read_groups(answers: Any, *, wiki: WikiName, place: str, now: datetime) -> tuple[Entry, ...]:
    """One entry for each account and each of its groups that opens non-public data.

    `answers` is one answer of the API, or a list of them (continuation). Other groups are passed over.
    Raises InputRefusedError `access.groups.form` when it is no such answer, and `.cut` when the last one says that
    it goes on.
    """
    pages: Sequence[Any] = answers if isinstance(answers, list) else [answers]
    entries: list[Entry] = []
    for number, page in enumerate(pages, 1):
        where = f"{place}, answer {number}"
        users = _users(page, where)
        for position, user in enumerate(users, 1):
            entries.extend(_entries(user, wiki, f"{where}, user {position}", now))
    if pages and isinstance(pages[-1], Mapping) and "continue" in pages[-1]:
        raise InputRefusedError(
            "access.groups.cut",
            "the last answer says that there are more",
            place=place,
            hint="follow `continue` to the end and give all answers as a list",
        )
    return tuple(entries)


def missing_on_wiki(
    register: Register, entries: Iterable[Entry], *, wiki: WikiName, rights: Iterable[str], at: datetime
) -> tuple[Missing, ...]:
    """Grants that the register has and the wiki's groups have not. `rights` are those whose groups were read."""
    there = {(account_as_compared(entry.account), entry.grant.right) for entry in entries if entry.grant}
    read = set(rights)
    return tuple(
        Missing(
            person=person.id,
            wiki=wiki,
            right=grant.right,
            is_frozen=bool(person.held_by(wiki, grant.right, at)),
        )
        for person, grant in sorted(register.grants_at(at), key=lambda each: (each[0].id, each[1].key))
        if grant.wiki == wiki
        and grant.right in read
        and (account_as_compared(person.account_on(wiki)), grant.right) not in there
    )


def _users(page: Any, place: str) -> Sequence[Any]:
    query = page.get("query") if isinstance(page, Mapping) else None
    users = (query.get("allusers") or query.get("users") or []) if isinstance(query, Mapping) else None
    if not isinstance(users, list) or "error" in page or "errors" in page:
        raise InputRefusedError(
            "access.groups.form",
            "this is no answer with users",
            expected="the answer to action=query&list=allusers&augroup=…&auprop=groups or list=users&usprop=groups",
            place=place,
            hint="save the API's JSON as it came",
        )
    return users


def _entries(user: Any, wiki: WikiName, place: str, now: datetime) -> Iterable[Entry]:
    try:
        name, number = user["name"], user.get("userid", user.get("id"))
        if "missing" in user or "invalid" in user:
            return
        if type(number) is not int or not isinstance(name, str):
            raise TypeError
        ends = {each["group"]: str(each["expiry"]) for each in user.get("groupmemberships", ())}
        groups = [*ends, *(each for each in user.get("groups", ()) if each not in ends)]
    except (KeyError, TypeError, AttributeError):
        raise InputRefusedError("access.groups.form", "a user has no name, number or groups", place=place) from None
    account = account_name(name, place=place)
    for group in groups:
        right = right_of_group(group)
        if right is not None:
            yield Entry(
                place=place,
                account=account,
                wiki=wiki,
                user_id=number,
                grant=Grant(
                    wiki=wiki,
                    right=right.name,
                    group=group,
                    begins=now,
                    ends=end_in_words(ends.get(group, ""), place=place),
                    ends_on_wiki=True,
                ),
                begins_known=False,
            )
