"""Carrying out a batch of steps on one wiki: look, journal the intent, write, look again.

The wiki's state decides, never an answer. A write that may have been made is given time to show before it is
repeated, and a step that is neither as before nor as after is held.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from holdfast.actions.steps.ports import BusyError, HandLostError, WikiHand
from holdfast.actions.steps.seen import Seen
from holdfast.actions.steps.step import Step, is_done, is_way_back, look_at, matches_before, perform
from holdfast.actions.sweeps.journal import Mark
from holdfast.actions.sweeps.run_state import RunState, Why
from holdfast.errors import HoldfastError, ServiceUnavailableError
from holdfast.ids import WikiName

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Lane:
    """One line of work on one wiki; `is_stopped` says that it should end after the write that it is at."""

    state: RunState
    wiki: WikiName
    number: int
    is_stopped: Callable[[], bool]

    def hand(self) -> WikiHand:
        """The operator who acts now."""
        return self.state.means.crew.hand(self.wiki, self.number)

    def patiently(self, ask: Callable[[WikiHand], T]) -> T:
        """Ask the wiki something that may be asked twice, until it answers.

        Raises ServiceUnavailableError `sweep.busy` when patience ends, OperatorsLostError.
        """
        waits = self.state.means.patience.busy_waits()
        while True:
            hand = self.hand()
            try:
                return ask(hand)
            except ServiceUnavailableError as away:
                self.wait(away, next(waits, None))
            except HandLostError as lost:
                self.state.means.crew.lost(self.wiki, self.number, hand, lost)

    def missing(self, step: Step) -> str:
        """Why no operator may do this step, as a code; empty when one may, who then goes on.

        A change of rights that the operator may not make is answered like one that is made: this tells them apart.
        """
        crew = self.state.means.crew
        hand = self.hand()
        try:
            hand.check_ready(step.needs)
            return ""
        except HandLostError as lost:
            reason = lost
        other = crew.next_hand(self.wiki, self.number)
        try:
            if other is not None:
                other.check_ready(step.needs)
                crew.lost(self.wiki, self.number, hand, reason)
                return ""
        except HandLostError:
            pass
        return reason.code

    def wait(self, busy: ServiceUnavailableError, wait: float | None) -> None:
        """Wait as the wiki asks, and no less than patience says; with none left the run stops."""
        if wait is None:
            raise ServiceUnavailableError(
                "sweep.busy",
                "the wiki asks for more patience than this run has; the plan stays open",
                got=busy.code,
                place=str(self.wiki),
                hint="run the plan again later: it goes on where it was",
            )
        asked = busy.wait_seconds if isinstance(busy, BusyError) else 0.0
        self.state.means.sleep(max(wait, asked))

    def look(self, steps: Sequence[Step]) -> Seen:
        """One look at all that these steps concern."""
        return self.patiently(lambda hand: look_at(hand, steps))


def carry_out(lane: Lane, steps: Sequence[Step]) -> None:
    """Bring these steps (of one wiki, none before another) to done or held, unless the lane is stopped.

    Raises ServiceUnavailableError `sweep.busy`, OperatorsLostError, and what the journal raises.
    """
    waits = lane.state.means.patience.lost_waits()
    ready = _ready(lane, steps, waits)
    while ready:
        tried = [step for step in ready if not lane.is_stopped() and _write(lane, step)]
        ready = [] if lane.is_stopped() and not tried else _unseen(lane, tried, waits)


def _ready(lane: Lane, steps: Sequence[Step], waits: Iterator[float]) -> list[Step]:
    """Those that are to be written now. What is done is marked so, what has moved is held."""
    under_way = [step for step in steps if lane.state.mark(step) in (Mark.INTENDED, Mark.SENT)]
    fresh = [step for step in steps if step not in under_way]
    seen = lane.look(fresh)
    ready = [step for step in fresh if _is_open(lane, step, seen)]
    return ready + (_unseen(lane, under_way, waits) if under_way else [])


def _is_open(lane: Lane, step: Step, seen: Seen) -> bool:
    """Judge a step of which no write is under way: true when the wiki is as the plan saw it."""
    state, now = lane.state, lane.state.means.clock()
    if is_done(step, seen, now=now):
        ours = state.mark(step) is Mark.REOPENED or bool(state.tries.get(step.id))
        # a block that has run out needs no lifting: time has undone it, nobody else
        ours = ours or (is_way_back(step) and matches_before(step, seen, now=now))
        _found_done(lane, step, ours=ours)
        return False
    if not matches_before(step, seen, now=now):
        state.hold(step, Why.MOVED)
        return False
    return True


def _found_done(lane: Lane, step: Step, *, ours: bool) -> None:
    """What is so without a write that this plan knows to have made: its own all the same, or somebody else's work.

    A marker belongs to one step, so a message that is there is this plan's, whatever the journal lost.
    """
    state = lane.state
    if ours or step.name == "message":
        state.write(Mark.DONE, [step], {"found": True})
    elif step.id in state.accepts_already:
        state.write(Mark.DONE, [step], {"already": True})
    else:
        state.hold(step, Why.ALREADY)


def _write(lane: Lane, step: Step) -> bool:
    """One write, repeated only while the wiki says that it did not make it. True when it is to be read back."""
    state = lane.state
    waits = state.means.patience.busy_waits()
    while True:
        hand = lane.hand()
        state.refusals.pop(step.id, None)
        state.write(Mark.INTENDED, [step], {"operator": hand.operator})
        try:
            perform(step, hand, now=state.means.clock())
        except BusyError as busy:
            if not busy.outcome_known:
                return True
            state.write(Mark.RETURNED, [step], {"code": busy.code})
            lane.wait(busy, next(waits, None))
        except HandLostError as lost:
            state.write(Mark.RETURNED, [step], {"code": lost.code})
            state.means.crew.lost(lane.wiki, lane.number, hand, lost)
        except ServiceUnavailableError:
            return True
        except HoldfastError as refused:
            # it may say that all is so already: reading back decides
            state.refusals[step.id] = refused.code
            return True
        else:
            # lost with the power, this row's step is looked at again like one whose answer was lost
            state.write(Mark.SENT, [step], {"operator": hand.operator}, flush=False)
            return True
        # time has passed, or another operator goes on: the wiki may have moved
        if lane.is_stopped() or not _is_open(lane, step, lane.look([step])):
            return False


def find_out(lane: Lane, steps: Sequence[Step]) -> tuple[list[Step], list[Step]]:
    """Read back until all of these writes show or had their time: done is marked so, what has moved is held.

    Gives what is still as before: without an effect, and refused by the wiki.
    """
    waits = lane.state.means.patience.settle_waits(_waited(lane, steps))
    pending, refused = list(steps), list[Step]()
    while pending:
        pending, told = _judge_sent(lane, pending, lane.look(pending))
        refused += told
        wait = next(waits, None)
        if not pending or wait is None:
            break
        lane.state.means.sleep(wait)
    return pending, refused


def _unseen(lane: Lane, steps: Sequence[Step], waits: Iterator[float]) -> list[Step]:
    """Read back; gives those that are to be written again. The others are done or held."""
    pending, refused = find_out(lane, steps)
    return [step for step in refused if _another_may(lane, step)] + _to_repeat(lane, pending, waits)


def _waited(lane: Lane, steps: Sequence[Step]) -> float:
    """Seconds since the latest of these writes was intended."""
    now = lane.state.means.clock()
    latest = max((lane.state.last[step.id].at for step in steps), default=now)
    return max(0.0, (now - latest).total_seconds())


def _judge_sent(lane: Lane, steps: Sequence[Step], seen: Seen) -> tuple[list[Step], list[Step]]:
    """Mark what is done, hold what has moved; gives what is still as before: without an answer, and refused."""
    state, now = lane.state, lane.state.means.clock()
    here = [step for step in steps if is_done(step, seen, now=now)]
    # refused at the first try and yet there: somebody else was quicker
    others = [step for step in here if step.id in state.refusals and state.tries[step.id] == 1]
    for step in others:
        _found_done(lane, step, ours=False)
    state.write(Mark.DONE, [step for step in here if step not in others])
    left = [step for step in steps if step not in here]
    for step in left:
        if not matches_before(step, seen, now=now):
            state.hold(step, Why.MOVED)
    left = [step for step in left if state.mark(step) is not Mark.HELD]
    return (
        [step for step in left if step.id not in state.refusals],
        [step for step in left if step.id in state.refusals],
    )


def _another_may(lane: Lane, step: Step) -> bool:
    """Whether a refused step goes to the other operator, who may do it; else it is held."""
    hand = lane.hand()
    missing = lane.missing(step)
    if not missing and lane.hand() is not hand:
        return True
    lane.state.hold(step, Why.REFUSED, code=lane.state.refusals[step.id])
    return False


def _to_repeat(lane: Lane, steps: Sequence[Step], waits: Iterator[float]) -> list[Step]:
    """Of writes that never showed, those that are tried again; the others are held.

    A message that the wiki has confirmed is never sent a second time, whatever became of it. A wiki that gives no
    answers is away, however well it can be read: that is waited for, and then the plan stays open.
    """
    again = []
    state, tries = lane.state, lane.state.means.patience.tries
    for step in steps:
        confirmed = step.name == "message" and state.mark(step) is Mark.SENT
        if confirmed or state.answered.get(step.id, 0) >= tries:
            state.hold(step, Why.NOT_MADE)
        elif missing := lane.missing(step):
            state.hold(step, Why.REFUSED, code=missing)
        else:
            again.append(step)
    if any(state.unseen.get(step.id, 0) >= tries for step in again):
        away = ServiceUnavailableError("wiki.answer_lost", "the wiki does not answer writes", place=str(lane.wiki))
        lane.wait(away, next(waits, None))
    return again
