"""Runs that go elsewhere: their mirrors brought here, and the refs of those that have ended removed here and there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import BrokenRecord, ExpError, RefMoved, RemoteFailed
from gitexp.git.reading import read_commits_of
from gitexp.git.refs import RefChange, is_ancestor, list_refs, update_refs
from gitexp.git.remote import PushUpdate, Talk, fetch_objects
from gitexp.git.remotes import is_location
from gitexp.model.refs import FOLDS, LIVE, RefName, live_ref, parse_run_ref, run_ref
from gitexp.model.run import Status
from gitexp.store.head_reading import read_heads
from gitexp.store.heard import forget_heard, note_heard
from gitexp.store.journals import has_journal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from gitexp.git.remotes import Remote
    from gitexp.model.head import RunHead
    from gitexp.model.refs import RunRef
    from gitexp.store.runs import RunStore

Tip = tuple[str, str]
"""A ref's name and the id that it holds."""
Disbelief = tuple[str, ExpError]
"""A ref, and why it was not taken over."""

_MOST = 1000
"""Runs that go at once: who says that there are more wants this clone to stand still."""
_DEPTH = 2
"""In a shallow clone: a mirror, and the snapshot and the mirror before it."""
_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


class PulledLive(NamedTuple):
    """``moved`` are runs of which there is news, ``removed`` the refs of those that have ended and are here."""

    moved: tuple[RunHead, ...] = ()
    removed: tuple[str, ...] = ()
    broken: tuple[Disbelief, ...] = ()
    """The refs that were not believed, and why."""


def pull_live(store: RunStore, remote: Remote, listed: Iterable[Tip], talk: Talk) -> PulledLive:
    """Brings the mirrors among the refs that a remote has. A run that is recorded here is its journal's alone.

    To be called when the ended runs have come: the live refs of these go. Raises RemoteFailed where nothing comes.
    """
    repository = store.repository
    here = dict(list_refs(repository, LIVE))
    there = dict(listed)
    wanted: list[Tip] = []
    for name, tip in list(there.items()):
        ref = _parse_live(name)
        if ref is None or not _ID.fullmatch(tip) or here.get(name) == tip or run_ref(ref.experiment, ref.id) in there:
            continue
        if not has_journal(repository, ref.id):
            wanted.append((name, tip))
    ended = _find_ended(store, [*here, *(name for name, _ in wanted)])
    wanted = [(name, tip) for name, tip in wanted if _id_of(name) not in ended]
    broken: list[Disbelief] = []
    if len(wanted) > _MOST:
        why = f"{remote.name} has {len(wanted):,} of them: the first {_MOST:,} came"
        broken.append((wanted[_MOST][0], BrokenRecord(f"{LIVE}*", why)))
        wanted = wanted[:_MOST]
    come, unfetched = _fetch(store, remote, wanted, talk)
    broken += unfetched
    moved: list[RunHead] = []
    for name, tip in come:
        try:
            moved.append(_take(store, remote, (name, tip), here.get(name)))
        except ExpError as error:
            broken.append((name, error))
    return PulledLive(tuple(moved), tuple(_remove_ended(store, here, ended)), tuple(broken))


def settled_live(
    store: RunStore, remote_refs: Iterable[Tip], leaving: Collection[str] | None = None
) -> list[PushUpdate]:
    """The removals, with leases, of a remote's live refs whose runs have ended: there, or here and about to be pushed.

    ``leaving`` are the ended refs that go there in this push; None: all that are here.
    """
    there = dict(remote_refs)
    live = {name: ref for name in there if (ref := _parse_live(name)) is not None}
    here = _find_ended(store, live) if live else frozenset()
    updates = []
    for name, ref in live.items():
        ended = run_ref(ref.experiment, ref.id)
        is_coming = ref.id in here and (leaving is None or ended in leaving)
        # A run that another host only called lost is still mirrored by its own.
        if (ended in there or is_coming) and not has_journal(store.repository, ref.id):
            updates.append(PushUpdate(name, None, there[name]))
    return updates


def take_ended(store: RunStore, remote: Remote, tip: Tip, talk: Talk) -> RunHead:
    """Brings the end of a run that was followed, and puts its ref in the live one's place.

    Raises RemoteFailed, BrokenRecord, RefMoved.
    """
    name, commit = tip
    ref = parse_run_ref(name)
    assert ref is not None
    fetch_objects(store.repository, remote.name, [commit], depth=_depth(store), talk=talk)
    head = _read(store, name, commit)
    if head.status is Status.RUNNING:
        raise BrokenRecord(name, "it says that it is still running")
    live = live_ref(ref.experiment, ref.id)
    changes = [RefChange(name, commit, None)]
    changes += [RefChange(live, None, old) for found, old in list_refs(store.repository, live) if found == live]
    update_refs(store.repository, changes, reason=f"exp: {head.name} came from {remote.name}")
    forget_heard(store.repository, head.id)
    return head


def _take(store: RunStore, remote: Remote, tip: Tip, old: str | None) -> RunHead:
    name, commit = tip
    head = _read(store, name, commit)
    if head.status is not Status.RUNNING:
        raise BrokenRecord(name, f"a live ref with a run that is {head.status.value}")
    if old is not None and not store.repository.is_shallow and not is_ancestor(store.repository, old, commit):
        raise BrokenRecord(name, f"{remote.name} has another run of that id")
    update_refs(store.repository, [RefChange(name, commit, old)], reason=f"exp: {head.name} heard of at {remote.name}")
    if not is_location(remote.name):  # a URL may hold a password
        note_heard(store.repository, head.id, remote.name)
    return head


def _read(store: RunStore, name: str, commit: str) -> RunHead:
    """What has come, held against what it is said to be. Raises BrokenRecord."""
    heads = read_heads(read_commits_of(store.repository, [(name, commit)]))
    for error in heads.broken:
        raise error
    (head,) = heads.runs
    run = store.load(head)
    if (run.experiment, run.status) != (head.home, head.status):
        raise BrokenRecord(name, "its manifest is that of another run")
    return head


def _fetch(store: RunStore, remote: Remote, tips: Sequence[Tip], talk: Talk) -> tuple[list[Tip], list[Disbelief]]:
    """The tips that came, and why the others did not: one that is broken does not hold up the rest."""
    if not tips:
        return [], []
    try:
        fetch_objects(store.repository, remote.name, [tip for _, tip in tips], depth=_depth(store), talk=talk)
    except RemoteFailed:
        if len(tips) == 1:
            raise
    else:
        return list(tips), []
    come: list[Tip] = []
    errors: list[Disbelief] = []
    for tip in tips:
        try:
            fetch_objects(store.repository, remote.name, [tip[1]], depth=_depth(store), talk=talk)
        except RemoteFailed as error:
            errors.append((tip[0], error))
        else:
            come.append(tip)
    if not come:
        raise errors[0][1]
    return come, errors


def _remove_ended(store: RunStore, here: dict[str, str], ended: Collection[str]) -> Iterable[str]:
    for name, commit in here.items():
        run_id = _id_of(name)
        if run_id in ended and not has_journal(store.repository, run_id):
            try:
                update_refs(store.repository, [RefChange(name, None, commit)], reason="exp: the run has ended")
            except RefMoved:  # somebody else was there first
                continue
            forget_heard(store.repository, run_id)
            yield name


def _find_ended(store: RunStore, live: Iterable[str]) -> frozenset[str]:
    """The ids of runs with these live refs that have ended and are here, in folds as well."""
    refs = {run_ref(ref.experiment, ref.id): ref.id for name in live if (ref := _parse_live(name)) is not None}
    if not refs:
        return frozenset()
    found = {refs[RefName(name)] for name, _ in list_refs(store.repository, *refs) if name in refs}
    if len(found) < len(refs) and list_refs(store.repository, FOLDS):  # else who follows a run would read all others
        found |= {head.id for head in store.heads().runs if head.status is not Status.RUNNING}
    return frozenset(found)


def _parse_live(name: str) -> RunRef | None:
    ref = parse_run_ref(name)
    return ref if ref is not None and ref.kind == "live" else None


def _id_of(name: str) -> str:
    return name.rpartition("/")[2]


def _depth(store: RunStore) -> int | None:
    return _DEPTH if store.repository.is_shallow else None
