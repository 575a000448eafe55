"""Runs of another repository, brought here: nothing here is written over, nothing is pruned."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.arriving import arrive
from gitexp.actions.erased_runs import tell_erased
from gitexp.actions.fast_forwards import pull_fast_forwards
from gitexp.actions.fold_settling import settle_folds
from gitexp.actions.pull_live import pull_live
from gitexp.actions.remote_runs import find_folded, find_remote, find_twice, id_of, list_remote_runs, read_erased
from gitexp.actions.remote_specs import choose_there
from gitexp.errors import RemoteFailed
from gitexp.git.refs import list_refs
from gitexp.git.remote import Talk
from gitexp.model.refs import FOLDS, LIVE, REMOVED, RUNS
from gitexp.model.sync import SyncedRef

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from gitexp.actions.remote_runs import RemoteRuns
    from gitexp.errors import ExpError
    from gitexp.git.remotes import Remote
    from gitexp.model.head import RunHead
    from gitexp.model.ids import RunId
    from gitexp.model.sync import Outcome
    from gitexp.store.runs import RunStore

_SILENT = Talk()


class PullRequest(NamedTuple):
    """What to bring: the runs that are named, those born in one experiment, or all. ``remote`` None: the chosen one."""

    runs: tuple[str, ...] | None = None
    experiment: str | None = None
    remote: str | None = None
    dry_run: bool = False


class PullReport(NamedTuple):
    """What became of each ref; ``erased`` are runs that were left there, since they are erased for good."""

    remote: Remote
    refs: tuple[SyncedRef, ...]
    erased: tuple[RunId, ...] = ()
    warnings: tuple[str, ...] = ()
    dry_run: bool = False
    folded: int = 0
    """How many refs went here since a fold has their runs."""
    purged: str | None = None
    """A sentence about runs that were erased elsewhere and are here."""
    going: tuple[RunHead, ...] = ()
    """Runs that are going elsewhere and of which there is news."""


def pull_runs(store: RunStore, request: PullRequest, *, talk: Talk = _SILENT) -> PullReport:
    """Brings runs of a remote, and merges what was said of them on both sides.

    What cannot come is told in the report, and the rest is in. Raises NoRemote, RunNotFound, AmbiguousRun,
    RemoteFailed.
    """
    repository = store.repository
    there = list_remote_runs(store, find_remote(store, request.remote), talk)
    chosen = choose_there(store, there, request.runs, request.experiment)
    refs = [SyncedRef(ref, "refused", there.runs.get(ref), why) for ref, why in _broken(there.broken, request)]
    if not request.dry_run:
        refs += pull_fast_forwards(repository, there.remote, there.removed, REMOVED, talk=talk)
        if request.runs is None:
            erased = read_erased(store)
            refs += pull_fast_forwards(repository, there.remote, there.folds, FOLDS, talk=talk, erased=erased)
    erased = read_erased(store)
    wanted = {ref: tip for ref, tip in chosen.items() if id_of(ref) not in erased}
    left = tuple(sorted(id_of(ref) for ref in chosen.keys() - wanted.keys()))
    held = dict(list_refs(repository, RUNS))
    ours = find_folded(store) | held
    twice = find_twice(wanted, ours)
    refs += [SyncedRef(ref, "refused", wanted.pop(ref), why) for ref, why in twice.items()]
    if request.dry_run:
        refs += [SyncedRef(ref, _foresee(ours.get(ref), tip), tip) for ref, tip in wanted.items()]
        return PullReport(there.remote, tuple(refs), left, dry_run=True)
    arrived = arrive(repository, there.remote, wanted, lambda: find_folded(store), talk=talk)
    refs += arrived.refs
    report = _settle(store, PullReport(there.remote, tuple(refs), left, tuple(arrived.warnings)))
    return report if request.runs is not None else _add_live(store, there, report, request, erased, talk)


def _settle(store: RunStore, report: PullReport) -> PullReport:
    """What folds and lists of erased runs that came make of what is here."""
    come = [one.ref for one in report.refs if one.outcome in ("new", "moved")]
    if any(ref.startswith(FOLDS) for ref in come):
        settled = settle_folds(store)
        report = report._replace(refs=(*report.refs, *settled.refs), folded=settled.gone)
    if any(ref.startswith((FOLDS, REMOVED)) for ref in come):
        report = report._replace(purged=tell_erased(store, store.heads()))
    return report


def _add_live(
    store: RunStore,
    there: RemoteRuns,
    report: PullReport,
    request: PullRequest,
    erased: Collection[RunId],
    talk: Talk,
) -> PullReport:
    """The report with the runs that are going elsewhere; where these cannot come the others are here all the same."""
    prefix = LIVE if request.experiment is None else f"{LIVE}{request.experiment}/"
    live = {ref: tip for ref, tip in there.live.items() if ref.startswith(prefix) and id_of(ref) not in erased}
    try:
        pulled = pull_live(store, there.remote, (live | there.runs).items(), talk)
    except RemoteFailed as error:
        warning = f"of the runs that are going there is no news: {error.message}"
        return report._replace(warnings=(*report.warnings, warning))
    refused = (SyncedRef(ref, "refused", there.live.get(ref), why) for ref, why in pulled.broken)
    return report._replace(refs=(*report.refs, *refused), going=pulled.moved)


def _broken(broken: Sequence[tuple[str, ExpError]], request: PullRequest) -> list[tuple[str, ExpError]]:
    if request.runs is not None:
        return []
    prefix = RUNS if request.experiment is None else f"{RUNS}{request.experiment}/"
    return [(ref, why) for ref, why in broken if ref.startswith(prefix) or request.experiment is None]


def _foresee(ours: str | None, theirs: str) -> Outcome:
    return "new" if ours is None else "same" if ours == theirs else "moved"
