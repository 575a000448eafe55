"""What a remote has, held against what is here, before anything is fetched."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal, NamedTuple

from gitexp.actions.remote_runs import find_folded, find_remote, list_remote_runs
from gitexp.git.refs import list_refs
from gitexp.model.refs import FOLDS, LIVE, REMOVED, RUNS, parse_run_ref
from gitexp.store.histories import read_histories

if TYPE_CHECKING:
    from gitexp.errors import ExpError
    from gitexp.git.remote import Talk
    from gitexp.git.remotes import Remote
    from gitexp.model.refs import Experiment
    from gitexp.model.sync import Histories
    from gitexp.store.runs import RunStore

Standing = Literal["same", "here", "there", "ahead", "changed"]
"""``changed``: it is another tip there, and not one from before ours. What it is, only a pull can tell."""


class ListedRef(NamedTuple):
    """One ref on either side: what it holds there and here."""

    ref: str
    there: str | None
    here: str | None
    standing: Standing


class ExperimentThere(NamedTuple):
    """An experiment: how many runs it has there, and how many of each kind there and here."""

    experiment: Experiment
    runs: int
    not_here: int
    changed_there: int
    newer_here: int
    only_here: int
    live: int


class RemoteListing(NamedTuple):
    """All that a remote has of ours. ``broken`` are refs among them that are none of ours."""

    remote: Remote
    experiments: tuple[ExperimentThere, ...]
    refs: tuple[ListedRef, ...]
    broken: tuple[ExpError, ...]


def list_remote(store: RunStore, given: str | None, *, talk: Talk) -> RemoteListing:
    """Asks a remote what it has. Raises NoRemote, RemoteFailed."""
    repository = store.repository
    there = list_remote_runs(store, find_remote(store, given), talk)
    folded = {ref: tip for ref, tip in find_folded(store).items() if ref in there.runs}
    ours = folded | dict(list_refs(repository, RUNS, FOLDS, REMOVED, LIVE))
    theirs = there.runs | there.folds | there.removed | there.live
    differing = [ref for ref in theirs if ref in ours and ours[ref] != theirs[ref]]
    histories = read_histories(repository, [ours[ref] for ref in differing if ref in there.runs])
    refs = []
    for ref in sorted(theirs.keys() | ours.keys()):
        here, held = ours.get(ref), theirs.get(ref)
        if held is not None or not ref.startswith(LIVE):
            refs.append(ListedRef(ref, held, here, _stand(here, held, histories)))
    return RemoteListing(there.remote, _count(refs), tuple(refs), tuple(why for _, why in there.broken))


def _stand(here: str | None, there: str | None, histories: Histories) -> Standing:
    if here == there:
        return "same"
    if here is None or there is None:
        return "there" if here is None else "here"
    return "ahead" if histories.relate(here, there) == "ahead" else "changed"


def _count(refs: list[ListedRef]) -> tuple[ExperimentThere, ...]:
    counts: dict[Experiment, Counter[str]] = {}
    for one in refs:
        run = parse_run_ref(one.ref)
        if run is None:
            continue
        count = counts.setdefault(run.experiment, Counter())
        if run.kind == "live":
            count["live"] += one.there is not None
            continue
        count["runs"] += one.there is not None
        count[one.standing] += 1
    return tuple(
        ExperimentThere(
            experiment,
            count["runs"],
            not_here=count["there"],
            changed_there=count["changed"],
            newer_here=count["ahead"],
            only_here=count["here"],
            live=count["live"],
        )
        for experiment, count in sorted(counts.items())
        if count["runs"] or count["here"] or count["live"]
    )
