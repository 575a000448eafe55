"""How a command ended, as a shell would say it."""

from __future__ import annotations

import signal as signals
from typing import Literal, NamedTuple

UNKNOWN = 1
NOT_EXECUTABLE = 126
NOT_FOUND = 127
_SIGNALLED = 128


class Ending(NamedTuple):
    """How a command ended. One of ``exit_code``, ``signal`` and ``not_started`` is set, the others are None."""

    status: int
    """What ``exp`` exits with: the command's own status, 128 + n after signal n, 126 or 127 when it did not start."""
    exit_code: int | None = None
    signal: str | None = None
    not_started: Literal["not found", "not executable"] | None = None
    reason: str | None = None
    """The system's words for why it did not start."""
    received: tuple[str, ...] = ()
    """The signals that reached ``exp`` while the command ran, in order; ``SIGTERM`` twice means that it came twice."""
    seconds: float = 0.0
    """From just before the start to the command's exit, by a clock that nobody sets."""
    preempted: str | None = None
    """What a scheduler says, where it says that the command had to give way; it is among the warnings too."""
    warnings: tuple[str, ...] = ()
    """What could not be observed or passed on, one sentence each."""


def end_after(returncode: int, *, seconds: float, received: tuple[str, ...], warnings: tuple[str, ...]) -> Ending:
    """The ending of a command that ran; ``returncode`` is negative after a signal, as ``subprocess`` has it."""
    if returncode < 0:
        status, exit_code, signal = _SIGNALLED - returncode, None, signal_name(-returncode)
    else:
        status, exit_code, signal = returncode, returncode, None
    return Ending(
        status=status, exit_code=exit_code, signal=signal, received=received, seconds=seconds, warnings=warnings
    )


def end_unknown(*, seconds: float, received: tuple[str, ...], warnings: tuple[str, ...]) -> Ending:
    """The ending of a command whose keeper was killed where the system does not tell anybody else."""
    sentence = "the keeper was killed, and how the command ended is not known"
    return Ending(status=UNKNOWN, received=received, seconds=seconds, warnings=(*warnings, sentence))


def end_unstarted(error: OSError) -> Ending:
    """The ending of a command that did not start: 127 when there was nothing to start, 126 when it could not be."""
    reason = error.strerror or str(error)
    if isinstance(error, FileNotFoundError):
        return Ending(status=NOT_FOUND, not_started="not found", reason=reason)
    return Ending(status=NOT_EXECUTABLE, not_started="not executable", reason=reason)


def signal_name(number: int) -> str:
    """``SIGKILL`` for 9; a real-time signal that has no name of its own is counted from the first: ``SIGRTMIN+3``."""
    try:
        return signals.Signals(number).name
    except ValueError:
        first = getattr(signals, "SIGRTMIN", None)
        return f"SIGRTMIN+{number - first}" if first is not None and number > first else f"SIG{number}"
