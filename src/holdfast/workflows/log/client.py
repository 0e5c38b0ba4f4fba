"""Reading a log that lies somewhere else, and writing into one that another process holds."""

import http.client
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import local
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from holdfast.canonical import canonical_bytes
from holdfast.clock import Clock, system_clock
from holdfast.crypto.notes import VerifierKey, parse_verifier_key
from holdfast.errors import (
    CheckFailedError,
    ExitCode,
    InputRefusedError,
    ServiceUnavailableError,
    UsageError,
)
from holdfast.record.checkpoint import Checkpoint, open_checkpoint
from holdfast.record.disk import FolderDisk, missing
from holdfast.record.draft import Draft, Receipt
from holdfast.record.lines import draft_line
from holdfast.record.proof import Proved, prove
from holdfast.record.tiles import CHECKPOINT_PATH, VERIFIER_KEY_PATH, Fetch

_FILE_LIMIT_BYTES = 32 * 2**20  # bytes of one file of a log; chosen
_TIMEOUT_SECONDS = 30  # seconds for one request; chosen
_ERRORS = {
    each.exit_code: each for each in (UsageError, InputRefusedError, ServiceUnavailableError, CheckFailedError)
}


@contextmanager
def public_files(place: str) -> Iterator[Fetch]:
    """The public files of a log, by its folder (or the `public` in it) or its http(s) address.

    Raises UsageError `record.place` when there is no such folder and it is no address.
    """
    if place.startswith(("http://", "https://")):
        fetch = HttpFetch(place)
        try:
            yield fetch
        finally:
            fetch.close()
        return
    folder = Path(place)
    if (folder / "public").is_dir():
        folder = folder / "public"
    if not folder.is_dir():
        raise UsageError(
            "record.place",
            "there is no log at this place",
            expected="a folder, or an address with http:// or https://",
            got=place[:200],
        )
    yield FolderDisk(folder).read


def _unavailable(address: str, reason: Exception | str) -> ServiceUnavailableError:
    return ServiceUnavailableError(
        "record.fetch.unavailable",
        "the log's server does not answer as it should",
        got=str(reason)[:200] or type(reason).__name__,
        place=address,
        hint="try again later, or ask the log's keepers",
    )


class HttpFetch:
    """Files below an address, over one kept connection for each thread."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address.rstrip("/"))
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UsageError("record.place", "this is not an address", got=address[:200])
        make = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        host, number = parts.hostname, parts.port
        self._address, self._path = address.rstrip("/"), parts.path

        def connect() -> http.client.HTTPConnection:
            return make(host, number, timeout=_TIMEOUT_SECONDS)

        self._connect = connect
        self._kept = local()

    def __call__(self, path: str) -> bytes:
        """The file. Raises CheckFailedError `record.fetch.missing`, ServiceUnavailableError
        `record.fetch.unavailable`."""
        status, _, data = self.request("GET", path)
        if status in (404, 410):
            raise missing(f"{self._address}/{path}")
        if status != http.client.OK:
            raise _unavailable(f"{self._address}/{path}", f"status {status}")
        return data

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, str, bytes]:
        """(status, content type, body) of one request; a kept connection that was closed is opened once more."""
        for attempt in range(2):
            kept: http.client.HTTPConnection | None = getattr(self._kept, "connection", None)
            connection = kept or self._connect()
            self._kept.connection = connection
            try:
                connection.request(method, f"{self._path}/{path}", body=body, headers=headers or {})
                response = connection.getresponse()
                data = response.read(_FILE_LIMIT_BYTES + 1)
                if len(data) > _FILE_LIMIT_BYTES:
                    raise _unavailable(f"{self._address}/{path}", "a file larger than any of a log")
                return response.status, response.getheader("Content-Type", ""), data
            except (OSError, http.client.HTTPException) as reason:
                self.close()
                # only a request that asks may be sent twice
                if attempt or kept is None or method != "GET":
                    raise _unavailable(f"{self._address}/{path}", reason) from None
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Close this thread's connection."""
        kept = getattr(self._kept, "connection", None)
        if kept is not None:
            kept.close()
            self._kept.connection = None


class ServedLog:
    """A log that another process holds, with the same calls as `Log`."""

    def __init__(self, address: str, token: str, *, clock: Clock = system_clock) -> None:
        self._fetch, self._token, self._clock = HttpFetch(address), token, clock

    def __enter__(self) -> "ServedLog":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the connection go; the log stays open for others."""
        self._fetch.close()

    def _post(self, path: str, body: bytes) -> Any:
        status, _, data = self._fetch.request("POST", path, body, {"Authorization": f"Bearer {self._token}"})
        try:
            value = json.loads(data)
        except ValueError:
            raise _unavailable(path, f"status {status}") from None
        if status == http.client.OK:
            return value
        make = _ERRORS[ExitCode(value.pop("exit_code"))]
        raise make(value.pop("code"), value.pop("what"), **value)

    def _act(self, wish: dict[str, Any]) -> Any:
        return self._post("log/act", canonical_bytes(wish))

    @property
    def size(self) -> int:
        """How many entries the published checkpoint holds."""
        return int(self._act({"state": True})["size"])

    @property
    def next_index(self) -> int:
        """How many entries were acknowledged."""
        return int(self._act({"state": True})["next_index"])

    @property
    def verifier_key(self) -> VerifierKey:
        """What others check this log with."""
        return parse_verifier_key(self.fetch(VERIFIER_KEY_PATH).decode())

    @property
    def origin(self) -> str:
        """The log's name."""
        return self.verifier_key.name

    def fetch(self, path: str) -> bytes:
        """A public file."""
        return self._fetch(path)

    def append(self, kind: str, payload: Any, *, public: bool = True) -> Receipt:
        """Take one entry; durable when this returns."""
        return self.append_many([Draft(kind=kind, payload=payload, public=public)])[0]

    def seal(
        self, kind: str, payload: Any, *, until: datetime | None = None, condition: str | None = None
    ) -> Receipt:
        """Commit to a text now that is opened at a date or on a condition."""
        if (until is None) == (condition is None):
            raise UsageError("record.seal", "a seal opens at a date or on a condition", hint="give one of them")
        return self.append_many([Draft(kind=kind, payload=payload, until=until, condition=condition)])[0]

    def append_many(self, drafts: Iterable[Draft]) -> list[Receipt]:
        """Take a batch of entries, all or none."""
        body = b"\n".join(draft_line(draft) for draft in drafts)
        return [_receipt(value) for value in self._post("log/append", body)]

    def open(self, index: int, *, because: str = "") -> Receipt:
        """Publish the text behind a seal."""
        return _receipt(self._act({"open": index, "because": because}))

    def erase(self, index: int, reason: str) -> Receipt:
        """Delete the text of an entry for good."""
        return _receipt(self._act({"erase": index, "reason": reason}))

    def clock_was_ahead(self, reason: str) -> Receipt:
        """Say that the last entry was taken while the clock was ahead, and go on."""
        return _receipt(self._act({"clock_was_ahead": reason}))

    def rotate(self) -> Receipt:
        """Change to a new key."""
        return _receipt(self._act({"rotate": True}))

    def checkpoint(self) -> Checkpoint:
        """Publish what waits, and sign it."""
        note = str(self._act({"checkpoint": True})).encode()
        return open_checkpoint(note, self.verifier_key)

    def prove(self, index: int) -> Proved:
        """Entry `index` with its proof, checked here."""
        return prove(self.fetch, index, self.verifier_key, self.fetch(CHECKPOINT_PATH), self._clock())


def _receipt(value: dict[str, Any]) -> Receipt:
    return Receipt(**{**value, "oddities": tuple(value["oddities"])})
