"""The drill: 200 holders, three jurisdictions, one freeze of two of them, on two real MediaWikis.

    .venv/bin/python bench/freeze_drill.py [--holders N]

Everybody is simulated. Printed: from the second signature to the last session revoked (the claim: under 60 s), to the
last right read back as removed, and what is true afterwards: reviews open, nobody outside the classes touched, the
exposure reports equal to the CheckUser log. It stops with 1 when one of these is not so.
"""

import argparse
import csv
import io
import json
import random
import tempfile
import time
from collections import Counter
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

CLAIM_SECONDS = 60.0
WIKIS = ("eastwiki", "westwiki")
FROZEN = ("J1", "J2")
COLUMNS = [
    *("account", "wiki", "wiki_language", "right", "grant_begins", "agreement_version", "agreement_signed"),
    *("jurisdiction", "jurisdiction_source", "jurisdiction_date"),
]
_START = date(2026, 8, 1)


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--holders", type=int, default=200)
    asked = arguments.parse_args()
    from holdfast.workflows.demo.wikis import People, demo_wikis

    rng = random.Random(1)
    holders = {
        f"Simulated holder {number:03}": (rng.choice(("checkuser", "suppress")), rng.choice(("J1", "J2", "J3")))
        for number in range(asked.holders)
    }
    people = People(plain=["Simulated editor"], groups={name: (group,) for name, (group, _) in holders.items()})
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        (folder / "office-keys").mkdir(mode=0o700)
        begun = time.perf_counter()
        with demo_wikis(folder, folder / "office-keys", people) as wikis:
            print(f"two wikis with {len(holders)} holders each, in {time.perf_counter() - begun:.1f} s")
            failed = drill(folder, wikis, holders, rng)
    for each in failed:
        print(f"NOT SO: {each}")
    if failed:
        raise SystemExit(1)


def drill(folder: Path, wikis: Any, holders: dict[str, tuple[str, str]], rng: random.Random) -> list[str]:
    """The whole drill; what was not as it should be."""
    office = new_office(folder)
    from holdfast.access.freezes.freeze import Removal
    from holdfast.access.freezes.order import Scope
    from holdfast.store.office.models import Session
    from holdfast.workflows.access.register import import_data
    from holdfast.workflows.acting.sweep import run_sweep
    from holdfast.workflows.demo.cast import cast
    from holdfast.workflows.freezes import freeze as freezes
    from holdfast.workflows.office.propose import carry_out, read_proposal

    actors = {role: found[0] for role, found in cast(office).items()}
    steward, decider = actors["access_steward"], actors["decider"]
    data = register_csv(holders)
    import_data(office, steward.reader, data, "csv", place="the drill", wiki="", version="")
    inside = {name for name, (_, place) in holders.items() if place in FROZEN}
    sessions = members_with_sessions(office, sorted(holders))
    log = checkuser_log(office, actors["custodian"], sorted(holders), rng)
    before = {name: groups_on(wiki) for name, wiki in wikis.items()}

    scope = Scope(rights=frozenset({"checkuser", "oversight"}), jurisdictions=frozenset(FROZEN))
    timed = Timer()
    freezes.preview(office, steward.reader, scope, reason="drill")
    timed.say("preview")
    proposal = freezes.propose_freeze(office, steward.reader, scope, reason="drill")
    timed.say("plan made from both wikis, and proposed")
    steward.sign(proposal)
    decider.sign(proposal)
    timed = Timer()
    number = carry_out(office, decider.reader, proposal).split("/")[2]
    left = Session.objects.filter(member__in=[sessions[name] for name in sessions if name in inside]).count()
    revoked = timed.say(f"second signature to last of {len(sessions)} members' sessions revoked")
    run_sweep(office, read_proposal(office, decider.reader, proposal).request.what["plan"]["id"])
    timed.say("second signature to last right read back as removed")

    freeze = freezes.read_freeze(office, steward.reader, number)
    after = {name: groups_on(wiki) for name, wiki in wikis.items()}
    return [
        what
        for what, is_so in {
            "sessions of those frozen are revoked within 60 s": left == 0 and revoked < CLAIM_SECONDS,
            "sessions of everybody else stand": all(
                Session.objects.filter(member=member).exists()
                for name, member in sessions.items()
                if name not in inside
            ),
            "every right is read back as removed": not freeze.waiting()
            and set(freeze.removals.values()) == {Removal.REMOVED},
            "the wikis' databases say the same": all(
                after[wiki] == {pair for pair in before[wiki] if pair[0] not in inside} for wiki in wikis
            ),
            "one review for each person is open": office.vault.count("review", state="open") == len(inside),
            "the exposure reports equal the CheckUser log": reports_agree(office, steward, inside, log),
        }.items()
        if not told(what, is_so=is_so)
    ]


def told(what: str, *, is_so: bool) -> bool:
    """Print one thing that must be so."""
    print(f"{what}: {'yes' if is_so else 'NO'}")
    return is_so


class Timer:
    """Seconds since it was made."""

    def __init__(self) -> None:
        self.begun = time.perf_counter()

    def say(self, what: str) -> float:
        """Print the seconds so far, and give them."""
        seconds = time.perf_counter() - self.begun
        print(f"{seconds:8.2f} s  {what}")
        return seconds


def new_office(folder: Path) -> Any:
    """An office beside its keys, with a budget that the drill may spend."""
    from holdfast.web.console.settings import console_settings
    from holdfast.workflows.office.opening import init_office, open_office, place_of

    home, keys = folder / "office", folder / "office-keys"
    init_office(home, keys, name="Drill", django=console_settings)
    settings = home / "office.toml"
    text = settings.read_text("utf-8").replace("sealed_reads_per_day = 300", "sealed_reads_per_day = 100000")
    settings.write_text(text.replace("idle_minutes = 15", "idle_minutes = 15\nalarm_at_reads = 100000"), "utf-8")
    place = place_of(home, keys)
    return open_office(place=place, django=console_settings(place))


def register_csv(holders: dict[str, tuple[str, str]]) -> bytes:
    """The register: each holder on both wikis."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for name, (group, place) in holders.items():
        for wiki in WIKIS:
            dates = ["2020-01-01", "3", "2019-12-01", place, "simulated", "2019-12-01"]
            writer.writerow([name, wiki, "en", group, *dates])
    return out.getvalue().encode()


def members_with_sessions(office: Any, names: list[str]) -> dict[str, str]:
    """Every tenth holder works in the console too, signed in with two browsers."""
    from django.contrib.auth import SESSION_KEY

    from holdfast.store.office import members as store
    from holdfast.store.office.sessions import SessionStore
    from holdfast.store.office.vault import Reader
    from holdfast.workflows.office.members import write_profile

    found = {}
    for name in names[::10]:
        member = store.fresh_member_id()
        store.add_member(member, ["investigator"], office.clock())
        write_profile(office, Reader.system(), member, [name])
        for _ in range(2):
            session = SessionStore()
            session[SESSION_KEY] = member
            session.create()
        found[name] = member
    return found


def checkuser_log(office: Any, custodian: Any, names: list[str], rng: random.Random) -> Counter[tuple[str, str]]:
    """A simulated CheckUser log on each wiki, imported; who looked how often."""
    from holdfast.access.exposure.lookups_read import LogFile
    from holdfast.ids import wiki_name
    from holdfast.workflows.exposure.months_read import import_lookups

    counts: Counter[tuple[str, str]] = Counter()
    for wiki in WIKIS:
        entries = []
        for number in range(600):
            at = datetime(2026, 8, 1, tzinfo=UTC) + timedelta(minutes=60 * number + rng.randint(0, 59))
            who = rng.choice(names)
            counts[wiki, who] += 1
            entries.append(
                {
                    "timestamp": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                    "checkuser": who,
                    "type": "userips",
                    "reason": f"simulated case {number}",
                    "target": f"Simulated subject {number % 97}",
                }
            )
        answer = {"batchcomplete": True, "query": {"checkuserlog": {"entries": entries[::-1]}}}
        files = [LogFile(place=f"{wiki}.json", data=json.dumps(answer).encode())]
        import_lookups(office, custodian.reader, wiki_name(wiki), files)
    return counts


def reports_agree(office: Any, steward: Any, inside: set[str], log: Counter[tuple[str, str]]) -> bool:
    """Whether each frozen holder's exposure report has exactly the log's look-ups."""
    from holdfast.accounts.names import AccountName
    from holdfast.ids import wiki_name
    from holdfast.workflows.exposure.months_read import report_of

    def lookups(name: str) -> int:
        return report_of(
            office,
            steward.reader,
            holder={wiki_name(wiki): [AccountName(name)] for wiki in WIKIS},
            period_start=_START,
            period_end=date(2026, 12, 1),
        ).lookups

    return all(lookups(name) == sum(log[wiki, name] for wiki in WIKIS) for name in sorted(inside))


def groups_on(wiki: Any) -> set[tuple[str, str]]:
    """Every account with every group, from the wiki's own database."""
    import sqlite3

    with closing(sqlite3.connect(f"file:{wiki.wiki.database}?mode=ro", uri=True, timeout=30)) as database:
        sql = "SELECT CAST(user_name AS TEXT), CAST(ug_group AS TEXT) FROM user_groups JOIN user ON user_id = ug_user"
        return {(str(name), str(group)) for name, group in database.execute(sql)}


if __name__ == "__main__":
    main()
