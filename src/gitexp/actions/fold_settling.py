"""What folds that came make of the refs here, and folds that went of the refs there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.coming import read_heads_apart
from gitexp.actions.meeting import meet
from gitexp.actions.push_batches import cut_updates, push_batches
from gitexp.git.collection import await_collection, is_collecting
from gitexp.git.refs import list_refs, update_refs_apart
from gitexp.git.remote import PushUpdate
from gitexp.model.refs import FOLDS, RUNS, parse_run_ref
from gitexp.model.sync import SyncedRef
from gitexp.store.folding import drop_refs, find_covered_refs
from gitexp.store.folds import covered_by_fold, read_folds
from gitexp.store.histories import read_histories

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gitexp.git.remote import Talk
    from gitexp.git.remotes import Remote
    from gitexp.git.repository import Repository
    from gitexp.store.runs import RunStore


class Settled(NamedTuple):
    """How many refs went since a fold holds what they held; ``refs`` are runs that were merged, or could not be."""

    gone: int
    refs: tuple[SyncedRef, ...]


def settle_folds(store: RunStore) -> Settled:
    """Deletes the refs here that say nothing more than a fold, and merges what differs from one. Raises GitFailed."""
    repository = store.repository
    if is_collecting(repository):  # one that began before the folds had a ref knows nothing of them
        await_collection(repository)
    gone = drop_refs(repository, find_covered_refs(repository), "exp pull")
    return Settled(len(gone), _merge_diverged(repository))


def settle_remote(
    repository: Repository,
    remote: Remote,
    folds: Sequence[tuple[str, str]],
    runs: Mapping[str, str],
    *,
    talk: Talk,
    pause: Callable[[float], None],
) -> tuple[int, str | None]:
    """Deletes refs of runs on a remote that say nothing more than its ``folds``, each only while it holds what it held.

    Returns how many went, and why others did not.
    """
    covered = covered_by_fold(repository, folds)
    updates = [
        PushUpdate(ref, None, tip)
        for ref, tip in runs.items()
        if (run := parse_run_ref(ref)) is not None and tip in covered.get(run.id, ())
    ]
    if not updates:
        return 0, None
    results, failed = push_batches(repository, remote, cut_updates(remote, updates, {}, {}), talk=talk, pause=pause)
    gone = sum(result.state == "gone" for result in results.values())
    why = next((result.why for result in results.values() if result.state == "refused"), None)
    if why is None and failed:
        why = next(iter(failed.values())).message
    return gone, why


def _merge_diverged(repository: Repository) -> tuple[SyncedRef, ...]:
    """Merges the tips of runs of which two clones said something before one of them folded it."""
    folded = read_folds(repository, list_refs(repository, FOLDS)).tips
    held = dict(list_refs(repository, RUNS))
    own = {run.id: ref for ref in held if (run := parse_run_ref(ref)) is not None and run.id in folded}
    histories = read_histories(repository, [held[ref] for ref in own.values()])
    ours: dict[str, str] = {}
    theirs: dict[str, str] = {}
    for run_id, tips in folded.items():
        ref = own.get(run_id, tips[0].ref)
        mine = held.get(ref, tips[0].commit)
        known = histories.all_earlier(mine) | {mine}
        others = [tip.commit for tip in tips if tip.commit not in known]
        if others and (run_id in own or len(tips) > 1):
            ours[ref], theirs[ref] = mine, others[0]
    if not theirs:
        return ()
    read = [read_heads_apart(repository, list(side.items())) for side in (ours, theirs)]
    heads = {ref: head for ref, head in read[1].heads.items() if ref in read[0].heads}
    meeting = meet(repository, read[0].heads, heads, held)
    failed = update_refs_apart(repository, meeting.changes, reason="exp pull")
    moved = [
        SyncedRef(change.name, "refused", change.new, failed[change.name])
        if change.name in failed
        else SyncedRef(change.name, meeting.outcomes[change.name], change.new)
        for change in meeting.changes
    ]
    return (*moved, *meeting.settled)
