"""The run before: kept by name in a file for each experiment, since to find it among ten thousand refs takes 0.1 s."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gitexp.errors import GitFailed
from gitexp.git.newest import read_newest
from gitexp.git.reading import RefCommit, read_objects
from gitexp.model.refs import RUNS, parse_run_ref
from gitexp.model.run import Status
from gitexp.store.head_reading import read_heads
from gitexp.store.journal import local_folder

if TYPE_CHECKING:
    from gitexp.git.repository import Repository
    from gitexp.model.head import RunHead
    from gitexp.model.refs import Experiment

_LOOKED_AT = 20
_LONGEST = 200


def find_previous(repository: Repository, experiment: Experiment) -> RunHead | None:
    """The run of an experiment that finished last in this clone; None where there is none.

    Where no file names it, or one that is not there any more, the 20 newest runs are looked at.
    """
    named = _read_named(repository, experiment)
    if named is not None:
        return named
    try:
        heads = read_heads(read_newest(repository, f"{RUNS}{experiment}/", _LOOKED_AT))
    except GitFailed:  # a run with a damaged commit; a listing tells it, and it is no matter here
        return None
    return next((head for head in heads.runs if _counts(head, experiment)), None)


def keep_previous(repository: Repository, experiment: Experiment, ref: str) -> None:
    """Names the run that has just finished as the one that the next is held against. Raises OSError."""
    file = _file(repository, experiment)
    os.makedirs(os.path.dirname(file), exist_ok=True)
    unfinished = f"{file}.{os.getpid()}"
    with open(unfinished, "w", encoding="ascii") as stream:
        stream.write(f"{ref}\n")
    os.replace(unfinished, file)


def _read_named(repository: Repository, experiment: Experiment) -> RunHead | None:
    try:
        with open(_file(repository, experiment), encoding="ascii", errors="replace") as stream:
            ref = stream.read(_LONGEST).strip()
    except OSError:  # none yet
        return None
    parsed = parse_run_ref(ref)
    if parsed is None or parsed.experiment != experiment:
        return None
    for found in read_objects(repository, [ref]):
        if found.id is not None and found.type == "commit":
            heads = read_heads([RefCommit(ref, found.id, found.data)])
            return next((head for head in heads.runs if _counts(head, experiment)), None)
    return None


def _counts(head: RunHead, experiment: Experiment) -> bool:
    return head.status is Status.FINISHED and head.experiment == experiment and not head.hidden


def _file(repository: Repository, experiment: Experiment) -> str:
    return os.path.join(local_folder(repository, "cache", "previous"), experiment)
