"""Preflight: all targets of a plan looked at on the live wikis, and every problem listed at once. Nothing is written.

    found = preflight(actions, hands, now=now)                       a dry run: reads the before-states
    found = preflight(actions, hands, now=now, planned=states)       before the start: is all as the plan saw it?
    found.states, found.problems    nothing stands against the start when there is no problem

`hands` are the operators of each wiki in the order in which they act; one alone is a problem, since an admin who
fights back needs to block only that one.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from holdfast.accounts.names import same_account
from holdfast.actions.steps.kind import Action, Kind, TargetType, kind_of, look_at_targets
from holdfast.actions.steps.ports import HandLostError, WikiHand
from holdfast.actions.steps.seen import Seen
from holdfast.actions.steps.step import Json, Step, is_done, is_past, look_at, matches_before
from holdfast.errors import HoldfastError, InputRefusedError, ServiceUnavailableError
from holdfast.ids import WikiName

States = Mapping[str, Mapping[WikiName, Json]]
"""Action id → wiki → before-state."""


@dataclass(frozen=True, kw_only=True, order=True)
class Problem:
    """Why the plan cannot start. It names no account: the action's id does."""

    code: str
    what: str
    action: str = ""
    wiki: str = ""

    def to_json(self) -> dict[str, str]:
        """As the report stores it."""
        return {"code": self.code, "what": self.what, "action": self.action, "wiki": self.wiki}


@dataclass(frozen=True, kw_only=True)
class Preflight:
    """What was found, at one moment."""

    at: datetime
    states: dict[str, dict[WikiName, dict[str, Any]]]
    problems: tuple[Problem, ...]
    already_so: tuple[tuple[str, WikiName], ...]
    """Action and wiki where nothing would be done, because all is as it shall be."""
    steps: Mapping[str, int]
    """How many steps there are of each name."""

    def to_json(self) -> dict[str, Any]:
        """The report, as it is hashed and signed with the plan."""
        return {
            "at": self.at.isoformat(),
            "states": {action: dict(sorted(states.items())) for action, states in sorted(self.states.items())},
            "problems": [problem.to_json() for problem in self.problems],
            "already_so": [list(pair) for pair in self.already_so],
            "steps": dict(sorted(self.steps.items())),
        }


def preflight(
    actions: Sequence[Action],
    hands: Mapping[WikiName, Sequence[WikiHand]],
    *,
    now: datetime,
    planned: States | None = None,
    deciders: Collection[str] = (),
) -> Preflight:
    """Look at every target on every wiki, and at the operators. `deciders` are the accounts of those who approve.

    `planned` are the before-states of the plan: each must still be so. Asks each wiki a few times, however many
    targets there are.
    """
    problems = list(_known(actions))
    good = [each for each in actions if not any(problem.action == each.id for problem in problems)]
    states: dict[str, dict[WikiName, dict[str, Any]]] = {each.id: {} for each in actions}
    already: list[tuple[str, WikiName]] = []
    steps: list[Step] = []
    for wiki in sorted({wiki for each in good for wiki in each.wikis}):
        here = [each for each in good if wiki in each.wikis]
        look = _Look(wiki=wiki, hands=hands.get(wiki, ()), now=now, deciders=frozenset(deciders), planned=planned)
        found = look.all_of(here)
        problems += found.problems
        already += [(action, wiki) for action in found.already]
        steps += found.steps
        for action, state in found.states.items():
            states[action][wiki] = state
    return Preflight(
        at=now,
        states=states,
        problems=tuple(sorted(set(problems))),
        already_so=tuple(sorted(already)),
        steps=Counter(step.name for step in steps),
    )


@dataclass(kw_only=True)
class _Found:
    states: dict[str, dict[str, Any]]
    problems: list[Problem]
    already: list[str]
    steps: list[Step]


@dataclass(frozen=True, kw_only=True)
class _Look:
    """One wiki, looked at once."""

    wiki: WikiName
    hands: Sequence[WikiHand]
    now: datetime
    deciders: frozenset[str]
    planned: States | None

    def all_of(self, actions: Sequence[Action]) -> _Found:
        found = _Found(states={}, problems=[], already=[], steps=[])
        if not self.hands:
            found.problems.append(self._problem("preflight.no_operator", "nobody can act on this wiki"))
            return found
        try:
            seen = self._look(lambda hand: look_at_targets(hand, actions))
            for action in actions:
                found.problems += self._target(action, seen)
                self._plan(action, seen, found)
            found.problems += [*self._twice(found.steps), *self._moved(actions, found)]
        except ServiceUnavailableError as reason:
            found.problems.append(self._problem("preflight.unavailable", f"the wiki cannot be read ({reason.code})"))
            return found
        except HandLostError:
            pass  # the operators' own problems follow
        found.problems += self._operators({need for step in found.steps for need in step.needs})
        return found

    def _look(self, ask: Any) -> Seen:
        """Asked of the first operator who can."""
        lost: HandLostError | None = None
        for hand in self.hands:
            try:
                seen: Seen = ask(hand)
                return seen
            except HandLostError as reason:
                lost = reason
        assert lost is not None
        raise lost

    def _target(self, action: Action, seen: Seen) -> Iterator[Problem]:
        """Who may not be a target at all."""
        if kind_of(action).target is not TargetType.ACCOUNT:
            return
        if any(same_account(action.target, hand.operator) for hand in self.hands):
            yield self._problem("preflight.operator", "the target is one of the operators themselves", action)
        if any(same_account(action.target, each) for each in self.deciders):
            yield self._problem("preflight.decider", "the target is an account of somebody who decides here", action)
        if seen.account(action.target).is_system:
            yield self._problem("preflight.system_user", "the target is the software itself, not a person", action)

    def _plan(self, action: Action, seen: Seen, found: _Found) -> None:
        """Reads the before-state and works out the steps, or says why that cannot be."""
        kind = kind_of(action)
        try:
            before = kind.read(seen, action)
            steps = kind.steps(before, action, self.wiki)
        except InputRefusedError as reason:
            found.problems.append(self._absent(action, kind) or self._problem(reason.code, reason.what, action))
            return
        found.states[action.id] = before
        found.steps += steps
        found.problems += [
            self._problem("preflight.expiry_past", "an end that the action sets lies in the past", action)
            for step in steps
            if any(is_past(end, self.now) for end in _ends(step))
        ]
        if not steps:
            found.already.append(action.id)

    def _absent(self, action: Action, kind: Kind) -> Problem | None:
        """What became of an account that is not there, as far as the wiki's log of renamings tells."""
        if kind.target is not TargetType.ACCOUNT:
            return None
        for hand in self.hands:
            try:
                renamed = hand.log_entries(kinds=["renameuser"], title=f"User:{action.target}")
            except HoldfastError:
                continue  # this wiki keeps no such log, or the hand is lost: then the plain words hold
            if renamed:
                entry = renamed[-1]
                what = f"the account was renamed (log entry {entry.id}, {entry.at})"
                return self._problem("preflight.renamed", what, action)
        return None

    def _moved(self, actions: Sequence[Action], found: _Found) -> Iterator[Problem]:
        """Where the wiki is no longer as the plan saw it."""
        if self.planned is None:
            return
        wanted = {
            action.id: steps
            for action in actions
            if action.id in found.states and (steps := self._planned_steps(action)) is not None
        }
        seen = self._look(lambda hand: look_at(hand, [step for steps in wanted.values() for step in steps]))
        for action in actions:
            if action.id not in wanted or action.id not in found.states:
                if action.id in found.states:
                    yield self._problem("preflight.not_planned", "the plan does not say what was there", action)
                continue
            old, new = self.planned[action.id][self.wiki], found.states[action.id]
            if old.get("user_id") != new.get("user_id"):
                yield self._problem("preflight.other_account", "another account has this name now", action)
            elif all(is_done(step, seen, now=self.now) for step in wanted[action.id]):
                if wanted[action.id]:
                    yield self._problem("preflight.already_so", "somebody has already done this", action)
            elif not all(matches_before(step, seen, now=self.now) for step in wanted[action.id]):
                yield self._problem("preflight.moved", "the wiki is no longer as the plan saw it", action)

    def _twice(self, steps: Iterable[Step]) -> Iterator[Problem]:
        """Two actions that change the same thing: whichever came second would find a wiki that has moved."""
        first: dict[tuple[str, str], str] = {}
        for step in steps:
            action = step.id.removesuffix(f"/{self.wiki}/{step.name}")
            other = first.setdefault((step.target, step.name), action)
            if other != action and step.name != "message":
                what = f"it changes the same thing as {other} ({step.name})"
                yield Problem(code="preflight.twice", what=what, action=action, wiki=self.wiki)

    def _planned_steps(self, action: Action) -> tuple[Step, ...] | None:
        before = (self.planned or {}).get(action.id, {}).get(self.wiki)
        return None if before is None else kind_of(action).steps(before, action, self.wiki)

    def _operators(self, needs: Collection[str]) -> Iterator[Problem]:
        if len({hand.operator for hand in self.hands}) < 2:
            what = "there is no second operator to go on if the first is blocked"
            yield self._problem("preflight.one_operator", what)
        for place, hand in enumerate(self.hands, 1):
            try:
                hand.check_ready(sorted(needs))
            except HandLostError as reason:
                what = f"operator {place} is not ready: {reason.what}" + (f", {reason.got}" if reason.got else "")
                yield self._problem("preflight.operator_not_ready", what)
            except ServiceUnavailableError as reason:
                yield self._problem("preflight.unavailable", f"the wiki cannot be read ({reason.code})")

    def _problem(self, code: str, what: str, action: Action | None = None) -> Problem:
        return Problem(code=code, what=what, action=action.id if action else "", wiki=self.wiki)


def _known(actions: Iterable[Action]) -> Iterator[Problem]:
    """Actions whose kind or parameters make no sense."""
    for action in actions:
        try:
            kind_of(action).check(action)
        except InputRefusedError as reason:
            yield Problem(code=reason.code, what=f"{reason.what}: {reason.got}", action=action.id)


def _ends(step: Step) -> list[str]:
    """The ends that a step would set."""
    if step.name == "block":
        return [] if step.intent["to"] is None else [step.intent["to"]["expiry"]]
    if step.name not in ("rights", "protect"):
        return []
    old, new = step.intent["from"], step.intent["to"]
    changed = [end for name, end in new.items() if old.get(name) != end]
    return changed if step.name == "rights" else [end for _, end in changed]
