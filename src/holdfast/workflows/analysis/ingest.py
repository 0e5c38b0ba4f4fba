"""Ingest: from files, or a live wiki, to rows in a lake; all of an input, or nothing of it."""

import hashlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from holdfast.clock import Clock, system_clock, utc_naive
from holdfast.errors import InputRefusedError, UsageError
from holdfast.ids import WikiName, wiki_name
from holdfast.progress import Progress, silent
from holdfast.settings import Settings
from holdfast.sources._choose import choose, is_address
from holdfast.sources._compression import is_unchecked
from holdfast.sources._source import Opening, Source
from holdfast.tables.ingest import Ingest, already_there, begin, ingest_id, inputs_of
from holdfast.tables.lake import Entry, Input, Lake, create_lake
from holdfast.tables.schema import Kind


@dataclass(frozen=True, kw_only=True)
class Ingested:
    """What became of one input."""

    given: str
    entry: Entry
    was_known: bool
    """The same bytes had been read before for this wiki in the same way: nothing was changed."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How inputs are to be read."""

    as_source: str | None = None
    since: datetime | None = None
    """Live wikis only: what happened at or after this moment."""
    options: Mapping[str, str] = field(default_factory=dict)
    """What one source understands, for instance `site` for a file that lists several wikis."""
    progress: Progress = silent
    clock: Clock = system_clock


def ingest(
    given: Sequence[str | Path],
    lake: Lake | Path | str,
    *,
    wiki: str,
    reading: Reading | None = None,
    settings: Settings | None = None,
) -> tuple[Ingested, ...]:
    """Read inputs (paths, or addresses that begin with http) into a lake, one after another.

    Each input is one manifest entry: it is in the lake whole, or the lake is as it was before it. Inputs before a
    refused one stay. A lake that this call made and that got nothing is taken away again.

    Raises InputRefusedError for damaged or ambiguous input, ServiceUnavailableError when a live wiki does not
    answer (its finished part is kept aside, the next run goes on), UsageError for a bad name or option.
    """
    how = reading or Reading()
    name = wiki_name(wiki)
    texts = [str(each) for each in given]
    # formats first: of five files with one misnamed, none is read for an hour before that is said
    chosen = [(text, choose(text, how.as_source)) for text in texts]
    for text, source in chosen:
        _check_fits(text, source, how)
    with _opened(lake, settings) as opened:
        return tuple(_one(text, source, opened, name, how) for text, source in chosen)


def _check_fits(text: str, source: Source, how: Reading) -> None:
    if is_address(text) != (source.kind is Kind.API):
        raise UsageError(
            "ingest.not_that_kind",
            f"{source.name} reads " + ("the address of a live wiki" if source.kind is Kind.API else "files"),
            got="an address" if is_address(text) else "a file",
            place=text,
            hint="leave --as out, or download the file first",
        )
    if how.since is not None and not is_address(text):
        raise UsageError(
            "ingest.since_file",
            "--since is for live wikis; a file is read whole",
            got=f"--since with {source.name}",
            place=text,
            hint="leave --since out; what the lake holds already is not taken twice",
        )


@contextmanager
def _opened(lake: Lake | Path | str, settings: Settings | None) -> Iterator[Lake]:
    if isinstance(lake, Lake):
        yield lake
        return
    path = Path(lake)
    is_new = not (path / "lake.json").exists()
    had_folder = path.exists()
    opened = create_lake(path, settings)
    try:
        yield opened
    finally:
        is_empty = not opened.entries() and not any((path / "staging").glob("*/state.json"))
        if is_new and is_empty:
            shutil.rmtree(path)
            if had_folder:
                path.mkdir()


def _one(text: str, source: Source, lake: Lake, wiki: WikiName, how: Reading) -> Ingested:
    if is_address(text):
        return _from_address(text, source, lake, wiki, how)
    path = Path(text)
    inputs = inputs_of([path])
    # an option changes what the same bytes mean, so it is part of the name
    entry_id = ingest_id(
        wiki, "\0".join([source.name, *(f"{k}={v}" for k, v in sorted(how.options.items()))]), inputs
    )
    known = already_there(lake, entry_id)
    if known is not None:
        return Ingested(given=text, entry=known, was_known=True)
    opening = Opening(place=text, path=path, options=how.options, clock=how.clock, progress=how.progress)
    with begin(lake, wiki, source.name, entry_id) as rows:
        try:
            if is_unchecked(path):
                rows.note(f"{path.name} is compressed without a checksum: a flipped bit in it could pass unseen")
            source.read(opening, rows)
            if rows.is_empty:
                raise InputRefusedError(
                    "ingest.nothing_read",
                    "this input holds no row",
                    expected=f"rows as {source.name} reads them",
                    got="a beginning, and nothing after it",
                    place=text,
                    hint="fetch the file again; or name its format with --as, if it is another one",
                )
            _accept_database(rows, how)
            entry = rows.commit(inputs, entry_id, how.clock)
        finally:
            # a file is read from its beginning next time; only a live wiki goes on from a checkpoint
            shutil.rmtree(rows.folder, ignore_errors=True)
    return Ingested(given=text, entry=entry, was_known=False)


def _from_address(text: str, source: Source, lake: Lake, wiki: WikiName, how: Reading) -> Ingested:
    """A live wiki: what is there today is new each time, so each run is an entry of its own."""
    since = utc_naive(how.since) if how.since is not None else None
    staging = "-".join([source.name, _short(f"{wiki}\0{text}\0{since}")])
    opening = Opening(place=text, url=text, since=since, options=how.options, clock=how.clock, progress=how.progress)
    with begin(lake, wiki, source.name, staging) as rows:
        source.read(opening, rows)
        _accept_database(rows, how)
        stamp = how.clock().isoformat()
        # the state of a wiki at a moment has no bytes to hash: its name is the address and the moment
        inputs = (Input(name=text, sha256=hashlib.sha256(f"{text}\0{stamp}".encode()).hexdigest(), size_bytes=0),)
        entry = rows.commit(inputs, ingest_id(wiki, source.name, inputs), how.clock)
        shutil.rmtree(rows.folder, ignore_errors=True)
    return Ingested(given=text, entry=entry, was_known=False)


def _accept_database(rows: Ingest, how: Reading) -> None:
    """Keep that somebody said that a database of another name is this wiki's."""
    if how.options.get("another_database") == "accept":
        rows.facts["another_database"] = True
        rows.note("this input names another database than others of this wiki, which was said to be right")


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
