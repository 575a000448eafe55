"""The drainer: a process that outlives exp to read on what background processes of the command write.

Without a reader their next line would end them by SIGPIPE; without exp they could have written on.
"""

from __future__ import annotations

import errno
import os
import sys
import warnings
from typing import TYPE_CHECKING

from gitexp.capture.copying import TargetLost, copy_stream

assert sys.platform != "win32"  # a pipe without a reader is closed there

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from gitexp.capture.streams import Stream


def leave_drainers(streams: Iterable[Stream]) -> None:
    """Leaves one drainer for each stream and closes it here. Raises OSError when no process can be had."""
    for stream in streams:
        _fork_drainer(stream.source, stream.target)
        stream.close_source()


def _fork_drainer(source: int, target: int) -> None:
    with warnings.catch_warnings():
        # Threads of the caller's may run; the child below does nothing but system calls.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
        if pid:
            if os.waitpid(pid, 0)[1]:
                raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))
            return
        try:
            # A session of its own: Ctrl-C at the terminal, where exp no longer is, must not end it.
            os.setsid()
            if os.fork() == 0:
                os.chdir("/")
                close_all_but({source, target})
                copy_stream(source, target, record=None, end=None)
        except (TargetLost, OSError):  # nobody reads any more: the writers are told by our end
            os._exit(1)
        finally:
            os._exit(0)


def close_all_but(kept: Collection[int]) -> None:
    """Closes every open file of this process but those."""
    below = 0
    for descriptor in sorted(kept):
        if below < descriptor:  # an empty range at 0 is taken for all of them
            os.closerange(below, descriptor)
        below = descriptor + 1
    os.closerange(below, os.sysconf("SC_OPEN_MAX"))
