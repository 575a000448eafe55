"""What another repository has of ours, as its list of refs says, before anything is fetched."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import BrokenRecord
from gitexp.git.config import read_config
from gitexp.git.reachability import find_unheld
from gitexp.git.refs import list_containing, list_refs
from gitexp.git.remote import Talk, find_common, find_known, list_remote_refs
from gitexp.git.remotes import choose_remote, push_location
from gitexp.model.ids import RunId
from gitexp.model.refs import FOLDS, LIVE, REMOVED, RUNS, parse_fold_ref, parse_removed_ref, parse_run_ref
from gitexp.store.folds import read_folds
from gitexp.store.removed import read_removed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gitexp.errors import ExpError
    from gitexp.git.remotes import Remote
    from gitexp.model.head import RunHead
    from gitexp.store.runs import RunStore

_ASKED = ("refs/heads/*", "refs/tags/*", f"{RUNS}*", f"{FOLDS}*", f"{REMOVED}*", f"{LIVE}*")
_LONGEST_NAME = 200
_QUIET = Talk()


class RemoteRuns(NamedTuple):
    """The refs of a remote, by name. ``broken`` are those that stand where only ours may, and are none of ours.

    ``known`` is every id that it told, and all other places that a push goes to: what is behind these is there.
    """

    remote: Remote
    runs: dict[str, str]
    folds: dict[str, str]
    removed: dict[str, str]
    live: dict[str, str]
    known: frozenset[str]
    broken: tuple[tuple[str, ExpError], ...] = ()


def find_remote(store: RunStore, given: str | None, *, for_push: bool = False) -> Remote:
    """The remote with the runs, spoken to as Git would to push or to fetch. Raises NoRemote."""
    config = read_config(store.repository)
    remote = choose_remote(store.repository, given, config)
    return push_location(store.repository, remote, config) if for_push else remote


def list_remote_runs(store: RunStore, remote: Remote, talk: Talk) -> RemoteRuns:
    """Asks a remote for what it has. Raises RemoteFailed."""
    found = RemoteRuns(remote, {}, {}, {}, {}, frozenset())
    known: set[str] = set()
    broken: list[tuple[str, ExpError]] = []
    for name, object_id in list_remote_refs(store.repository, remote.listed, *_ASKED, talk=talk):
        known.add(object_id)
        run = parse_run_ref(name)
        if run is not None:
            (found.runs if run.kind == "ended" else found.live)[name] = object_id
        elif parse_fold_ref(name) is not None:
            found.folds[name] = object_id
        elif parse_removed_ref(name) is not None:
            found.removed[name] = object_id
        elif name.startswith((RUNS, "refs/exp/")):
            broken.append((name, BrokenRecord(name[:_LONGEST_NAME], "the ref is not that of a run")))
    if remote.also:
        known &= find_known(store.repository, remote.also, *_ASKED, talk=talk)
    return found._replace(known=frozenset(known), broken=tuple(broken))


def find_pushed(store: RunStore, remote: Remote, tips: Sequence[str], *, talk: Talk = _QUIET) -> frozenset[str]:
    """Commits behind ``tips`` that all places which a push goes to say they have, and that came from a remote once.

    What they say alone is not believed: a push sends such a commit all the same, and nobody would have looked into it.
    """
    common = find_common(store.repository, remote.places, tips, talk=talk)
    return common - find_unheld(store.repository, common, "refs/remotes")


def read_erased(store: RunStore) -> frozenset[RunId]:
    """The ids that were erased for good: they neither go nor come."""
    return read_removed(store.repository)


def find_folded(store: RunStore) -> dict[str, str]:
    """The refs of runs that lie in a fold here and have none of their own, each with the tip that is there."""
    folds = read_folds(store.repository).tips
    if not folds:
        return {}
    own = {id_of(ref) for ref, _ in list_refs(store.repository, RUNS) if parse_run_ref(ref) is not None}
    return {tips[0].ref: tips[0].commit for run_id, tips in folds.items() if run_id not in own}


def find_fold_refs(store: RunStore, head: RunHead) -> dict[str, str]:
    """The refs of the folds that hold a run which has no ref of its own, and what they hold."""
    if head.fold is None:
        return {}
    return dict(list_containing(store.repository, head.fold, FOLDS))


def id_of(ref: str) -> RunId:
    """The id in the ref of a run."""
    return RunId(ref.rpartition("/")[2])


def find_twice(wanted: Iterable[str], others: Iterable[str]) -> dict[str, ExpError]:
    """Those of the wanted refs whose id another ref has, on either side: one of the two is not what it says."""
    wanted = list(wanted)
    first: dict[RunId, str] = {}
    second: dict[RunId, str] = {}
    for ref in (*(ref for ref in others if ref.startswith(RUNS)), *wanted):
        if first.setdefault(id_of(ref), ref) != ref:
            second[id_of(ref)] = ref
    twice = {ref: {first[id_of(ref)], second[id_of(ref)]} - {ref} for ref in wanted if id_of(ref) in second}
    return {ref: BrokenRecord(ref, f"the same id is at {min(places)}") for ref, places in twice.items()}
