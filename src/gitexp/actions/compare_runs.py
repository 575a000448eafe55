"""Many runs compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.choose_runs import choose_runs
from gitexp.actions.details_of_runs import read_details
from gitexp.model.comparison import Candidate, compare_many
from gitexp.model.details import may_be_details

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.actions.choose_runs import RunChoice
    from gitexp.errors import ExpError
    from gitexp.model.comparison import RunMatrix
    from gitexp.model.refs import Experiment
    from gitexp.store.runs import RunStore


class RunComparison(NamedTuple):
    """Runs side by side. ``total`` counts the runs there were to choose from, ``repeated`` are specs of one run twice.

    ``experiment`` is the one whose runs were taken, None where they were named.
    """

    matrix: RunMatrix
    experiment: Experiment | None
    total: int
    repeated: tuple[str, ...]
    broken: tuple[ExpError, ...]


def compare_named(store: RunStore, choice: RunChoice, *, keys: Sequence[str]) -> RunComparison:
    """Compares the runs that are chosen, in their order. Raises as ``choose_runs`` does.

    A run that resumes others stands for itself and them; where none is named the newest of a chain does. One whose
    manifest cannot be read is told, and compared by what its commit says.
    """
    chosen = choose_runs(store, choice)
    details, unread = read_details(store, chosen.heads) if not keys or may_be_details(keys) else ({}, [])
    broken = {error.message: error for error in (*chosen.broken, *unread)}
    candidates = [Candidate(head, details.get(head.ref, {})) for head in chosen.heads]
    others = (head.id for head in chosen.known.runs)
    matrix = compare_many(candidates, store.settings.directions, keys=keys, others=others)
    return RunComparison(matrix, chosen.experiment, chosen.total, chosen.repeated, tuple(broken.values()))
