"""How one account is written by different hands, and what is another account."""

SPELLINGS = {
    "Anna B": ("Anna B", "Anna_B", "anna_B", "  Anna   B ", "User:Anna B", "user: anna_B", "Anna\u00a0B"),
    "Warden": ("Warden", "warden", "\u200eWarden\u200f", "War\u202aden\u202c"),
    "ßeta": ("ßeta", "User:ßeta", "_ßeta_"),
    "ﬁve": ("ﬁve", "User:ﬁve"),
    "~2026-1234-5": ("~2026-1234-5", "User:~2026-1234-5"),
}
"""An account in the wiki's form to the ways in which people write it."""

ADDRESSES = {
    "203.0.113.7": ("203.0.113.7", "203.000.113.007", "User:203.0.113.7"),
    "2001:DB8:0:0:0:0:0:1": ("2001:DB8:0:0:0:0:0:1", "2001:db8::1", "2001:0db8::0001"),
    "198.51.100.0/24": ("198.51.100.0/24", "198.51.100.7/24"),
}

STRANGERS = ("Anna b", "AnnaB", "Wardens", "SSeta", "five", "FIve", "~2026-1234-6")
"""Other accounts, however like they look."""

NOBODY = ("old>Anna B", "Anna#B", "Anna\u200bB", "a/b")
"""What is nobody's account here: an author of another wiki, and what no name holds."""
