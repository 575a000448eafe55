"""The wait for the end of a command, whoever's child it is: signals are passed on, sizes of terminals too."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Protocol

from gitexp.capture.keeping import BEAT_SECONDS
from gitexp.capture.signals import PASSED_ON, RESIZED, Arrival, SignalWatch

assert sys.platform != "win32"  # see windows.py

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitexp.capture.keeping import Keeping
    from gitexp.capture.streams import Streams


class Child(Protocol):
    """A command that was started: an ``OwnChild`` or a ``KeptChild``."""

    @property
    def descriptor(self) -> int:
        """What can be read when there is news."""

    @property
    def wait_seconds(self) -> float | None:
        """After how long to ask again although nothing came."""

    def has_ended(self) -> bool:
        """Whether the command has ended, without waiting."""

    def pass_on(self, arrival: Arrival) -> None:
        """Hands on a signal that the command may not have got."""


def attend(child: Child, watch: SignalWatch, streams: Streams, keeping: Keeping, received: list[str]) -> None:
    """Waits for the command's end; the names of the signals that come are added to ``received``."""
    while not child.has_ended():
        arrivals = watch.wait(child.descriptor, child.wait_seconds or BEAT_SECONDS)
        received += name_signals(arrivals)
        for arrival in arrivals:
            if arrival.signal in RESIZED:
                streams.resize()
            elif arrival.signal in PASSED_ON:
                child.pass_on(arrival)
        keeping.beat()


def name_signals(arrivals: Iterable[Arrival]) -> list[str]:
    """The names of those that are passed on."""
    return [arrival.signal.name for arrival in arrivals if arrival.signal in PASSED_ON]
