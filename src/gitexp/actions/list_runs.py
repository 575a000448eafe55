"""The listing of runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.best_runs import order_best
from gitexp.actions.choose_runs import ChosenRuns, RunChoice, choose_runs
from gitexp.actions.erased_runs import tell_erased
from gitexp.actions.filtered_runs import filter_runs
from gitexp.actions.missing_runs import has_remote
from gitexp.actions.named_run import find_run
from gitexp.errors import NotFound
from gitexp.model.best_first import find_metrics
from gitexp.model.details import names_detail
from gitexp.model.listing import make_table, sort_heads
from gitexp.model.run import Status
from gitexp.store.index_said import read_together

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gitexp.errors import ExpError
    from gitexp.model.head import RunHead
    from gitexp.model.listing import ListingRequest, RunTable
    from gitexp.model.refs import Experiment
    from gitexp.model.run_curves import CurvesRead
    from gitexp.model.values import Value
    from gitexp.store.head_reading import Heads
    from gitexp.store.runs import RunStore


class ListingChoice(NamedTuple):
    """Which runs to list. ``same_as`` names a run whose inputs they have, ``where`` is a filter.

    ``by``: the best by this column first, and only runs with a value in it, as ``order_best`` has it; '' for the
    metric that the project's settings name. None leaves the order to the request.
    """

    experiment: str | None = None
    everything: bool = False
    hidden: bool = False
    parts: bool = False
    same_as: str | None = None
    where: str | None = None
    by: str | None = None


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
    here: int = 0
    """How many runs there were before the filter."""
    by: str | None = None
    """The column by which the best come first, ``-`` before it for the greatest."""
    valueless: int = 0
    """How many runs were left out for having no value in it."""
    undecided: int = 0
    """How many runs were left out for lacking what the filter asks for."""
    curves: CurvesRead | None = None
    """The curves of the runs in the table, where they were asked for."""


def list_project(
    store: RunStore, request: ListingRequest, choice: ListingChoice, curves: Sequence[str] = ()
) -> Listing:
    """The runs of the present experiment, or of all; those that are hidden only where they are asked for.

    A chain of runs that go on from one another is one row, that of its newest run, unless its parts are wanted. With
    ``same_as`` the runs are of all experiments unless one is given, each in a row of its own. ``curves`` are keys of
    metrics. A run that cannot be read is told, and the others are listed. Raises NotFound where the run that is named
    has no fingerprint, and as ``choose_runs`` and ``order_best`` do.
    """
    is_plain = choice.where is None and choice.by is None and choice.same_as is None and not curves
    if is_plain and request.sort is None and not request.columns and request.limit:
        from gitexp.actions.plain_listing import list_plain

        plain = list_plain(store, request, choice)
        if plain is not None:
            return plain
    chosen, like = choose_listed(store, request, choice)
    heads, broken = chosen.heads, list(chosen.broken)
    total, valueless, by = chosen.total, 0, None
    if choice.by is not None:
        heads, valueless, by = order_best(store, heads, choice.by or None, store.settings.directions)
        total = len(heads)
    rows = heads[: request.limit or None]
    if request.limit:
        read_together(rows)
    request = request._replace(
        show_experiment=len({head.experiment for head in rows}) > 1,
        show_hidden=any(head.hidden for head in rows),
        show_parts=any(head.chain for head in rows),
    )
    details, unread = _read_details(store, rows, heads, request.columns)
    known = chosen.known
    # A column that only an older run has is one all the same: the table is made of all, and cut then.
    ordered = heads if choice.by is not None else sort_heads(heads, request.sort)
    table = make_table(ordered, request, store.settings.directions, (head.id for head in known.runs), details)
    drawn, undrawn = _read_curves(store, table.heads, heads, curves)
    wanted = chosen.experiment
    others = [head for head in known.runs if wanted is not None and head.experiment != wanted and not head.hidden]
    own = [head for head in known.runs if wanted is None or head.experiment == wanted]
    own = [head for head in own if like is None or head.fingerprint == like.fingerprint]
    return Listing(
        table._replace(total=total),
        wanted,
        len(others),
        tuple({error.message: error for error in (*broken, *unread, *undrawn)}.values()),
        sum(head.status is Status.RUNNING for head in others),
        hidden=0 if choice.hidden else sum(head.hidden for head in own),
        erased=tell_erased(store, known),
        may_pull=not known.runs and has_remote(store),
        same_as=like,
        here=sum(choice.hidden or not head.hidden for head in own),
        by=by,
        valueless=valueless,
        undecided=chosen.undecided,
        curves=drawn,
    )


def choose_listed(store: RunStore, request: ListingRequest, choice: ListingChoice) -> tuple[ChosenRuns, RunHead | None]:
    """The runs to list, in order, and the one whose inputs they have where one was named.

    All of them come where more than the rows of the table is to be looked at.
    """
    like = None
    if choice.same_as is not None:
        like = _find_fingerprinted(store, choice.same_as, choice.experiment, store.heads())
    is_whole = bool(request.columns) or choice.by is not None or like is not None
    chosen = choose_runs(
        store,
        RunChoice(
            where=choice.where if like is None else f'fingerprint == "{like.fingerprint}"',
            experiment=choice.experiment,
            everything=choice.everything or (like is not None and choice.experiment is None),
            hidden=choice.hidden,
            parts=choice.parts or like is not None,
            sort=request.sort,
            limit=0 if is_whole else request.limit or 0,
        ),
    )
    if like is not None and choice.where is not None:
        heads, unjudged, undecided = filter_runs(store, chosen.heads, choice.where)
        chosen = chosen._replace(
            heads=tuple(heads), total=len(heads), broken=(*chosen.broken, *unjudged), undecided=undecided
        )
    return chosen, like


def _read_details(
    store: RunStore, rows: Sequence[RunHead], heads: Sequence[RunHead], keys: Sequence[str]
) -> tuple[Mapping[str, Mapping[str, Value]], list[ExpError]]:
    """What manifests say of the rows, where a key asks for it: ``seed`` alone is a param where any run has that."""
    wanted = [key for key in keys if names_detail(key) and not any(key in head.params for head in heads)]
    if not wanted:
        return {}, []
    from gitexp.actions.details_of_runs import read_details

    details, unread = read_details(store, rows)
    asked = {
        ref: {key: value for key, value in one.items() if "." in key or key in wanted} for ref, one in details.items()
    }
    return asked, unread


def _read_curves(
    store: RunStore, rows: Sequence[RunHead], heads: Sequence[RunHead], keys: Sequence[str]
) -> tuple[CurvesRead | None, list[ExpError]]:
    if not keys:
        return None, []
    from gitexp.actions.curves_of_runs import read_curves

    return read_curves(store, rows, find_metrics(keys, heads, "--curve"))


def _find_fingerprinted(store: RunStore, text: str, experiment: str | None, heads: Heads) -> RunHead:
    head = find_run(store, text, experiment, heads)
    if head.fingerprint is None:
        why = "it is still going" if head.status is Status.RUNNING else "not all of its inputs are known"
        raise NotFound(f"{head.name} has no fingerprint: {why}", hint=f"exp show {head.id}", run=head.id)
    return head
