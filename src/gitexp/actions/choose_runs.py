"""Which runs a command works on: those that are named, or all that a filter leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.chain_rows import join_chains
from gitexp.actions.filtered_runs import filter_runs
from gitexp.actions.going_metrics import complete_going
from gitexp.actions.heads import complete_heads, present_experiment
from gitexp.actions.named_run import find_run
from gitexp.errors import BrokenRecord
from gitexp.model.chains import Chains
from gitexp.model.listing import sort_heads

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.errors import ExpError
    from gitexp.model.head import RunHead
    from gitexp.model.refs import Experiment
    from gitexp.store.head_reading import Heads
    from gitexp.store.runs import RunStore


class RunChoice(NamedTuple):
    """What to choose. ``specs`` name runs; without any, those of an experiment come, the newest first.

    ``where`` is a filter, over the runs that are named as well. ``sort`` is a column's key, '-' before it for the
    greatest first. ``limit`` 0 is all.
    """

    specs: tuple[str, ...] = ()
    where: str | None = None
    experiment: str | None = None
    everything: bool = False
    """The runs of every experiment."""
    hidden: bool = False
    parts: bool = False
    """Each run of a chain by itself."""
    sort: str | None = None
    limit: int = 0


class ChosenRuns(NamedTuple):
    """The runs, each with all that its message and manifest say, and the newest of a chain for the whole of it.

    ``experiment`` is the one whose runs were taken, None where they were named or are of all. ``total`` counts those
    there were before the limit, ``repeated`` has specs of a run that another one named, ``known`` every run there is.
    """

    heads: tuple[RunHead, ...]
    experiment: Experiment | None
    total: int
    repeated: tuple[str, ...]
    broken: tuple[ExpError, ...]
    known: Heads
    undecided: int = 0
    """How many the filter left out because they lack what it asks for."""


def choose_runs(store: RunStore, choice: RunChoice) -> ChosenRuns:
    """Chooses runs. One that cannot be read is told, and the others come.

    Raises what ``find_run`` does for a spec that names no run, BrokenRecord where no run is left, InvalidFilter,
    UsageError for a column to sort by that no run has.
    """
    known = store.heads(with_values=choice.where is not None)
    chains = Chains(() if choice.parts else known.runs)
    wanted: Experiment | None = None
    repeated: tuple[str, ...] = ()
    broken: list[ExpError]
    if choice.specs:
        chosen, repeated, broken = _find_named(store, choice, known)
    else:
        wanted = None if choice.everything else present_experiment(store, choice.experiment)
        own = [head for head in known.runs if wanted is None or head.experiment == wanted]
        chosen = sort_heads(chains.find_newest([head for head in own if choice.hidden or not head.hidden]))
        broken = list(known.broken)
    if choice.where is None and choice.sort is None:
        total = len(chosen)
        heads, unread = _complete(store, chosen[: choice.limit or None], chains, hidden=choice.hidden)
        return ChosenRuns(tuple(heads), wanted, total, repeated, _each_once([*broken, *unread]), known)
    heads, unread = _complete(store, chosen, chains, hidden=choice.hidden)
    broken += unread
    undecided = 0
    if choice.where is not None:
        heads, unjudged, undecided = filter_runs(store, heads, choice.where)
        broken += unjudged
    if choice.sort is not None:
        heads = sort_heads(heads, choice.sort)
    shown = tuple(heads[: choice.limit or None])
    return ChosenRuns(shown, wanted, len(heads), repeated, _each_once(broken), known, undecided)


def _complete(
    store: RunStore, heads: Sequence[RunHead], chains: Chains, *, hidden: bool
) -> tuple[list[RunHead], list[ExpError]]:
    completed, unread = complete_heads(store, heads)
    joined, unread_earlier = join_chains(store, complete_going(store, completed), chains, hidden=hidden)
    return joined, [*unread, *unread_earlier]


def _each_once(errors: Sequence[ExpError]) -> tuple[ExpError, ...]:
    return tuple({error.message: error for error in errors}.values())


def _find_named(
    store: RunStore, choice: RunChoice, known: Heads
) -> tuple[list[RunHead], tuple[str, ...], list[ExpError]]:
    by_id: dict[str, RunHead] = {head.id: head for head in known.runs}
    found: dict[str, RunHead] = {}
    repeated: list[str] = []
    broken: list[ExpError] = []
    for spec in choice.specs:
        try:
            # Most come from a listing, by the hundred: a whole id is looked up and not searched for.
            head = by_id.get(spec) or find_run(store, spec, choice.experiment, known)
        except BrokenRecord as error:
            broken.append(error)
            continue
        if head.ref in found:
            repeated.append(spec)
        found[head.ref] = head
    if broken and not found:
        raise broken[0]
    return list(found.values()), tuple(repeated), broken
