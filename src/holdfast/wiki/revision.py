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
    text_before: str = ""
    """The text of the revision before it, on the same page; empty for a page's first."""

    def brings(self, words: str) -> bool:
        """Whether this edit itself wrote the words: in its summary, or in a text that did not hold them before.

        A page's text is whatever anybody left on it, so that it stands there says nothing of who wrote it.
        """
        return words in self.summary or (words in self.text and words not in self.text_before)


def read_revision(client: WikiClient, revision: int) -> WrittenRevision:
    """A revision by its number, with the text that it found.

    Raises InputRefusedError `wiki.no_revision` when there is none, or its author, its text or the text before it is
    hidden; and what `WikiClient.read` raises.
    """
    found, text = _revision(client, revision)
    if not isinstance(found.get("user"), str):
        raise _hidden(revision)
    parent = int(found.get("parentid") or 0)
    return WrittenRevision(
        id=revision,
        account=found["user"],
        at=parse_at(str(found["timestamp"])),
        summary=str(found.get("comment", "")),
        text=text,
        text_before=_revision(client, parent)[1] if parent else "",
    )


def _revision(client: WikiClient, revision: int) -> tuple[dict[str, Any], str]:
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
            if found.get("revid") == revision and isinstance(text, str):
                return found, text
    raise _hidden(revision)


def _hidden(revision: int) -> InputRefusedError:
    return InputRefusedError(
        "wiki.no_revision",
        "the wiki shows no such revision with its author and text",
        got=str(revision),
        hint="take the number from the address of the revision (oldid=…)",
    )
