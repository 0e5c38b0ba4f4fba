"""A small community that does every kind of thing that a reader of a wiki must understand, once or a few times.

All accounts are simulated and labelled so; addresses are of the ranges reserved for documentation.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

from mediawiki.throwaway import ThrowawayWiki

Event = dict[str, Any]

FOUNDER = "Admin"
ADMINS = ("Editor 1", "Editor 2", "Editor 3")
UNICODE = ("ویراستار ۴", "Éditrice 5", "編集者 6")
BOT = "Housekeeping 7 bot"
HIDDEN = "Editor 8"
MOVED = "Page with a long way"


def act_small_community(wiki: ThrowawayWiki) -> None:
    """Act it out on an empty wiki, then hide some of it as those with the right to can."""
    days = _Days(datetime(2019, 1, 1, 12))
    wiki.act(_history(days))
    wiki.act(_hiding(days, wiki))
    _write_as_old_versions_did(wiki)
    wiki.maintain("runJobs.php")


def _hiding(days: "_Days", wiki: ThrowawayWiki) -> list[Event]:
    """The user of one revision, the text of another, and user and target of one log entry disappear."""
    by_hidden = _numbers(
        wiki, "SELECT rev_id FROM revision JOIN actor ON rev_actor = actor_id WHERE actor_name = ?", HIDDEN
    )
    logged = _numbers(wiki, "SELECT log_id FROM logging WHERE log_type = 'block' AND log_title = ?", "Editor_14")
    calls = (
        {"type": "revision", "ids": str(by_hidden[0]), "hide": "user|comment"},
        {"type": "revision", "ids": str(by_hidden[1]), "hide": "content"},
        {"type": "logging", "ids": str(logged[0]), "hide": "user|content"},
    )
    return [
        {"at": days.next(), "as": FOUNDER, "call": {"action": "revisiondelete", "reason": "private", **call}}
        for call in calls
    ]


_OLD = (
    # type, action, title, params: as MediaWiki wrote them before 2012, and before 2005
    ("rights", "rights", "Editor_18", "\nautopatrolled, rollbacker"),
    ("rights", "rights", "Editor_18", "autopatrolled, rollbacker\nautopatrolled"),
    ("rights", "rights", "Editor_19", ""),
    ("block", "block", "Editor_20", "24 hours\nanononly,nocreate"),
    ("block", "block", "Editor_20", "indefinite"),
    ("block", "block", "Editor_21", ""),
    ("newusers", "create2", "Editor_22", "24"),
)


def _write_as_old_versions_did(wiki: ThrowawayWiki) -> None:
    """Log entries with params as old versions of MediaWiki left them; no version of today writes such rows."""
    with closing(sqlite3.connect(wiki.database)) as database, database:
        for number, (kind, action, title, params) in enumerate(_OLD):
            database.execute(
                "INSERT INTO logging (log_type, log_action, log_timestamp, log_actor, log_namespace, log_title,"
                " log_page, log_comment_id, log_params) SELECT ?, ?, ?, log_actor, 2, ?, 0, log_comment_id, ?"
                " FROM logging WHERE log_type = 'protect' LIMIT 1",
                (kind, action, f"2004010{number + 1}000000", title, params),
            )


def _numbers(wiki: ThrowawayWiki, query: str, *values: str) -> Sequence[int]:
    with sqlite3.connect(f"file:{wiki.database}?mode=ro", uri=True) as database:
        return [row[0] for row in database.execute(query, values)]


def _history(days: "_Days") -> list[Event]:
    accounts = [*ADMINS, *UNICODE, BOT, HIDDEN, *(f"Editor {number}" for number in range(9, 25))]
    events: list[Event] = [{"at": days.next(), "account": name} for name in accounts]

    def call(actor: str, action: str, **parameters: Any) -> None:
        events.append({"at": days.next(), "as": actor, "call": {"action": action, **parameters}})

    def edit(actor: str, title: str, text: str, **more: Any) -> None:
        call(actor, "edit", title=title, text=text, **more)

    call(FOUNDER, "userrights", user=ADMINS[0], add="sysop|bureaucrat", reason="first of us")
    call(ADMINS[0], "userrights", user=ADMINS[1], add="sysop", reason="elected")
    call(ADMINS[0], "userrights", user=ADMINS[2], add="sysop", expiry="2020-01-01T00:00:00Z", reason="for a year")
    call(ADMINS[0], "userrights", user=ADMINS[2], add="sysop", expiry="2020-06-01T00:00:00Z", reason="longer")
    call(ADMINS[0], "userrights", user=BOT, add="bot", reason="a bot")
    for number, name in enumerate([*accounts, *accounts]):
        edit(name, f"Page {number % 9}", f"{name} wrote this, {number}", minor=number % 3 == 0, summary="a summary")
    edit("192.0.2.7", "Page 1", "by an address")
    edit("2001:db8::7", "Page 2", "by another address")
    edit("Editor 9", "Page 1", "Editor 9 wrote this again")
    edit("Editor 10", "Talk:Page 1", "What do you think?")
    edit("Editor 11", "Project:Requests for adminship/Editor 2", "Support")
    edit(UNICODE[0], "صفحهٔ نو", "متن")
    edit("Editor 12", "Redirect to one", "#REDIRECT [[Page 1]]")
    edit("Editor 12", MOVED, "first")
    call(ADMINS[1], "move", **{"from": MOVED, "to": "Page moved", "reason": "shorter"})
    edit("Editor 13", "Spam page", "buy")
    call(ADMINS[1], "delete", title="Spam page", reason="spam")
    edit("Editor 13", "Wrongly deleted", "fine")
    call(ADMINS[1], "delete", title="Wrongly deleted", reason="mistake")
    call(ADMINS[2], "undelete", title="Wrongly deleted", reason="was fine")
    call(ADMINS[1], "protect", title="Page 3", protections="edit=sysop", expiry="1 week", reason="quarrel")

    call(ADMINS[1], "block", user="Editor 13", expiry="1 week", autoblock=1, nocreate=1, reason="spam links")
    call(ADMINS[1], "block", user="Editor 13", expiry="infinite", reblock=1, reason="again")
    call(ADMINS[2], "unblock", user="Editor 13", reason="promised")
    call(ADMINS[1], "block", user="Editor 14", expiry="2020-03-01T00:00:00Z", allowusertalk=1, reason="vandalism")
    call(
        ADMINS[1], "block", user="Editor 15", expiry="3 days", partial=1, pagerestrictions="Page 1|Page 2",
        allowusertalk=1, reason="edit war",
    )  # fmt: skip
    call(ADMINS[1], "block", user="Editor 16", expiry="indefinite", partial=1, namespacerestrictions="4",
         allowusertalk=1)  # fmt: skip
    call(ADMINS[1], "block", user="192.0.2.9", expiry="1 month", anononly=1, reason="open proxy")
    call(ADMINS[1], "block", user="198.51.100.0/24", expiry="31 hours", anononly=1, nocreate=1, reason="test")
    call(ADMINS[1], "block", user="2001:db8:5::/64", expiry="2 weeks", reason="sockpuppets")
    call(ADMINS[2], "block", user=UNICODE[2], expiry="1 day", reason="inappropriate user name")
    call(ADMINS[1], "block", user="Editor 17", expiry="2 years", autoblock=1, reason="personal attacks")
    # block 10 made block 11, an automatic one of the address last used, which is lifted by its number
    call(ADMINS[2], "unblock", id=11, reason="shared address")

    call(ADMINS[0], "userrights", user=ADMINS[1], remove="sysop", reason="inactive")
    call(FOUNDER, "userrights", user=ADMINS[0], remove="bureaucrat", add="interface-admin", reason="swap")
    return events


class _Days:
    """Moments some hours apart, so that each event has its own."""

    def __init__(self, first: datetime) -> None:
        self._at = first

    def next(self) -> str:
        self._at += timedelta(hours=7, minutes=13, seconds=5)
        return self._at.isoformat() + "Z"
