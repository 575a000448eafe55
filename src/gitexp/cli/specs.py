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
        specs += read_piped("exp push -") if text == STDIN else [text]
    return tuple(dict.fromkeys(specs))


def read_named(given: Sequence[str] | None, example: str) -> tuple[str, ...]:
    """The runs that are named, those on standard input in the place of ``-``; one that is named twice comes twice.

    ``example`` is as ``read_piped`` has it. Raises UsageError where ``-`` is all, and nothing came.
    """
    specs: list[str] = []
    for word in given or ():
        specs += read_piped(example) if word == STDIN else [word]
    if given and not specs:
        raise UsageError("-: no run on standard input", hint=f"exp ls --ids | {example}")
    return tuple(specs)


def read_piped(example: str) -> list[str]:
    """The words on standard input; on a terminal it is said that they are waited for.

    ``example`` is how the command is written behind a pipe. Raises UsageError where there is no standard input.
    """
    if sys.stdin is None:
        raise UsageError("-: there is no standard input", hint=f"exp ls --ids | {example}")
    if sys.stdin.isatty():
        say("reading runs from the terminal, one a line; Ctrl-D ends")
    return sys.stdin.read().split()
