"""The runs of a command that takes many: words of the command line, and ``-`` for ids on standard input."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.cli.specs import read_piped
from gitexp.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence

PIPED = "-"


class RunWords(NamedTuple):
    """Words of the command line but for ``-``, and the lines that stood for it; None where there was none."""

    typed: tuple[str, ...]
    piped: tuple[str, ...] | None

    @property
    def all(self) -> tuple[str, ...]:
        """The words of both."""
        return (*(self.piped or ()), *self.typed)


def read_run_words(words: Sequence[str], example: str) -> RunWords:
    """Reads runs from standard input where ``-`` stands for them, one a line. Raises NotFound where there is none.

    ``example`` is how the command is written behind a pipe, for whom nothing came through it.
    """
    typed = tuple(word for word in words if word != PIPED)
    if len(typed) == len(words):
        return RunWords(typed, None)
    lines = tuple(read_piped(example))
    if not lines:
        raise NotFound("no run came on standard input", hint=f"exp ls --ids | {example}")
    return RunWords(typed, lines)
