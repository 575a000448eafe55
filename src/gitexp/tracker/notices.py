"""What a script's user is told, each sentence once: recording never raises into the script."""

from __future__ import annotations

import os
import sys
from stat import S_ISREG

from gitexp.tracker.handlers import comes_from_handler

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable

MOST_SENTENCES = 50
"""After so many different ones nobody reads on."""
_LONGEST_NAME = 80
_told: set[Hashable] = set()


class Refusal(Exception):
    """What was asked cannot be recorded; the message says why."""


def is_news(key: Hashable) -> bool:
    """Whether this is to be told now: it was not told before, nor were too many others."""
    if key in _told or len(_told) > MOST_SENTENCES:
        return False
    _told.add(key)
    if len(_told) > MOST_SENTENCES:
        say("more of this is not told")
        return False
    return True


def forget_told() -> None:
    """Begins anew, for another run."""
    _told.clear()


def say(sentence: str) -> None:
    """One line on standard error, where there is one."""
    write_line(f"gitexp: {sentence}")


def write_line(line: str) -> None:
    """Writes a line on standard error; where a script has put a stream in its place that fails, on the real one."""
    for stream in dict.fromkeys((sys.stderr, sys.__stderr__)):
        if stream is None or not _is_ours(stream):
            continue
        try:
            stream.write(f"{line}\n")
            stream.flush()
        except Exception as error:  # closed, full, or somebody's own object, which may raise anything
            if comes_from_handler(error):
                raise
        else:
            return


def quote(name: object) -> str:
    """A name as a sentence has it: printable, and of a length that can be read."""
    text = name if isinstance(name, str) else str(name)
    return repr(text if len(text) <= _LONGEST_NAME else text[: _LONGEST_NAME - 1] + "…")


def _identify() -> tuple[int, int] | None:
    try:
        state = os.fstat(2)
    except OSError:
        return None
    return state.st_dev, state.st_ino


_standard_error = _identify()


def _is_ours(stream: object) -> bool:
    """Not so where a daemon has closed all its files, and one of its own has got the number of standard error."""
    if stream is None:
        return False
    if stream is not sys.__stderr__:
        return True
    try:
        state = os.fstat(2)
    except OSError:
        return False
    return not S_ISREG(state.st_mode) or (state.st_dev, state.st_ino) == _standard_error
