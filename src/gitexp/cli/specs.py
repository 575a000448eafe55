"""Run specs as they are given: as arguments, or by another command through a pipe."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

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
        specs += sys.stdin.read().split() if text == STDIN else [text]
    return tuple(dict.fromkeys(specs))
