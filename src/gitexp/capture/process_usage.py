"""What a command and all processes that came from it use: processor, memory, threads."""

from __future__ import annotations

import os
import sys
from typing import NamedTuple

from gitexp.capture.processes import list_descendants
from gitexp.capture.rates import SHORTEST_SECONDS

_PROC = "/proc"
_CORE = 100.0
_MEMORY_DIGITS = -5  # a tenth of a megabyte: finer is noise, and takes room in every run


class ProcessUse(NamedTuple):
    """What one process has used. ``began`` tells it from a later one of the same id."""

    began: float
    seconds: float
    """Processor time of its own."""
    waited: float
    """Processor time of the children that it saw end, and of theirs."""
    memory_bytes: int
    threads: int
    """0 for one that has ended and that nobody asked for."""


class ProcessTree:
    """A command's processes, looked at again and again."""

    __slots__ = ("_before", "_pid", "_then")

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._then = 0.0
        self._before: dict[int, ProcessUse] = {}

    def sample(self, now: float) -> dict[str, float]:
        """Use by name, 100 percent being one core; nothing once the command has ended. ``now`` is in seconds."""
        uses = {pid: use for pid in list_descendants(self._pid) if (use := read_process(pid)) is not None}
        first = self._before.get(self._pid)
        root = uses.get(self._pid)
        if root is None or not root.threads or (first is not None and first.began != root.began):
            return {}  # it has ended, and the number may be somebody else's by now
        running = [use for use in uses.values() if use.threads]
        found: dict[str, float] = {
            "memory_bytes": round(sum(use.memory_bytes for use in running), _MEMORY_DIGITS),
            "processes": len(running),
            "threads": sum(use.threads for use in running),
        }
        if first is not None and now - self._then < SHORTEST_SECONDS:
            return found
        if first is not None:
            seconds = count_seconds(self._before, uses)
            found = {"cpu_percent": round(seconds / (now - self._then) * _CORE, 1), **found}
        self._before, self._then = uses, now
        return found


def count_seconds(before: dict[int, ProcessUse], after: dict[int, ProcessUse]) -> float:
    """Processor time used between two looks, that of processes included which ended meanwhile.

    What those had used comes to light in the time that their parents waited for; of it goes what was counted before.
    """
    own = waited = gone = 0.0
    for pid, use in after.items():
        old = before.get(pid)
        known = old is not None and old.began == use.began
        own += use.seconds - (old.seconds if old is not None and known else 0.0)
        waited += use.waited - (old.waited if old is not None and known else 0.0)
    for pid, use in before.items():
        if pid not in after or after[pid].began != use.began:
            gone += use.seconds + use.waited
    return max(0.0, own) + max(0.0, waited - gone)


def read_process(pid: int) -> ProcessUse | None:
    """What a process has used; None when it is gone or not ours to see."""
    if sys.platform != "linux":
        return read_by_psutil(pid)
    try:
        with open(f"{_PROC}/{pid}/stat", "rb", buffering=0) as file:
            raw = file.readall()
    except OSError:
        return None
    # Behind the name, which may hold anything: state, then numbers as proc(5) lists them.
    words = raw[raw.rfind(b")") + 2 :].split()
    ticks = os.sysconf("SC_CLK_TCK")
    user, system, waited_user, waited_system = (int(word) / ticks for word in words[11:15])
    return ProcessUse(
        began=int(words[19]),
        seconds=user + system,
        waited=waited_user + waited_system,
        memory_bytes=int(words[21]) * os.sysconf("SC_PAGE_SIZE"),
        threads=0 if words[0] in b"ZX" else int(words[17]),
    )


def read_by_psutil(pid: int) -> ProcessUse | None:
    """The same of any system that psutil knows."""
    import psutil

    try:
        process = psutil.Process(pid)
        with process.oneshot():
            times = process.cpu_times()
            ended = process.status() == psutil.STATUS_ZOMBIE
            return ProcessUse(
                began=process.create_time(),
                seconds=times.user + times.system,
                waited=times.children_user + times.children_system,
                memory_bytes=0 if ended else process.memory_info().rss,
                threads=0 if ended else process.num_threads(),
            )
    except psutil.Error:
        return None
