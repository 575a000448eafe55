"""The journal's records as bytes: each with length and checksum, so that a torn or damaged one is passed over.

A frame is ``e7``, the payload's length and its CRC-32 (both 32 bits, little-endian), then the payload: a tuple as
``marshal`` writes it in its version 2, which every Python reads and no other form comes near in speed. The first item
of the tuple is a letter that says its kind.

A training script imports this module: nothing here loads more than the interpreter has built in. What is read must be
the reader's own (``marshal`` trusts its input); whoever opens a journal sees to that.
"""

from __future__ import annotations

import marshal
import struct
import zlib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

HEADER = "h"
"""``(h, version, host, boot, pid, rank, wall, monotonic)``: once, at the start of a file. ``rank`` is None where there
is one process; ``wall`` is in seconds since 1970 and ``monotonic`` by the clock of the times below, at one moment."""
METRICS = "m"
"""``(m, time, step, {metric: number})``: one call of ``log``; ``step`` may be None."""
PARAMS = "p"
"""``(p, time, {key: value})``: flat dotted keys, typed values."""
TAGS = "t"
"""``(t, time, {key: scalar})``."""
NOTE = "n"
"""``(n, time, text)``."""
SUMMARY = "s"
"""``(s, time, {metric: number})``: what a summary is to say instead of the series."""
WARNING = "w"
"""``(w, time, text)``: what the user was told, and the run is to keep."""
LOST = "l"
"""``(l, time, count, why)``: so many records could not be written before this one."""
TEXT = "x"
"""``(x, time, path below artifacts/)``: a text that was made for the script, in which secrets are to be hidden. Written
before the file is in place, so that none is there without it."""
FILE = "f"
"""``(f, time, path below artifacts/, source)``: the script's own file or folder, which stays byte for byte; written
once it is in place. ``source`` is its absolute path, or None where the bytes were in memory. Of a path the last word
counts, and what is said of a folder is said of all that is in it."""
END = "e"
"""``(e, time, exit_code, word)``: how a run that no ``exp run`` watches has ended; ``word`` is ``exit``,
``exception`` or ``interrupt``."""

VERSION = 1
_MARSHAL_VERSION = 2
_MAGIC = 0xE7
_START = b"\xe7"
_KIND = b"u\x01\x00\x00\x00"
"""How each payload goes on behind the tuple's length: a text of one letter."""
_head = struct.Struct("<BII")
HEAD_BYTES = _head.size
MOST_PAYLOAD_BYTES = 1 << 28

# Bound here: a call of log is a few hundred nanoseconds, and each look-up of an attribute is twenty of them.
_pack = _head.pack
_dumps = marshal.dumps
_checksum = zlib.crc32


def format_frame(record: tuple[object, ...]) -> bytes:
    """One record as bytes. Raises ValueError for a value that is not built of numbers, strings and containers."""
    payload = _dumps(record, _MARSHAL_VERSION)  # type: ignore[arg-type]
    return _pack(_MAGIC, len(payload), _checksum(payload)) + payload


class FrameReader:
    """Takes the bytes of a journal piece by piece and gives the records that are whole.

    ``damaged`` counts the bytes that belonged to none: where a record is damaged the next one is looked for. A record
    whose end has not come yet waits for it; what is left at the end of all was torn by whatever ended its writer.
    """

    __slots__ = ("_rest", "damaged")

    def __init__(self) -> None:
        self._rest = b""
        self.damaged = 0

    @property
    def torn(self) -> int:
        """How many bytes are waiting for the rest of their record."""
        return len(self._rest)

    def feed(self, data: bytes) -> Iterator[tuple[object, ...]]:
        """The records that are whole by now, in order. To be walked to its end before the next piece."""
        buffer = self._rest + data if self._rest else data
        at, end = 0, len(buffer)
        while end - at >= HEAD_BYTES:
            magic, length, checksum = _head.unpack_from(buffer, at)
            stop = at + HEAD_BYTES + length
            if magic == _MAGIC and length <= MOST_PAYLOAD_BYTES and stop > end and not self._is_misread(buffer, at):
                break
            if magic == _MAGIC and stop <= end and _checksum(payload := buffer[at + HEAD_BYTES : stop]) == checksum:
                record = _parse_payload(payload)
                if record is not None:
                    yield record
                else:
                    self.damaged += stop - at
                at = stop
                continue
            found = buffer.find(_START, at + 1)
            self.damaged += (end if found < 0 else found) - at
            at = end if found < 0 else found
        self._rest = buffer[at:]

    def _is_misread(self, buffer: bytes, at: int) -> bool:
        """Whether a header that promises more than there is, is none: a whole record stands behind it."""
        found = at
        while True:
            found = buffer.find(_START, found + 1)
            if found < 0 or len(buffer) - found < HEAD_BYTES:
                return False
            payload = found + HEAD_BYTES
            if not buffer.startswith(_KIND, payload + 5):
                continue
            _, length, checksum = _head.unpack_from(buffer, found)
            stop = payload + length
            if stop <= len(buffer) and _checksum(buffer[payload:stop]) == checksum:
                return True


def _parse_payload(payload: bytes) -> tuple[object, ...] | None:
    try:
        record = marshal.loads(payload)  # noqa: S302  the reader's own file: see above
    except (ValueError, TypeError, EOFError):
        return None
    return record if type(record) is tuple and record and type(record[0]) is str else None
