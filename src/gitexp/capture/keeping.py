"""What is kept besides the command: notes for whoever comes after, and the run's completion where exp has died."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitexp.capture.ending import Ending

BEAT_SECONDS = 30.0
"""How often somebody who records a run shows that he lives."""


class Keeping:
    """The duties of whoever has the command as a child: exp, or the keeper that it left behind.

    All callables may be called in another process than the one that made them. Those that write notes raise OSError.
    """

    def __init__(
        self,
        *,
        lock: int = -1,
        note_processes: Callable[[int, int | None, int], None] = lambda recorder, keeper, command: None,
        note_end: Callable[[Ending], None] = lambda ending: None,
        beat: Callable[[], None] = lambda: None,
        complete: Callable[[], None] = lambda: None,
    ) -> None:
        self.lock = lock
        """The open file that is locked as long as somebody records."""
        self.note_processes = note_processes
        """Gets the ids of exp, of the keeper and of the command."""
        self.note_end = note_end
        self.complete = complete
        """Stores the run in the place of exp, once its command has ended."""
        self.dismiss: Callable[[], None] = lambda: None
        """Ends the keeper, where there is one. To be called when all is stored."""
        self._beat = beat
        self._last = time.monotonic()

    def beat(self) -> None:
        """Shows that the run is being recorded, at most every half a minute. Raises nothing."""
        now = time.monotonic()
        if now - self._last >= BEAT_SECONDS:
            self._last = now
            self._beat()
