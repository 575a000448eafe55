"""Run specs as they are given: as arguments, or by another command through a pipe."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from gitexp.cli.terminal import say
from gitexp.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

STDIN = "-"


def read_specs(given: Sequence[str] | None) -> tuple[str, ...] | None:
    """The specs, with the words of standard input in the place of ``-``; each once, in order.

    None where none was given: a pipe through which nothing came names no run, and not all of them.
    """
    if not given:
        return None
    specs: list[str] = []
    for text in given:
        specs += _read_stdin() if text == STDIN else [text]
    return tuple(dict.fromkeys(specs))


def _read_stdin() -> list[str]:
    if sys.stdin is None:
        raise UsageError("-: there is no standard input", hint="exp ls --ids | exp push -")
    if sys.stdin.isatty():
        say("reading runs from the terminal, one a line; Ctrl-D ends")
    return sys.stdin.read().split()
