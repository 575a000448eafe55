"""How far Git is with the other side, on one line of a terminal that is wiped at the end."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

from gitexp.cli.synced import is_attended
from gitexp.cli.terminal import find_look
from gitexp.git.remote import Talk
from gitexp.render.progress import draw_progress

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

_WIPE = "\r\x1b[K"


class Progress:
    """The line. It is drawn only when something is said, so that Git's own questions stand undisturbed."""

    __slots__ = ("_drawn", "_look", "_verb", "done", "total")

    def __init__(self, verb: str, *, quiet: bool) -> None:
        self._verb = verb
        is_screen = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._look = find_look("auto", sys.stderr) if is_screen and not quiet else None
        self._drawn = False
        self.done = 0
        self.total = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.wipe()

    def talk(self) -> Talk:
        """How to speak with the other side: Git may ask for a password where somebody sits there."""
        return Talk(is_attended(), self._tell if self._look is not None else None)

    def count(self, done: int, total: int) -> None:
        """Notes how many refs are through, and of how many."""
        self.done, self.total = done, total

    def wipe(self) -> None:
        """Takes the line away."""
        if self._drawn:
            sys.stderr.write(_WIPE)
            sys.stderr.flush()
            self._drawn = False

    def _tell(self, what: str, percent: int) -> None:
        assert self._look is not None
        look = self._look._replace(width=shutil.get_terminal_size().columns)
        through = f"{self.done} of {self.total} runs" if self.done else ""
        sys.stderr.write(_WIPE + draw_progress(self._verb, what, percent, through, look))
        sys.stderr.flush()
        self._drawn = True
