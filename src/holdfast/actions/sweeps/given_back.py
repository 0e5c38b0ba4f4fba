"""Whether what an action took from a person is back, by the wikis themselves."""

from collections.abc import Iterable
from datetime import datetime

from holdfast.actions.steps.seen import Seen
from holdfast.actions.steps.step import is_done, living, matches_before
from holdfast.actions.sweeps.status import State, StepStatus


def still_gone(steps: Iterable[StepStatus], seen: Seen, *, now: datetime) -> tuple[str, ...]:
    """What of these steps, all on the wiki that was seen, is not back: their names. Empty: all is back.

    A step that this plan has not done took nothing. What came to the person since is not held against them: a group
    that was given anew, a block that somebody else has set since. A notice counts as taken back when its withdrawal
    stands under it; one whose plan holds no withdrawal is not asked for.
    """
    return tuple(each.step.name for each in steps if not _is_back(each, seen, now))


def _is_back(each: StepStatus, seen: Seen, now: datetime) -> bool:
    step = each.step
    if step.name == "message":
        return not (each.stands and step.intent.get("withdrawal"))
    if each.stands:
        return False
    if each.state is not State.UNDONE:
        # held or skipped before it was done: what somebody else did meanwhile is theirs
        return True
    if step.name == "rights":
        held = living(seen.account(step.target).groups, now)
        return set(living(step.intent["from"], now)) <= set(held)
    if step.name == "block":
        return not is_done(step, seen, now=now)
    return matches_before(step, seen, now=now)
