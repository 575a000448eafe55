"""The frames of a journal that is still written: what is new in them, and what stands at their ends."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from gitexp.format.frames import HEADER, FrameReader
from gitexp.store.journal import is_own
from gitexp.store.journal_records import find_shift

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gitexp.store.journal import JournalStart
    from gitexp.store.journal_records import Record

_CHUNK = 1 << 20
_HEADER_BYTES = 4096


class FrameFollower:
    """Reads what is new in one file of frames; memory is flat. Times are in seconds since the start of the run."""

    __slots__ = ("_at", "_path", "_reader", "_shift", "_start")

    def __init__(self, path: str, start: JournalStart) -> None:
        self._path = path
        self._start = start
        self._reader = FrameReader()
        self._shift: Callable[[float], float] = float
        self._at = 0

    def read(self) -> Iterator[Record]:
        """The records that became whole since the last call; none where there is no file. Raises OSError."""
        try:
            file = open(self._path, "rb", buffering=0)  # noqa: SIM115  closed below
        except FileNotFoundError:
            return
        with file:
            if not is_own(os.fstat(file.fileno())):  # as read_log: another user's is not read
                return
            file.seek(self._at)
            while chunk := file.read(_CHUNK):
                self._at += len(chunk)
                for record in self._reader.feed(chunk):
                    if record[0] == HEADER:
                        self._shift = find_shift(record, self._start)
                    elif len(record) > 2:
                        yield (record[0], self._shift(record[1]), *record[2:])  # type: ignore[arg-type]


def read_tail(path: str, start: JournalStart, count: int) -> tuple[list[Record], bool]:
    """The records within the last ``count`` bytes of a file, and whether these are all of it. Raises OSError."""
    shift: Callable[[float], float] = float
    records: list[Record] = []
    with open(path, "rb", buffering=0) as file:
        status = os.fstat(file.fileno())
        if not is_own(status):
            return [], True
        size = status.st_size
        is_whole = size <= count
        found: list[tuple[Any, ...]] = []
        if not is_whole:
            found += list(FrameReader().feed(file.read(_HEADER_BYTES)))[:1]
            file.seek(size - count)
        found += FrameReader().feed(file.read(count))
    for record in found:
        if record[0] == HEADER:
            shift = find_shift(record, start)
        elif len(record) > 2:
            records.append((record[0], shift(record[1]), *record[2:]))
    return records, is_whole


def read_beginning(path: str, count: int) -> list[Record]:
    """The records within the first ``count`` bytes of a file, with their times as they stand. Raises OSError."""
    with open(path, "rb", buffering=0) as file:
        return list(FrameReader().feed(file.read(count))) if is_own(os.fstat(file.fileno())) else []
