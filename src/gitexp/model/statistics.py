"""Means and their differences: t intervals, Welch's and the paired t test, Hedges' g, Holm's correction.

Distributions come from SciPy's ``special``, which loads in half the time of its ``stats``; tests hold every result
against ``stats``. Sources stand with the formulas in docs/explanation/statistics.md.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


class Sample(NamedTuple):
    """What a t test needs of some values. ``sd`` is the sample standard deviation, 0 of one value."""

    n: int
    mean: float
    sd: float


class Interval(NamedTuple):
    """A confidence interval."""

    low: float
    high: float


class Tested(NamedTuple):
    """An estimate of a difference and its test. ``p`` and ``interval`` are None where nothing varies, or too little can
    be known; ``why`` then says so. ``is_exact``: the estimate holds of every single value, nothing varies at all.
    """

    estimate: float
    p: float | None = None
    interval: Interval | None = None
    effect: float | None = None
    effect_name: str = ""
    why: str | None = None


ROUNDING = 8 * 2.0**-52
NOTHING_VARIES = "nothing varies in either group: there is no noise to test against"
NO_PAIR_VARIES = "every pair differs by the same: there is no noise to test against"
TOO_LARGE = "the values are too large, or lie too close, to calculate with"


def describe(values: Sequence[float]) -> Sample:
    """The number, mean and standard deviation of at least one finite value, summed without rounding on the way.

    s² = Σ(xᵢ − x̄)² / (n − 1). The mean lies between the least and the greatest value; values that differ by what
    rounding may have done, 8 units in the last place, have sd 0 exactly.
    """
    least, greatest = min(values), max(values)
    scale = max(abs(least), abs(greatest))
    if least == greatest or greatest / scale - least / scale <= ROUNDING:
        return Sample(len(values), least, 0.0)
    # By the scale, no sum and no square is beyond what a float holds.
    parts = [value / scale for value in values]
    mean = math.fsum(parts) / len(parts)
    deviation = math.sqrt(math.fsum((part - mean) ** 2 for part in parts) / (len(parts) - 1))
    return Sample(len(values), min(max(mean * scale, least), greatest), deviation * scale)


def mean_interval(sample: Sample, level: float) -> Interval | None:
    """x̄ ± t(1 − α/2, n − 1) · s / √n (Student 1908); None of fewer than two values."""
    if sample.n < 2:
        return None
    half = _quantile(sample.n - 1, level) * sample.sd / math.sqrt(sample.n)
    return _finite(Interval(sample.mean - half, sample.mean + half))


def compare_means(one: Sample, other: Sample, level: float) -> Tested:
    """Whether the means of two independent samples differ, without holding their variances for equal (Welch 1947).

    t = (x̄₁ − x̄₂) / √(s₁²/n₁ + s₂²/n₂), with Satterthwaite's degrees of freedom. Needs two values in each.
    """
    estimate = one.mean - other.mean
    effect = hedges_g(one, other)
    if one.sd == other.sd == 0:
        return Tested(estimate, why=NOTHING_VARIES)
    scale = max(one.sd, other.sd)
    first, second = (one.sd / scale) ** 2 / one.n, (other.sd / scale) ** 2 / other.n
    error = scale * math.sqrt(first + second)
    freedom = (first + second) ** 2 / (first**2 / (one.n - 1) + second**2 / (other.n - 1))
    return _test_t(estimate, error, freedom, level, effect, "Hedges' g")


def compare_pairs(one: Sequence[float], other: Sequence[float], level: float) -> Tested:
    """Whether two values of a pair differ in the mean: Student's t test of the differences.

    The effect size is the mean difference over the standard deviation of the differences, corrected as Hedges' g is.
    """
    differences = [a - b for a, b in zip(one, other, strict=True)]
    if not all(map(math.isfinite, differences)):
        return Tested(describe(one).mean - describe(other).mean, why=TOO_LARGE)
    sample = describe(differences)
    if sample.sd <= ROUNDING * max(map(abs, (*one, *other))):
        return Tested(sample.mean, why=NO_PAIR_VARIES)
    effect = sample.mean / sample.sd * _small_sample(sample.n - 1)
    error = sample.sd / math.sqrt(sample.n)
    return _test_t(sample.mean, error, sample.n - 1, level, effect, "Hedges' g of the differences")


def hedges_g(one: Sample, other: Sample) -> float | None:
    """(x̄₁ − x̄₂) / s, s pooled, times J = 1 − 3 / (4·df − 1) against the bias of few values (Hedges 1981).

    None where nothing varies.
    """
    freedom = one.n + other.n - 2
    scale = max(one.sd, other.sd)
    if scale == 0 or freedom < 1:
        return None
    squares = (one.n - 1) * (one.sd / scale) ** 2 + (other.n - 1) * (other.sd / scale) ** 2
    effect = (one.mean - other.mean) / scale / math.sqrt(squares / freedom) * _small_sample(freedom)
    return effect if math.isfinite(effect) else None


def adjust_holm(ps: Sequence[float | None]) -> list[float | None]:
    """The p values of one family after Holm's step-down correction (Holm 1979), each in its place.

    The i-th smallest of m becomes max over j ≤ i of (m − j + 1)·p₍ⱼ₎, at most 1. A place without a p was no test: it
    is not counted.
    """
    known = sorted((p, place) for place, p in enumerate(ps) if p is not None)
    adjusted: list[float | None] = [None] * len(ps)
    greatest = 0.0
    for rank, (p, place) in enumerate(known):
        greatest = max(greatest, min(1.0, (len(known) - rank) * p))
        adjusted[place] = greatest
    return adjusted


def _test_t(estimate: float, error: float, freedom: float, level: float, effect: float | None, name: str) -> Tested:
    from scipy.special import stdtr

    half = _quantile(freedom, level) * error
    interval = _finite(Interval(estimate - half, estimate + half))
    if error == 0 or interval is None or not math.isfinite(estimate):
        return Tested(estimate, why=TOO_LARGE)
    return Tested(estimate, float(2 * stdtr(freedom, -abs(estimate / error))), interval, effect, name)


def _quantile(freedom: float, level: float) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(freedom, (1 + level) / 2))


def _small_sample(freedom: float) -> float:
    return 1 - 3 / (4 * freedom - 1)


def _finite(interval: Interval) -> Interval | None:
    return interval if all(map(math.isfinite, interval)) else None
