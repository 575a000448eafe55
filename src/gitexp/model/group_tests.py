"""The values of a metric in groups of runs, described and tested against a baseline."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from gitexp.model.group_comparison import GroupDifference, GroupValues
from gitexp.model.group_sentences import judge, write_sentence
from gitexp.model.statistics import (
    adjust_holm,
    compare_means,
    compare_pairs,
    describe,
    mean_interval,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.columns import Cell
    from gitexp.model.group_comparison import Procedure
    from gitexp.model.metrics import Direction
    from gitexp.model.statistics import Interval, Tested
    from gitexp.model.statistics_bootstrap import Generators

FEWEST = 3
"""Of fewer values in either group nothing is tested: from two, a standard deviation is mostly chance."""
_PAIRED = ("paired-t", "wilcoxon")


class Measured(NamedTuple):
    """The finite values of a metric in one group with the seeds of their runs; how many runs have no such value."""

    values: tuple[float, ...]
    seeds: tuple[int | None, ...]
    absent: int
    left_out: int


def measure(cells: Sequence[Cell], seeds: Sequence[int | None]) -> Measured:
    """The numbers among the cells of runs: a text, a truth value, NaN, and what is beyond a float are left out."""
    values: list[float] = []
    kept: list[int | None] = []
    for cell, seed in zip(cells, seeds, strict=True):
        number = _as_number(cell)
        if number is not None:
            values.append(number)
            kept.append(seed)
    absent = sum(not cell.present for cell in cells)
    return Measured(tuple(values), tuple(kept), absent, len(cells) - absent - len(values))


def describe_group(measured: Measured, procedure: Procedure, generators: Generators) -> GroupValues:
    """What the values of one group come to."""
    values, absent, left_out = measured.values, measured.absent, measured.left_out
    if not values:
        return GroupValues(0, absent=absent, left_out=left_out)
    sample = describe(values)
    interval: Interval | None
    if procedure.interval == "bootstrap":
        from gitexp.model.statistics_bootstrap import bootstrap_mean

        interval = bootstrap_mean(values, procedure.level, generators)
    else:
        interval = mean_interval(sample, procedure.level)
    low, high = interval if interval is not None else (None, None)
    spread = sample.sd if sample.n > 1 and math.isfinite(sample.sd) else None
    return GroupValues(sample.n, sample.mean, spread, low, high, min(values), max(values), absent, left_out)


def hold_against(
    groups: Sequence[Measured],
    baseline: int,
    direction: Direction | None,
    procedure: Procedure,
    generators: Generators,
) -> tuple[GroupDifference | None, ...]:
    """Each group against the baseline on one metric, p values corrected over those that were tested."""
    found = [
        None if place == baseline else _test(group, groups[baseline], procedure, generators)
        for place, group in enumerate(groups)
    ]
    adjusted = adjust_holm([one.p if one is not None and one.test is not None else None for one in found])
    family = sum(p is not None for p in adjusted)
    return tuple(
        None if one is None else _conclude(one, p, direction, procedure, family)
        for one, p in zip(found, adjusted, strict=True)
    )


def _conclude(
    found: GroupDifference, adjusted: float | None, direction: Direction | None, procedure: Procedure, family: int
) -> GroupDifference:
    alpha = 1 - procedure.level
    verdict = judge(found.difference or 0.0, adjusted, direction, alpha)
    notes = found.notes
    if found.p is not None and found.low is not None and found.high is not None:
        is_apart = not found.low <= 0 <= found.high
        if is_apart != (found.p < alpha):
            notes = (*notes, "its interval and its test do not agree: take it for close")
    done = found._replace(adjusted_p=adjusted, verdict=verdict, notes=notes)
    return done._replace(sentence=write_sentence(done, procedure, family))


def _test(group: Measured, baseline: Measured, procedure: Procedure, generators: Generators) -> GroupDifference:
    notes: tuple[str, ...] = ()
    if procedure.test in _PAIRED:
        group, baseline, notes = _pair(group, baseline)
    n, other = len(group.values), len(baseline.values)
    empty = GroupDifference(n, other, "untested", "")
    if not n or not other:
        what = "no seed is in both groups once" if procedure.test in _PAIRED else None
        return empty._replace(notes=(*notes, what or f"no value in {'the group' if other else 'the baseline'}"))
    if n < FEWEST or other < FEWEST:
        difference = describe(group.values).mean - describe(baseline.values).mean
        what = "pairs" if procedure.test in _PAIRED else "runs of each"
        few = f"n is too small (at least {FEWEST} {what})"
        return _with_estimate(empty, difference, baseline, (*notes, few))
    tested = _run_test(group.values, baseline.values, procedure)
    filled = _with_estimate(empty, tested.estimate, baseline, notes)
    if tested.p is None:
        return filled._replace(notes=(*notes, tested.why or ""))
    least = _least_p(n, other, procedure)
    if least >= 1 - procedure.level:
        few = f"the least p that {procedure.test} can give of so few is {least:.2g}"
        return filled._replace(notes=(*notes, few), effect=tested.effect, effect_name=tested.effect_name)
    interval = tested.interval
    if procedure.interval == "bootstrap" and procedure.test == "welch":
        from gitexp.model.statistics_bootstrap import bootstrap_difference

        interval = bootstrap_difference(group.values, baseline.values, procedure.level, generators)
    elif procedure.interval == "bootstrap" and procedure.test == "paired-t":
        from gitexp.model.statistics_bootstrap import bootstrap_mean

        shifts = [a - b for a, b in zip(group.values, baseline.values, strict=True)]
        interval = bootstrap_mean(shifts, procedure.level, generators)
    low, high = interval if interval is not None else (None, None)
    return filled._replace(
        low=low, high=high, p=tested.p, effect=tested.effect, effect_name=tested.effect_name, test=procedure.test
    )


def _run_test(one: Sequence[float], other: Sequence[float], procedure: Procedure) -> Tested:
    if procedure.test == "welch":
        return compare_means(describe(one), describe(other), procedure.level)
    if procedure.test == "paired-t":
        return compare_pairs(one, other, procedure.level)
    from gitexp.model.statistics_ranks import compare_ranks, compare_signed_ranks

    return (compare_ranks if procedure.test == "mann-whitney" else compare_signed_ranks)(one, other, procedure.level)


def _least_p(n: int, other: int, procedure: Procedure) -> float:
    if procedure.test in ("welch", "paired-t"):
        return 0.0
    from gitexp.model.statistics_ranks import least_p_mann_whitney, least_p_signed_ranks

    return least_p_mann_whitney(n, other) if procedure.test == "mann-whitney" else least_p_signed_ranks(n)


def _with_estimate(
    found: GroupDifference, difference: float, baseline: Measured, notes: tuple[str, ...]
) -> GroupDifference:
    if not math.isfinite(difference):
        return found._replace(notes=(*notes, "the difference is beyond what a number holds"))
    below = describe(baseline.values).mean
    percent = difference / abs(below) * 100 if below else None
    return found._replace(
        difference=difference,
        percent=percent if percent is not None and math.isfinite(percent) else None,
        notes=notes,
    )


def _pair(one: Measured, other: Measured) -> tuple[Measured, Measured, tuple[str, ...]]:
    """The values of the seeds that each of the two has once, in the order of the seeds; what was left out is said."""
    counts = [Counter(side.seeds) for side in (one, other)]
    shared = sorted(
        seed for seed in counts[0] if seed is not None and counts[0][seed] == 1 and counts[1].get(seed) == 1
    )
    left = len(one.values) + len(other.values) - 2 * len(shared)
    many = "1 run has" if left == 1 else f"{left} runs have"
    notes = (f"{many} no partner of the same seed",) if left else ()
    paired = [
        side._replace(values=tuple(side.values[side.seeds.index(seed)] for seed in shared), seeds=tuple(shared))
        for side in (one, other)
    ]
    return paired[0], paired[1], notes


def _as_number(cell: Cell) -> float | None:
    if isinstance(cell.value, bool) or not isinstance(cell.value, (int, float)):
        return None
    try:
        number = float(cell.value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
