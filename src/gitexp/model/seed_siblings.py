"""Runs that differ by their random seed alone, and how far their results lie apart."""

from __future__ import annotations

import math
import re
import statistics
from typing import TYPE_CHECKING

from gitexp.model.details import data_hashes
from gitexp.model.seed import is_seed
from gitexp.model.values import equal_values

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gitexp.model.metrics import Number
    from gitexp.model.run import Run
    from gitexp.model.values import Params

FEWEST = 3
"""Of fewer values no spread is taken: that of two says next to nothing."""
COVERAGE = 2.0


def are_seed_siblings(one: Run, other: Run) -> bool:
    """Whether two runs have command, params, data and directory in common but for the seed; code is not looked at."""
    return (
        one.directory == other.directory
        and data_hashes(one) == data_hashes(other)
        and _equal_params(_without_seed(one.params), _without_seed(other.params))
        and len(one.command) == len(other.command)
        and all(
            a == b or ((masked := _mask(a, one.seed)) is not None and masked == _mask(b, other.seed))
            for a, b in zip(one.command, other.command, strict=True)
        )
    )


def spread(values: Iterable[Number]) -> float | None:
    """How far a result may be from another one of the same code: 2·s, s the sample standard deviation over seeds.

    s² = Σ(xᵢ − x̄)² / (n − 1). Twice that is the expanded uncertainty with coverage factor k = 2 of the Guide to the
    Expression of Uncertainty in Measurement (JCGM 100:2008, 6.2.1 and 6.3.3), about 95 % where results are normal.
    None of fewer than 3 values, or where one is not finite.
    """
    try:
        known = [float(value) for value in values]
    except OverflowError:  # an int beyond 1.8e308
        return None
    if len(known) < FEWEST or not all(map(math.isfinite, known)):
        return None
    deviation = statistics.stdev(known)
    return COVERAGE * deviation if math.isfinite(deviation) else None


def spreads(runs: Sequence[Run]) -> dict[str, float]:
    """The spread of the last value of each metric that all of the runs have."""
    if not runs:
        return {}
    found = {key: spread(run.metrics[key].last for run in runs if key in run.metrics) for key in runs[0].metrics}
    return {key: value for key, value in found.items() if value is not None}


def _without_seed(params: Params) -> Params:
    return {key: value for key, value in params.items() if not is_seed(key)}


def _equal_params(one: Params, other: Params) -> bool:
    return one.keys() == other.keys() and all(equal_values(one[key], other[key]) for key in one)


def _mask(word: str, seed: int | None) -> str | None:
    """A word with the seed as a sign; None where it does not hold it, which is then like no other word."""
    if seed is None:
        return None
    masked = re.sub(rf"(?<![\w.-]){re.escape(str(seed))}(?![\w.])", "\0", word)
    return masked if masked != word else None
