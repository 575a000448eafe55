"""The tips that runs had before, found in their commits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gitexp.errors import BrokenObject
from gitexp.format.message_restating import NO_SNAPSHOT
from gitexp.git.asking import ObjectAsker, read_shallow
from gitexp.git.commits import parse_commit
from gitexp.model.sync import Histories

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitexp.git.reading import FoundObject
    from gitexp.git.repository import Repository

_RUN_ID = re.compile(rb"^Run-Id: (\S+)$", re.MULTILINE)
_MOST = 1_000_000
"""Who sends more commits than that for a few runs wants us to stand still."""


def read_histories(repository: Repository, tips: Iterable[str]) -> Histories:
    """All that came before the tips of runs, through one pipe, level by level.

    A parent that is not a commit of the same run is not one of its tips. A tip that is not here is not in the answer.
    """
    shallow = read_shallow(repository)
    earlier: dict[str, tuple[str, ...]] = {}
    runs: dict[str, bytes] = {}
    found: set[str] = set()
    level = list(dict.fromkeys(tips))
    with ObjectAsker(repository) as asker:
        while level and len(earlier) < _MOST:
            after: dict[str, bytes] = {}
            for one in asker.ask(level):
                run, before = _read_tip(one)
                if run is None or runs.get(one.name, run) != run:
                    continue
                found.add(one.name)
                earlier[one.name] = () if one.name in shallow else before
                after.update((parent, run) for parent in earlier[one.name])
            level = [one for one in after if one not in earlier and one not in runs]
            runs.update(after)
    known = {tip: tuple(one for one in before if one in found) for tip, before in earlier.items()}
    return Histories(known, frozenset(shallow.intersection(known)))


def _read_tip(found: FoundObject) -> tuple[bytes | None, tuple[str, ...]]:
    """The id of the run that a commit is of, and its parents that may be earlier tips."""
    if found.type != "commit" or found.data is None:
        return None, ()
    try:
        commit = parse_commit(found.data)
    except BrokenObject:
        return None, ()
    named = _RUN_ID.search(commit.message)
    if named is None:
        return None, ()
    has_snapshot = NO_SNAPSHOT not in commit.message.split(b"\n")
    return named[1], commit.parents[1:] if has_snapshot else commit.parents
