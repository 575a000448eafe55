"""What a script writes through ``sys.stdout`` and ``sys.stderr``, recorded on its way."""

from __future__ import annotations

import os
import sys

from gitexp.capture.spool import Spool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Tee:
    """Records what two streams are given from here on, until it is closed. What goes by is never held up or changed.

    The streams stay what they are, only their ``write`` is another: whoever has got hold of one, such as a logger, is
    recorded too, and whoever puts another in its place is not.
    """

    __slots__ = ("_is_asking", "_owner", "_spool", "_streams", "_taken")

    def __init__(self, folder: str, limit_bytes: int) -> None:
        self._spool: Spool | None = Spool(folder, limit_bytes)
        self._owner = os.getpid()
        self._taken: list[tuple[Any, Callable[..., Any]]] = []
        self._is_asking = False
        self._streams = [stream for stream in dict.fromkeys((sys.stdout, sys.stderr)) if stream is not None]
        for stream in self._streams:
            self._take(stream)

    def renew(self, *_: object) -> None:
        """Takes the streams again that somebody has given back their own ``write``: IPython does so after each cell."""
        for stream in self._streams if self._spool is not None else ():
            self._is_asking = True
            stream.write("")
            if self._is_asking:
                self._is_asking = False
                self._taken = [(other, write) for other, write in self._taken if other is not stream]
                self._take(stream)

    def record(self, text: str) -> None:
        """Adds what the streams were not given: the traceback of the exception that ended the run."""
        spool = self._spool
        # In a forked child the spool's lock may be held by a thread that it has not.
        if spool is not None and os.getpid() == self._owner:
            spool.append(text.encode("utf-8", "backslashreplace"))

    def close(self) -> str | None:
        """Gives the streams their own ``write`` back; returns what went wrong, if anything."""
        spool, self._spool = self._spool, None
        for stream, write in self._taken:
            # Where somebody has put another in the place of ours, that one calls it: it is left, and records nothing.
            if vars(stream).get("write") is write:
                del stream.write
        if spool is None:
            return None
        spool.close()
        return spool.trouble

    def _take(self, stream: Any) -> None:
        own = stream.write

        def write(text: Any, *more: Any) -> Any:
            self._is_asking = False
            written = own(text, *more)
            if isinstance(text, str):
                self.record(text)
            return written

        try:
            stream.write = write
            vars(stream)["write"]
        except (AttributeError, TypeError, KeyError):  # an object without room for it: what it is given is not recorded
            return
        self._taken.append((stream, write))
