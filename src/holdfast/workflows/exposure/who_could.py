"""Who could, from the office's register, as far as the reader may see it."""

from dataclasses import dataclass

from holdfast.access.exposure.report import Held, Seen
from holdfast.access.exposure.who_could import held_rights
from holdfast.facts import StreamId
from holdfast.store.office.vault import Reader
from holdfast.workflows.access import register
from holdfast.workflows.office.opening import Office


@dataclass(frozen=True, kw_only=True)
class HeldNow:
    """The rights of the register; null where the reader may not see it, so that nobody is said to have had none."""

    rights: tuple[Held, ...] | None

    def count_shown(self, office: Office, reader: Reader, seen: Seen) -> None:
        """Write down and count the people whom an answer shows by name."""
        people = {StreamId(kind=register.KIND, id=each.person.rpartition("/")[2]) for each in seen.could or ()}
        register.shown(office, reader, people, purpose="who could shown by name")


def held_now(office: Office, reader: Reader) -> HeldNow:
    """The rights that people hold and held."""
    if not office.vault.may(reader, "read_sealed", register.KIND).allowed:
        return HeldNow(rights=None)
    found = register.load(office, reader, purpose="who could")
    return HeldNow(rights=held_rights(found.register))
