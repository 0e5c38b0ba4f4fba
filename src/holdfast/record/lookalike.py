"""Signs in a text that read differently than they look: turned direction, invisible signs, letters of two scripts.

Nothing is refused for them, for most have honest uses in some language; they are shown to whoever reads.
"""

import re
import unicodedata

_DIRECTION = {
    "\u202a": "left-to-right embedding",
    "\u202b": "right-to-left embedding",
    "\u202c": "end of embedding",
    "\u202d": "left-to-right override",
    "\u202e": "right-to-left override",
    "\u2066": "left-to-right isolate",
    "\u2067": "right-to-left isolate",
    "\u2068": "first strong isolate",
    "\u2069": "end of isolate",
}
_MARKS = "\u200e\u200f\u061c"
_JOINERS = "\u200c\u200d"
_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")
# letters of other scripts that are drawn like Latin ones
_DRAWN_ALIKE = frozenset("аеорсухіјѕԁһӏԛԝьАВЕКМНОРСТУХІЈЅοαρνικυτΑΒΕΖΗΙΚΜΝΟΡΤΥΧ")
_WORD = re.compile(r"[^\W\d_]+")
_LIMIT = 20  # likenesses that are named; chosen


def _script(letter: str) -> str:
    name = unicodedata.name(letter, "").partition(" ")[0]
    return name if name in _SCRIPTS else ""


def oddities(text: str) -> tuple[str, ...]:
    """What is odd in a text, in words, each once; empty for most texts. At most 20 are given."""
    if text.isascii() and text.isprintable():
        return ()
    found: dict[str, None] = {}
    is_rtl = any(sign not in _MARKS and unicodedata.bidirectional(sign) in ("R", "AL") for sign in text)
    for at, sign in enumerate(text):
        if sign in _DIRECTION:
            found[f"{_code(sign)} {_DIRECTION[sign]}"] = None
        elif (sign in _MARKS and not is_rtl) or (sign in _JOINERS and _stands_in_latin(text, at)):
            found[f"{_code(sign)} invisible sign"] = None
        elif unicodedata.category(sign) in ("Cf", "Co", "Cn") and sign not in _MARKS + _JOINERS:
            found[f"{_code(sign)} invisible or unassigned sign"] = None
    words = _WORD.findall(text)
    scripts = [{script for script in map(_script, word) if script} for word in words]
    for word, used in zip(words, scripts, strict=True):
        if len(used) > 1:
            found[f"letters of {' and '.join(sorted(used)).title()} in one word: {word[:40]}"] = None
        elif unicodedata.normalize("NFKC", word).isascii() and not word.isascii():
            found[f"letters in disguise: {word[:40]}"] = None
    if {"LATIN"} in scripts:
        others = [word for word, used in zip(words, scripts, strict=True) if used and used != {"LATIN"}]
        if others and all(_DRAWN_ALIKE.issuperset(word) for word in others):
            for word in others:
                found[f"a word that only looks Latin: {word[:40]}"] = None
    return tuple(found)[:_LIMIT]


def _stands_in_latin(text: str, at: int) -> bool:
    near = text[max(at - 1, 0) : at] + text[at + 1 : at + 2]
    return not near or any(_script(sign) or sign.isascii() for sign in near)


def _code(sign: str) -> str:
    return f"U+{ord(sign):04X}"


def shown(text: str) -> str:
    """A text for a terminal: signs that turn, hide or steer are written out, line ends and tabs stay."""
    return "".join(
        sign if sign.isprintable() or sign in "\n\t" or sign in _JOINERS else f"[{_code(sign)}]" for sign in text
    )
