"""Plain text as wikitext that shows exactly that text, and the marker by which a message is found again.

A notice holds names and words that others chose: a title with `{{`, an account called `~~~~`, a `</nowiki>`.
Every character with a meaning in wikitext becomes a character reference; addresses stay addresses, since the way
to appeal must be clickable. Line breaks make paragraphs.
"""

import re

_MEANT = re.compile(r"""[&<>\[\]{}|'"~=_*#;!\\]""")
# what would begin a list, an indent, a preformatted line or a rule, and the words that link by themselves
_AT_START = re.compile(r"^[ :-]", re.MULTILINE)
_MAGIC = re.compile(r"\b(ISBN|RFC|PMID)(?=\s)")
_ADDRESS = re.compile(r"https?://[A-Za-z0-9._~:/?#@!$&()*+,;=%-]*[A-Za-z0-9/]")


def as_wikitext(text: str) -> str:
    """Wikitext that renders as `text`. An address (`https://…`) stays a link; two line breaks begin a paragraph."""
    pieces, place = [], 0
    for found in _ADDRESS.finditer(text):
        pieces += [_shown(text[place : found.start()]), _address(found.group())]
        place = found.end()
    pieces.append(_shown(text[place:]))
    return _AT_START.sub(_reference, "".join(pieces))


def marker_of(step_id: str) -> str:
    """The comment that a message carries, unique to its step; invisible on the page, and kept by the wiki."""
    return f"<!-- holdfast:{step_id.replace('/', ':')} -->"


def _shown(text: str) -> str:
    return _MAGIC.sub(lambda found: f"{found[1][0]}<nowiki/>{found[1][1:]}", _MEANT.sub(_reference, text))


def _address(text: str) -> str:
    # an address cannot hold references, so what the wiki would read as markup is percent-encoded
    return re.sub(r"[~_*]{2,}|--+", lambda found: "".join(f"%{ord(each):02X}" for each in found[0]), text)


def _reference(found: re.Match[str]) -> str:
    return f"&#{ord(found[0])};"
