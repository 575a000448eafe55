"""Many runs compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.choose_runs import choose_runs
from gitexp.actions.details_of_runs import read_details
from gitexp.actions.named_run import find_run
from gitexp.model.comparison import Candidate, compare_many
from gitexp.model.details import may_be_details

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.actions.choose_runs import RunChoice
    from gitexp.errors import ExpError
    from gitexp.model.comparison import RunMatrix
    from gitexp.model.head import RunHead
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


def compare_named(
    store: RunStore, choice: RunChoice, *, keys: Sequence[str], baseline: str | None = None
) -> RunComparison:
    """Compares the runs that are chosen, in their order. Raises as ``choose_runs`` does.

    ``baseline`` names the run that the others are held against; it comes first, chosen or not.
    A run that resumes others stands for itself and them; where none is named the newest of a chain does. One whose
    manifest cannot be read is told, and compared by what its commit says.
    """
    chosen = choose_runs(store, choice)
    heads = chosen.heads
    if baseline is not None and heads:
        heads = _put_first(find_run(store, baseline, choice.experiment, chosen.known), heads)
    details, unread = read_details(store, heads) if not keys or may_be_details(keys) else ({}, [])
    broken = {error.message: error for error in (*chosen.broken, *unread)}
    candidates = [Candidate(head, details.get(head.ref, {})) for head in heads]
    others = (head.id for head in chosen.known.runs)
    directions = store.settings.directions
    has_baseline = baseline is not None and bool(heads)
    matrix = compare_many(candidates, directions, keys=keys, others=others, has_baseline=has_baseline)
    return RunComparison(matrix, chosen.experiment, chosen.total, chosen.repeated, tuple(broken.values()))


def _put_first(wanted: RunHead, heads: Sequence[RunHead]) -> tuple[RunHead, ...]:
    first = next((head for head in heads if wanted.id in (head.id, *(part.id for part in head.chain))), wanted)
    return (first, *(head for head in heads if head.ref != first.ref))
