"""Output on a terminal while it comes: lines made safe, and the line that is being redrawn in its place."""

from __future__ import annotations

import re

from gitexp.render.text import neutralise_output, shorten

_REDRAW = re.compile("\r+(?!\n)|\x1b\\[[0-9]*[AFGK]")
_COLOUR = re.compile("\x1b\\[[0-9;:]{0,40}m")
_CLEAR = "\r\x1b[K"


class TerminalFlow:
    """Makes of output, piece by piece, what a terminal is to get. Of a line only its last state stays."""

    __slots__ = ("_colour", "_is_drawn", "_state")

    def __init__(self, *, colour: bool) -> None:
        self._colour = colour
        self._state = ""
        """The line that has no end yet, from its last redraw on."""
        self._is_drawn = False

    def feed(self, text: str, width: int) -> str:
        """The text to write; ``width`` is how many cells the terminal has."""
        *ended, last = text.split("\n")
        shown: list[str] = []
        for line in ended:
            shown.append(self._erase() + neutralise_output(self._fold(line), colour=self._colour) + "\n")
            self._state = ""
        self._state = self._fold(last)
        plain = _COLOUR.sub("", self._state)
        if plain:
            # Cut to one row: a state that wraps could not be taken back.
            drawn = shorten(neutralise_output(plain.expandtabs(), colour=False).replace("\n", " "), max(width - 1, 1))
            shown.append(self._erase() + drawn)
            self._is_drawn = True
        return "".join(shown)

    def finish(self) -> str:
        """What ends the last line, where it has no end of its own."""
        if not self._state:
            return self._erase()
        return self._erase() + neutralise_output(self._state, colour=self._colour) + "\n"

    def _fold(self, text: str) -> str:
        states = [state for state in _REDRAW.split((self._state + text).rstrip("\r")) if _COLOUR.sub("", state).strip()]
        return states[-1] if states else ""

    def _erase(self) -> str:
        drawn, self._is_drawn = self._is_drawn, False
        return _CLEAR if drawn else ""
