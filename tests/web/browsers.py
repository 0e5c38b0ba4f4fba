"""The console in Debian's Chromium: a served office, and people with virtual authenticators.

with served(office) as console:              the office of a fixture, served on http://localhost:PORT
    with console.person(chromium, "decider") as person:
        person.page.goto(console.address)    signed in with a passkey of the browser's virtual authenticator
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from browsing import PATIENCE_MS, Seen
from store.offices import OfficeWorld, TestMember


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Person:
    """Somebody at a browser, with a passkey in it."""

    context: BrowserContext
    page: Page
    seen: Seen
    member: str = ""


def wait_after_clicks(page: Page) -> None:
    """A click that leads to another page returns when that page is whole.

    A click alone returns at the first bytes of the new page: what then counts rows finds none on a loaded machine.
    """
    clicked = page.click

    def click(*arguments: Any, **options: Any) -> None:
        clicked(*arguments, **options)
        page.wait_for_load_state()

    page.click = click  # type: ignore[method-assign]


@dataclass
class ServedConsole:
    """A console that runs."""

    world: OfficeWorld
    address: str

    @contextmanager
    def browser(self, chromium: Browser, **context: Any) -> Iterator[Person]:
        """A browser with an empty virtual authenticator, not signed in."""
        within = chromium.new_context(viewport={"width": 1280, "height": 900}, **context)
        within.set_default_timeout(PATIENCE_MS)
        try:
            page, seen = within.new_page(), Seen()
            wait_after_clicks(page)
            page.on("console", lambda message: seen.complaints.append(f"{message.type}: {message.text}"))
            page.on("pageerror", lambda error: seen.complaints.append(str(error)))
            page.on("request", lambda request: seen.requests.append(request.url))
            if context.get("java_script_enabled", True):
                add_authenticator(page)
            yield Person(context=within, page=page, seen=seen)
        finally:
            within.close()

    @contextmanager
    def person(self, chromium: Browser, *roles: str, **context: Any) -> Iterator[Person]:
        """Somebody who was invited, joined, enrolled a passkey, and is signed in with it: all through the pages."""
        from holdfast.access.rules.console_rules import Because
        from holdfast.store.office import members as store
        from holdfast.store.office.vault import Reader
        from holdfast.workflows.office.members import write_profile

        member = store.fresh_member_id()
        secret = store.add_member(member, roles, self.world.clock())
        write_profile(self.world.office, Reader.of_the_office(Because.BOOKS), member, ())
        with self.browser(chromium, **context) as person:
            person.member = member
            join(person.page, self.address, secret, f"user-{member[2:]}")
            yield person

    @contextmanager
    def as_member(self, chromium: Browser, member: TestMember, **context: Any) -> Iterator[Person]:
        """A browser with a session of an existing member, as after signing in with a passkey; it cannot sign."""
        client = member.client()
        with self.browser(chromium, **context) as person:
            person.member = member.member
            cookies = [
                {"name": name, "value": morsel.value, "url": self.address} for name, morsel in client.cookies.items()
            ]
            person.context.add_cookies(cookies)  # type: ignore[arg-type]
            yield person


def add_authenticator(page: Page) -> str:
    """A security key in software, as the browser itself brings it for tests."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    made = session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return str(made["authenticatorId"])


def join(page: Page, address: str, secret: str, username: str, password: str = "a long password of no use") -> None:
    """Use an invitation, sign in, enrol a passkey; ends signed in, with the passkey fresh."""
    page.goto(f"{address}/join/{secret}/")
    page.fill("#id_username", username)
    page.fill("#id_password", password)
    page.fill("#id_again", password)
    page.click("main button[type=submit]")
    assert page.url.endswith("/accounts/login/"), page.locator("main").inner_text()
    page.fill("#id_login", username)
    page.fill("#id_password", password)
    page.click("text=Go on")
    page.goto(f"{address}/accounts/2fa/webauthn/add/")
    page.check("#id_passwordless")
    page.click("#mfa_webauthn_add")
    page.wait_for_url(lambda url: "/add/" not in url)
    fresh_passkey(page, address)


def fresh_passkey(page: Page, address: str, following: str = "/") -> None:
    """Use the passkey again, as a page that needs it fresh asks for."""
    page.goto(f"{address}/accounts/2fa/webauthn/reauthenticate/?next={following}")
    page.click("#mfa_webauthn_reauthenticate")
    page.wait_for_url(lambda url: "reauthenticate" not in url)


@contextmanager
def served(world: OfficeWorld) -> Iterator[ServedConsole]:
    """Serve an office's console on a free port of this machine while the block runs."""
    from django.core.wsgi import get_wsgi_application
    from waitress.server import create_server

    from holdfast.web.console.settings import console_settings
    from holdfast.workflows.office.opening import OfficePlace, open_office

    port = free_port()
    place = OfficePlace(config=replace(world.office.config, port=port), master=world.office.place.master)
    world.office = open_office(place=place, django=console_settings(place), clock=world.clock)
    server = create_server(get_wsgi_application(), host="127.0.0.1", port=port, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield ServedConsole(world=world, address=f"http://localhost:{port}")
    finally:
        server.close()
        thread.join(timeout=5)
