"""The runs that a push is about."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.heads import present_experiment
from gitexp.actions.named_run import find_run
from gitexp.actions.remote_runs import find_fold_refs
from gitexp.errors import Refused
from gitexp.git.reading import read_commits_of
from gitexp.git.refs import list_refs
from gitexp.model.ids import is_id
from gitexp.model.refs import FOLDS, LIVE, REMOVED, RUNS, parse_run_ref
from gitexp.model.run import Status
from gitexp.model.sync import SyncedRef
from gitexp.store.folds import covered_by_fold
from gitexp.store.head_reading import read_heads
from gitexp.store.journals import has_journal

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from gitexp.model.head import RunHead
    from gitexp.model.ids import RunId
    from gitexp.store.head_reading import Heads
    from gitexp.store.runs import RunStore


class OutgoingRuns(NamedTuple):
    """Refs of runs, and of folds and erased ids, each with what it holds. ``refused`` are those that cannot go.

    ``going`` and ``erased`` count the runs that were passed over: those that have not ended, those erased for good.
    ``heads``: all that have ended, whichever of their refs have to go.

    ``elsewhere`` are the refs of other experiments than ``experiment``, the one that is pushed where none is named.
    """

    runs: dict[str, str]
    others: dict[str, str]
    refused: tuple[SyncedRef, ...] = ()
    going: int = 0
    erased: int = 0
    experiment: str | None = None
    elsewhere: Mapping[str, str] = MappingProxyType({})
    heads: tuple[RunHead, ...] = ()


def choose_outgoing(
    store: RunStore, texts: Sequence[str] | None, experiment: str | None, erased: Collection[RunId], *, everything: bool
) -> OutgoingRuns:
    """The ended runs that are named, or those of the present experiment, or all.

    Hidden ones are among them. Raises what ``find_run`` raises.
    """
    others = dict(list_refs(store.repository, REMOVED))
    heads = _read_named(store, texts or ()) or store.heads()
    refused: list[SyncedRef] = []
    wanted: str | None = None
    aside: list[RunHead] = []
    if texts is not None:
        by_name: dict[str, RunHead] = {name: head for head in heads.runs for name in (head.id, head.ref)}
        found = [by_name.get(text) or find_run(store, text, experiment, heads) for text in texts]
        chosen = list({head.id: head for head in found}.values())
        refused = [_refuse_going(head) for head in chosen if head.status is Status.RUNNING]
        for head in chosen:
            others |= find_fold_refs(store, head)
    else:
        others |= dict(list_refs(store.repository, FOLDS))
        wanted = None if everything else present_experiment(store, experiment)
        chosen = [head for head in heads.runs if wanted is None or head.experiment == wanted]
        aside = [head for head in heads.runs if wanted is not None and head.experiment != wanted]
        for error in heads.broken:
            ref = str(error.fields["run"])
            run = parse_run_ref(ref)
            if run is None or (run.kind == "ended" and wanted in (None, run.experiment)):
                refused.append(SyncedRef(ref, "refused", None, error))
    # A ref that says nothing more than a fold, which goes too, would only have to go there again.
    covered = covered_by_fold(store.repository) if texts is None else {}
    ended, left = (
        [
            head
            for head in some
            if head.status is not Status.RUNNING and head.fold is None and head.commit not in covered.get(head.id, ())
        ]
        for some in (chosen, aside)
    )
    leaving, staying = (
        {head.ref: head.commit for head in reversed(some) if head.id not in erased} for some in (ended, left)
    )
    whole = [head for head in chosen if head.status is not Status.RUNNING and head.id not in erased]
    going = sum(_is_ours_to_push(store, head) for head in chosen if texts is None)
    return OutgoingRuns(
        leaving, others, tuple(refused), going, len(ended) - len(leaving), wanted, staying, tuple(whole)
    )


def _is_ours_to_push(store: RunStore, head: RunHead) -> bool:
    """Whether a run is going here, so that it can be pushed when it has ended: one that is mirrored comes by itself."""
    if head.status is not Status.RUNNING:
        return False
    return head.heard_at is None or has_journal(store.repository, head.id)


def _read_named(store: RunStore, texts: Sequence[str]) -> Heads | None:
    """The heads of runs that are all named by whole ids or refs, without reading the others; None where one is not."""
    refs_named = [parse_run_ref(text) for text in texts]
    wanted = {text if run is None else run.id for text, run in zip(texts, refs_named, strict=True)}
    if not wanted or not all(map(is_id, wanted)):
        return None
    refs = [(ref, tip) for ref, tip in list_refs(store.repository, RUNS, LIVE) if ref.rpartition("/")[2] in wanted]
    heads = read_heads(read_commits_of(store.repository, refs))
    return heads if {head.id for head in heads.runs} == wanted else None


def _refuse_going(head: RunHead) -> SyncedRef:
    why = Refused(f"run {head.name} is going: it can be pushed when it has ended", hint=f"exp watch {head.id}")
    return SyncedRef(head.ref, "refused", head.commit, why)
