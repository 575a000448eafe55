"""What a run's script said through the API, read from its journal: one file a process, in order of time together."""

from __future__ import annotations

import heapq
import os
from typing import TYPE_CHECKING, Any

from gitexp.format.frames import HEADER, FrameReader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gitexp.store.journal import Journal, JournalStart

Record = tuple[Any, ...]
_CHUNK = 1 << 20


def read_records(journal: Journal, start: JournalStart) -> Iterator[Record]:
    """Every record but the headers, in order of time; times are in seconds since the start of the run.

    Memory is flat: files are read piece by piece. Damaged records are passed over. Raises OSError.
    """
    return heapq.merge(*(read_log(path, start) for path in list_logs(journal)), key=_time)


def list_logs(journal: Journal) -> list[str]:
    """The files of the run's processes. Raises OSError."""
    try:
        with os.scandir(journal.log) as entries:
            return sorted(entry.path for entry in entries if entry.is_file(follow_symlinks=False))
    except FileNotFoundError:
        return []


def read_log(path: str, start: JournalStart) -> Iterator[Record]:
    """The records of one file in their order, as ``read_records`` gives them."""
    reader = FrameReader()
    shift: Callable[[float], float] = float
    with open(path, "rb", buffering=0) as file:
        while chunk := file.read(_CHUNK):
            for record in reader.feed(chunk):
                if record[0] == HEADER:
                    shift = _find_shift(record, start)
                elif len(record) > 2:
                    yield (record[0], shift(record[1]), *record[2:])  # type: ignore[arg-type]


def _find_shift(header: tuple[Any, ...], start: JournalStart) -> Callable[[float], float]:
    """How a file's times become seconds since the start: by the clock that both share, else by the calendar's."""
    _, _, host, boot, _, _, wall, monotonic, *_ = header
    same = boot == start.boot if boot and start.boot else host == start.host
    began = start.monotonic if same else monotonic - (wall - start.wall)
    return lambda time: time - began


def _time(record: Record) -> float:
    time: float = record[1]
    return time
