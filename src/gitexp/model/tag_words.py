"""Runs and tags among the words of one command: which word is which, so that none is taken for the other unseen.

The runs come first. A word with ``=`` is a tag, and so is every word after it. A bare word before that is a run where
it names one; else it is a tag (``baseline`` for ``baseline=true``), unless somebody may have meant a run by it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import UsageError
from gitexp.model.ids import is_id_prefix
from gitexp.model.spec import is_commit_prefix

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

_MADE_NAME = re.compile(r"[a-z]+-[a-z]+-[0-9a-z]{1,4}")
_PLAIN = re.compile(r"\w[\w./-]*")


class TagWords(NamedTuple):
    """The words of a command that are runs, and those that are tags."""

    runs: tuple[str, ...]
    tags: tuple[str, ...]


def split_words(
    words: Sequence[str],
    names_run: Callable[[str], bool],
    names: Collection[str],
    keys: Collection[str],
    *,
    has_runs: bool = False,
) -> TagWords:
    """Tells runs from tags.

    ``names`` are those of all runs, ``keys`` the tags in use; ``has_runs`` where runs are given elsewhere. Raises
    UsageError for a word that may be either.
    """
    runs: list[str] = []
    tags: list[str] = []
    for word in words:
        if "=" in word:
            tags.append(word)
        elif not names_run(word):
            _check_bare(word, names)
            tags.append(word)
        elif tags:
            raise UsageError(
                f"{word!r} names a run and comes after a tag; the runs come first", hint=f"as a tag: {word}=true"
            )
        elif (runs or has_runs) and word in keys:
            raise UsageError(f"{word!r} is a run and a tag in use", hint=f"as a tag: {word}=true; as a run: its id")
        else:
            runs.append(word)
        if tags and not runs and not has_runs:
            if "=" not in word:
                raise UsageError(f"{word!r} names no run, and the runs come first", hint="exp ls")
            raise UsageError(f"no run is named before {word!r}", hint="exp tag last team=fraud")
    if not runs and not has_runs:
        raise UsageError("no run is named", hint="exp tag last team=fraud")
    return TagWords(tuple(runs), tuple(tags))


def looks_like_run(word: str, names: Collection[str]) -> bool:
    """Whether somebody may mean a run by a word that names none: a wrong or cut id, commit or name."""
    has_digit = any(letter.isdigit() for letter in word)
    return (
        (has_digit and (is_id_prefix(word.lower()) or is_commit_prefix(word)))
        or _MADE_NAME.fullmatch(word) is not None
        or any(name.startswith(f"{word}-") for name in names)
    )


def _check_bare(word: str, names: Collection[str]) -> None:
    if looks_like_run(word, names):
        raise UsageError(f"{word!r} looks like a run, and names none", hint=f"as a tag: {word}=true; the runs: exp ls")
    if not _PLAIN.fullmatch(word):
        raise UsageError(f"{word!r} names no run, and is no tag", hint="a tag with a value is KEY=VALUE")
