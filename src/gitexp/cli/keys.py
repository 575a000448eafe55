"""Keys that are typed while something is shown."""

from __future__ import annotations

import select
import sys
import time
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from types import TracebackType

_SHORT = 0.05


class Keys:
    """Standard input read key by key, where it is a terminal; it is put back as it was at the end of the context."""

    def __init__(self) -> None:
        self._saved: list[Any] | None = None

    def wait(self, seconds: float) -> str:
        """The next key, or '' where none was typed in that time."""
        if sys.platform == "win32":
            return self._wait_windows(seconds)
        if self._saved is None:
            time.sleep(seconds)
            return ""
        if not select.select([sys.stdin], [], [], seconds)[0]:
            return ""
        import os

        typed = os.read(sys.stdin.fileno(), 64).decode("utf-8", "replace")
        if not typed:  # the terminal went away
            self.__exit__(None, None, None)
        return typed

    def _wait_windows(self, seconds: float) -> str:
        if sys.platform == "win32":
            import msvcrt

            until = time.monotonic() + seconds
            while time.monotonic() < until:
                if msvcrt.kbhit():
                    return msvcrt.getwch()
                time.sleep(_SHORT)
        return ""

    def __enter__(self) -> Self:
        if sys.platform != "win32" and sys.stdin is not None and sys.stdin.isatty():
            import termios
            import tty

            self._saved = termios.tcgetattr(sys.stdin)
            tty.setcbreak(sys.stdin)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if sys.platform != "win32" and self._saved is not None:
            import termios

            saved, self._saved = self._saved, None
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, saved)
