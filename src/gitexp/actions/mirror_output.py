"""The output of a run that is going, for its mirrors: its end, and how much stood before that."""

from __future__ import annotations

import re
from typing import NamedTuple

from gitexp.capture.progress import fold_progress

MOST_BYTES = 65_536
"""Of output in a mirror."""
_KEPT = 3 * MOST_BYTES // 4
_LEFT_OUT = re.compile(rb"\[gitexp: ([0-9]{1,3}(?:,[0-9]{3}){0,6}) bytes left out here\]\n")


class OutputSoFar:
    """Takes whole lines as they come, secrets hidden already, and keeps the last of them; redrawn lines are folded."""

    __slots__ = ("_line", "_lines", "left_out")

    def __init__(self) -> None:
        self.left_out = 0
        """How many bytes stood before those that are kept."""
        self._lines = b""
        self._line = b""
        """The last line, which has no end yet and may be redrawn."""

    def take(self, text: bytes) -> None:
        """Takes what came next."""
        whole, end, rest = text.rpartition(b"\n")
        if end:
            self._lines += fold_progress(self._line + whole + end)
            self._line = rest
        else:
            self._line += rest
        if len(self._line) > MOST_BYTES:
            folded = fold_progress(self._line) + (b"\r" if self._line.endswith(b"\r") else b"")
            self._lines, self._line = (
                (self._lines, folded) if len(folded) <= MOST_BYTES else (self._lines + folded, b"")
            )
        if len(self._lines) > MOST_BYTES:
            cut = self._lines.find(b"\n", len(self._lines) - _KEPT) + 1 or len(self._lines) - _KEPT
            self._lines = self._lines[cut:]
            self.left_out += cut

    def take_dropped(self, count: int) -> None:
        """Takes that so many bytes cannot be had."""
        before = b"" if not self._line else fold_progress(self._line) + b"\n"
        self._line = b""
        self.take(before + describe_left_out(count))

    def content(self) -> bytes:
        """The file in the record."""
        head = describe_left_out(self.left_out) if self.left_out else b""
        return head + self._lines + fold_progress(self._line)


class MirroredOutput(NamedTuple):
    """The output in a mirror: ``text``, and how many bytes of the whole output stand before it."""

    start: int
    text: bytes

    @property
    def whole(self) -> bytes:
        """The lines that have an end: what comes later does not change these."""
        return self.text[: self.text.rfind(b"\n") + 1]

    @property
    def end(self) -> int:
        """Up to where in the whole output these lines reach."""
        return self.start + len(self.whole)

    def after(self, position: int) -> bytes:
        """The whole lines behind a position in the whole output; where some in between are not here, a line says so."""
        if position >= self.end:
            return b""
        if position >= self.start:
            return self.whole[position - self.start :]
        return describe_left_out(self.start - position) + self.whole


def describe_left_out(count: int) -> bytes:
    """The line that stands for bytes which are not there."""
    return f"[gitexp: {count:,} bytes left out here]\n".encode()


def parse_mirrored_output(content: bytes) -> MirroredOutput:
    """Reads the file of a mirror's record."""
    found = _LEFT_OUT.match(content)
    if found is None:
        return MirroredOutput(0, content)
    return MirroredOutput(int(found[1].replace(b",", b"")), content[found.end() :])
