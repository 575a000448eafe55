"""Runs erased: from this clone and, when asked for, from a remote; and what may hold them all the same."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.named_run import find_run
from gitexp.actions.purge_own import find_own_commits
from gitexp.actions.purge_remote import purge_remote
from gitexp.actions.registry_holders import refuse_registered
from gitexp.actions.unsayable import check_reason
from gitexp.capture.redaction import make_redactor
from gitexp.errors import BrokenRecord, Refused, RunNotFound
from gitexp.format.removal import Removal
from gitexp.git.config import author_identity, read_config
from gitexp.git.erasing import Erased, erase_objects, find_holders, find_only_held, lacks_objects
from gitexp.git.refs import list_refs
from gitexp.model.ids import is_id_prefix
from gitexp.model.refs import BACKUPS
from gitexp.model.run import User
from gitexp.store.journal import Journal
from gitexp.store.journal_request import read_request
from gitexp.store.journals import list_journals
from gitexp.store.known_there import list_known_there
from gitexp.store.purging import forget_pending, note_objects, note_pending, read_pending, take_out
from gitexp.store.removed import read_removed
from gitexp.store.writer import this_writer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from gitexp.actions.purge_own import OwnCommit
    from gitexp.actions.purge_remote import RemotePurge
    from gitexp.git.remote import Talk
    from gitexp.git.remotes import Remote
    from gitexp.model.head import RunHead
    from gitexp.model.ids import RunId
    from gitexp.model.paths import TreePath
    from gitexp.store.runs import RunStore


class PurgePlan(NamedTuple):
    """What is to be erased: runs that are here, ids of runs of which only remains are, and how many artifacts go along.

    ``cached`` counts artifacts that lie in the cache beside the repository: they stay. ``own`` are the user's commits
    that go along, since only the runs still lead to them. ``sent`` are artifacts that a data remote is known to have,
    each with its hash: they stay as well, and nothing else will say where.
    """

    heads: tuple[RunHead, ...]
    remains: tuple[RunId, ...]
    artifacts: int
    cached: int
    own: tuple[OwnCommit, ...] = ()
    sent: tuple[tuple[TreePath, str], ...] = ()

    @property
    def ids(self) -> tuple[RunId, ...]:
        """The ids of all."""
        return (*(head.id for head in self.heads), *self.remains)


class Purge(NamedTuple):
    """What was erased here and on the remote. ``holders`` are refs that lead to the runs still."""

    plan: PurgePlan
    erased: Erased
    holders: tuple[str, ...]
    is_partial: bool
    remote: RemotePurge | None = None


def plan_purge(store: RunStore, runs: Sequence[str], experiment: str | None = None) -> PurgePlan:
    """Finds what is to be erased, those among it that somebody else erased. Raises RunNotFound, AmbiguousRun.

    Raises Refused for a run that is going, and for one that a registry names.
    """
    heads = store.heads()
    every = heads._replace(runs=(*heads.runs, *heads.removed))
    gone = frozenset(read_pending(store.repository)) | read_removed(store.repository)
    found: dict[RunId, RunHead] = {}
    remains: list[RunId] = []
    for text in runs:
        try:
            try:
                head = find_run(store, text, experiment, heads)
            except RunNotFound:
                head = find_run(store, text, experiment, every)
        except RunNotFound:
            known = [one for one in gone if is_id_prefix(text) and one.startswith(text)]
            if len(known) != 1:
                raise
            remains += known
        else:
            found[head.id] = head
    plan = PurgePlan(tuple(found.values()), tuple(dict.fromkeys(remains)), 0, 0)
    _refuse(store, plan)
    others = [head for head in every.runs if head.id not in found]
    return _count_artifacts(store, plan)._replace(own=find_own_commits(store, plan.heads, others))


def purge_runs(
    store: RunStore,
    plan: PurgePlan,
    now: datetime,
    *,
    why: str | None = None,
    remote: Remote | None = None,
    talk: Talk | None = None,
) -> Purge:
    """Erases what was planned. Raises Refused, RefMoved, GitFailed, StorageFailed, RemoteFailed.

    Refused too where ``why`` holds a secret. Whatever ends it: no listing shows the runs from the first change on, and
    the same command goes on where it ended.
    """
    repository = store.repository
    if why is not None:
        redactor = make_redactor(store.settings.redaction)
        redactor.remember_variables(os.environ)
        check_reason(why, redactor)
    me = this_writer(repository)
    who = author_identity(repository)
    if plan.ids:
        take_out(repository, me, plan.ids, Removal(now, User(who.name, who.email), why))
    there = None
    if remote is not None:
        there = purge_remote(repository, remote, me, plan.ids, talk)
        note_pending(repository, plan.ids, there.roots)
    began = time.time()  # whatever is written from now on is somebody else's
    pending = {run_id: one for run_id, one in read_pending(repository).items() if run_id in plan.ids}
    roots = frozenset[str]().union(*(one.roots for one in pending.values()))
    known = frozenset[str]().union(*(one.objects for one in pending.values()))
    if lacks_objects(repository, read_config(repository)):
        forget_pending(repository, pending)
        return Purge(plan, Erased(0, ()), (), is_partial=True, remote=there)
    only = find_only_held(repository, roots, known, _held_by_journals(store))
    note_objects(repository, pending, only)
    erased = erase_objects(repository, only, began)
    holders = sorted({ref for tip in roots - only for ref in find_holders(repository, tip)})
    # A backup of the working tree is the snapshot of the run that was recorded of it.
    snapshots = {head.snapshot for head in plan.heads}
    holders += [ref for ref, commit in list_refs(repository, BACKUPS) if commit in snapshots and ref not in holders]
    if not erased.left:
        forget_pending(repository, pending)
    return Purge(plan, erased, tuple(holders), is_partial=False, remote=there)


def _refuse(store: RunStore, plan: PurgePlan) -> None:
    journals = {os.path.basename(folder)[-10:]: folder for folder in list_journals(store.repository)}
    for head in plan.heads:
        if head.id in journals:
            raise Refused(f"run {head.id} is going, or not stored yet", hint=f"exp stop {head.id}")
    refuse_registered(store, plan.ids, "purge")


def _count_artifacts(store: RunStore, plan: PurgePlan) -> PurgePlan:
    kept: list[str] = []
    sent: list[tuple[TreePath, str]] = []
    known = list_known_there(store.repository)
    for head in plan.heads:
        try:
            artifacts = store.load(head).artifacts
        except BrokenRecord:  # it goes all the same, and what it held cannot be said
            continue
        kept += [artifact.kept for artifact in artifacts]
        sent += [(one.path, one.md5) for one in artifacts if one.md5 is not None and one.md5 in known]
    return plan._replace(artifacts=len(kept), cached=kept.count("dvc"), sent=tuple(dict.fromkeys(sent)))


def _held_by_journals(store: RunStore) -> Iterable[str]:
    """The snapshots of runs that go and could not get a ref."""
    requests = (read_request(Journal(folder, -1)) for folder in list_journals(store.repository))
    return [request.tree for request in requests if request is not None and request.tree is not None]
