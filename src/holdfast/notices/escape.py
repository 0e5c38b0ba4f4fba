"""Strangers' text made harmless: what somebody typed comes out as they typed it, and as nothing else."""

import html
import re
import unicodedata

from holdfast.errors import InputRefusedError

# Controls hide or reorder what stands beside them; zero-width joiner and non-joiner (U+200C, U+200D) are needed to
# write Persian and stay. Lone surrogates and noncharacters are not text.
_HIDDEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff"
    r"\ud800-\udfff\U000e0000-\U000e0fff]"
)
_NONCHARACTER = re.compile(
    "[\ufdd0-\ufdef" + "".join(chr(0x10000 * plane + last) for plane in range(17) for last in (0xFFFE, 0xFFFF)) + "]"
)
_LINK = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d{1,5})?(?:/[A-Za-z0-9._/:%-]*)?(?:\?[A-Za-z0-9._/:%=&-]*)?\Z")
LINK_LIMIT = 500  # characters of an address in a notice; chosen


def visible(text: str) -> str:
    """The text in one line, with controls that would hide or reorder it written out: `⟨U+202E⟩`."""
    line = " ".join(unicodedata.normalize("NFC", text).split())
    for pattern in (_HIDDEN, _NONCHARACTER):
        line = pattern.sub(lambda found: f"⟨U+{ord(found.group()):04X}⟩", line)
    return line


def plain_literal(text: str) -> str:
    """For plain text: one line, so that a value cannot pass for a further field."""
    return visible(text)


def html_literal(text: str) -> str:
    """For HTML, text or attribute."""
    return html.escape(visible(text), quote=True)


def wikitext_literal(text: str) -> str:
    """For wikitext, behind other text in a line: all signs but a few harmless ones become character references.

    MediaWiki resolves references after it has looked for markup, so no link, template, tag, signature, magic word,
    table, list, bare address or `ISBN 1` can arise, in whatever language the wiki names its magic words.
    """
    return _UNSAFE.sub(_reference, visible(text))


# letters, digits and marks of every script, and the signs that begin nothing within a line; `_` makes magic words
# and a space before a digit completes `RFC 1`
_UNSAFE = re.compile(r"[^\w .,()-]|_| (?=\d)")


def _reference(found: re.Match[str]) -> str:
    return f"&#{ord(found.group())};"


def checked_link(address: str) -> str:
    """An address that can stand in plain text, HTML and wikitext as it is.

    Raises InputRefusedError `notices.link` for anything but http(s) with plain signs.
    """
    if len(address) > LINK_LIMIT or not _LINK.match(address) or "__" in address:
        raise InputRefusedError(
            "notices.link",
            "this address cannot stand in a notice",
            expected=f"http(s)://, letters, digits and . _ / : % - ? = &, at most {LINK_LIMIT} characters",
            got=repr(address[:80]),
            hint="use a plain address",
        )
    return address
