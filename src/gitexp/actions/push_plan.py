"""What has to go to a remote, held against what it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.coming import check_tips, fetch_tips, read_heads_apart
from gitexp.actions.fast_forwards import plan_fast_forwards
from gitexp.actions.meeting import meet
from gitexp.actions.remote_runs import find_twice
from gitexp.git.refs import is_ancestor, update_refs_apart
from gitexp.model.sync import SyncedRef
from gitexp.store.histories import read_histories

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from gitexp.actions.remote_runs import RemoteRuns
    from gitexp.errors import ExpError
    from gitexp.git.remote import Talk
    from gitexp.git.repository import Repository
    from gitexp.model.ids import RunId
    from gitexp.model.sync import Outcome


class PushPlan(NamedTuple):
    """The refs that have to move there and what to, what that makes of each, and the others with the reason."""

    updates: dict[str, str]
    outcomes: dict[str, Outcome]
    settled: tuple[SyncedRef, ...]
    replaced: dict[str, str]
    """Folds of which runs were erased, with what they hold there: they go only while it is that."""


def plan_push(
    repository: Repository,
    there: RemoteRuns,
    runs: Mapping[str, str],
    others: Mapping[str, str],
    *,
    dry_run: bool,
    talk: Talk,
    erased: Collection[RunId] = (),
) -> PushPlan:
    """Finds what the remote lacks, and merges here what both sides said of a run. ``others`` only move forward.

    Tips that are not here are fetched for that, unless it is a ``dry_run``: they then count as newer there.
    """
    settled: list[SyncedRef] = []
    updates: dict[str, str] = {}
    outcomes: dict[str, Outcome] = {}
    for ref, why in find_twice(runs, there.runs).items():
        settled.append(SyncedRef(ref, "refused", runs[ref], why))
    refused = {one.ref for one in settled}
    rest = {ref: commit for ref, commit in runs.items() if ref not in refused}
    settled += [SyncedRef(ref, "same", commit) for ref, commit in rest.items() if there.runs.get(ref) == commit]
    rest = {ref: commit for ref, commit in rest.items() if there.runs.get(ref) != commit}
    histories = read_histories(repository, [commit for ref, commit in rest.items() if ref in there.runs])
    apart: dict[str, str] = {}
    for ref, commit in rest.items():
        theirs = there.runs.get(ref)
        if theirs is None or histories.relate(commit, theirs) == "ahead":
            updates[ref], outcomes[ref] = commit, "new" if theirs is None else "moved"
        else:
            apart[ref] = theirs
    if dry_run:
        settled += [SyncedRef(ref, "newer", theirs) for ref, theirs in apart.items()]
    elif apart:
        met, more = _meet(repository, there, apart, rest, talk)
        updates |= met
        outcomes |= dict.fromkeys(met, "merged")
        settled += more
    known = there.folds | there.removed
    forward, more = plan_fast_forwards(repository, others, known, erased)
    updates |= forward
    outcomes |= {ref: "moved" if ref in known else "new" for ref in forward}
    replaced = {
        ref: known[ref]
        for ref, commit in forward.items()
        if ref in known and not is_ancestor(repository, known[ref], commit, may_lack=True)
    }
    return PushPlan(updates, outcomes, (*settled, *more), replaced)


def _meet(
    repository: Repository, there: RemoteRuns, apart: Mapping[str, str], ours: Mapping[str, str], talk: Talk
) -> tuple[dict[str, str], list[SyncedRef]]:
    """Merges where both sides went on; a run that only went on there stays as it is here, until it is pulled."""
    refused: dict[str, ExpError] = fetch_tips(repository, there.remote, list(apart.items()), depth=None, talk=talk)
    theirs = check_tips(repository, [(ref, tip) for ref, tip in apart.items() if ref not in refused])
    own = read_heads_apart(repository, [(ref, ours[ref]) for ref in theirs.heads])
    refused |= theirs.refused | own.refused
    held = {ref: ours[ref] for ref in own.heads}
    meeting = meet(repository, own.heads, {ref: theirs.heads[ref] for ref in own.heads}, held)
    merges = [change for change in meeting.changes if meeting.outcomes[change.name] == "merged"]
    refused |= update_refs_apart(repository, merges, reason="exp push")
    settled = [SyncedRef(ref, "refused", ours[ref], why) for ref, why in refused.items()]
    settled += [SyncedRef(ref, "newer", apart[ref]) for ref, outcome in meeting.outcomes.items() if outcome == "moved"]
    settled += meeting.settled
    return {one.name: one.new for one in merges if one.new is not None and one.name not in refused}, settled
