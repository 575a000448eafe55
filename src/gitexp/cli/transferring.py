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
_EVERY_SECONDS = 0.1


class Transferring:
    """The line. Where there is no terminal nothing is drawn."""

    __slots__ = ("_drawn_at", "_lock", "_look", "_moved", "_objects", "_of", "_size", "_verb", "_what")

    def __init__(self, verb: str, *, quiet: bool) -> None:
        is_screen = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._look = find_look("auto", sys.stderr) if is_screen and not quiet else None
        self._verb = verb
        self._lock = threading.Lock()
        self._drawn_at: float | None = None
        self._what = ""
        self._of = self._size = self._objects = self._moved = 0

    def begin(self, what: str, objects: int, size: int) -> None:
        """So many objects and bytes are to be moved now."""
        with self._lock:
            self._what, self._of, self._size = what, objects, size
            self._objects = self._moved = 0
            self._draw()

    def advance(self, size: int) -> None:
        """So many more bytes were moved."""
        with self._lock:
            self._moved += size
            self._draw()

    def finish_object(self) -> None:
        """One more object is where it is to be."""
        with self._lock:
            self._objects += 1
            self._draw()

    def end(self) -> None:
        """Takes the line away."""
        with self._lock:
            if self._drawn_at is not None:
                sys.stderr.write(_WIPE)
                sys.stderr.flush()
                self._drawn_at = None

    def _draw(self) -> None:
        now = time.monotonic()
        if self._look is None or (self._drawn_at is not None and now - self._drawn_at < _EVERY_SECONDS):
            return
        self._drawn_at = now
        look = self._look._replace(width=shutil.get_terminal_size().columns)
        percent = 100 * min(self._moved, self._size) // self._size if self._size else 100
        through = f"{self._objects} of {self._of}, {format_bytes(min(self._moved, self._size))}"
        sys.stderr.write(_WIPE + draw_progress(self._verb, self._what, percent, through, look))
        sys.stderr.flush()
