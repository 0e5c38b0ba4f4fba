"""Names of accounts as MediaWiki allows them: kept as they are written, compared by `ids.account_as_compared`."""

import re

from holdfast.accounts.kinds import NameKind, name_kind
from holdfast.errors import InputRefusedError
from holdfast.ids import AccountName, account_cleaned

_LONGEST_BYTES = 255
# what no page title may hold (MediaWikiTitleCodec), and the slash, which no user name may (User::isValidUserName)
_FORBIDDEN = re.compile(r"[#<>\[\]|{}/\x00-\x1f\x7f\ufffd\u2028\u2029]|~~~|%[0-9A-Fa-f]{2}|&(?:[A-Za-z0-9]+|#\d+);")


def account_name(text: str, *, place: str = "") -> AccountName:
    """The name of an account: the text with MediaWiki's own clean-up of spaces, marks of direction and composition.

    Old names that could not be registered today (with `@`, `:` or a small letter first) are accepted: they exist.
    Raises InputRefusedError `access.name` for what can be no account: empty, an address, longer than 255 bytes,
    or with a character that no title holds.
    """
    cleaned = account_cleaned(text)
    try:
        size_bytes = len(cleaned.encode())
    except UnicodeEncodeError:
        size_bytes = _LONGEST_BYTES + 1
    is_account = cleaned and name_kind(cleaned) in (NameKind.ACCOUNT,) and not cleaned.startswith(":")
    if not is_account or size_bytes > _LONGEST_BYTES or _FORBIDDEN.search(cleaned):
        raise InputRefusedError(
            "access.name",
            "this can be no account's name",
            expected="1 to 255 bytes, no address, none of # < > [ ] | { } / and no ~~~",
            got=f"{len(text)} characters",
            place=place,
            hint="write the name as the wiki shows it; nothing was changed",
            offender=text,
        )
    return AccountName(cleaned)
