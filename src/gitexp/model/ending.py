"""Which word the end of a run gets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.model.run import Status

if TYPE_CHECKING:
    from collections.abc import Iterable

INTERRUPTS = frozenset({"SIGINT", "SIGBREAK"})
ENDING_SIGNALS = frozenset({"SIGTERM", "SIGHUP", "SIGQUIT", "SIGKILL"})
CRASHES = frozenset({"SIGSEGV", "SIGABRT", "SIGBUS", "SIGFPE", "SIGILL", "SIGSYS", "SIGTRAP"})
TERMINATED = (137, 143)
"""The exit codes of a shell whose command SIGKILL or SIGTERM ended."""
_INTERRUPTED = 130


def judge_ending(
    exit_code: int | None, signal: str | None, received: Iterable[str], *, is_preempted: bool = False
) -> Status:
    """The status of a run that ended by itself or by a signal.

    A signal that reached the run before its end outranks exit 0: a script that tidies up after SIGTERM and exits
    well was killed all the same. ``is_preempted`` takes a scheduler's word, for its signal is that of a kill. A run of
    which nothing is known but that it is over is lost.
    """
    if is_preempted:
        return Status.PREEMPTED
    seen = set(received) | ({signal} if signal is not None else set())
    if seen & INTERRUPTS or exit_code == _INTERRUPTED:
        return Status.INTERRUPTED
    if seen & ENDING_SIGNALS or exit_code in TERMINATED:
        return Status.KILLED
    if signal is not None:
        return Status.FAILED if signal in CRASHES else Status.KILLED
    if exit_code is None:
        return Status.LOST
    return Status.FINISHED if exit_code == 0 else Status.FAILED
