"""A few digits in a passkey's answer must not cost gigabytes: fido2 makes `bytes(number)` of a number."""

import json
import resource
from pathlib import Path
from typing import Any

import pytest

from approval.software_passkey import SoftwarePasskey
from holdfast.crypto.passkeys import parse_assertion, registered_passkey, to_base64url
from holdfast.errors import InputRefusedError
from store.offices import OfficeWorld

HUGE = 3_000_000_000
PAGES = ["/accounts/2fa/webauthn/login/", "/accounts/2fa/webauthn/add/", "/accounts/2fa/webauthn/reauthenticate/"]


def answers(user: str) -> list[dict[str, Any]]:
    """Answers of a passkey with a number in each place in turn, and one that is no object."""
    good = SoftwarePasskey().registration() | {"response": {**SoftwarePasskey().response(b"x")["response"]}}
    good["response"]["attestationObject"] = SoftwarePasskey().registration()["response"]["attestationObject"]
    good["response"]["userHandle"] = to_base64url(user.encode())
    broken = [{**good, name: HUGE} for name in ("id", "rawId", "response")]
    broken += [{**good, "response": {**good["response"], name: HUGE}} for name in good["response"]]
    return [*broken, {**good, "id": HUGE, "rawId": HUGE}, [HUGE]]  # type: ignore[list-item]


@pytest.mark.parametrize("page", PAGES)
def test_no_page_for_passkeys_takes_a_number_for_bytes(office: OfficeWorld, page: str) -> None:
    from django.test import Client

    member = office.member("decider")
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    here = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    client = Client(SERVER_NAME="localhost", SERVER_PORT="8420") if "login" in page else member.client()
    client.get(page)
    resource.setrlimit(resource.RLIMIT_AS, (here + 2**30, hard))
    try:
        for answer in answers(member.member):
            got = client.post(page, {"credential": json.dumps(answer), "name": "x", "passwordless": "on"})
            assert got.status_code in (200, 302, 400, 403, 422), got.status_code
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def test_what_is_signed_takes_no_number_for_bytes() -> None:
    for answer in answers("m-000000000000"):
        if isinstance(answer, dict) and answer.get("rawId") == HUGE:
            for read in (parse_assertion, registered_passkey):
                with pytest.raises(InputRefusedError):
                    read({**answer, "response": {}})
