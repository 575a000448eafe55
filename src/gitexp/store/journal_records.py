"""What a run's script said through the API, read from its journal: one file a process, in order of time together."""

from __future__ import annotations

import heapq
import os
from typing import TYPE_CHECKING, Any

from gitexp.format.frames import HEADER, FrameReader
from gitexp.store.journal import is_own

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gitexp.store.journal import Journal, JournalStart

Record = tuple[Any, ...]
_CHUNK = 1 << 20
_ALL = 1 << 62


class Damage:
    """What was passed over while records were read."""

    __slots__ = ("foreign", "places")

    def __init__(self) -> None:
        self.places = 0
        """Where a record is torn or damaged, or several in a row are."""
        self.foreign = 0
        """Files that belong to another user."""


def read_records(journal: Journal, start: JournalStart, damage: Damage | None = None) -> Iterator[Record]:
    """Every record but the headers, in order of time; times are in seconds since the start of the run.

    Memory is flat: files are read piece by piece. Damaged records are passed over, and counted in ``damage``. Raises
    OSError.
    """
    return merge_logs([read_log(path, start, damage) for path in list_logs(journal)])


def merge_logs(logs: list[Iterator[Record]]) -> Iterator[Record]:
    """The records of several files in order of time."""
    return logs[0] if len(logs) == 1 else heapq.merge(*logs, key=_time)


def list_logs(journal: Journal) -> list[str]:
    """The files of the run's processes. Raises OSError."""
    try:
        with os.scandir(journal.log) as entries:
            return sorted(entry.path for entry in entries if entry.is_file(follow_symlinks=False))
    except FileNotFoundError:
        return []


def read_log(
    path: str, start: JournalStart, damage: Damage | None = None, limit: int | None = None
) -> Iterator[Record]:
    """The records of one file in their order, as ``read_records`` gives them; of the first ``limit`` bytes, if given.

    A file of another user has none for us: what frames hold is trusted.
    """
    reader, damage = FrameReader(), damage or Damage()
    shift: Callable[[float], float] = float
    with open(path, "rb", buffering=0) as file:
        if not is_own(os.fstat(file.fileno())):
            damage.foreign += 1
            return
        seen, left = 0, _ALL if limit is None else limit
        while left > 0 and (chunk := file.read(min(_CHUNK, left))):
            left -= len(chunk)
            for record in reader.feed(chunk):
                if reader.damaged != seen:
                    damage.places += 1
                    seen = reader.damaged
                if record[0] == HEADER:
                    shift = find_shift(record, start)
                elif len(record) > 2:
                    yield (record[0], shift(record[1]), *record[2:])  # type: ignore[arg-type]
    damage.places += reader.damaged != seen or reader.torn > 0


def find_shift(header: tuple[Any, ...], start: JournalStart) -> Callable[[float], float]:
    """How a file's times become seconds since the start: by the clock that both share, else by the calendar's."""
    _, _, host, boot, _, _, wall, monotonic, *_ = header
    same = boot == start.boot if boot and start.boot else host == start.host
    began = start.monotonic if same else monotonic - (wall - start.wall)
    return lambda time: time - began


def _time(record: Record) -> float:
    time: float = record[1]
    return time
