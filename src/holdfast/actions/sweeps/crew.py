"""The operators of each wiki: a first, a second; who goes on when one is lost."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence

from holdfast.actions.steps.ports import HandLostError, WikiHand
from holdfast.errors import CheckFailedError, UsageError
from holdfast.ids import WikiName

OpenHand = Callable[[], WikiHand]
"""Logs an operator account in and gives its hand. Raises HandLostError when it cannot be logged in, BusyError."""
OnLost = Callable[[WikiName, str, HandLostError], None]
"""Told once of each operator that is lost: wiki, operator's place from 0 as text, and why."""


class OperatorsLostError(CheckFailedError):
    """No operator account of a wiki can act any more. The plan stays open; a new operator goes on."""


class Crew:
    """For each wiki its operators in the order in which they are used. Safe to use from several threads.

    Each lane (a thread's number) has a hand of its own, so that hands need not be safe for threads.
    """

    def __init__(self, operators: Mapping[WikiName, Sequence[OpenHand]]) -> None:
        self._operators = operators
        self._current = dict.fromkeys(operators, 0)
        self._hands: dict[tuple[WikiName, int, int], WikiHand] = {}
        self._lock = threading.Lock()
        self._on_lost: OnLost = lambda wiki, place, reason: None

    def tell(self, on_lost: OnLost) -> None:
        """Whom to tell when an operator is lost."""
        self._on_lost = on_lost

    def check_wikis(self, wikis: Iterable[WikiName]) -> None:
        """Raise UsageError `sweep.no_operator` unless each wiki has two operators: one alone can be blocked."""
        alone = sorted(wiki for wiki in set(wikis) if len(self._operators.get(wiki, ())) < 2)
        if alone:
            raise UsageError(
                "sweep.no_operator",
                "each wiki of a plan needs two operator accounts, so that the work goes on when one is blocked",
                expected="a first and a second operator",
                got=f"fewer on {', '.join(alone)}",
                hint="add the operator's credentials and start again",
            )

    def hand(self, wiki: WikiName, lane: int) -> WikiHand:
        """The hand that acts on this wiki now, for this lane. Raises OperatorsLostError when none is left."""
        while True:
            place = self._current[wiki]
            if place >= len(self._operators[wiki]):
                raise _none_left(wiki)
            try:
                return self._hand_at(wiki, lane, place)
            except HandLostError as reason:
                self._next(wiki, place, reason)

    def next_hand(self, wiki: WikiName, lane: int) -> WikiHand | None:
        """The hand of the operator who would take over; null when there is none. Raises HandLostError."""
        place = self._current[wiki] + 1
        return self._hand_at(wiki, lane, place) if place < len(self._operators[wiki]) else None

    def _hand_at(self, wiki: WikiName, lane: int, place: int) -> WikiHand:
        with self._lock:
            known = self._hands.get((wiki, lane, place))
        if known is not None:
            return known
        opened = self._operators[wiki][place]()
        with self._lock:
            self._hands[(wiki, lane, place)] = opened
        return opened

    def lost(self, wiki: WikiName, lane: int, hand: WikiHand, reason: HandLostError) -> None:
        """This hand can no longer act: the next operator takes over. Raises OperatorsLostError when none is left."""
        with self._lock:
            places = [key[2] for key, each in self._hands.items() if key[:2] == (wiki, lane) and each is hand]
        self._next(wiki, places[0] if places else self._current[wiki], reason)

    def _next(self, wiki: WikiName, place: int, reason: HandLostError) -> None:
        with self._lock:
            news = self._current[wiki] == place
            if news:
                self._current[wiki] = place + 1
            left = self._current[wiki] < len(self._operators[wiki])
        if news:
            self._on_lost(wiki, str(place + 1), reason)
        if not left:
            raise _none_left(wiki)


def _none_left(wiki: WikiName) -> OperatorsLostError:
    return OperatorsLostError(
        "sweep.operators_lost",
        "no operator account can act on this wiki any more",
        place=str(wiki),
        hint="have an operator account unblocked or add another one, then run it again: it goes on",
    )
