"""Finding a message again: the revision of a talk page that brought its marker, even if it was blanked since."""

from collections.abc import Iterator, Mapping, Sequence

from holdfast.accounts.names import AccountName, account_as_compared
from holdfast.errors import CheckFailedError
from holdfast.wiki.session import OperatorSession

_TALK = 3  # number of MediaWiki's namespace of user talk pages (NS_USER_TALK)
_TEXTS_AT_ONCE = 50  # pages; MediaWiki's limit for accounts without `apihighlimits`


def bringing_revisions(
    session: OperatorSession, markers: Mapping[AccountName, str], *, authors: Sequence[str]
) -> dict[AccountName, int | None]:
    """For each account the revision whose text has the marker while the one before has not.

    Only what `authors` (the operators of this wiki) wrote is looked at, newest first, until all are found. Raises
    CheckFailedError `wiki.message.hidden` when such a revision's text is hidden from the operator: the message may
    have been delivered, and a second one must not go out.
    """
    found: dict[AccountName, int | None] = dict.fromkeys(markers)
    named = {account_as_compared(account): account for account in markers}
    missing = set(markers)
    for edits in _edits(session, authors):
        mine = [
            (named[form], revision, parent)
            for form, revision, parent in edits
            if form in named and named[form] in missing
        ]
        texts = _texts(session, [number for _, revision, parent in mine for number in (revision, parent) if number])
        for account, revision, parent in mine:
            marker = markers[account]
            if (
                account in missing
                and _has(texts, revision, marker, session)
                and marker not in (texts.get(parent) or "")
            ):
                found[account] = revision
                missing.discard(account)
        if not missing:
            break
    return found


def _edits(session: OperatorSession, authors: Sequence[str]) -> Iterator[list[tuple[str, int, int]]]:
    """The authors' edits of talk pages of accounts: account as compared, revision, the revision before (0: none)."""
    for part in session.parts(
        list="usercontribs",
        ucuser="|".join(authors),
        ucnamespace=_TALK,
        uclimit="max",
        ucprop="ids|title",
    ):
        yield [
            # the namespace's name is in the wiki's language; an account's name holds no colon
            (account_as_compared(edit["title"].partition(":")[2]), edit["revid"], edit.get("parentid", 0))
            for edit in part.get("usercontribs", ())
        ]


def _texts(session: OperatorSession, revisions: Sequence[int]) -> dict[int, str | None]:
    """The texts by revision; null where it is hidden."""
    numbers = list(dict.fromkeys(revisions))
    texts: dict[int, str | None] = {}
    for start in range(0, len(numbers), _TEXTS_AT_ONCE):
        batch = "|".join(map(str, numbers[start : start + _TEXTS_AT_ONCE]))
        for part in session.parts(prop="revisions", revids=batch, rvprop="ids|content", rvslots="main"):
            for page in part.get("pages", ()):
                for revision in page.get("revisions", ()):
                    main = (revision.get("slots") or {}).get("main") or {}
                    texts[revision["revid"]] = main.get("content")
    return texts


def _has(texts: Mapping[int, str | None], revision: int, marker: str, session: OperatorSession) -> bool:
    text = texts.get(revision)
    if text is None:
        raise CheckFailedError(
            "wiki.message.hidden",
            "an operator's message on a talk page is hidden, so nobody can tell whether it is the one looked for",
            got=f"revision {revision}",
            place=session.place,
            hint="a person with the right to see it decides; no second message is sent",
        )
    return marker in text
