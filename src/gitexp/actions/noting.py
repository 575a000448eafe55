"""Which runs a note is about, and which word is its text."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.named_run import find_run, find_runs
from gitexp.errors import RunNotFound, UsageError
from gitexp.model.tag_words import looks_like_run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.head import RunHead
    from gitexp.store.head_reading import Heads
    from gitexp.store.runs import RunStore


class NotedRuns(NamedTuple):
    """The runs of a command, and its text where it has one."""

    heads: list[RunHead]
    text: str | None


def find_noted(store: RunStore, typed: Sequence[str], piped: Sequence[str] | None, experiment: str | None) -> NotedRuns:
    """Takes the last word for the text unless it names a run. ``piped`` words are runs.

    Raises UsageError where it may have been meant for a run, and what ``find_run`` raises.
    """
    known = store.heads()
    words = list(typed)
    text = None
    if len(words) > int(piped is None) and not _names_run(store, words[-1], experiment, known):
        text = words.pop()
        if looks_like_run(text, {head.name for head in known.runs}):
            raise UsageError(f"{text!r} looks like a run, and names none", hint=f"as the text: -m {text}")
    runs = [*(piped or ()), *words]
    return NotedRuns(find_runs(store, runs, experiment, known), text)


def _names_run(store: RunStore, word: str, experiment: str | None, known: Heads) -> bool:
    if not word or not word.isprintable() or any(letter.isspace() for letter in word):
        return False
    try:
        find_run(store, word, experiment, known)
    except RunNotFound:
        return False
    return True
