"""What a freeze holds: reading it, and letting go."""

from collections.abc import Iterable

from holdfast.access.freezes.freeze import Freeze, fold
from holdfast.audit import Verb
from holdfast.errors import CheckFailedError
from holdfast.facts import SYSTEM, MemberId, StreamId
from holdfast.store.office import members as store
from holdfast.store.office.vault import Reader
from holdfast.workflows.access.holds import still_held
from holdfast.workflows.office.opening import Office

KIND = "freeze"


def read_freeze(office: Office, reader: Reader, number: str, *, purpose: str = "freeze shown") -> Freeze:
    """One freeze, read and counted."""
    stream = StreamId(kind=KIND, id=number)
    return fold(stream, office.vault.read(reader, stream, purpose=purpose))


def check_removed(freeze: Freeze, people: Iterable[StreamId]) -> None:
    """Return when no removal is under way for these people. Raises CheckFailedError `access.freeze.under_way`."""
    waiting = freeze.under_way(people)
    if waiting:
        raise CheckFailedError(
            "access.freeze.under_way",
            "rights of this freeze are still being removed; nothing is given back before that is read back",
            got=f"{len(waiting)} on {', '.join(sorted({item.wiki for item in waiting}))}",
            hint="wait for the next tick, or see why the wiki does not answer",
        )


def readmit(office: Office, members: Iterable[MemberId]) -> None:
    """Let members work again whom a freeze had suspended, unless another freeze holds them."""
    for member in members:
        if not still_held(office, member):
            audit = office.vault.audit
            audit.write([audit.event(SYSTEM, Verb.READMIT, "member", member, purpose="freeze let go")])
            store.unsuspend(member)
