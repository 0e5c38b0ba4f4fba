"""Several people at work at one moment, in threads with connections of their own, over a real database."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from holdfast.errors import HoldfastError


def at_once(*wishes: Callable[[], Any]) -> list[Any]:
    """All of these at one moment; what each gave, or the error that it was answered with, in their order."""
    from django.db import connections

    begin, found = threading.Barrier(len(wishes)), [None] * len(wishes)

    def run(number: int) -> None:
        begin.wait()
        try:
            found[number] = wishes[number]()
        except Exception as error:
            found[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(wishes))]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return found


@contextmanager
def beside(*looks: Callable[[], Any]) -> Iterator[list[str]]:
    """These go on again and again while the block runs; what went wrong in them, once it is over."""
    from django.db import connections

    over, wrong = threading.Event(), []

    def run(look: Callable[[], Any]) -> None:
        try:
            while not over.is_set():
                wrong.extend(look() or ())
        except Exception as error:
            wrong.append(repr(error))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(look,)) for look in looks]
    for each in threads:
        each.start()
    try:
        yield wrong
    finally:
        over.set()
        for each in threads:
            each.join()


def codes(found: Sequence[Any]) -> list[str]:
    """The codes of those that were refused; anything else that went wrong is raised here."""
    for each in found:
        if isinstance(each, Exception) and not isinstance(each, HoldfastError):
            raise each
    return sorted(each.code for each in found if isinstance(each, HoldfastError))
