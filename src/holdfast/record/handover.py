"""Key rotation as a reader sees it: from a key that was known to the one that signs now."""

from holdfast.crypto.notes import VerifierKey, parse_verifier_key
from holdfast.errors import CheckFailedError
from holdfast.record.checkpoint import open_checkpoint
from holdfast.record.entry import Act, parse_entry
from holdfast.record.merkle import check_inclusion, inclusion_proof, leaf_hash
from holdfast.record.tiles import WIDTH, Fetch, TileReader, fetch_bundle

_LIMIT = 1000  # steps from one key to the next; chosen, bounds the walk


def rotation_path(old: VerifierKey) -> str:
    """Where the checkpoint lies by which a key hands over to the next."""
    return f"rotation/{old.key_id.hex()}"


def current_key(
    fetch: Fetch, checkpoint: bytes, key: VerifierKey
) -> tuple[VerifierKey, list[tuple[int, VerifierKey]]]:
    """The key that signed the checkpoint, reached from `key`, and the steps (entry, new key) on the way.

    Each step is a checkpoint that both keys signed, in whose tree an entry names the new key. Raises
    CheckFailedError `record.checkpoint.key` when there is no way.
    """
    steps: list[tuple[int, VerifierKey]] = []
    while True:
        try:
            open_checkpoint(checkpoint, key)
        except CheckFailedError as error:
            if error.code != "record.checkpoint.key" or len(steps) > _LIMIT:
                raise
            index, key = _next_key(fetch, key, error)
            steps.append((index, key))
        else:
            return key, steps


def _next_key(fetch: Fetch, key: VerifierKey, no_way: CheckFailedError) -> tuple[int, VerifierKey]:
    try:
        data = fetch(rotation_path(key))
    except CheckFailedError:
        raise no_way from None
    head = open_checkpoint(data, key).head
    read = TileReader(fetch, head.size)
    for number in range((head.size - 1) // WIDTH, -1, -1):
        entries = fetch_bundle(fetch, number, min(WIDTH, head.size - number * WIDTH))
        for at, entry_data in reversed(list(enumerate(entries))):
            if not entry_data.startswith(b'{"act":{"rotate":'):
                continue
            index = number * WIDTH + at
            proof = inclusion_proof(index, head.size, read)
            check_inclusion(leaf_hash(entry_data), proof, index=index, size=head.size, root=head.root)
            entry = parse_entry(entry_data, place=f"entry {index}")
            if entry.act is Act.ROTATE:
                new = parse_verifier_key(str(entry.target))
                open_checkpoint(data, new)
                return index, new
    raise no_way
