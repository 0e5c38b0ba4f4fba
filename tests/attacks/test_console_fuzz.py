"""Schemathesis sends every endpoint of the console whatever its address and form could hold: no page breaks.

The console has no API description of its own, so one is made from its addresses and the names of its forms' fields.
Requests go through Django's test client, signed in, with a valid token against forgery, or without signing in.
"""

import re
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings

from store.offices import OfficeWorld
from web.everywhere import patterns

CONSOLE = Path(__file__).parents[2] / "src" / "holdfast" / "web" / "console"
EXAMPLES = 3
SKIPPED = ("/accounts/logout/", "/suspend/", "/static/")


def _field_names() -> list[str]:
    """The names that any form of the console posts."""
    names = set()
    for path in CONSOLE.rglob("templates/**/*.html"):
        names |= set(re.findall(r'name="([a-z_0-9-]+)"', path.read_text()))
    for path in CONSOLE.rglob("rooms/*.py"):
        text = path.read_text()
        names |= set(re.findall(r"^    ([a-z_]+) = forms\.", text, re.MULTILINE))
        names |= set(re.findall(r'(?:POST|GET)\.get(?:list)?\("([a-z_]+)"', text))
    return sorted(names - {"csrfmiddlewaretoken", "viewport", "robots"})


def _described() -> dict[str, Any]:
    """An OpenAPI description of every address."""
    text = {"type": "string", "maxLength": 60}
    form = {"type": "object", "properties": dict.fromkeys(_field_names(), text), "additionalProperties": False}
    paths: dict[str, Any] = {}
    for pattern in patterns():
        if pattern.startswith(SKIPPED):
            continue
        names = re.findall(r"<(?:\w+:)?(\w+)>", pattern)
        address = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", pattern)
        parameters = [{"name": name, "in": "path", "required": True, "schema": text} for name in names]
        asked = [{"name": name, "in": "query", "schema": text} for name in ("q", "after", "state", "next")]
        answers = {"default": {"description": "a page"}}
        body = {"content": {"application/x-www-form-urlencoded": {"schema": form}}}
        paths[address] = {
            "get": {"parameters": parameters + asked, "responses": answers},
            "post": {"parameters": parameters, "requestBody": body, "responses": answers},
        }
    return {"openapi": "3.0.3", "info": {"title": "console", "version": "1"}, "paths": paths}


def _operations() -> list[Any]:
    return [each.ok() for each in schemathesis.openapi.from_dict(_described()).get_all_operations()]


def _send(client: Any, case: Any) -> Any:
    if case.method == "GET":
        return client.get(case.formatted_path, data={key: str(value) for key, value in (case.query or {}).items()})
    body = case.body if isinstance(case.body, dict) else {}
    return client.post(case.formatted_path, {str(key): str(value) for key, value in body.items()})


@pytest.mark.parametrize("role", ["access_steward", "decider", "auditor", ""])
def test_whatever_is_sent_no_page_breaks(office: OfficeWorld, role: str) -> None:
    from django.test import Client

    client = office.member(role).client() if role else Client(SERVER_NAME="localhost")
    for operation in _operations():

        @settings(
            max_examples=EXAMPLES,
            database=None,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def send(case: Any) -> None:
            answer = _send(client, case)
            assert answer.status_code < 500, (case.method, case.formatted_path)
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]

        send()
