"""Offices for tests: a real database, members with passkeys in software, and browsers without a screen.

    office = offices.new()                       SQLite; `offices.new(database_url=postgres.url())` for PostgreSQL
    steward = office.member("access_steward")    a member with one passkey
    steward.reader()                             as the door would make it: signed in, passkey fresh
    steward.reader(fresh=False) / .reader(passkey=False)
    office.approve(stream, decider, other)       both sign with their passkeys; `office.carry_out(stream, decider)`
    steward.client().get("/members/")            Django's test client, signed in
    office.clock.go_on(days=13)                  time is what the test says
    office.office                                the `Office` that workflows are given

Every account, name and case in tests is made up.
"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from approval.software_passkey import SoftwarePasskey
from holdfast.facts import MemberId, StreamId

# Playwright's synchronous calls run inside a loop of their own; one thread at a time uses the database all the same
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
PORT = 8420


@dataclass
class MovableClock:
    """A clock that stands still until it is moved."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def go_on(self, **more: float) -> datetime:
        self.now += timedelta(**more)
        return self.now


@dataclass
class TestMember:
    """A member of the office with a passkey in software."""

    __test__ = False
    world: "OfficeWorld"
    member: MemberId
    username: str
    key: SoftwarePasskey = field(default_factory=lambda: SoftwarePasskey(origin=f"http://localhost:{PORT}"))

    def reader(self, *, passkey: bool = True, fresh: bool = True) -> Any:
        from holdfast.store.office.vault import Reader

        facts = self.world.office.reader_facts(self.member)
        return Reader(**facts, passkey_session=passkey, passkey_fresh=passkey and fresh)

    def sign(self, stream: StreamId) -> Any:
        from holdfast.workflows.office import propose

        office, reader = self.world.office, self.reader()
        content = propose.read_proposal(office, reader, stream).request.content()
        return propose.sign(office, reader, stream, self.key.response(content))

    def client(self, *, passkey: bool = True, fresh: bool = True) -> Any:
        """A browser of this member: signed in with a passkey (fresh or not), or with a code alone."""
        from allauth.account.internal.userkit import user_id_to_str
        from django.test import Client

        from holdfast.store.office.models import Member

        user = Member.objects.get(pk=self.member)
        client = Client(SERVER_NAME="localhost", SERVER_PORT=str(PORT), raise_request_exception=True)
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        session = client.session
        at = self.world.clock().timestamp() - (0 if fresh else 3600)
        session["account_authentication_methods"] = [
            {"method": "mfa", "type": "webauthn" if passkey else "totp", "at": at}
        ]
        session["account_authentication_methods_user"] = user_id_to_str(user)
        session["seen_at"] = self.world.clock().isoformat()
        session.save()
        return client


@dataclass
class OfficeWorld:
    """One office for one test."""

    folder: Path
    keys: Path
    clock: MovableClock
    office: Any

    def member(self, *roles: str, wiki_accounts: tuple[str, ...] = (), linked_to: tuple[str, ...] = ()) -> TestMember:
        """A member who has joined and enrolled a passkey."""
        from allauth.mfa.models import Authenticator

        from holdfast.access.rules.console_rules import Because
        from holdfast.store.office import members as store
        from holdfast.store.office.models import Member
        from holdfast.store.office.vault import Reader
        from holdfast.workflows.office.members import write_profile

        member = store.fresh_member_id()
        store.add_member(member, roles, self.clock())
        Member.objects.filter(pk=member).update(username=f"user-{member[2:]}")
        made = TestMember(world=self, member=member, username=f"user-{member[2:]}")
        Authenticator.objects.create(
            user_id=member,
            type=Authenticator.Type.WEBAUTHN,
            data={"name": "test", "credential": made.key.registration(), "passwordless": True},
        )
        write_profile(self.office, Reader.of_the_office(Because.BOOKS), member, wiki_accounts, linked_to)
        return made

    def approve(self, stream: StreamId, *signers: TestMember) -> None:
        for each in signers:
            each.sign(stream)

    def carry_out(self, stream: StreamId, who: TestMember) -> Any:
        from holdfast.workflows.office import propose

        return propose.carry_out(self.office, who.reader(), stream)


@dataclass
class Offices:
    """Makes offices quickly: the first one is installed, the others are copies of it."""

    folder: Path
    template: Path
    count: int = 0

    def new(self, *, database_url: str = "", now: datetime = NOON) -> OfficeWorld:
        from holdfast.web.console.settings import console_settings
        from holdfast.workflows.office.opening import open_office, place_of

        self.count += 1
        home = self.folder / f"office{self.count}"
        keys = self.folder / f"office{self.count}-keys"
        clock = MovableClock(now)
        if database_url:
            _install(home, keys, database_url=database_url)
        else:
            shutil.copytree(self.template, home)
            shutil.copytree(self.template.with_name("template-keys"), keys)
        place = place_of(home, keys)
        office = open_office(place=place, django=console_settings(place), clock=clock)
        return OfficeWorld(folder=home, keys=keys, clock=clock, office=office)


def _install(home: Path, keys: Path, *, database_url: str = "") -> None:
    from holdfast.web.console.settings import console_settings
    from holdfast.workflows.office.opening import init_office

    init_office(
        home,
        keys,
        name="Test office",
        database_url=database_url,
        port=PORT,
        links_on_this_machine=True,
        django=console_settings,
    )


@pytest.fixture(scope="session")
def office_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("office-template")
    _install(folder / "template", folder / "template-keys")
    from django.db import connections

    connections.close_all()
    return folder / "template"


@pytest.fixture
def offices(office_template: Path, tmp_path: Path) -> Iterator[Offices]:
    """Makes offices for one test."""
    yield Offices(folder=tmp_path, template=office_template)
    from django.db import connections

    connections.close_all()


@pytest.fixture
def office(offices: Offices) -> OfficeWorld:
    """One office on SQLite."""
    return offices.new()
