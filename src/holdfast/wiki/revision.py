"""One revision of a wiki, read to see who wrote what: for proof that an account is somebody's."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from holdfast.clock import parse_at
from holdfast.errors import InputRefusedError
from holdfast.wiki.client import WikiClient


@dataclass(frozen=True, kw_only=True)
class WrittenRevision:
    """Who wrote a revision, when, with which summary and text."""

    id: int
    account: str
    at: datetime
    summary: str
    text: str


def read_revision(client: WikiClient, revision: int) -> WrittenRevision:
    """A revision by its number.

    Raises InputRefusedError `wiki.no_revision` when there is none, or its author or text is hidden; and what
    `WikiClient.read` raises.
    """
    answer = client.read(
        action="query",
        prop="revisions",
        revids=str(revision),
        rvprop="ids|user|timestamp|comment|content",
        rvslots="main",
    )
    pages: list[dict[str, Any]] = answer.content.get("query", {}).get("pages", [])
    for page in pages:
        for found in page.get("revisions", []):
            text = found.get("slots", {}).get("main", {}).get("content")
            if found.get("revid") == revision and isinstance(found.get("user"), str) and isinstance(text, str):
                return WrittenRevision(
                    id=revision,
                    account=found["user"],
                    at=parse_at(str(found["timestamp"])),
                    summary=str(found.get("comment", "")),
                    text=text,
                )
    raise InputRefusedError(
        "wiki.no_revision",
        "the wiki shows no such revision with its author and text",
        got=str(revision),
        hint="take the number from the address of the revision (oldid=…)",
    )
