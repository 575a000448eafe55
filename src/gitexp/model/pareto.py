"""Which runs are best where there is more than one thing to be good at: the Pareto front."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from gitexp.errors import NothingToPlot, UsageError
from gitexp.model.plot_axes import describe_left_out, find_column, read_axis
from gitexp.model.plots import Objective, ParetoPlot, ParetoPoint
from gitexp.model.plotted_runs import name_runs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gitexp.model.comparison import Candidate
    from gitexp.model.grouping import Grouping
    from gitexp.model.metrics import Direction

_WORDS: dict[str, Direction] = {"min": "minimize", "max": "maximize"}
_COSTS = ("cost.amount", "cost.seconds", "cost.energy_kwh", "seconds")


def make_pareto(
    candidates: Sequence[Candidate],
    objectives: Sequence[str],
    directions: Mapping[str, Direction],
    *,
    grouping: Grouping | None = None,
) -> ParetoPlot:
    """Runs by two or three objectives, written ``min:loss``, ``max:auc``, or bare where the direction is known.

    Without any they are the cost, or the time where no run has one, and the one metric whose direction is known.
    Raises UsageError for an objective that cannot be one, NothingToPlot where no run has all of them.
    """
    chosen = [_read_objective(text, candidates, directions) for text in objectives]
    chosen = chosen or _choose_objectives(candidates, directions)
    if not 2 <= len(chosen) <= 3 or len({one.key for one in chosen}) < len(chosen):
        what = ", ".join(one.title for one in chosen)
        raise UsageError(f"--objectives {what}: two or three different ones", hint="--objectives min:seconds,max:auc")
    axes = [read_axis(candidates, find_column(one.key, candidates, what="--objectives")) for one in chosen]
    for one, axis in zip(chosen, axes, strict=True):
        if axis.categories:
            raise UsageError(f"--objectives {one.key}: it is no number", hint="--objectives min:seconds,max:auc")
    rows = list(zip(*(axis.places for axis in axes), strict=True))
    there = [place for place, row in enumerate(rows) if None not in row]
    if not there:
        named = " and ".join(one.title for one in chosen)
        raise NothingToPlot(f"no run has {named}", hint="exp ls --columns " + ",".join(one.key for one in chosen))
    values = [cast("tuple[float, ...]", rows[place]) for place in there]
    runs = name_runs(candidates, grouping)
    points = tuple(
        ParetoPoint(runs[there[number]], values[number], None if other is None else runs[there[other]])
        for number, other in enumerate(find_dominators(values, [one.direction for one in chosen]))
    )
    return ParetoPlot(tuple(chosen), points, describe_left_out(candidates, axes))


def find_dominators(values: Sequence[tuple[float, ...]], directions: Sequence[Direction]) -> list[int | None]:
    """For each row of finite values the number of one on the front that dominates it, None for the front itself.

    One dominates another where it is nowhere worse and somewhere better: rows that are equal leave each other alone.
    """
    signs = [-1.0 if direction == "maximize" else 1.0 for direction in directions]
    rows = [tuple(sign * value for sign, value in zip(signs, row, strict=True)) for row in values]
    found: list[int | None] = [None] * len(rows)
    front: list[int] = []
    # In this order whatever dominates a row has come before it, and a row of the front does if any does.
    for place in sorted(range(len(rows)), key=rows.__getitem__):
        row = rows[place]
        # Of two objectives the last of the front is the best there is in the second one.
        rivals = front[-1:] if len(signs) == 2 else front
        found[place] = next((one for one in rivals if rows[one] != row and _is_nowhere_worse(rows[one], row)), None)
        if found[place] is None:
            front.append(place)
    return found


def _is_nowhere_worse(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return all(a <= b for a, b in zip(one, other, strict=True))


def _read_objective(text: str, candidates: Sequence[Candidate], directions: Mapping[str, Direction]) -> Objective:
    word, colon, rest = text.partition(":")
    if colon and word in _WORDS:
        column = find_column(rest, candidates, what="--objectives")
        return Objective(column.key, column.title, _WORDS[word])
    column = find_column(text, candidates, what="--objectives")
    direction = directions.get(column.name) if column.kind == "metric" else None
    if column.key in _COSTS:
        direction = "minimize"
    if direction is None:
        raise UsageError(
            f"--objectives {text}: is more or less of it better?", hint=f"--objectives min:{text}, or max:{text}"
        )
    return Objective(column.key, column.title, direction)


def _choose_objectives(candidates: Sequence[Candidate], directions: Mapping[str, Direction]) -> list[Objective]:
    known = dict.fromkeys(
        metric for candidate in candidates for metric in candidate.head.metrics if metric in directions
    )
    if len(known) != 1:
        why = "no metric has a direction in .exp.yaml" if not known else f"several have a direction: {', '.join(known)}"
        first = next(iter(known), None) or next((one for c in candidates for one in c.head.metrics), "val_auc")
        raise UsageError(
            f"--pareto: which metric against the cost? {why}", hint=f"--objectives min:seconds,max:{first}"
        )
    has_cost = any("cost.amount" in candidate.details for candidate in candidates)
    (metric,) = known
    return [
        _read_objective("cost.amount" if has_cost else "seconds", candidates, directions),
        _read_objective(f"metrics.{metric}", candidates, directions),
    ]
