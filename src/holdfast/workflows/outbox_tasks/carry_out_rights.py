"""Rights taken or given back on the wikis, as two people signed it; goes on where its journal stands."""

from holdfast.access.freezes.lifting import LIFT_KIND
from holdfast.access.freezes.order import item_from, order_from
from holdfast.actions.plans.plan import Plan
from holdfast.actions.sweeps.journal import Mark, states
from holdfast.facts import StreamId
from holdfast.store.office.vault import Reader
from holdfast.workflows.access.rights_plans import carry_out
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.propose import read_proposal


def _carry_out(office: Office, stream: StreamId, part: str) -> None:
    done = carry_out(office, stream)
    if done is not None:
        _note(office, stream, done)


def _note(office: Office, stream: StreamId, plan: Plan) -> None:
    """Keep what reading back said, with the freeze or the review that asked for it."""
    from holdfast.workflows.access import freeze, review

    proposal = read_proposal(office, Reader.system(), stream, purpose="rights read back")
    what = proposal.request.what
    found = _by_account(office, stream, plan)
    if proposal.kind in ("freeze", freeze.REST_KIND):
        is_first = proposal.kind == "freeze"
        items = order_from(what["order"]).items if is_first else tuple(map(item_from, what["items"]))
        number = what["order"]["freeze"] if is_first else what["freeze"]
        removals = {
            (item.person.id, str(item.wiki), item.right): "held" if found[item.account, item.wiki] else "removed"
            for item in items
            if (item.account, item.wiki) in found
        }
        freeze.note_removals(office, StreamId(kind="freeze", id=number), removals)
    elif proposal.kind == LIFT_KIND:
        freeze.note_put_back(office, what["order"]["freeze"], _put_back(found))
    else:
        review.note_put_back(office, what["review"], _put_back(found))


def _put_back(found: dict[tuple[str, str], bool]) -> dict[str, str]:
    return {f"{account} on {wiki}": "held" if is_held else "done" for (account, wiki), is_held in found.items()}


def _by_account(office: Office, stream: StreamId, plan: Plan) -> dict[tuple[str, str], bool]:
    """For each account and wiki of the plan: whether it is held. Where nothing had to be done, it is done."""
    journal = office.vault.journal(Reader.system(), stream, str(plan.id), purpose="rights read back")
    last = states(journal.rows())
    found = {}
    for each in plan.actions:
        for wiki in each.action.wikis:
            row = last.get(f"{each.id}/{wiki}/rights")
            found[each.action.target, str(wiki)] = row is not None and row.mark is not Mark.DONE
    return found


TASK = _carry_out
