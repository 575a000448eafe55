"""Something said of runs: of all that are named at once, whether they have ended or go on here."""

from __future__ import annotations

import os
import random
import time
from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.going_annotation import open_going, say_of_going
from gitexp.actions.named_run import find_again
from gitexp.actions.unsayable import check_statements
from gitexp.capture.redaction import make_redactor
from gitexp.errors import BrokenRecord, RefMoved, Refused, RunNotFound
from gitexp.git.config import committer_identity, read_config
from gitexp.git.objects import ObjectWriter
from gitexp.model.run import Status, User
from gitexp.store.annotating import annotate
from gitexp.store.writing import keep_present, set_refs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from gitexp.actions.going_journal import GoingJournal
    from gitexp.git.config import GitConfig
    from gitexp.model.annotations import Statement
    from gitexp.model.head import RunHead
    from gitexp.model.run import Run
    from gitexp.model.statements import Plan
    from gitexp.store.runs import RunStore

_TOGETHER = 3
"""How often all runs are tried in one transaction, while other processes move some of them."""
_ALONE = 40
_PAUSE = 0.02


class AnnotatedRun(NamedTuple):
    """A run of which something was said, or had been said before: ``statements`` is empty then.

    ``run`` is as it was until now. ``commit`` is the new tip; None where nothing was written, and where the run is
    going, whose end will have it.
    """

    head: RunHead
    run: Run
    statements: tuple[Statement, ...]
    commit: str | None = None


class Annotated(NamedTuple):
    """What became of a command; ``why_unsigned`` where commits should have been signed and are not."""

    runs: tuple[AnnotatedRun, ...]
    why_unsigned: str | None = None

    @property
    def changed(self) -> list[AnnotatedRun]:
        """The runs of which something new was said."""
        return [one for one in self.runs if one.statements]


class _Saying(NamedTuple):
    store: RunStore
    plan: Plan
    by: User
    now: datetime
    config: GitConfig


def annotate_runs(
    store: RunStore,
    heads: Sequence[RunHead],
    plan: Plan,
    statements: Sequence[Statement],
    *,
    now: datetime,
    going: bool = True,
) -> Annotated:
    """Says of each run what the plan finds for it; ``statements`` are all that it can find, looked at before any write.

    Not ``going``: of a run that goes on it cannot be said. Raises Refused for what must not be written and for a run
    that goes on elsewhere, BrokenRecord, RefMoved where a run is moved again and again, StorageFailed.
    """
    config = read_config(store.repository)
    identity = committer_identity(store.repository, config)
    saying = _Saying(store, plan, User(identity.name, identity.email), now, config)
    redactor = make_redactor(store.settings.redaction)
    redactor.remember_variables(os.environ)
    journals: dict[str, GoingJournal] = {}
    ended: list[RunHead] = []
    for head in heads:
        if head.status is not Status.RUNNING:
            ended.append(head)
            continue
        if not going:
            raise Refused(f"run {head.name} is still going", hint=f"exp stop {head.id}")
        found = open_going(store, head)
        if found is None:
            ended.append(find_again(store, head))
        else:
            journals[head.id] = found
            redactor.follow_traces(found.start.traces)
    check_statements(statements, redactor, saying.by, now)
    done: dict[str, AnnotatedRun] = {}
    for head in heads:
        if head.id in journals:
            said = say_of_going(store, head, journals[head.id], plan, by=saying.by, now=now)
            if said is None:
                ended.append(find_again(store, head))
            else:
                done[head.id] = AnnotatedRun(head, said[0], tuple(said[1]))
    why_unsigned = _say_of_ended(saying, ended, done)
    return Annotated(tuple(done[head.id] for head in heads), why_unsigned)


def _say_of_ended(saying: _Saying, heads: Sequence[RunHead], done: dict[str, AnnotatedRun]) -> str | None:
    """All in one transaction; where other processes move some of them meanwhile, those one by one."""
    if not heads:
        return None
    store = saying.store
    with ObjectWriter(store.repository, saying.config) as writer:
        for _ in range(_TOGETHER):
            try:
                return _say_together(saying, writer, heads, done)
            except RefMoved:
                heads = _read_again(store, heads)
        found = [_say_alone(saying, writer, head, done) for head in heads]
    return next((why for why in found if why is not None), None)


def _say_alone(saying: _Saying, writer: ObjectWriter, head: RunHead, done: dict[str, AnnotatedRun]) -> str | None:
    for attempt in range(_ALONE):
        try:
            return _say_together(saying, writer, [head], done)
        except RefMoved:
            if attempt == _ALONE - 1:
                raise
            time.sleep(random.uniform(0, _PAUSE * (attempt + 1)))  # noqa: S311  so that no two keep step
            (head,) = _read_again(saying.store, [head])
    return None


def _say_together(
    saying: _Saying, writer: ObjectWriter, heads: Sequence[RunHead], done: dict[str, AnnotatedRun]
) -> str | None:
    changes, new, why_unsigned = [], [], None
    for head, run in saying.store.load_many(heads):
        if isinstance(run, BrokenRecord):
            raise run
        statements = tuple(saying.plan(run))
        if not statements:
            done[head.id] = AnnotatedRun(head, run, ())
            continue
        written = annotate(
            writer, head, run, statements, by=saying.by, now=saying.now, sign=saying.config.signs_commits
        )
        changes.append(written.change)
        new.append(AnnotatedRun(head, run, statements, written.commit))
        why_unsigned = why_unsigned or written.why_unsigned
    if not changes:
        return None
    kinds = ", ".join(sorted({one.kind for run in new for one in run.statements}))
    set_refs(saying.store.repository, writer, changes, f"exp: {kinds}")
    keep_present(saying.store.repository, writer)
    done.update({one.head.id: one for one in new})
    return why_unsigned


def _read_again(store: RunStore, heads: Sequence[RunHead]) -> list[RunHead]:
    now = {head.id: head for head in store.heads().runs}
    for head in heads:
        if head.id not in now:
            raise RunNotFound(head.id, "it has gone meanwhile")
    return [now[head.id] for head in heads]
