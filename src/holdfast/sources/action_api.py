"""A live wiki, read through its Action API: all public log entries, pages, edits without text, accounts with groups.

Stages, each in batches of as many rows as the wiki gives a stranger; after every batch all is made durable, so a
run that is killed goes on from there and ends with the same rows as one that was not. The moment at which the first
run began, by the wiki's own clock, closes the reading: later edits belong to the next run, with `--since`.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from holdfast.clock import parse_at, utc_naive
from holdfast.errors import InputRefusedError, UsageError
from holdfast.sources._accounts import AccountRows
from holdfast.sources._api_log import log_item
from holdfast.sources._log_rows import BOT_GROUPS, IMPLICIT_GROUPS, LogRows
from holdfast.sources._source import Head, Likeness, Opening, Source
from holdfast.tables.ingest import Ingest
from holdfast.tables.schema import Kind
from holdfast.wiki.client import WikiClient
from holdfast.wiki.find import find_wiki

Rows = Mapping[str, Any]
_LOG = "ids|title|type|user|userid|timestamp|comment|details"
_EDIT = "ids|timestamp|flags|size|sha1|user|userid"
_LARGEST_BATCH = 5000  # rows; MediaWiki's limit for accounts with `apihighlimits`
_FORMAT = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, kw_only=True)
class _Stage:
    """One list of the API and what is done with each of its rows."""

    name: str
    ask: Mapping[str, str]
    under: str
    take: Callable[[Rows], int]
    """Writes one element's rows; how many there were."""
    total: int | None


def recognise(head: Head) -> Likeness:
    """Every http(s) address is taken for a wiki; whether it is one shows when it is asked."""
    return Likeness.CERTAIN if head.is_address and head.name.startswith(("http://", "https://")) else Likeness.NO


def read(opening: Opening, ingest: Ingest) -> None:
    """Read the wiki, or go on reading it. Raises what `find_wiki` and `WikiClient.batches` raise."""
    wait = {"seconds": 0}

    def on_wait(why: str, seconds: float) -> None:
        wait["seconds"] += int(seconds)
        opening.progress(f"waiting: {why}", wait["seconds"], None)

    client, site = find_wiki(opening.url, contact=ingest.lake.settings.contact, on_wait=on_wait)
    _Reading(opening, ingest, client, site).run()


class _Reading:
    """One reading of one wiki: where it stands is in the ingest's state."""

    def __init__(self, opening: Opening, ingest: Ingest, client: WikiClient, site: Rows) -> None:
        self._opening = opening
        self._ingest = ingest
        self._client = client
        self._site = site
        self._state: dict[str, Any] = dict(ingest.state) or self._first_state()
        self._through = datetime.strptime(self._state["through"], _FORMAT)  # noqa: DTZ007 - UTC, as the tables hold it
        self._accounts = AccountRows(ingest)
        self._logs = LogRows(ingest, self._accounts)
        self._page = ingest.writer("pages", ("page_id", "namespace", "title", "is_redirect"))
        self._edit = ingest.writer(
            "revisions",
            ("revision_id", "page_id", "namespace", "parent_id", "at", "account", "is_address", "is_minor",
             "size_bytes", "sha1"),
        )  # fmt: skip

    def run(self) -> None:
        general = self._site["general"]
        if self._state["wiki"] != _identity(self._site):
            raise InputRefusedError(
                "wiki.changed",
                "another wiki answers at this address than when the reading began",
                expected=self._state["wiki"],
                got=_identity(self._site),
                place=f"{self._client.api.shown}, begun in {self._ingest.folder}",
                hint="read it into a lake of its own; or remove that folder, and the reading begins anew",
            )
        self._ingest.facts |= {
            "address": self._client.api.shown,
            "site_name": general.get("sitename", ""),
            "database": general.get("wikiid", ""),
            "generator": general.get("generator", ""),
            "language": general.get("lang"),
            "namespaces": {str(number): each.get("name", "") for number, each in self._namespaces().items()},
            "read_from": self._state["since"],
            "read_through": self._state["through"],
        }
        stages = self._stages()
        for number, stage in enumerate(stages):
            if number < self._state["stage"]:
                continue
            self._run_stage(number, stage)
        self._ingest.facts["answers_sha256"] = self._state["answers_sha256"]

    def _first_state(self) -> dict[str, Any]:
        since = self._opening.since
        return {
            "wiki": _identity(self._site),
            "through": self._site["general"]["time"],
            "since": since.strftime(_FORMAT) if since else None,
            "stage": 0,
            "continue": None,
            "done": 0,
            "answers_sha256": "",
        }

    def _namespaces(self) -> dict[int, Rows]:
        return {int(number): each for number, each in self._site["namespaces"].items()}

    def _stages(self) -> list[_Stage]:
        count = self._site.get("statistics") or {}
        limit = self._limit()
        window = {"start": self._state["since"], "end": self._state["through"], "dir": "newer", "limit": limit}
        full = self._state["since"] is None
        stages = [
            _Stage(
                name="log entries",
                ask={"list": "logevents", "leprop": _LOG} | _prefixed("le", window),
                under="logevents",
                take=self._take_log,
                total=None,
            ),
            _Stage(
                name="edits",
                ask={"list": "allrevisions", "arvprop": _EDIT} | _prefixed("arv", window),
                under="allrevisions",
                take=self._take_edits,
                total=count.get("edits") if full else None,
            ),
        ]
        if full:
            stages += [
                _Stage(
                    name=f"pages in namespace {number}",
                    ask={"generator": "allpages", "gaplimit": limit, "gapnamespace": str(number), "prop": "info"},
                    under="pages",
                    take=self._take_page,
                    total=None,
                )
                for number in sorted(self._namespaces())
                if number >= 0
            ]
        else:
            stages.append(
                _Stage(
                    name="pages edited",
                    ask={"generator": "allrevisions", "prop": "info"} | _prefixed("garv", window),
                    under="pages",
                    take=self._take_page,
                    total=None,
                )
            )
        users = {"list": "allusers", "aulimit": limit, "auprop": "groups|implicitgroups|editcount|registration"}
        if not full:
            users["augroup"] = "|".join(self._granted_groups())
        stages.append(
            _Stage(name="accounts", ask=users, under="allusers", take=self._take_user, total=count.get("users"))
        )
        return stages

    def _limit(self) -> str:
        """Rows asked for at once: as many as the wiki gives, or the option `batch`."""
        text = self._opening.options.get("batch", "max")
        if text != "max" and not (text.isdecimal() and 0 < int(text) <= _LARGEST_BATCH):
            raise UsageError(
                "wiki.batch",
                "this is not a number of rows to ask for at once",
                expected=f"1 to {_LARGEST_BATCH}, or max",
                got=repr(text[:40]),
                hint="leave --option batch=… out",
            )
        return text

    def _granted_groups(self) -> list[str]:
        return [each["name"] for each in self._site["usergroups"] if each["name"] not in IMPLICIT_GROUPS]

    def _run_stage(self, number: int, stage: _Stage) -> None:
        state = self._state
        done = state["done"]
        for answer, following in self._client.batches(go_on=state["continue"], action="query", **stage.ask):
            rows = self._rows_in(answer.content, stage)
            for row in rows:
                try:
                    done += stage.take(row)
                except (KeyError, TypeError, ValueError, AttributeError) as reason:
                    raise self._misshapen(stage, f"{type(reason).__name__} in row {done + 1}") from None
            chained = hashlib.sha256((state["answers_sha256"] + answer.sha256).encode()).hexdigest()
            at_end = following is None
            state |= {
                "stage": number + at_end,
                "continue": None if following is None else dict(following),
                "done": 0 if at_end else done,
                "answers_sha256": chained,
            }
            self._ingest.checkpoint(state)
            self._opening.progress(stage.name, done, max(done, stage.total) if stage.total else None)

    def _rows_in(self, content: Rows, stage: _Stage) -> list[Rows]:
        query = content.get("query")
        if query is None and ("batchcomplete" in content or "continue" in content):
            return []  # an empty list has no query at all in some versions
        rows = query.get(stage.under) if isinstance(query, dict) else None
        if rows is None and stage.under == "pages":
            return []
        if not isinstance(rows, list):
            raise self._misshapen(stage, "no such list")
        return rows

    def _misshapen(self, stage: _Stage, got: str) -> InputRefusedError:
        return InputRefusedError(
            "wiki.answer_shape",
            f"the wiki's answer has not the shape that {stage.under} has",
            expected="MediaWiki 1.27 or later with this module",
            got=got,
            place=f"{self._client.api.shown}, {stage.name}",
            hint="ingest a dump instead, or report this; nothing was changed",
        )

    def _take_log(self, row: Rows) -> int:
        self._logs.add(log_item(row))
        return 1

    def _take_page(self, row: Rows) -> int:
        if not row.get("missing"):
            self._page((row["pageid"], row["ns"], row["title"], bool(row.get("redirect"))))
        return 1

    def _take_edits(self, row: Rows) -> int:
        page, namespace = row["pageid"], row["ns"]
        for edit in row["revisions"]:
            hidden = bool(edit.get("userhidden"))
            account = None if hidden else edit["user"]
            address = None if account is None else self._accounts.meet(account, edit.get("userid"))
            self._edit(
                (
                    edit["revid"], page, namespace, edit["parentid"] or None, moment(edit["timestamp"]), account,
                    address, bool(edit["minor"]), edit["size"], None if edit.get("sha1hidden") else edit["sha1"],
                )
            )  # fmt: skip
        return len(row["revisions"])

    def _take_user(self, row: Rows) -> int:
        held = [group for group in row["groups"] if group not in row["implicitgroups"]]
        self._accounts.add(
            row["name"],
            row["userid"],
            registered_at=moment(row["registration"]) if row.get("registration") else None,
            edit_count=row["editcount"],
            bot_by="group" if BOT_GROUPS.intersection(held) else None,
        )
        for group in held:
            self._logs.add_holder(row["name"], group, self._through)
        return 1


def moment(text: str) -> datetime:
    """A moment of the API as the tables hold it: UTC without zone."""
    return utc_naive(parse_at(text))


def _identity(site: Rows) -> str:
    """What stays the same while it is the same wiki; as a literal, because errors show these words of a stranger."""
    return ascii(f"{site['general'].get('wikiid')} at {site['general'].get('server')}"[:200])


def _prefixed(prefix: str, parameters: Mapping[str, str | None]) -> dict[str, str]:
    return {prefix + name: value for name, value in parameters.items() if value is not None}


SOURCE = Source(
    name="action_api",
    describes="a live wiki: the address of its api.php, or of any of its pages",
    kind=Kind.API,
    tables=("accounts", "account_groups", "blocks", "log_events", "pages", "revisions"),
    recognise=recognise,
    read=read,
)
