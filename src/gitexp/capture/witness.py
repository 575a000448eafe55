"""The witness: whether a signal that exp received had been sent to the whole process group, command included.

Two processes that stand beside each other in the group see the same when the group is signalled, or each of its
processes; what only one of them saw was sent to that one alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import signal

    from gitexp.capture.signals import Arrival

GRACE_SECONDS = 0.1
"""How long after the question a signal may still come: whoever signals one process after the other takes a while."""
_SAME_SECONDS = 0.5
"""How far apart two processes may take note of what was sent at once; a busy machine runs the one long before."""


class Witness:
    """What one process saw, compared with what another one asks about. The times are those of one clock, in seconds."""

    def __init__(self, grace: float = GRACE_SECONDS) -> None:
        self._grace = grace
        self._seen: list[Arrival] = []
        self._matched: list[Arrival] = []
        """Those of them that were asked about."""
        self._asked: list[tuple[float, Arrival]] = []

    def see(self, arrival: Arrival) -> None:
        """Takes note of a signal that came here."""
        self._seen = [one for one in self._seen if arrival.at - one.at < _SAME_SECONDS]
        self._matched = [one for one in self._matched if one in self._seen]
        self._seen.append(arrival)
        if any(_is_same(one, arrival) for _, one in self._asked):
            self._matched.append(arrival)
            self._asked = [(until, one) for until, one in self._asked if not _is_same(one, arrival)]

    def ask(self, arrival: Arrival, now: float) -> None:
        """Asks about a signal that came there: what was seen here is settled with it."""
        seen = [one for one in self._seen if _is_same(arrival, one)]
        self._matched += seen
        if not seen:
            self._asked.append((now + self._grace, arrival))

    def end(self, now: float) -> list[signal.Signals]:
        """The signals to be passed on when nobody will ask any more: those that only one of the two had."""
        unasked = [one for one in self._seen if one not in self._matched and now - one.at < _SAME_SECONDS]
        return self.settle(float("inf")) + [one.signal for one in unasked if not one.reached_group]

    def settle(self, now: float) -> list[signal.Signals]:
        """The signals that were not seen here, once the grace is over: they are to be passed on, each once."""
        due = [one.signal for until, one in self._asked if until <= now]
        self._asked = [(until, one) for until, one in self._asked if until > now]
        return due

    def wait_seconds(self, now: float) -> float | None:
        """How long until something is to be settled; None where nothing is."""
        return max(0.0, min(until for until, _ in self._asked) - now) if self._asked else None


def _is_same(one: Arrival, other: Arrival) -> bool:
    """Whether both are of one sending. A sender that is not known may be any."""
    known = one.sender is not None and other.sender is not None
    return (
        one.signal == other.signal
        and (one.sender == other.sender or not known)
        and abs(one.at - other.at) < _SAME_SECONDS
    )
