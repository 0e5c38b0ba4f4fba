"""Block reasons cut to a category. The text itself is never kept."""

import re

# looked for in this order; the first that is found is the category
_CATEGORIES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("sockpuppetry", r"sock|puppet|evad|evasion|multiple account|abus\w+ multiple|checkuser|duck"),
        ("proxy", r"prox(y|ies)|\btor\b|\bvpn\b|open relay|zombie|web ?host|colocation"),
        ("username", r"user ?-?name|uw-u|\bimpersonat|\bun(block|policy)?\b.*name|softer?block"),
        ("spam", r"spam|advertis|promotion|\blinks?\b|copyvio|copyright"),
        ("vandalism", r"vandal|\bvoa\b|disruptive edits only|nonsense|blanking|school ?block|anonblock|graffiti"),
        (
            "conduct",
            r"attack|harass|threat|civil|edit.?war|revert|\b3rr\b|disrupt|abus|troll|personal|insult|arbit|"
            r"ban(ned)?\b|conduct|polic(y|ies)|stalk|outing|aspersion|battle",
        ),
        ("test", r"\btest(s|ing)?\b"),
    )
)


def reason_category(text: str | None) -> str | None:
    """vandalism, spam, username, sockpuppetry, conduct, proxy, test, other; none for no text, null for a hidden one.

    English words are known; a reason in another language is `other`.
    """
    if text is None:
        return None
    if not text.strip():
        return "none"
    return next((name for name, pattern in _CATEGORIES if pattern.search(text)), "other")
