"""Runs erased on a remote: their refs go with a lease, folds are replaced by such without them, the list is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import RemoteFailed
from gitexp.git.objects import ObjectWriter
from gitexp.git.reading import find_absent
from gitexp.git.refs import list_refs
from gitexp.git.remote import PushResult, PushUpdate, Talk, fetch_objects, list_remote_refs, push_refs
from gitexp.model.refs import FOLDS, LIVE, REMOVED, RUNS, parse_fold_ref, parse_run_ref, removed_ref
from gitexp.store.purging import rewrite_folds

if TYPE_CHECKING:
    from collections.abc import Collection

    from gitexp.git.remotes import Remote
    from gitexp.git.repository import Repository
    from gitexp.model.ids import RunId
    from gitexp.model.refs import Writer


class RemotePurge(NamedTuple):
    """What became of each ref of a remote, and the objects that led to the runs over there."""

    remote: Remote
    results: tuple[PushResult, ...]
    roots: frozenset[str]

    @property
    def refused(self) -> tuple[PushResult, ...]:
        """What the remote did not do."""
        return tuple(result for result in self.results if result.state == "refused")


def purge_remote(
    repository: Repository, remote: Remote, me: Writer, ids: Collection[RunId], talk: Talk | None = None
) -> RemotePurge:
    """Takes runs out of a remote, all in one transaction where it can have one. Raises RemoteFailed, Refused.

    Folds of others are replaced too: they are as they would have been without the runs.
    """
    talk = talk if talk is not None else Talk()
    there = list_remote_refs(repository, remote.listed, f"{RUNS}*", f"{LIVE}*", f"{FOLDS}*", f"{REMOVED}*", talk=talk)
    updates: list[PushUpdate] = []
    roots: set[str] = set()
    for name, commit in there:
        run = parse_run_ref(name)
        if run is not None and run.id in ids:
            updates.append(PushUpdate(name, None, commit))
            roots.add(commit)
    folds = [(name, commit) for name, commit in there if parse_fold_ref(name) is not None]
    unknown = find_absent(repository, [commit for _, commit in folds]) if folds else []
    if unknown:
        fetch_objects(repository, remote.listed, unknown, talk=talk)
    with ObjectWriter(repository) as writer:
        rewritten = rewrite_folds(repository, writer, folds, ids)
        updates += [PushUpdate(change.name, change.new, change.old, is_rewritten=True) for change in rewritten.changes]
        roots |= rewritten.roots
        list_ref = removed_ref(me)
        said = dict(list_refs(repository, list_ref)).get(list_ref)
        if said is not None and dict(there).get(list_ref) != said:
            updates.insert(0, PushUpdate(list_ref, said))
        results = _push(repository, remote, updates, talk)
    return RemotePurge(remote, tuple(results), frozenset(roots))


def _push(repository: Repository, remote: Remote, updates: list[PushUpdate], talk: Talk) -> list[PushResult]:
    try:
        return push_refs(repository, remote.name, updates, atomic=True, talk=talk)
    except RemoteFailed as error:
        if "atomic" not in str(error.fields["stderr"]):
            raise
    return push_refs(repository, remote.name, updates, talk=talk)
