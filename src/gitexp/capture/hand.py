"""The hand: the chunk of output between its reading and its writing, in memory that exp and its keeper share.

What a process that is killed had read is gone from the pipe. Here the next one finds it, and how far it had come.
"""

from __future__ import annotations

import mmap
import os
import struct
import sys
from typing import TYPE_CHECKING

assert sys.platform != "win32"  # there is no fork

if TYPE_CHECKING:
    from collections.abc import Callable

_CHUNK = 65536
_STATE = struct.Struct("=IIB")
"""Bytes in the hand, bytes of them that were written on, and whether they were recorded."""
_BODY = 16


class Hand:
    """Holds at most one chunk. Shared by the processes that are forked after it was made."""

    __slots__ = ("_body", "_memory")

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _BODY + _CHUNK)
        self._body = memoryview(self._memory)[_BODY:]

    def take(self, source: int) -> bool:
        """Reads a chunk; False at the end of the source. Raises OSError."""
        length = os.readv(source, [self._body])
        _STATE.pack_into(self._memory, 0, length, 0, False)
        return length > 0

    def pass_on(self, write: Callable[[memoryview], int], record: Callable[[bytes], None] | None) -> int:
        """Records what is in the hand and writes it on, as far as neither was done; returns how much it was.

        ``write`` says how much it took. Raises what it raises: the hand is empty then too.
        """
        length, written, is_recorded = _STATE.unpack_from(self._memory)
        # First of all the record: what the command wrote belongs to the run even where nobody reads it.
        if record is not None and length and not is_recorded:
            record(bytes(self._body[:length]))
        try:
            while written < length:
                _STATE.pack_into(self._memory, 0, length, written, True)
                written += write(self._body[written:length])
        finally:
            _STATE.pack_into(self._memory, 0, 0, 0, False)
        return int(length)
