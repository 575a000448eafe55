"""What was said of a run while it went, put on top of its commit once it is stored."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gitexp.actions.journal_run import find_refs
from gitexp.errors import BrokenRecord, InvalidValue, RefMoved
from gitexp.format.annotation import parse_annotation
from gitexp.git.objects import ObjectWriter
from gitexp.git.reading import read_commits_of
from gitexp.model.run import User
from gitexp.model.settings import Settings
from gitexp.store.annotating import add_annotations
from gitexp.store.head_reading import read_heads
from gitexp.store.journal_annotations import close_annotations, path_of, read_annotation_files
from gitexp.store.project import Project
from gitexp.store.runs import RunStore
from gitexp.store.unkept import put_aside
from gitexp.store.writing import keep_present, set_refs

if TYPE_CHECKING:
    from gitexp.git.repository import Repository
    from gitexp.model.ids import RunId
    from gitexp.store.journal import Journal

_TRIES = 20


def store_waiting(repository: Repository, journal: Journal, *, sign: bool) -> tuple[str, ...]:
    """Stores what waits in the journal of a stored run, and closes it to more; returns what is to be said of that.

    Can be done again: what is in the run already is passed over. Raises what keeps it from being stored; the journal
    then has to stay.
    """
    sentences: list[str] = []
    while not close_annotations(journal):
        files = read_annotation_files(journal)
        good: dict[bytes, bytes] = {}
        for name, data in files.items():
            try:
                parse_annotation(name, data)
            except InvalidValue as error:
                place = put_aside(repository, journal, path_of(journal, name))
                sentences.append(f"{error.message}; it is kept in {place or 'nothing but the journal'}")
            else:
                good[name] = data
        if good:
            why_unsigned = _add(repository, journal.run_id, good, sign=sign)
            if why_unsigned is not None:
                sentences.append(f"what was said of the run while it went is stored unsigned: {why_unsigned}")
        for name in files:
            os.unlink(path_of(journal, name))
    return tuple(sentences)


def _add(repository: Repository, run_id: RunId, files: dict[bytes, bytes], *, sign: bool) -> str | None:
    store = RunStore(repository, Project(".", Settings()))
    for tries_left in reversed(range(_TRIES)):
        ended = find_refs(repository, run_id).ended
        found = read_heads(read_commits_of(repository, [(ended.ref, ended.commit)])) if ended is not None else None
        if found is None or not found.runs:
            raise found.broken[0] if found is not None and found.broken else BrokenRecord(run_id, "it is not stored")
        (head,) = found.runs
        run = store.load(head)
        known = {one.id for one in run.annotations}
        new = {name: data for name, data in files.items() if name.decode().removesuffix(".yaml") not in known}
        if not new:
            return None
        with ObjectWriter(repository) as writer:
            by = max((one for name in new if (one := parse_annotation(name, new[name]))), default=None)
            annotated = add_annotations(
                writer, head, run, new, by=by.by if by is not None else User(*head.user), sign=sign
            )
            try:
                set_refs(repository, writer, [annotated.change], f"exp: what was said of {head.name} while it went")
            except RefMoved:
                if not tries_left:
                    raise
                continue
            keep_present(repository, writer)
            return annotated.why_unsigned
    return None
