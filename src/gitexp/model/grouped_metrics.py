"""The metrics of groups of runs, held against each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.errors import UsageError
from gitexp.model.comparison import cell_of_candidate, detail_columns
from gitexp.model.cost import sum_costs
from gitexp.model.free_columns import find_columns, free_columns
from gitexp.model.group_comparison import ComparedGroup, ComparedMetric, GroupComparison, Procedure
from gitexp.model.group_tests import FEWEST, Measured, describe_group, hold_against, measure
from gitexp.model.grouping import seed_of
from gitexp.model.run import Status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gitexp.model.columns import Column
    from gitexp.model.comparison import Candidate
    from gitexp.model.group_comparison import GroupDifference
    from gitexp.model.grouping import Group, Grouping
    from gitexp.model.metrics import Direction
    from gitexp.model.statistics_bootstrap import Generators


def measure_groups(
    grouping: Grouping,
    directions: Mapping[str, Direction],
    generators: Generators,
    *,
    baseline: int | None = None,
    metrics: Sequence[str] = (),
    procedure: Procedure | None = None,
    most: int = 0,
) -> GroupComparison:
    """What each metric comes to in each group, and how far that is from the baseline's.

    ``metrics`` are keys or globs of columns that hold numbers, any metric where there are none: of those no more than
    ``most`` that are not the same everywhere, where it is not 0, first the ones whose direction is known; the names of
    the rest are kept. Only finished runs count. Raises UsageError for a key of which no run has a number.
    """
    procedure = procedure or Procedure()
    groups = tuple(_describe(group) for group in grouping.groups)
    finished = [[one for one in group.candidates if _is_finished(one)] for group in grouping.groups]
    columns = _find_metrics([one for group in finished for one in group], grouping, metrics)
    seeds = [[seed_of(one) for one in group] for group in finished]
    if most and not metrics:
        columns.sort(key=lambda column: column.name not in directions)
    rows: list[ComparedMetric] = []
    further: tuple[str, ...] = ()
    for place, column in enumerate(columns):
        if most and not metrics and sum(not row.is_same for row in rows) >= most:
            further = tuple(one.title for one in columns[place:])
            break
        cells = [[cell_of_candidate(column, one) for one in group] for group in finished]
        measured = [measure(own, known) for own, known in zip(cells, seeds, strict=True)]
        direction = directions.get(column.name) if column.kind == "metric" else None
        rows.append(_compare(column, direction, measured, baseline, procedure, generators))
    rows = [row for row in rows if any(values.n for values in row.values) or row.column.kind == "metric"]
    return GroupComparison(
        columns=grouping.columns,
        groups=groups,
        metrics=tuple(rows),
        procedure=procedure,
        baseline=baseline,
        family=max((_count_tested(row) for row in rows), default=0),
        undirected=tuple(row.column.title for row in rows if row.column.kind == "metric" and row.direction is None),
        further=further,
        notes=tuple(_note(grouping, seeds, baseline, procedure)),
    )


def _compare(
    column: Column,
    direction: Direction | None,
    measured: Sequence[Measured],
    baseline: int | None,
    procedure: Procedure,
    generators: Generators,
) -> ComparedMetric:
    values = tuple(describe_group(one, procedure, generators) for one in measured)
    if baseline is None:
        differences: tuple[GroupDifference | None, ...] = tuple(None for _ in measured)
    else:
        differences = hold_against(measured, baseline, direction, procedure, generators)
    best: frozenset[int] = frozenset()
    means = {place: one.mean for place, one in enumerate(values) if one.mean is not None}
    if direction is not None and len(set(means.values())) > 1:
        top = (max if direction == "maximize" else min)(means.values())
        best = frozenset(place for place, mean in means.items() if mean == top)
    return ComparedMetric(column, direction, values, differences, best)


def _describe(group: Group) -> ComparedGroup:
    heads = [one.head for one in group.candidates]
    seconds = [head.seconds for head in heads if head.seconds is not None]
    costs = sum_costs(one.details for one in group.candidates)
    return ComparedGroup(
        label=group.label,
        cells=group.cells,
        finished=tuple(one.head for one in group.candidates if _is_finished(one)),
        others=tuple(one.head for one in group.candidates if not _is_finished(one)),
        seconds=sum(seconds) if seconds else None,
        costs=costs.amounts,
        uncosted=costs.unpriced if costs.amounts else 0,
    )


def _find_metrics(candidates: Sequence[Candidate], grouping: Grouping, keys: Sequence[str]) -> list[Column]:
    heads = [one.head for one in candidates]
    if not keys:
        return [column for column in free_columns(heads) if column.kind == "metric"]
    everyone = [one for group in grouping.groups for one in group.candidates]
    more = detail_columns(everyone)
    found: dict[str, Column] = {}
    for key in keys:
        columns = find_columns(key, [one.head for one in everyone], what="--metric", more=more)
        known = [column for column in columns if column.kind == "metric" or _has_number(column, everyone)]
        if not known and everyone:
            raise UsageError(f"--metric {key}: no run here has a number there", hint="exp ls --columns 'metrics.*'")
        found |= {column.key: column for column in known}
    return list(found.values())


def _has_number(column: Column, candidates: Sequence[Candidate]) -> bool:
    values = (cell_of_candidate(column, one).value for one in candidates)
    return any(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values)


def _count_tested(row: ComparedMetric) -> int:
    return sum(one is not None and one.p is not None for one in row.differences)


def _is_finished(candidate: Candidate) -> bool:
    return candidate.head.status is Status.FINISHED


def _note(
    grouping: Grouping, seeds: Sequence[Sequence[int | None]], baseline: int | None, procedure: Procedure
) -> list[str]:
    notes: list[str] = []
    if grouping.passed_over:
        named = ", ".join(key.removeprefix("params.") for key in grouping.passed_over)
        notes.append(f"no group is made by {named}: it names the run, the place of its results, or its seed")
    if any(column.key == "snapshot" for column in grouping.splitting):
        notes.append("the code is not the same in all groups; --group-by with params alone does not look at it")
    if baseline is not None and procedure.test in ("welch", "mann-whitney") and len(seeds) > 1:
        first = sorted(seed for seed in seeds[baseline] if seed is not None)
        if len(first) >= FEWEST and len(set(first)) == len(first) == len(seeds[baseline]):
            same = all(sorted(one for one in own if one is not None) == first for own in seeds)
            if same and all(len(own) == len(first) for own in seeds):
                paired = "paired-t" if procedure.test == "welch" else "wilcoxon"
                notes.append(f"all groups ran the same seeds: --test {paired} compares them seed by seed")
    return notes
