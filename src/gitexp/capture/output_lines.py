"""A script's raw output as lines worth reading: redrawn progress folded, colours, tracebacks and noise taken out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_LINE = 20_000
_SHORTEST_LINE = 4
_CHUNK = 1 << 20

_REDRAW = re.compile("[\r\x08]+|\x1b\\[[0-9]*[AFGHK]")
_ESCAPE = re.compile("\x1b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\x07\x1b]*(?:\x07|\x1b\\\\)|[@-Z\\\\^_])")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f]")


def read_lines(data: bytes) -> Iterator[str]:
    """The lines of an output as a terminal would have shown them last, without colours.

    Of a line that was redrawn (by carriage returns, backspaces or moves of the cursor) only the last state that shows
    anything is given. Tracebacks and lines too long to be meant for people are left out.
    """
    in_traceback = False
    for chunk in _split_chunks(data):
        text = chunk.decode("utf-8", "replace")
        controls = _CONTROLS.search(text) is not None
        tracebacks = "Traceback (most" in text
        for raw in text.split("\n"):
            line = _last_state(raw) if controls and _CONTROLS.search(raw) else raw
            if in_traceback:
                # A traceback ends with the line that names the exception, the first that is not indented.
                in_traceback = line[:1] in ("", " ", "\t")
            elif tracebacks and line.startswith("Traceback (most"):
                in_traceback = True
            elif _SHORTEST_LINE <= len(line) <= LONGEST_LINE:
                yield line


def read_states(data: bytes) -> list[str]:
    """Every line of an output as a terminal would have shown it last, without colours; the last may have no end yet."""
    return [
        _last_state(line) if _CONTROLS.search(line) else line for line in data.decode("utf-8", "replace").split("\n")
    ]


def _split_chunks(data: bytes) -> Iterator[bytes]:
    """The data in pieces of whole lines, so that the text of it never lies in memory as a whole."""
    start = 0
    while start < len(data):
        end = data.find(b"\n", start + _CHUNK)
        end = len(data) if end < 0 else end
        yield data[start:end]
        start = end + 1


def _last_state(line: str) -> str:
    states = [_CONTROLS.sub(" ", _ESCAPE.sub("", state)) for state in _REDRAW.split(line)]
    return next((state for state in reversed(states) if state.strip()), "")
