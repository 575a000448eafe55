"""Runs of this repository, brought to another one: never by force, and nothing there goes."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.fold_settling import settle_remote
from gitexp.actions.outgoing_runs import choose_outgoing
from gitexp.actions.pull_live import settled_live
from gitexp.actions.push_batches import cut_updates, push_batches
from gitexp.actions.push_gate import check_inspection, inspect_outgoing
from gitexp.actions.push_plan import plan_push
from gitexp.actions.remote_runs import find_pushed, find_remote, list_remote_runs, read_erased
from gitexp.errors import HistoryUnasked, RefMoved, Refused, RemoteFailed
from gitexp.git.config import author_identity
from gitexp.git.refs import list_refs
from gitexp.git.remote import PushUpdate, Talk, push_refs
from gitexp.model.refs import FOLDS, RUNS
from gitexp.model.sync import SyncedRef
from gitexp.store.push_record import PushedFind, PushEntry, append_push

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitexp.actions.push_plan import PushPlan
    from gitexp.actions.remote_runs import RemoteRuns
    from gitexp.git.remote import PushResult
    from gitexp.git.remotes import Remote
    from gitexp.model.head import RunHead
    from gitexp.model.inspection import Inspection
    from gitexp.store.runs import RunStore

_ROUNDS = 3
_SILENT = Talk()
_MOST_ASKED = 100
_RACED = ("fetch first", "non-fast-forward", "stale info", "failed to update ref", "cannot lock ref", "incorrect old")


class PushRequest(NamedTuple):
    """What to bring where: the runs that are named, those of one experiment, or all. ``remote`` None: the chosen one.

    ``allow``: paths and fingerprints of what looks like a secret and is none. ``with_history``: whether unpushed
    commits may go along; None: as the settings say.
    """

    runs: tuple[str, ...] | None = None
    experiment: str | None = None
    everything: bool = False
    remote: str | None = None
    allow: tuple[str, ...] = ()
    with_history: bool | None = None
    dry_run: bool = False


class PushReport(NamedTuple):
    """What became of each ref. ``going`` and ``erased`` count the runs that were passed over.

    ``elsewhere`` counts those of other experiments than the present one that are not there as they are here.

    ``inspections``: what was found in what left, or would leave; one for each time that something was sent.
    """

    remote: Remote
    refs: tuple[SyncedRef, ...]
    going: int = 0
    erased: int = 0
    elsewhere: int = 0
    experiment: str | None = None
    """The one that was pushed; None where runs were named, or those of all experiments were meant."""
    dry_run: bool = False
    inspections: tuple[Inspection, ...] = ()
    folded_there: int = 0
    """How many refs went there since a fold has their runs."""
    why_not_folded: str | None = None
    """Why others did not."""
    warnings: tuple[str, ...] = ()
    heads: tuple[RunHead, ...] = ()
    """The runs that it was about."""


class PushManners(NamedTuple):
    """How a push speaks and waits. ``told`` hears how many refs are done, and of how many.

    ``may_history`` is asked whether commits that are not pushed yet may go along; None: nobody is there to ask.
    """

    talk: Talk = _SILENT
    pause: Callable[[float], None] = time.sleep
    told: Callable[[int, int], None] | None = None
    may_history: Callable[[HistoryUnasked], bool] | None = None


_MANNERS = PushManners()


def push_runs(store: RunStore, request: PushRequest, *, manners: PushManners = _MANNERS) -> PushReport:
    """Brings runs to a remote; what both sides said of one is merged first, here, and the merge goes.

    What is refused is told in the report, and the rest has gone. Raises NoRemote, RemoteFailed where nothing could be
    asked or sent at all, what ``find_run`` raises, and what the gate raises.
    """
    remote = find_remote(store, request.remote, for_push=True)
    erased = read_erased(store)
    leaving = choose_outgoing(store, request.runs, request.experiment, erased, everything=request.everything)
    report = PushReport(remote, leaving.refused, leaving.going, leaving.erased, 0, leaving.experiment, request.dry_run)
    report = report._replace(heads=leaving.heads)
    runs, others = leaving.runs, leaving.others
    for rounds_left in reversed(range(_ROUNDS)):
        there = list_remote_runs(store, remote, manners.talk)
        plan = plan_push(
            store.repository, there, runs, others, dry_run=request.dry_run, talk=manners.talk, erased=erased
        )
        staying = sum(there.runs.get(ref) != commit for ref, commit in leaving.elsewhere.items())
        report = report._replace(refs=(*report.refs, *plan.settled), elsewhere=staying)
        if not plan.updates:
            break
        looked = _inspect(store, plan, there, request, manners)
        report = report._replace(inspections=(*report.inspections, looked))
        if request.dry_run:
            foreseen = (SyncedRef(ref, plan.outcomes[ref], commit) for ref, commit in plan.updates.items())
            return report._replace(refs=(*report.refs, *foreseen))
        sent, raced = _send(store, there, plan, manners, is_last=not rounds_left)
        _note(store, remote, sent, looked)
        report = report._replace(refs=(*report.refs, *sent))
        now = dict(list_refs(store.repository, "refs/runs/", "refs/exp/")) if raced else {}
        runs = {ref: now[ref] for ref in raced if ref in runs and ref in now}
        others = {ref: now[ref] for ref in raced if ref in others and ref in now}
        if not raced:
            break
    if request.dry_run:
        return report
    report = report._replace(warnings=_settle(store, there, report, manners.talk))
    return report if request.runs is not None else _tidy(store, report, there, manners)


def _tidy(store: RunStore, report: PushReport, there: RemoteRuns, manners: PushManners) -> PushReport:
    """Deletes the refs there of runs that its folds hold now: nobody has to list them any more."""
    sent = {one.ref: one.commit for one in report.refs if one.outcome in ("new", "moved") and one.ref.startswith(FOLDS)}
    ours = dict(list_refs(store.repository, FOLDS))
    folds = [(ref, tip) for ref, tip in ours.items() if tip in (sent.get(ref), there.folds.get(ref))]
    if not folds:
        return report
    gone, why = settle_remote(
        store.repository, report.remote, folds, there.runs, talk=manners.talk, pause=manners.pause
    )
    return report._replace(folded_there=gone, why_not_folded=why)


def _settle(store: RunStore, there: RemoteRuns, report: PushReport, talk: Talk) -> tuple[str, ...]:
    """Removes the live refs there of runs that have ended and are there now; what cannot go is told."""
    arrived = {one.ref: one.commit or "" for one in report.refs if one.outcome != "refused"}
    updates = settled_live(store, [*(there.runs | arrived).items(), *there.live.items()], ())
    try:
        results = push_refs(store.repository, there.remote.name, updates, talk=talk)
    except RemoteFailed as error:
        return (f"live refs of runs that have ended stay there: {error.message}",)
    # Where it is another one by now somebody else is at it.
    left = [one for one in results if one.state == "refused" and not _is_race(one)]
    return tuple(f"{one.ref} stays on {there.remote.name}: {one.why}" for one in left)


def _send(
    store: RunStore, there: RemoteRuns, plan: PushPlan, manners: PushManners, *, is_last: bool
) -> tuple[list[SyncedRef], list[str]]:
    """What became of what was sent, and the refs that somebody else moved there meanwhile."""
    replaced = plan.replaced
    updates = [PushUpdate(ref, commit, replaced.get(ref), ref in replaced) for ref, commit in plan.updates.items()]
    told, remote = manners.told, there.remote
    ours = dict(list_refs(store.repository, "refs/"))
    results, failed = push_batches(
        store.repository,
        remote,
        cut_updates(remote, updates, ours, there.runs),
        talk=manners.talk,
        pause=manners.pause,
        told=(lambda done: told(done, len(updates))) if told is not None else None,
    )
    if failed and not results:
        raise next(iter(failed.values()))
    sent: list[SyncedRef] = []
    raced: list[str] = []
    for ref, commit in plan.updates.items():
        result = results.get(ref)
        if result is None:
            sent.append(SyncedRef(ref, "refused", commit, failed.get(ref)))
        elif result.state != "refused":
            sent.append(SyncedRef(ref, plan.outcomes[ref], commit))
        elif _is_race(result) and not is_last:
            raced.append(ref)
        else:
            sent.append(SyncedRef(ref, "refused", commit, _explain(remote, result)))
    return sent, raced


def _is_race(result: PushResult) -> bool:
    return any(words in (result.why or "") for words in _RACED)


def _explain(remote: Remote, result: PushResult) -> RefMoved | Refused:
    if _is_race(result):
        return RefMoved(result.ref, f"{remote.url} says {result.why!r}, three times")
    return Refused(f"{remote.url} refuses {result.ref}: {result.why}")


def _inspect(
    store: RunStore, plan: PushPlan, there: RemoteRuns, request: PushRequest, manners: PushManners
) -> Inspection:
    """Looks through all that would leave. Raises SecretsFound, HistoryUnasked."""
    tips = list(plan.updates.values())
    found = inspect_outgoing(store, tips, there.known, allow=request.allow)
    if found.unpushed:
        # A branch that went on over there is told by a commit that is not here, and yet it has those below it.
        asked = [one.commit for one in found.unpushed[:_MOST_ASKED]]
        common = find_pushed(store, there.remote, asked, talk=manners.talk)
        if not there.known.issuperset(common):
            found = inspect_outgoing(store, tips, there.known.union(common), allow=request.allow)
    try:
        check_inspection(found, with_history=request.with_history or request.dry_run or None, remote=there.remote.name)
    except HistoryUnasked as unasked:
        if manners.may_history is None or not manners.may_history(unasked):
            raise
    return found


def _note(store: RunStore, remote: Remote, sent: list[SyncedRef], looked: Inspection) -> None:
    """Writes down what left, and past which warnings."""
    left = [one for one in sent if one.outcome != "refused"]
    if not left:
        return
    identity = author_identity(store.repository)
    entry = PushEntry(
        at=datetime.now(UTC),
        by=f"{identity.name} <{identity.email}>",
        remote=remote.url,
        runs=sum(one.ref.startswith(RUNS) for one in left),
        commits=looked.commits,
        objects=looked.objects,
        exceptions=tuple(
            PushedFind(one.find.fingerprint, one.find.path, one.find.line, one.find.kind, one.why)
            for one in looked.excused
        ),
    )
    append_push(store.repository, entry)
