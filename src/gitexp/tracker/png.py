"""Pixels as a PNG file, by the interpreter's own zlib."""

from __future__ import annotations

import struct
import zlib

_COLOUR_TYPES = {1: 0, 3: 2, 4: 6}
_LEVEL = 3
"""Beyond it an image of noise takes seconds and becomes no smaller."""


def format_png(width: int, height: int, channels: int, data: bytes) -> bytes:
    """A PNG file of 8 bits a channel: 1 is grey, 3 are red, green and blue, 4 have an opacity besides.

    ``data`` has the rows from the top, of ``width`` times ``channels`` bytes each.
    """
    stride = width * channels
    rows = b"".join(b"\0" + data[row * stride : (row + 1) * stride] for row in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, _COLOUR_TYPES[channels], 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _format_chunk(b"IHDR", head)
        + _format_chunk(b"IDAT", zlib.compress(rows, _LEVEL))
        + _format_chunk(b"IEND", b"")
    )


def _format_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
