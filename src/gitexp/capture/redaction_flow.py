"""Output that is shown while it comes, its secrets hidden: nothing leaves before it is known to hold none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.capture.private_keys import find_open_key
from gitexp.capture.secret_spans import replace_spans

if TYPE_CHECKING:
    from gitexp.capture.redaction import Redactor

_CONTEXT = 4096
"""So much of what was given out is looked at again: a secret may begin on the line before."""
_LONGEST_WAIT = 1 << 20
"""A line longer than this is given out in pieces."""
_REDACTED = b"[redacted]"


class FlowingRedactor:
    """Takes output piece by piece and gives out whole lines with their secrets hidden, as the end of the run would.

    A line ends at a carriage return as well: a progress bar is to be seen. A private key is held back until its end
    has come.
    """

    __slots__ = ("_before", "_held", "_is_torn", "_redactor", "hidden")

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._before = b""
        self._held = b""
        self._is_torn = False
        self.hidden = 0
        """How many secrets were hidden so far."""

    def feed(self, data: bytes) -> bytes:
        """What may be shown by now."""
        self._held += data
        if self._is_torn and not self._drop_torn():
            return b""
        return self._give(_find_cut(self._held))

    def finish(self) -> bytes:
        """The rest: nothing more will come."""
        return self._give(len(self._held))

    def skip(self) -> int:
        """What comes next does not follow what came: drops the half line before it and the one behind.

        Returns how many bytes were dropped before; half a password would not be known as one.
        """
        dropped = len(self._held)
        self._before, self._held, self._is_torn = b"", b"", True
        return dropped

    def _drop_torn(self) -> bool:
        end = self._held.find(b"\n")
        if end < 0 and len(self._held) < _LONGEST_WAIT:
            return False
        self._held = self._held[end + 1 :]
        self._is_torn = False
        return True

    def _give(self, cut: int) -> bytes:
        if not cut:
            return b""
        new, self._held = self._held[:cut], self._held[cut:]
        start = len(self._before)
        text = self._before + new
        spans = [
            (max(first, start) - start, end - start) for first, end in self._redactor.find_spans(text) if end > start
        ]
        self._before = text[-_CONTEXT:]
        shown, count = replace_spans(new, spans, _REDACTED)
        self.hidden += count
        return shown


def _find_cut(held: bytes) -> int:
    """The end of the last whole line before which no secret is open."""
    end = held.rfind(b"\n") + 1
    redrawn = held.rfind(b"\r", end, len(held) - 1)
    cut = redrawn if redrawn > 0 else end
    if not cut:
        return len(held) if len(held) > _LONGEST_WAIT else 0
    begun = find_open_key(held)
    return cut if begun is None else min(cut, held.rfind(b"\n", 0, begun) + 1)
