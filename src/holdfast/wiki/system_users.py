"""The accounts under which MediaWiki and its extensions act by themselves; no person is behind them.

The API does not mark them. The names are those of `$wgReservedUsernames` in MediaWiki's DefaultSettings.php and of
common extensions; some are texts in the wiki's language, whose message keys stand here.
"""

RESERVED = frozenset(
    {
        "MediaWiki default",
        "Conversion script",
        "Maintenance script",
        "Template namespace initialisation script",
        "ScriptImporter",
        "Delete page script",
        "Move page script",
        "Command line script",
        "Unknown user",
        "Global rename script",
        "Babel AutoCreate",
        "Flow talk page manager",
        "FuzzyBot",
    }
)
RESERVED_MESSAGES = (
    "double-redirect-fixer",
    "usermessage-editor",
    "proxyblocker",
    "sorbs",
    "spambot_username",
    "autochange-username",
    "abusefilter-blocker",
    "massmessage-sender",
    "newusermessage-editor",
)
