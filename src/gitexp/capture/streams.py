"""The command's standard output and error: what each leads to, and what is put in between to see what is written.

One thread per stream copies with blocking writes. Non-blocking ones would do with no thread, but O_NONBLOCK belongs
to the open file, which the shell, the pager and the command's own terminal share; and a pager that does not read
must hold up its stream alone.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import TYPE_CHECKING

from gitexp.capture.copying import TargetLost, copy_stream
from gitexp.capture.hand import Hand
from gitexp.capture.terminal import copy_window_size, identify, open_half_terminal

assert sys.platform != "win32"  # see windows.py

if TYPE_CHECKING:
    from collections.abc import Callable

_NAMES = {1: "standard output", 2: "standard error"}


class Stream:
    """One target of the command's output, with what the command writes into and what is read from instead of it."""

    __slots__ = ("child_end", "descriptors", "hand", "is_open", "is_terminal", "source", "target", "warning")

    def __init__(self, descriptors: tuple[int, ...], *, is_terminal: bool) -> None:
        self.descriptors = descriptors
        self.target = descriptors[0]
        self.is_terminal = is_terminal
        if is_terminal:
            self.source, self.child_end = open_half_terminal(self.target)
        else:
            self.source, self.child_end = os.pipe()
        self.hand = Hand()
        self.is_open = True
        """Whether the source may still bring something."""
        self.warning: str | None = None

    @property
    def name(self) -> str:
        """``standard output``, ``standard error`` or both."""
        return " and ".join(_NAMES[descriptor] for descriptor in self.descriptors)

    def close_child_end(self) -> None:
        """Leaves the child's end to the child; where it was the last one, the source ends."""
        if self.child_end >= 0:
            os.close(self.child_end)
            self.child_end = -1

    def close_source(self) -> None:
        """Tells whoever still writes that nobody reads: SIGPIPE or EPIPE, on a terminal EIO."""
        if self.is_open:
            self.is_open = False
            os.close(self.source)


class Streams:
    """The streams of one command, from before its start to after its end."""

    def __init__(self, streams: list[Stream], warnings: list[str]) -> None:
        self._streams = streams
        self._warnings = warnings
        self._threads: list[threading.Thread] = []
        self._end, self._end_in = -1, -1

    def child_end(self, descriptor: int) -> int | None:
        """What the child gets as a descriptor; None where it gets the caller's own."""
        return next((stream.child_end for stream in self._streams if descriptor in stream.descriptors), None)

    def __len__(self) -> int:
        return len(self._streams)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was not seen or not passed on, one sentence each."""
        return (*self._warnings, *(stream.warning for stream in self._streams if stream.warning))

    @property
    def descriptors(self) -> tuple[int, ...]:
        """The open files, those apart that are the caller's own."""
        sources = [stream.source for stream in self._streams if stream.is_open]
        return (*sources, *(stream.child_end for stream in self._streams if stream.child_end >= 0))

    def leave_child_ends(self) -> None:
        """Leaves to the child what it has got. After its start.

        The slave of a half-terminal stays open here until the command's end: programs close it and open it again.
        """
        for stream in self._streams:
            if not stream.is_terminal:
                stream.close_child_end()

    def close_child_ends(self) -> None:
        """Closes what was held open for the command. After its end."""
        for stream in self._streams:
            stream.close_child_end()

    def close_source(self, number: int) -> None:
        """Reads no more of a stream, by its number in order."""
        self._streams[number].close_source()

    def start(
        self, record: Callable[[bytes], None] | None, on_close: Callable[[int], None] = lambda number: None
    ) -> None:
        """Begins to copy what is open. After the child's start. ``on_close`` gets the number of a stream that ended."""
        self.leave_child_ends()
        self._end, self._end_in = os.pipe()
        for number, stream in enumerate(self._streams):
            if stream.is_open:
                arguments = (number, stream, record, on_close)
                thread = threading.Thread(target=self._copy, args=arguments, name="gitexp-copy", daemon=True)
                thread.start()
                self._threads.append(thread)

    def _copy(
        self,
        number: int,
        stream: Stream,
        record: Callable[[bytes], None] | None,
        on_close: Callable[[int], None],
    ) -> None:
        keep = False
        try:
            keep = copy_stream(stream.source, stream.target, record=record, end=self._end, hand=stream.hand)
        except TargetLost as lost:
            if lost.why is not None:
                stream.warning = f"{stream.name} could not be written: {lost.why}"
        finally:
            if not keep:
                stream.close_source()
                on_close(number)

    def resize(self) -> None:
        """Hands the real terminal's size on, and the news of it once more to those that asked too early."""
        changed = [
            copy_window_size(stream.target, stream.child_end)
            for stream in self._streams
            if stream.is_terminal and stream.child_end >= 0
        ]
        if any(changed):
            # The kernel told the command at the same time as us: it may have read the old size. Told of a size that
            # it knows a program does nothing, and neither do we.
            os.killpg(os.getpgrp(), signal.SIGWINCH)

    def finish(self) -> list[Stream]:
        """Copies what is left after the command's end; returns the streams that background processes still hold."""
        self.close_child_ends()
        if self._end_in >= 0:
            os.close(self._end_in)
            for thread in self._threads:
                thread.join()
            os.close(self._end)
            self._end = self._end_in = -1
        return [stream for stream in self._streams if stream.is_open]

    def close(self) -> None:
        """Closes what is open."""
        self.close_child_ends()
        for stream in self._streams:
            stream.close_source()


def open_streams() -> Streams:
    """Streams for standard output and error as they stand: one for each target, none for one that is closed.

    Where no pipe or pseudo-terminal can be had, the command gets its own stream untouched, and a warning says so.
    """
    _fill_closed_descriptors()
    targets: dict[tuple[object, ...], list[int]] = {}
    for descriptor in (1, 2):
        # A standard stream that came through exec is inheritable; one that is not was opened by ourselves since.
        if os.get_inheritable(descriptor):
            targets.setdefault(identify(descriptor), []).append(descriptor)
    streams, warnings = [], []
    for descriptors in targets.values():
        try:
            streams.append(Stream(tuple(descriptors), is_terminal=os.isatty(descriptors[0])))
        except OSError as error:
            names = " and ".join(_NAMES[descriptor] for descriptor in descriptors)
            warnings.append(f"{names} was not recorded: {error.strerror}")
    return Streams(streams, warnings)


def _fill_closed_descriptors() -> None:
    """Occupies closed standard descriptors, so that no file of ours becomes one; a child sees them closed as before."""
    while True:
        descriptor = os.open(os.devnull, os.O_RDWR)
        if descriptor > 2:
            os.close(descriptor)
            return
