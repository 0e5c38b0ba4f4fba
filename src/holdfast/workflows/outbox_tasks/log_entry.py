"""Put an entry into the public log, once, and keep where it stands.

Before appending, the index that the entry will have is kept; whoever comes back after a crash looks there first. What
stands there is this entry only when it commits to this text with this entry's own salt: another promise of the same
kind, with the same words even, may have come in between.
"""

from collections.abc import Mapping
from typing import Any

from holdfast.errors import CheckFailedError
from holdfast.facts import StreamId
from holdfast.record import Log
from holdfast.record.entry import commit, payload_text
from holdfast.store.office.models import LogEntryRow
from holdfast.workflows.office.opening import Office


def _put(office: Office, stream: StreamId, part: str) -> None:
    with office.log() as log:
        # read while the log is held: nobody else carries this promise out now
        row, payload = office.vault.meant_for_log(stream, part)
        if row.index is not None:
            return
        salt = office.vault.log_salt(stream, part)
        if row.meant_index is not None and log.next_index > row.meant_index:
            log.checkpoint()
            if _is_ours(log, row, payload, salt):
                _keep(row, row.meant_index, log.prove(row.meant_index).leaf.hex())
                return
        row.meant_index = log.next_index
        row.save(update_fields=["meant_index"])
        if row.is_sealed:
            receipt = log.seal(row.kind, payload, until=row.opens_at, condition=row.opens_on or None, salt=salt)
        else:
            receipt = log.append(row.kind, payload, salt=salt)
        # the log has taken it for good; should too few witnesses cosign now, the clock `log_published` publishes it
        _keep(row, receipt.index, receipt.leaf_hash)
        try:
            log.checkpoint()
        except CheckFailedError as reason:
            if reason.code != "record.policy.quorum":
                raise


def _is_ours(log: Log, row: LogEntryRow, payload: Mapping[str, Any], salt: bytes) -> bool:
    """Whether the entry that stands where this one was meant to stand is this one."""
    entry, text = log.prove(row.meant_index).entry, payload_text(payload)
    if entry.commitment == commit(salt, text):
        return True
    # put in by an earlier version, whose salts were random: the same text, which no other promise can have put there
    others = LogEntryRow.objects.filter(meant_index=row.meant_index).exclude(pk=row.pk)
    return entry.kind == row.kind and log.committed_text(row.meant_index) == text and not others.exists()


def _keep(row: LogEntryRow, index: int, leaf_hash: str) -> None:
    row.index, row.leaf_hash = index, leaf_hash
    row.save(update_fields=["index", "leaf_hash"])


TASK = _put
