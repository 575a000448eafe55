"""The link between exp and its keeper: short messages of words, and the news that the other one has died."""

from __future__ import annotations

import contextlib
import os

_LONGEST = 400
"""Bytes of a message, below what POSIX has a pipe take at once: messages of several threads do not mix."""


class Link:
    """One end of the link. When the process at the other end has ended ``receive`` finds that out."""

    __slots__ = ("_outgoing", "_rest", "incoming", "is_open")

    def __init__(self, incoming: int, outgoing: int) -> None:
        self.incoming = incoming
        """Readable when ``receive`` has something to give."""
        self.is_open = True
        """Whether the other end may still say something."""
        self._outgoing = outgoing
        self._rest = b""
        os.set_blocking(incoming, False)

    @property
    def descriptors(self) -> tuple[int, int]:
        """The open files."""
        return self.incoming, self._outgoing

    def send(self, *words: object) -> None:
        """Sends one message; only its last word may have spaces. To somebody who has ended nothing is sent."""
        line = " ".join(map(str, words)).replace("\n", " ").encode()[: _LONGEST - 1]
        with contextlib.suppress(BrokenPipeError):
            os.write(self._outgoing, line + b"\n")

    def receive(self) -> list[list[str]]:
        """The messages that have come, without waiting, as words; the third one and what follows are one word."""
        while self.is_open:
            try:
                chunk = os.read(self.incoming, 4096)
            except BlockingIOError:
                break
            self.is_open = bool(chunk)
            self._rest += chunk
        *lines, self._rest = self._rest.split(b"\n")
        return [line.decode("utf-8", "replace").split(" ", 2) for line in lines]

    def close(self) -> None:
        """Closes this end."""
        os.close(self.incoming)
        os.close(self._outgoing)
        self.is_open = False


def open_link() -> tuple[Link, Link]:
    """Both ends of a new link. Raises OSError."""
    read_one, write_two = os.pipe()
    try:
        read_two, write_one = os.pipe()
    except OSError:
        os.close(read_one)
        os.close(write_two)
        raise
    return Link(read_one, write_one), Link(read_two, write_two)
