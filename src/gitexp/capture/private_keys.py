"""Private keys in a text: the blocks between ``BEGIN … PRIVATE KEY`` and its end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MARK = b"PRIVATE KEY"
"""What every private key has in its first line."""

_BEGIN = re.compile(rb"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_END = re.compile(rb"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_LONGEST_KEY = 65_536
_KEY_LINES = re.compile(rb"(?:(?:\\n|\r?\n)[A-Za-z0-9+/=:, -]{0,128}+)*+")


def find_private_keys(data: bytes) -> Iterator[tuple[int, int]]:
    """Start and end of each private key from its first line to its last, or, cut off, as far as it looks like one.

    A first line with nothing of a key behind it is a mention (in code that looks for keys).
    """
    position = 0
    end = _END.search(data)
    while (begin := _BEGIN.search(data, position)) is not None:
        if end is not None and end.start() < begin.end():
            end = _END.search(data, begin.end())
        if end is not None and end.start() < begin.end() + _LONGEST_KEY:
            position = end.end()
            if end.start() - begin.end() > 40:
                yield begin.start(), position
            continue
        body = _KEY_LINES.match(data, begin.end())
        position = body.end() if body else begin.end()
        if position - begin.end() > 40:
            yield begin.start(), position


def find_open_key(data: bytes) -> int | None:
    """Where a private key begins of which the rest may still come; None where there is none."""
    if MARK not in data:
        return None
    begin = max(_BEGIN.finditer(data), key=re.Match.start, default=None)
    if begin is None or _END.search(data, begin.end()) is not None:
        return None
    body = _KEY_LINES.match(data, begin.end())
    end = body.end() if body else begin.end()
    is_open = end == len(data) or data.find(b"\n", end + 1) < 0
    return begin.start() if is_open and len(data) - begin.end() < _LONGEST_KEY else None
