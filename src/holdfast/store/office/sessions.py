"""Sessions in the database: sealed content, hashed keys, and whose they are, so that they can be ended at once.

Whoever steals the database finds neither a cookie that works nor what a session held.
"""

import base64
import binascii
import hashlib
import logging
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.utils import timezone

from holdfast.canonical import canonical_bytes, parse_json
from holdfast.crypto.sealing import seal, unseal
from holdfast.errors import HoldfastError
from holdfast.facts import MemberId

_PLACE = b"session"
_LOG = logging.getLogger("holdfast.office.sessions")


class SessionStore(DatabaseSessionStore):
    """Named in Django's SESSION_ENGINE."""

    @classmethod
    def get_model_class(cls) -> type:
        from holdfast.store.office.models import Session

        return Session

    def encode(self, session_dict: dict[str, Any]) -> str:
        """Sealed under the sessions' key."""
        sealed = seal(settings.HOLDFAST_SESSION_KEY, canonical_bytes(_plain(session_dict)), _PLACE)
        return base64.b64encode(sealed).decode("ascii")

    def decode(self, session_data: str) -> dict[str, Any]:
        """What a row held; nothing when it does not open (another key, another hand)."""
        try:
            sealed = base64.b64decode(session_data, validate=True)
            found = parse_json(unseal(settings.HOLDFAST_SESSION_KEY, sealed, _PLACE))
        except (HoldfastError, binascii.Error, ValueError):
            _LOG.warning("a session did not open and was dropped")
            return {}
        return found if isinstance(found, dict) else {}

    # the row is found by the hash of the key that the browser holds

    def _get_session_from_db(self) -> Any:
        rows = self.get_model_class().objects  # type: ignore[attr-defined]
        found = rows.filter(session_key=stored_key(self.session_key), expire_date__gt=timezone.now()).first()
        if found is None:
            self._session_key = None
        return found

    def exists(self, session_key: str) -> bool:
        return bool(super().exists(stored_key(session_key)))

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        row = super().create_model_instance(data)
        row.session_key = stored_key(row.session_key)
        row.member = str(data.get(SESSION_KEY, ""))
        row.last_seen_at = datetime.fromisoformat(data["seen_at"]) if "seen_at" in data else None
        return row

    def delete(self, session_key: str | None = None) -> None:
        key = session_key if session_key is not None else self.session_key
        if key is not None:
            self.get_model_class().objects.filter(session_key=stored_key(key)).delete()  # type: ignore[attr-defined]


def stored_key(session_key: str | None) -> str:
    """What stands in the database for a browser's session key."""
    return hashlib.sha256(f"session\0{session_key or ''}".encode()).hexdigest()[:40]


def end_sessions(members: list[MemberId]) -> int:
    """End every session of these members at once; how many there were."""
    from holdfast.store.office.models import Session

    count, _ = Session.objects.filter(member__in=members).delete()
    return int(count)


def _plain(value: Any) -> Any:
    """JSON of the canonical kind: floats (times of sign-in) as they are, tuples as lists."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
