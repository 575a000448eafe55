"""A spool read as it grows: every byte once, and how many were dropped before they could be read."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple, Self

from gitexp.capture.spool import HEAD_SEGMENT, OUTPUT_LIMIT, list_segments, segment_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

_CHUNK = 1 << 18


class Dropped(NamedTuple):
    """Output that is not there any more: so many bytes stood between what came before and what comes next."""

    bytes_left_out: int


class SpoolFollower:
    """Reads what is new in a spool's folder.

    The file that is being read stays open: it is read to its end though the writer went on and removed it, or the
    whole folder went.
    """

    def __init__(self, folder: str, limit_bytes: int = OUTPUT_LIMIT) -> None:
        self.folder = folder
        self._full = max(1, limit_bytes // 2)
        self._segment = HEAD_SEGMENT
        self._file = -1
        self._half = 0
        self._at = 0
        """How much of the open file was read."""

    @property
    def has_begun(self) -> bool:
        """Whether there was anything to read yet."""
        return self._file >= 0

    @property
    def is_between(self) -> bool:
        """Whether the open file is full and read to its end, so that more may stand in the next one."""
        return self._at >= (self._half or self._full)

    def read(self) -> Iterator[bytes | Dropped]:
        """What came since the last call, in pieces. Raises OSError."""
        while True:
            if self._file < 0 and not self._open(self._segment):
                return
            # Looked for before the rest is read: when the next file is there, nothing is added to this one.
            later = [segment for segment in list_segments(self.folder) if segment > self._segment]
            while chunk := os.read(self._file, _CHUNK):
                self._at += len(chunk)
                yield chunk
            if not later:
                return
            if self._segment == HEAD_SEGMENT:
                self._half = self._at
            if not self._open(later[0]):
                continue  # removed meanwhile: there is a later one
            missing = later[0] - self._segment - 1
            self._segment = later[0]
            if missing:
                yield Dropped(missing * self._half)

    def _open(self, segment: int) -> bool:
        try:
            file = os.open(segment_path(self.folder, segment), os.O_RDONLY | getattr(os, "O_BINARY", 0))
        except FileNotFoundError:
            return False
        self.close()
        self._file, self._at = file, 0
        return True

    def close(self) -> None:
        """Closes the file that is open."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
