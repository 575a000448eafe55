"""How many bytes are read and of how many, on one line of a terminal that is wiped at the end."""

from __future__ import annotations

import os
import shutil
import sys
import time
from typing import TYPE_CHECKING

from gitexp.cli.terminal import find_look
from gitexp.render.numbers import format_bytes
from gitexp.render.progress import draw_progress

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

_WIPE = "\r\x1b[K"
_EVERY = 0.1


class ReadingProgress:
    """The line, drawn ten times a second at most, and nowhere but on a terminal."""

    __slots__ = ("_done", "_drawn", "_last", "_look", "_total", "_verb", "_what")

    def __init__(self, verb: str, *, quiet: bool) -> None:
        is_screen = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._look = find_look("auto", sys.stderr) if is_screen and not quiet else None
        self._verb = verb
        self._what = ""
        self._done = self._total = 0
        self._last = 0.0
        self._drawn = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def begin(self, what: str, objects: int, size: int) -> None:
        """So many objects and bytes are to be read."""
        self._what, self._done, self._total = f"{what} {objects} object{'s' * (objects != 1)}", 0, size

    def advance(self, size: int) -> None:
        """So many more bytes were read."""
        self._done += size
        now = time.monotonic()
        if self._look is None or now - self._last < _EVERY:
            return
        self._last = now
        look = self._look._replace(width=shutil.get_terminal_size().columns)
        through = f"{format_bytes(self._done)} of {format_bytes(self._total)}"
        percent = 100 * self._done // max(self._total, 1)
        sys.stderr.write(_WIPE + draw_progress(self._verb, self._what, percent, through, look))
        sys.stderr.flush()
        self._drawn = True

    def finish_object(self) -> None:
        """Bytes say it all."""

    def end(self) -> None:
        """Takes the line away."""
        if self._drawn:
            sys.stderr.write(_WIPE)
            sys.stderr.flush()
            self._drawn = False
