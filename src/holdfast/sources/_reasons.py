"""A reason that an admin wrote becomes one word; the text itself is never stored.

Keywords are English and the templates of the English Wikipedia. A reason in another language is `other`:
compare categories within one wiki, and `other` only with itself.
"""

import re
from functools import lru_cache

# the first that matches wins: the special before the common
_RULES = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("proxy", r"\bprox(y|ies)\b|openproxy|blockedproxy|\btor\b|\bvpn\b|webhost|colocation|zombie|exit node"),
        ("username", r"user ?name|\buser\.{2,}|imperson|impost[oe]r|\bwp:u(n)?\b|\buaa\b|softerblock|uw-(soft|u)"),
        (
            "sockpuppetry",
            r"\bsock|puppet|multiple accounts|block evasion|ban evasion|checkuser|\bmeat ?pup|evad(e|ing)",
        ),
        ("spam", r"\bspam|advertis|promotion|link ?farm|\bcopyvio spam|uw-s"),
        (
            "vandalism",
            r"vandal|\bvoa\b|page ?moves?\b|blanking|blanker|schoolblock|graffiti|nonsense|willy|\bwow\b|anonblock",
        ),
        (
            "conduct",
            r"3rr|edit[- ]?war|revert|attack|harass|incivil|uncivil|civility|disrupt|troll|threat|abus|copyvio"
            r"|copyright|\bnpa\b|arbcom|arbitration|\bbann?ed\b|stalk|legal|bully|legitimate concern|warring",
        ),
        ("test", r"\btest"),
    )
)
CATEGORIES = (*(name for name, _ in _RULES), "other", "none")


@lru_cache(maxsize=1 << 14)
def reason_category(reason: str | None) -> str | None:
    """The category of a reason: `none` for an empty one, `other` when no keyword stands in it, null when hidden."""
    if reason is None:
        return None
    text = reason.strip()
    if text in CATEGORIES:
        return text  # a prepared copy holds the category itself
    if not text:
        return "none"
    return next((name for name, rule in _RULES if rule.search(text)), "other")
