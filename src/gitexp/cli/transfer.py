"""How far bytes are on their way, on one line of a terminal that is wiped at the end."""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time

from gitexp.cli.terminal import find_look
from gitexp.render.numbers import format_bytes
from gitexp.render.progress import draw_progress

_WIPE = "\r\x1b[K"
_PAUSE = 0.1


class TransferLine:
    """The line. Drawn on a terminal alone, at most ten times a second, from whatever thread moves bytes."""

    __slots__ = ("_done", "_drawn", "_lock", "_look", "_next", "_size", "_verb", "_what")

    def __init__(self, verb: str, *, quiet: bool) -> None:
        is_screen = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._look = find_look("auto", sys.stderr) if is_screen and not quiet else None
        self._verb = verb
        self._lock = threading.Lock()
        self._what = ""
        self._size = self._done = 0
        self._next = 0.0
        self._drawn = False

    def begin(self, what: str, objects: int, size: int) -> None:
        """Begins a line of so many bytes."""
        with self._lock:
            self._what = f"{what} {objects}"
            self._size, self._done, self._next = size, 0, 0.0

    def advance(self, size: int) -> None:
        """Moves the line on."""
        with self._lock:
            self._done += size
            self._draw()

    def finish_object(self) -> None:
        """Nothing: bytes tell more."""

    def end(self) -> None:
        """Takes the line away."""
        with self._lock:
            if self._drawn:
                sys.stderr.write(_WIPE)
                sys.stderr.flush()
                self._drawn = False

    def _draw(self) -> None:
        if self._look is None or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _PAUSE
        look = self._look._replace(width=shutil.get_terminal_size().columns)
        percent = 100 * self._done // max(self._size, self._done, 1)
        through = f"{format_bytes(self._done)} of {format_bytes(max(self._size, self._done))}"
        sys.stderr.write(_WIPE + draw_progress(self._verb, self._what, percent, through, look))
        sys.stderr.flush()
        self._drawn = True
