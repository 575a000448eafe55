"""What a command wrote, on disk while it runs: both ends of it, however much it is.

    output.head        the first half of the limit
    output.tail-0      segments of half the limit each, of which the newest two are kept; the number says how
    output.tail-1      many came before, so that nothing but the files is needed to know what was dropped

Each chunk is one write(2) to the end of a file, nothing is buffered here: whoever is killed, what was appended stays.
"""

from __future__ import annotations

import os
import re
import threading
from typing import NamedTuple

from gitexp.model.settings import MB

OUTPUT_LIMIT = 10 * MB
_HEAD = "output.head"
_TAIL = "output.tail-"
_TAIL_NAME = re.compile(r"output\.tail-([0-9]+)")
HEAD_SEGMENT = -1
_KEPT_SEGMENTS = 2
_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_LONGEST_LINE = 65536
"""How far from the cut the end of a line is looked for."""


class SpooledOutput(NamedTuple):
    """What a spool kept. ``total_bytes`` came, ``dropped_bytes`` of them are not in ``data``; a line there says so."""

    data: bytes
    total_bytes: int
    dropped_bytes: int


class Spool:
    """An append-only record of output in a folder, with a hard cap: at most 1.5 × ``limit_bytes`` on disk.

    ``append`` may be called from several threads and never raises: the first failure becomes ``trouble``, a sentence,
    and recording stops there. No file is made before the first byte.
    """

    def __init__(self, folder: str, limit_bytes: int = OUTPUT_LIMIT) -> None:
        self.folder = folder
        self.trouble: str | None = None
        self.total_bytes = 0
        self._half = max(1, limit_bytes // 2)
        self._segment = HEAD_SEGMENT - 1
        self._room = 0
        self._file = -1
        self._lock = threading.RLock()
        self._interrupted: list[bytes] | None = None
        """While a chunk is being written: those that a signal's handler adds meanwhile, in the same thread."""

    def append(self, chunk: bytes) -> None:
        """Records a chunk after all that came before."""
        with self._lock:
            if self._interrupted is not None:
                self._interrupted.append(chunk)
                return
            self._interrupted = [chunk]
            try:
                while self._interrupted:
                    self._append(self._interrupted.pop(0))
            finally:
                left, self._interrupted = self._interrupted, None
                for one in left:
                    self._append(one)

    def _append(self, chunk: bytes) -> None:
        self.total_bytes += len(chunk)
        if self.trouble is not None:
            return
        try:
            self._write(memoryview(chunk))
        except OSError as error:
            self.trouble = f"output was recorded only in part: {error.strerror} ({self.folder})"
            self._close()

    def catch_up(self) -> None:
        """Goes on where another process stopped that had appended to the same folder. Before the first ``append``."""
        segments = list_segments(self.folder)
        try:
            self._segment = segments[-1] if segments else HEAD_SEGMENT
            size = os.stat(segment_path(self.folder, self._segment)).st_size
        except OSError:  # nothing was appended yet; a folder that cannot be read is told of by the first append
            self._segment = HEAD_SEGMENT - 1
            return
        self._room = max(0, self._half - size)
        self.total_bytes = self._half * (self._segment - HEAD_SEGMENT) + size

    def close(self) -> None:
        """Closes the file that is open; a later ``append`` goes on where this one stopped."""
        with self._lock:
            self._close()

    def _write(self, rest: memoryview) -> None:
        while rest:
            if self._room == 0:
                self._begin_file()
            elif self._file < 0:
                self._file = self._open()
            written = os.write(self._file, rest[: self._room])
            self._room -= written
            rest = rest[written:]

    def _begin_file(self) -> None:
        """Opens the head, then one segment after the other; an old one goes only when the new one is there."""
        self._close()
        self._segment += 1
        self._file = self._open()
        self._room = self._half
        if self._segment >= _KEPT_SEGMENTS:
            os.unlink(segment_path(self.folder, self._segment - _KEPT_SEGMENTS))

    def _open(self) -> int:
        return os.open(segment_path(self.folder, self._segment), _FLAGS, 0o600)

    def _close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def segment_path(folder: str, segment: int) -> str:
    """The file of a segment; that of the head is ``HEAD_SEGMENT``, the others count from 0."""
    return os.path.join(folder, _HEAD if segment == HEAD_SEGMENT else f"{_TAIL}{segment}")


def read_spool(folder: str) -> SpooledOutput:
    """Joins what a spool kept, that of a run that is going too; nothing there is no output. Raises OSError.

    Where output was dropped the cut is made at line ends if they are near: half a line is of no use, and half a
    password would not be known as one.
    """
    while True:
        head = _read(os.path.join(folder, _HEAD))
        segments = list_segments(folder)
        if not segments:
            return SpooledOutput(head, len(head), 0)
        try:
            contents = [_read(segment_path(folder, segment), required=True) for segment in segments[-2:]]
        except FileNotFoundError:  # the writer went on to the next one meanwhile
            continue
        # A tail exists only behind a full head, and all its segments but the last are as long.
        half = len(head)
        total = half * (1 + segments[-1]) + len(contents[-1])
        return _join(head, b"".join(contents)[-half:], total)


def _join(head: bytes, tail: bytes, total: int) -> SpooledOutput:
    if len(head) + len(tail) == total:
        return SpooledOutput(head + tail, total, 0)
    cut = max(head.rfind(end, -_LONGEST_LINE) for end in (b"\n", b"\r")) + 1
    head = head[: cut or len(head)]
    cut = tail.find(b"\n", 0, _LONGEST_LINE) + 1
    tail = tail[cut:]
    dropped = total - len(head) - len(tail)
    line = f"[gitexp: {dropped:,} bytes left out here]\n".encode()
    return SpooledOutput(head + (b"" if head.endswith(b"\n") else b"\n") + line + tail, total, dropped)


def list_segments(folder: str) -> list[int]:
    """The segments behind the head that are there, in order. Raises OSError."""
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        return []
    return sorted(int(match[1]) for name in names if (match := _TAIL_NAME.fullmatch(name)))


def _read(path: str, *, required: bool = False) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        if required:
            raise
        return b""


def read_spool_tail(folder: str, count: int) -> tuple[bytes, bool]:
    """The last whole lines within ``count`` bytes of what was written, and whether that is all. Raises OSError."""
    pieces: list[bytes] = []
    taken = 0
    for segment in reversed([HEAD_SEGMENT, *list_segments(folder)]):
        try:
            with open(segment_path(folder, segment), "rb") as file:
                file.seek(max(0, os.fstat(file.fileno()).st_size - count - 1 + taken))
                pieces.append(file.read(count + 1 - taken))
        except FileNotFoundError:  # nothing yet, or the writer went on to the next one meanwhile
            continue
        taken += len(pieces[-1])
        if taken > count:
            break
    data = b"".join(reversed(pieces))
    return (data, True) if taken <= count else (data[data.find(b"\n") + 1 :], False)
