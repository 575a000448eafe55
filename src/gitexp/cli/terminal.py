"""The standard streams: what they can show, and how we talk on them."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TextIO, cast

from gitexp.render.text import neutralise
from gitexp.render.theme import ColourChoice, choose_colour

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.errors import ExpError
    from gitexp.render.page import Look

_SIGNS = "✓✗●■–…·→"


def prepare_streams() -> None:
    """Makes sure that no text fails for want of a letter in the stream's encoding, or of the stream itself.

    What is written to a stream that was closed from outside (``>&-``) goes nowhere; its descriptor stays closed.
    """
    sys.stdout = sys.stdout or io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    sys.stderr = sys.stderr or io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def find_colour(choice: str, stream: TextIO | None = None) -> bool:
    """Whether to colour what goes to a stream (standard output unless another is given)."""
    stream = sys.stdout if stream is None else stream
    return choose_colour(cast("ColourChoice", choice), os.environ, is_terminal=stream.isatty())


def find_look(choice: str = "auto", stream: TextIO | None = None) -> Look:
    """How to show something on a stream: standard output unless another is given."""
    from gitexp.render.page import Look

    stream = sys.stdout if stream is None else stream
    width = shutil.get_terminal_size().columns if stream.isatty() else None
    return Look(width, find_colour(choice, stream), _can_show_signs(stream), datetime.now(UTC))


def say(text: str) -> None:
    """A line of talk, on standard error."""
    sys.stderr.write(f"{neutralise(text)}\n")


def warn(text: str) -> None:
    """A line about something that went wrong while the rest went on."""
    say(f"exp: {text}")


def silence_errors() -> None:
    """Sends what is still buffered for standard error nowhere: Python would try again, and complain, at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stderr.fileno())
    os.close(nowhere)


def warn_of_broken(broken: Sequence[ExpError], what: str) -> None:
    """One line for all runs that could not be read, however many."""
    if not broken:
        return
    first = broken[0].message
    if len(broken) == 1:
        warn(f"{first}; {what}")
    else:
        warn(f"{len(broken)} runs cannot be read; {what}. The first: {first}")


def _can_show_signs(stream: TextIO) -> bool:
    with contextlib.suppress(UnicodeEncodeError, LookupError):
        _SIGNS.encode(stream.encoding or "ascii")
        return True
    return False
