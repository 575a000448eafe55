"""The versions of a registry asked of the remotes: is the run there, and are the bytes those that were judged?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.data_remote import ask_data_remote, open_data_remote_of
from gitexp.actions.fetch_objects import open_objects
from gitexp.actions.remote_runs import find_remote, list_remote_runs
from gitexp.data.progress import SILENT
from gitexp.data.receiving import examine_objects, receive_objects
from gitexp.errors import ObjectDamaged, ObjectMissing
from gitexp.git.reading import find_absent
from gitexp.model.pointed import FOLDER_SUFFIX
from gitexp.model.registry_faults import Fault
from gitexp.store.folds import covered_by_fold
from gitexp.store.histories import read_histories

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from gitexp.actions.check_registry_runs import VersionRun
    from gitexp.actions.remote_runs import RemoteRuns
    from gitexp.data.progress import TransferProgress
    from gitexp.data.remote import DataRemote
    from gitexp.git.remote import Talk
    from gitexp.store.runs import RunStore


class AskedRemotes(NamedTuple):
    """What is not there, and the remote that was asked for runs."""

    faults: tuple[Fault, ...]
    remote: str


def check_remotes(
    store: RunStore,
    versions: Sequence[VersionRun],
    read: Collection[tuple[str, int]],
    given: str | None,
    *,
    talk: Talk,
    progress: TransferProgress | None = None,
) -> AskedRemotes:
    """Asks for the run of each version and for its bytes; of those to ``read``, by model and number, every byte is.

    Raises NoRemote, RemoteFailed, NoStorage, TransferFailed, StorageFailed.
    """
    remote = find_remote(store, given)
    faults = list(_find_unpushed(store, versions, list_remote_runs(store, remote, talk)))
    pointing = [one for one in versions if _is_pointed(one)]
    if pointing:
        faults += _check_bytes(store, pointing, read, progress if progress is not None else SILENT)
    return AskedRemotes(tuple(faults), remote.name)


def _find_unpushed(store: RunStore, versions: Sequence[VersionRun], there: RemoteRuns) -> Iterator[Fault]:
    repository, name = store.repository, there.remote.name
    tips = list({there.runs[one.version.run] for one in versions if one.version.run in there.runs})
    unknown = set(find_absent(repository, [*tips, *there.folds.values()]))
    histories = read_histories(repository, [tip for tip in tips if tip not in unknown])
    folds = [(ref, tip) for ref, tip in there.folds.items() if tip not in unknown]
    folded = covered_by_fold(repository, folds) if folds else {}
    for one in versions:
        tip = there.runs.get(one.version.run)
        commit = one.version.commit
        is_there = tip is not None and (commit == tip or commit in histories.all_earlier(tip))
        if is_there or commit in folded.get(one.head.id, ()):
            continue
        at = (*one.path, "commit" if tip is not None else "run")
        if tip is not None and tip not in unknown:
            why = f"the run of {one.name} is another on {name}: {commit[:12]} is no tip that it had there"
            yield Fault(at, "remote-rewritten", why, f"exp remote ls {name}")
        elif tip is not None or not unknown.isdisjoint(there.folds.values()):
            why = f"what {name} has of the run of {one.name} is not here yet"
            yield Fault(at, "remote-newer", why, f"exp pull {one.head.id}")
        else:
            yield Fault(at, "run-unpushed", f"the run of {one.name} is not on {name}", f"exp push {one.head.id}")


def _is_pointed(one: VersionRun) -> bool:
    """Whether the bytes are not in Git, by the run itself: the registry may say of them what is not so."""
    return any(it.path == one.version.artifact.path and it.kept == "dvc" for it in one.run.artifacts)


def _check_bytes(
    store: RunStore, versions: Sequence[VersionRun], read: Collection[tuple[str, int]], progress: TransferProgress
) -> Iterator[Fault]:
    remote = open_data_remote_of(store, ask_data_remote(store))
    cache = open_objects(store.repository, store.project.path(store.repository)).cache
    needed = {one.name: _expand(store, remote, one, progress) for one in versions}
    all_needed = {md5 for md5s in needed.values() for md5 in md5s}
    found = remote.find(all_needed, all_needed)
    there = found.own | found.plain
    wanted: dict[str, int | None] = {}
    for one in versions:
        if (one.model, one.version.number) in read:
            wanted.update({md5: size for md5, size in needed[one.name].items() if md5 in there})
    progress.begin("reading", len(wanted), sum(size or 0 for size in wanted.values()))
    try:
        examined = examine_objects(remote, cache, wanted, progress=progress)
    finally:
        progress.end()
    for one in versions:
        at = (*one.path, "artifact", "md5")
        path, md5s = one.version.artifact.path, needed[one.name]
        absent = [md5 for md5 in md5s if md5 not in there or md5 in examined.absent]
        damaged = [md5 for md5 in md5s if md5 in examined.damaged]
        if absent:
            why = f"the bytes of {path} of {one.name} ({_name(absent)}) are not on {remote.place.url}"
            yield Fault(at, "bytes-missing", why, f"from a clone that has them: exp push {one.head.id} --data-only")
        if damaged:
            why = f"what lies at {examined.damaged[damaged[0]]} is not {path} of {one.name}: not {_name(damaged)}"
            hint = f"remove it there; from a clone that has the bytes: exp push {one.head.id} --data-only"
            yield Fault(at, "bytes-replaced", why, hint)


def _expand(store: RunStore, remote: DataRemote, one: VersionRun, progress: TransferProgress) -> dict[str, int | None]:
    """The hashes that an artifact needs, each with its size where that is known: of a folder its files too."""
    md5, size = one.version.artifact.md5, one.version.artifact.bytes
    if not md5.endswith(FOLDER_SUFFIX):
        return {md5: size}
    objects = open_objects(store.repository, store.project.path(store.repository))
    if objects.find(md5) is None:
        receive_objects(remote, objects.cache, {md5: None}, progress=progress)
    try:
        return {md5: None, **dict.fromkeys(objects.read_listing(md5).values())}
    except (ObjectMissing, ObjectDamaged):  # it is told as what is not there, or replaced
        return {md5: None}


def _name(md5s: Sequence[str]) -> str:
    return md5s[0] if len(md5s) == 1 else f"{md5s[0]} and {len(md5s) - 1} more"
