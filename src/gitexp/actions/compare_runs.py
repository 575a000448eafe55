"""Many runs compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.chain_rows import join_chains
from gitexp.actions.going_metrics import complete_going
from gitexp.actions.heads import complete_heads, present_experiment
from gitexp.actions.named_run import find_run
from gitexp.errors import BrokenRecord
from gitexp.model.chains import Chains
from gitexp.model.comparison import Candidate, compare_many
from gitexp.model.details import find_details, may_be_details
from gitexp.model.listing import sort_heads
from gitexp.model.run import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.errors import ExpError
    from gitexp.model.comparison import RunMatrix
    from gitexp.model.head import RunHead
    from gitexp.model.refs import Experiment
    from gitexp.model.run import Run
    from gitexp.model.values import Value
    from gitexp.store.head_reading import Heads
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
    store: RunStore, specs: Sequence[str], *, experiment: str | None, limit: int, keys: Sequence[str]
) -> RunComparison:
    """Compares the runs that the specs name, in their order; without specs those of the present experiment.

    At most ``limit`` of them, 0 for all. A run that resumes others stands for itself and them; without specs the newest
    of a chain does. A run that cannot be read is told, and the others are compared: raises
    BrokenRecord where none is left. Raises what find_run does for a spec that names no run.
    """
    known = store.heads()
    chains = Chains(known.runs)
    repeated: tuple[str, ...] = ()
    broken: list[ExpError]
    if specs:
        chosen, repeated, broken = _find_named(store, specs, experiment, known)
        wanted = None
    else:
        wanted = present_experiment(store, experiment)
        own = [head for head in known.runs if head.experiment == wanted and not head.hidden]
        chosen = sort_heads(chains.find_newest(own))
        broken = list(known.broken)
    rows = chosen[: limit or None]
    heads, unread = complete_heads(store, rows)
    details = _find_details(store, rows, unread) if not keys or may_be_details(keys) else {}
    joined, unread_earlier = join_chains(store, complete_going(store, heads), chains)
    unread += unread_earlier
    candidates = [Candidate(head, details.get(head.ref, {})) for head in joined]
    broken += {error.message: error for error in unread}.values()
    others = (head.id for head in known.runs)
    matrix = compare_many(candidates, store.settings.directions, keys=keys, others=others)
    return RunComparison(matrix, wanted, len(chosen), repeated, tuple(broken))


def _find_named(
    store: RunStore, specs: Sequence[str], experiment: str | None, known: Heads
) -> tuple[list[RunHead], tuple[str, ...], list[ExpError]]:
    by_id = {head.id: head for head in known.runs}
    found: dict[str, RunHead] = {}
    repeated: list[str] = []
    broken: list[ExpError] = []
    for spec in specs:
        try:
            # Most come from a listing, by the hundred: a whole id is looked up and not searched for.
            head = by_id.get(spec) or find_run(store, spec, experiment, known)  # type: ignore[call-overload]
        except BrokenRecord as error:
            broken.append(error)
            continue
        if head.ref in found:
            repeated.append(spec)
        found[head.ref] = head
    if broken and not found:
        raise broken[0]
    return list(found.values()), tuple(repeated), broken


def _find_details(store: RunStore, heads: Sequence[RunHead], broken: list[ExpError]) -> dict[str, dict[str, Value]]:
    """The details by ref; why a manifest could not be read goes to ``broken``."""
    found: dict[str, dict[str, Value]] = {}
    for head, run in store.load_many(heads):
        if isinstance(run, BrokenRecord):
            broken.append(run)
        else:
            found[head.ref] = find_details(_look_at(store, head, run))
    return found


def _look_at(store: RunStore, head: RunHead, run: Run) -> Run:
    """The run with what was found out since it began, where it is going here."""
    if head.status is not Status.RUNNING:
        return run
    from gitexp.actions.show import view_going

    view = view_going(store, head)
    return run if view is None else view.run
