"""Changing the master key under a database: every stream's key is wrapped anew, in one transaction."""

from collections.abc import Callable

from allauth.mfa.models import Authenticator
from django.db import transaction

from holdfast.crypto.master_key import MasterKey, Purpose, rotate
from holdfast.crypto.sealing import unwrap_key
from holdfast.errors import CheckFailedError
from holdfast.store.office.erasing import empty_after_commit
from holdfast.store.office.models import Session, StreamKey

_BATCH = 1000  # rows re-keyed in one transaction; chosen


def wrap_all_anew(old: MasterKey, new: MasterKey, reseal_code: Callable[[str], str]) -> int:
    """Wrap all keys under the new master key and end every session; how many keys there were.

    `reseal_code` gives a code generator's secret sealed under the new key. Raises CheckFailedError `crypto.sealed`,
    and then nothing was changed.
    """
    with transaction.atomic():
        rows = list(StreamKey.objects.select_for_update().exclude(wrapped_key=None).order_by("pk"))
        names = ((f"{row.kind}/{row.stream_id}", bytes(row.wrapped_key)) for row in rows)
        for row, (_, wrapped) in zip(rows, rotate(old, new, names), strict=True):
            row.wrapped_key = wrapped
        StreamKey.objects.bulk_update(rows, ["wrapped_key"], batch_size=_BATCH)
        for each in Authenticator.objects.select_for_update().filter(type=Authenticator.Type.TOTP):
            each.data["secret"] = reseal_code(each.data["secret"])
            each.save(update_fields=["data"])
        Session.objects.all().delete()
        empty_after_commit()  # keys that open under the old master key are not to lie on in the database's files
    return len(rows)


def opens_under(master: MasterKey) -> bool:
    """Whether this master key is that of the database; a database without any key says no to none."""
    first = StreamKey.objects.exclude(wrapped_key=None).order_by("pk").first()
    if first is None:
        return True
    try:
        unwrap_key(master.key_for(Purpose.SEALING), bytes(first.wrapped_key), f"{first.kind}/{first.stream_id}")
    except CheckFailedError:
        return False
    return True
