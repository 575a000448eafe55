"""A statement about a run that is going: left in its journal, for whoever stores the run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gitexp.actions.going_journal import GoingJournal
from gitexp.actions.named_run import find_again
from gitexp.errors import BrokenRecord, Refused, StorageFailed
from gitexp.format.annotation import format_annotation, name_annotation, parse_annotation
from gitexp.model.annotations import apply_annotations, next_instant
from gitexp.model.run import Status
from gitexp.store.journal import Journal, is_own, local_folder, read_start
from gitexp.store.journal_annotations import read_waiting, write_annotation
from gitexp.store.machine import is_here

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from gitexp.model.annotations import Statement
    from gitexp.model.head import RunHead
    from gitexp.model.run import Run, User
    from gitexp.model.statements import Plan
    from gitexp.store.runs import RunStore

_NO_LOCK = -1


def open_going(store: RunStore, head: RunHead) -> GoingJournal | None:
    """The journal of a run that is going here; None where it has just ended.

    Raises Refused where another machine or user records it.
    """
    folder = local_folder(store.repository, "live", head.id)
    start = read_start(folder)
    if start is not None and is_here(start.host, start.boot):
        if not is_own(os.stat(folder)):
            raise Refused(f"run {head.name} is recorded by another user", hint="say it again when it has ended")
        return GoingJournal(Journal(folder, _NO_LOCK), start)
    if find_again(store, head).status is not Status.RUNNING:
        return None
    host = start.host if start is not None else _find_host(store, head)
    raise Refused(
        f"run {head.name} is going on {host}; nothing can be said of it here before it has ended",
        hint=f"ssh {host}, and say it there",
    )


def say_of_going(
    store: RunStore, head: RunHead, found: GoingJournal, plan: Plan, *, by: User, now: datetime
) -> tuple[Run, Sequence[Statement]] | None:
    """Leaves what is to be said in the journal; returns the run as it was, and what was said. None: it has ended.

    Raises StorageFailed, BrokenRecord.
    """
    waiting = read_waiting(found.journal)
    run = apply_annotations(store.load(head), waiting)
    seen = list(waiting)
    statements = plan(run)
    for statement in statements:
        data = format_annotation(statement, next_instant(now, seen), by)
        name = name_annotation(data)
        try:
            if not write_annotation(found.journal, name, data):
                return None
        except OSError as error:
            raise StorageFailed(found.journal.folder, error.strerror or str(error)) from error
        annotation = parse_annotation(name, data)
        assert annotation is not None
        seen.append(annotation)
    return run, statements


def _find_host(store: RunStore, head: RunHead) -> str:
    try:
        return store.load(head).host
    except BrokenRecord:
        return "another machine"
