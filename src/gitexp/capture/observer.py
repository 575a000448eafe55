"""The observer: the command between its streams, its signals and its end."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from gitexp.capture.child import start_child
from gitexp.capture.drainer import leave_drainers
from gitexp.capture.ending import Ending, end_after, end_unstarted
from gitexp.capture.signals import PASSED_ON, RESIZED, Arrival, SignalWatch
from gitexp.capture.streams import Stream, Streams, open_streams

assert sys.platform != "win32"  # see windows.py

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Mapping, Sequence

    from gitexp.capture.spool import Spool


def observe_command(
    command: Sequence[str],
    *,
    directory: str,
    variables: Mapping[str, str],
    spool: Spool | None,
    capture: bool,
    on_start: Callable[[int], None] | None,
) -> Ending:
    """Runs a command as ``run_command`` says."""
    streams = open_streams() if capture else Streams([], [])
    record = spool.append if spool is not None else None
    left: list[Stream] = []
    try:
        with SignalWatch() as watch:
            began = time.monotonic()
            try:
                child = start_child(
                    command,
                    directory=directory,
                    variables=variables,
                    stdout=streams.child_end(1),
                    stderr=streams.child_end(2),
                )
            except OSError as error:
                return end_unstarted(error)
            watch.listen()
            streams.start(record)
            try:
                if on_start is not None:
                    on_start(child.pid)
            finally:
                received = _await_child(child, watch, streams)
                seconds = time.monotonic() - began
                left = streams.finish()
                received += _names(watch.close())
        warnings = [*streams.warnings, *_leave(left)]
    finally:
        streams.close()
        if spool is not None:
            spool.close()
    if spool is not None and spool.trouble is not None:
        warnings.append(spool.trouble)
    return end_after(child.returncode, seconds=seconds, received=tuple(received), warnings=tuple(warnings))


def _await_child(child: subprocess.Popen[bytes], watch: SignalWatch, streams: Streams) -> list[str]:
    """Waits for the command's exit and passes on what only exp received; returns the names of what came."""
    received: list[str] = []
    while child.poll() is None:
        arrivals = watch.wait()
        received += _names(arrivals)
        for arrival in arrivals:
            if arrival.signal in RESIZED:
                streams.resize()
            elif arrival.signal in PASSED_ON and not arrival.reached_group:
                _pass_on(child, arrival)
    return received


def _pass_on(child: subprocess.Popen[bytes], arrival: Arrival) -> None:
    try:
        child.send_signal(arrival.signal)  # nothing when the child was reaped: its number may be another's by now
    except PermissionError:  # it became another user's (sudo), whom we may not signal
        return


def _names(arrivals: list[Arrival]) -> list[str]:
    return [arrival.signal.name for arrival in arrivals if arrival.signal in PASSED_ON]


def _leave(left: list[Stream]) -> list[str]:
    try:
        leave_drainers(left)
    except OSError as error:
        return [f"background processes of the command lost their output: {error.strerror}"]
    return []
