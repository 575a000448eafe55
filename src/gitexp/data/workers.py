"""Many transfers at a time, each in a thread, which all end when one fails or nobody waits any more."""

from __future__ import annotations

import queue
import threading
import time
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from gitexp.data.remote_failures import Interrupted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Item = TypeVar("Item")
Done = TypeVar("Done")
_PATIENCE_SECONDS = 5.0


class Outcome(NamedTuple, Generic[Item, Done]):
    """What became of one item."""

    item: Item
    done: Done | None
    error: Exception | None = None


class Stopping:
    """Whether transfers are to end. Each asks as its bytes move."""

    __slots__ = ("_event",)

    def __init__(self) -> None:
        self._event = threading.Event()

    def stop(self) -> None:
        """From now on who asks is interrupted."""
        self._event.set()

    @property
    def is_set(self) -> bool:
        """Whether they are to end."""
        return self._event.is_set()

    def check(self) -> None:
        """Raises Interrupted where they are to end."""
        if self._event.is_set():
            raise Interrupted


def work_in_parallel(
    items: Iterable[Item], work: Callable[[Item], Done], jobs: int, stopping: Stopping
) -> Iterator[Outcome[Item, Done]]:
    """Does the work for each item in ``jobs`` threads, and gives what became of each as it is done.

    ``items`` are taken one by one, in this thread, when a thread is free for the next. At the end, also one that an
    exception makes, the threads are told to stop and are waited for; one that hears nothing for seconds, since the
    other side is silent, is left behind: it ends with the process.
    """
    waiting: queue.Queue[Item | None] = queue.Queue()
    ready: queue.Queue[Outcome[Item, Done]] = queue.Queue()
    threads: list[threading.Thread] = []

    def serve() -> None:
        while (item := waiting.get()) is not None:
            try:
                stopping.check()
                ready.put(Outcome(item, work(item)))
            except Exception as error:  # noqa: BLE001  carried over to the thread that waits, which tells it
                ready.put(Outcome(item, None, error))

    under_way = 0
    try:
        for item in items:
            if under_way == len(threads) and len(threads) < jobs:
                threads.append(threading.Thread(target=serve, daemon=True))
                threads[-1].start()
            waiting.put(item)
            under_way += 1
            while under_way >= jobs or not ready.empty():
                yield ready.get()
                under_way -= 1
        while under_way:
            yield ready.get()
            under_way -= 1
    finally:
        if under_way:
            stopping.stop()
        for _ in threads:
            waiting.put(None)
        deadline = time.monotonic() + _PATIENCE_SECONDS
        for thread in threads:
            thread.join(max(deadline - time.monotonic(), 0))
