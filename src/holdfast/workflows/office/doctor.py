"""`holdfast office doctor`: is this office as it should be? Each check says what it looked at, and what to do.

The office may be at work meanwhile. Each check reads the database as of one moment, and a log that does not fit is
looked at again while nobody writes into it: what is told as a fault is none of the reading.
"""

import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from holdfast.actions.plans.telling import leads_nowhere
from holdfast.audit import check_chain
from holdfast.canonical import parse_json
from holdfast.clock import system_clock
from holdfast.crypto.notes import parse_note
from holdfast.errors import CheckFailedError, HoldfastError
from holdfast.record.checkpoint import parse_head
from holdfast.record.disk import FolderDisk
from holdfast.record.entry import parse_entry
from holdfast.record.kinds.audit_head import KIND
from holdfast.record.texts import Shown, parse_texts, text_path
from holdfast.record.tiles import CHECKPOINT_PATH, WIDTH, Fetch, fetch_bundle
from holdfast.record.verify import verify
from holdfast.wiki.operators import FILE_NAME as OPERATORS_FILE
from holdfast.workflows.office.opening import Office

_SKEW = timedelta(seconds=60)
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One check: whether it passed, and in a line what was seen or is to be done."""

    name: str
    ok: bool
    text: str
    warns: bool = False
    """Whether it passed, and is one loss from trouble; or past it, where no check of the machine can help."""

    @property
    def mark(self) -> str:
        """How it is printed."""
        return "NOT" if not self.ok else "!! " if self.warns else "ok "


def examine(office: Office) -> tuple[Finding, ...]:
    """Every check, whether or not an earlier one failed."""
    return (*(_one(office, name, check) for name, check in _CHECKS.items()), _seats(office))


def require_health(office: Office) -> tuple[Finding, ...]:
    """All findings, when all of them passed. Raises CheckFailedError `office.doctor`, naming those that did not."""
    found = examine(office)
    # where notices lead says nothing of a copy that was restored; a plan is refused while it is wrong
    wrong = [each for each in found if not each.ok and each.name != _LINKS]
    if wrong:
        raise CheckFailedError(
            "office.doctor",
            "this office is not as it should be",
            got="; ".join(f"{each.name}: {each.text}" for each in wrong),
            hint="holdfast office doctor shows every check",
        )
    return found


def _one(office: Office, name: str, check: Callable[[Office], str]) -> Finding:
    try:
        return Finding(name=name, ok=True, text=check(office))
    except HoldfastError as reason:
        return Finding(name=name, ok=False, text=str(reason))


def _seats(office: Office) -> Finding:
    """Whether enough people can act. It fails no upgrade and no restore: those must work in a shut office, too."""
    from holdfast.workflows.office.lockout import weaknesses

    try:
        found = weaknesses(office)
    except HoldfastError as reason:
        return Finding(name="seats", ok=False, text=str(reason))
    text = "; ".join(f"{each.loss}: {each.text}" for each in found)
    return Finding(name="seats", ok=True, text=text or "no single loss shuts anybody out", warns=bool(found))


def _folders(office: Office) -> str:
    for place in (office.config.folder, office.config.keys):
        mode = stat.S_IMODE(place.stat().st_mode)
        if mode & 0o077:
            raise _wrong("folder", f"others on this machine may enter {place}", f"chmod 700 {place}")
    for file in sorted(each for each in office.config.keys.iterdir() if each.is_file()):
        if stat.S_IMODE(file.stat().st_mode) & 0o077:
            raise _wrong("file", f"others on this machine may read {file}", f"chmod 600 {file}")
    same = office.config.folder.stat().st_dev == office.config.keys.stat().st_dev
    return "closed to others" + ("; keys and data lie on one disk: two would be better" if same else "")


def _keys(office: Office) -> str:
    left = sorted(each.name for each in office.config.keys.glob("master.key.*"))
    if "master.key.next" in left:
        raise _wrong("rotation", "a rotation of the master key was interrupted", "holdfast office keys rotate")
    text = f"master key {office.place.master.id}"
    return text + (f"; earlier keys lie beside it ({len(left)}), for old backups alone" if left else "")


def _streams(office: Office) -> str:
    from holdfast.store.office import checks  # the store's tables are there once an office is open

    streams, facts = checks.check_all_opens(office.place.master)
    return f"{streams} streams with {facts} facts open"


def _facts(office: Office) -> str:
    from holdfast.store.office import checks

    return f"{checks.check_facts_fit(office.vault.audit)} facts are as the audit says they were written"


def _audit(office: Office) -> str:
    from holdfast.store.office.moments import one_moment

    # the log first: a head that is published while the audit is read would be of no entry in it
    published = _still(office, lambda: {sha256 for _, sha256 in published_heads(_public(office))})
    with one_moment():
        head = check_chain(office.vault.audit.entries())
        _check_heads(office, published)
    return f"{head.size} entries, each in its place"


def _check_heads(office: Office, published: set[str]) -> None:
    """Every head in the public log must be one of this audit's."""
    found = {entry.sha256 for entry in office.vault.audit.entries() if entry.sha256 in published}
    if published - found:
        raise CheckFailedError(
            "audit.chain.head",
            "the audit is not the one whose head is in the public log",
            got=f"{len(published - found)} heads of no entry",
            hint="the audit was cut or made anew: keep this copy, and compare it with the last backup",
        )


def published_heads(fetch: Fetch) -> Iterator[tuple[int, str]]:
    """(index, SHA-256) of every `audit head` in the log, oldest first. The caller verifies the log."""
    size = parse_head(parse_note(fetch(CHECKPOINT_PATH)).text).size
    for number in range((size + WIDTH - 1) // WIDTH):
        first = number * WIDTH
        texts = parse_texts(fetch(text_path(number)), number)
        for index, entry in enumerate(fetch_bundle(fetch, number, min(WIDTH, size - first)), first):
            if parse_entry(entry).kind == KIND.name and texts[index].shown is Shown.TEXT:
                yield index, str(parse_json(texts[index].text)["sha256"])


def _log(office: Office) -> str:
    report = _still(office, lambda: verify(_public(office), clock=office.clock))
    if report.overdue:
        raise _wrong("seals", f"{len(report.overdue)} seals are overdue", "holdfast tick")
    return f"{report.size} entries verify"


def _public(office: Office) -> Fetch:
    return FolderDisk(office.config.log_folder / "public").read


def _still(office: Office, look: Callable[[], T]) -> T:
    """What a look at the log gives. One that fails is taken again with the log held, when nothing in it moves."""
    try:
        return look()
    except CheckFailedError:
        with office.log_held():
            return look()


def _clock(office: Office) -> str:
    from holdfast.store.office import checks

    skew = abs(checks.database_time() - system_clock())
    if skew > _SKEW:
        raise _wrong("clock", f"the database's clock is {int(skew.total_seconds())} s off", "set the clocks right")
    return "this machine and the database agree within a minute"


def _clocks(office: Office) -> str:
    from holdfast.store.office import checks

    now = office.clock()
    late = checks.late_promises(now)
    if late:
        raise _wrong("outbox", f"{late} promises to the outside world fail", "see the alarms in the console")
    return "nothing waits that should be done"


def _erased(office: Office) -> str:
    from holdfast.store.office.erasing import left_behind

    if office.config.database_url:
        return "PostgreSQL takes away what was erased in its own time (docs/running.md); the keys are destroyed"
    left = left_behind()
    if left:
        what = f"the bytes of {left} erasures still lie in the database's write-ahead file: somebody reads it"
        raise _wrong("erased", what, "end what reads the database for long; each tick tries again")
    return "nothing that was erased lies on in the database's files"


def _links(office: Office) -> str:
    config = office.config
    if config.links_on_this_machine:
        return f"notices lead to {config.origin}, on this machine alone: a demo or a test, for no real person"
    if not leads_nowhere(config.origin):
        return f"notices lead to {config.origin}"
    if not (config.keys / OPERATORS_FILE).exists():
        return f"no wiki can be acted on; before one is, set public_url: {config.origin} opens here alone"
    raise _wrong(
        "links",
        f"notices on wikis would lead people to {config.origin}, which opens on this machine alone",
        "set public_url in office.toml (docs/running.md)",
    )


def _wrong(code: str, what: str, hint: str) -> CheckFailedError:
    return CheckFailedError(f"office.doctor.{code}", what, hint=hint)


_LINKS = "links in notices"
_CHECKS: dict[str, Callable[[Office], str]] = {
    "folders": _folders,
    "keys": _keys,
    "sealed data": _streams,
    "audit": _audit,
    "facts": _facts,
    "log": _log,
    "clock": _clock,
    "outbox": _clocks,
    "erased data": _erased,
    _LINKS: _links,
}
