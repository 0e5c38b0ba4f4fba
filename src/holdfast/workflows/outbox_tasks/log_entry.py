"""Put an entry into the public log, once, and keep where it stands.

Before appending, the index that the entry will have is kept; whoever comes back after a crash looks there first.
"""

from holdfast.facts import StreamId
from holdfast.record.merkle import leaf_hash
from holdfast.workflows.office import Office


def _put(office: Office, stream: StreamId, part: str) -> None:
    row, payload = office.vault.meant_for_log(stream, part)
    if row.index is not None:
        return
    with office.log() as log:
        if row.meant_index is not None and log.next_index > row.meant_index:
            log.checkpoint()
            found = log.prove(row.meant_index)
            if found.entry.kind == row.kind:
                row.index, row.leaf_hash = row.meant_index, leaf_hash(found.leaf).hex()
                row.save()
                return
        row.meant_index = log.next_index
        row.save()
        if row.is_sealed:
            receipt = log.seal(row.kind, payload, until=row.opens_at, condition=row.opens_on or None)
        else:
            receipt = log.append(row.kind, payload)
        log.checkpoint()
    row.index, row.leaf_hash = receipt.index, receipt.leaf_hash
    row.save()


TASK = _put
