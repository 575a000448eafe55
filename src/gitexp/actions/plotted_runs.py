"""The runs that a plot shows, with all that it may ask of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.choose_runs import choose_runs
from gitexp.actions.details_of_runs import read_details
from gitexp.model.comparison import Candidate
from gitexp.model.details import may_be_details
from gitexp.model.free_columns import free_columns
from gitexp.model.grouping import group_runs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.actions.choose_runs import ChosenRuns, RunChoice
    from gitexp.errors import ExpError
    from gitexp.model.grouping import Grouping
    from gitexp.model.head import RunHead
    from gitexp.store.runs import RunStore


class PlottedRuns(NamedTuple):
    """Runs to plot, and their groups where they were to be grouped."""

    candidates: tuple[Candidate, ...]
    grouping: Grouping | None
    chosen: ChosenRuns
    broken: tuple[ExpError, ...]


def read_plotted(
    store: RunStore, choice: RunChoice, *, group_by: Sequence[str] = (), keys: Sequence[str] = ()
) -> PlottedRuns:
    """Chooses runs, and groups them by columns or ``auto``; ``keys`` are columns that will be asked for.

    Manifests are read only where one of all these keys may be in them alone. Raises as ``choose_runs`` and
    ``group_runs`` do.
    """
    chosen = choose_runs(store, choice)
    details, unread = (
        read_details(store, chosen.heads) if _needs_details(chosen.heads, [*group_by, *keys]) else ({}, [])
    )
    candidates = tuple(Candidate(head, details.get(head.ref, {})) for head in chosen.heads)
    grouping = group_runs(candidates, group_by) if group_by and candidates else None
    broken = {error.message: error for error in (*chosen.broken, *unread)}
    return PlottedRuns(candidates, grouping, chosen, tuple(broken.values()))


def _needs_details(heads: Sequence[RunHead], keys: Sequence[str]) -> bool:
    known = {name for column in free_columns(heads) for name in (column.key, column.name)}
    return may_be_details(key for key in keys if key not in known)
