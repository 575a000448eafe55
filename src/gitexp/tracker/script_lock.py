"""The lock by which others know that a script which began its run lives, though its recorder may have been killed."""

from __future__ import annotations

import os

from gitexp.tracker.log_file import lift


class ScriptLock:
    """A lock of this process alone, not of what it forks, on the file ``script`` of the run's journal.

    Nothing else in this process may open that file: to close it would let the lock go.
    """

    __slots__ = ("_descriptor",)

    def __init__(self) -> None:
        self._descriptor = -1

    def take(self, journal: str) -> None:
        """Takes it; not on Windows, where there is no such lock. Raises OSError."""
        try:
            import fcntl
        except ImportError:
            return
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
        descriptor = lift(os.open(os.path.join(journal, "script"), flags, 0o600))
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            raise
        self._descriptor = descriptor

    def release(self) -> None:
        """Lets it go: what the script had to say is whole, and any command may complete the run."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)
