"""The listing of runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.chain_rows import join_chains
from gitexp.actions.erased_runs import tell_erased
from gitexp.actions.going_metrics import complete_going
from gitexp.actions.heads import complete_heads, present_experiment
from gitexp.actions.missing_runs import has_remote
from gitexp.actions.named_run import find_run
from gitexp.errors import NotFound
from gitexp.model.chains import Chains
from gitexp.model.listing import list_runs, sort_heads
from gitexp.model.run import Status

if TYPE_CHECKING:
    from gitexp.errors import ExpError
    from gitexp.model.head import RunHead
    from gitexp.model.listing import ListingRequest, RunTable
    from gitexp.model.refs import Experiment
    from gitexp.store.head_reading import Heads
    from gitexp.store.runs import RunStore


class Listing(NamedTuple):
    """A table of runs. ``experiment`` is None where it is of all; ``elsewhere`` counts the runs of the others.

    ``going_elsewhere`` are those of them that are going, ``hidden`` counts what was left out for being hidden.
    """

    table: RunTable
    experiment: Experiment | None
    elsewhere: int
    broken: tuple[ExpError, ...]
    going_elsewhere: int = 0
    hidden: int = 0
    erased: str | None = None
    """A sentence about runs that somebody erased and that are still here."""
    same_as: RunHead | None = None
    """The run whose inputs all that are listed have."""
    may_pull: bool = False
    """Whether there is no run at all, and a remote that may have some."""


def list_project(
    store: RunStore,
    request: ListingRequest,
    *,
    experiment: str | None,
    everything: bool,
    hidden: bool = False,
    parts: bool = False,
    same_as: str | None = None,
) -> Listing:
    """The runs of the present experiment, or of all; those that are hidden only where they are asked for.

    A chain of runs that go on from one another is one row, that of its newest run, unless its ``parts`` are wanted.
    ``same_as`` names a run: those alone are listed that have its fingerprint, of all experiments unless one is given,
    each in a row of its own. A run that cannot be read is told, and the others are listed. Raises NotFound where the
    run that is named has no fingerprint, and as ``find_run`` does.
    """
    everywhere = everything or (same_as is not None and experiment is None)
    wanted = None if everywhere else present_experiment(store, experiment)
    if same_as is None and request.sort is None and not request.columns and request.limit:
        from gitexp.actions.plain_listing import list_plain

        plain = list_plain(store, request, wanted, hidden=hidden, parts=parts)
        if plain is not None:
            return plain
    heads = store.heads()
    like = _find_fingerprinted(store, same_as, experiment, heads) if same_as is not None else None
    broken: list[ExpError] = list(heads.broken)
    own = [head for head in heads.runs if wanted is None or head.experiment == wanted]
    if like is not None:
        own = [head for head in own if head.fingerprint == like.fingerprint]
    runs = [head for head in own if hidden or not head.hidden]
    is_hidden = len(own) - len(runs)
    chains = Chains(() if parts or like is not None else heads.runs)
    rows = runs = chains.find_newest(runs)
    if request.sort is None and not request.columns:
        rows = sort_heads(runs)[: request.limit or None]
    completed, unread = complete_heads(store, rows)
    completed, unread_earlier = join_chains(store, complete_going(store, completed), chains, hidden=hidden)
    broken += [*unread, *unread_earlier]
    if len({head.experiment for head in rows}) > 1:
        request = request._replace(show_experiment=True)
    if any(head.hidden for head in rows):
        request = request._replace(show_hidden=True)
    if any(head.chain for head in completed):
        request = request._replace(show_parts=True)
    table = list_runs(completed, request, store.settings.directions, (head.id for head in heads.runs))
    table = table._replace(total=len(runs))
    others = [head for head in heads.runs if wanted is not None and head.experiment != wanted and not head.hidden]
    going = sum(head.status is Status.RUNNING for head in others)
    return Listing(
        table,
        wanted,
        len(others),
        tuple(broken),
        going,
        hidden=is_hidden,
        erased=tell_erased(store, heads),
        may_pull=not heads.runs and has_remote(store),
        same_as=like,
    )


def _find_fingerprinted(store: RunStore, text: str, experiment: str | None, heads: Heads) -> RunHead:
    head = find_run(store, text, experiment, heads)
    if head.fingerprint is None:
        why = "it is still going" if head.status is Status.RUNNING else "not all of its inputs are known"
        raise NotFound(f"{head.name} has no fingerprint: {why}", hint=f"exp show {head.id}", run=head.id)
    return head
