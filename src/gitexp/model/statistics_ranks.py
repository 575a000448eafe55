"""Tests by ranks: Mann-Whitney's U and Wilcoxon's signed ranks, with the shift that fits them and its interval."""

from __future__ import annotations

import math
import statistics
from typing import TYPE_CHECKING

from gitexp.model.statistics import NO_PAIR_VARIES, NOTHING_VARIES, ROUNDING, Interval, Tested

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_EXACT = 50
"""Up to so many values the distribution of a rank sum is counted out; beyond, the normal one stands for it (as R)."""


def compare_ranks(one: Sequence[float], other: Sequence[float], level: float) -> Tested:
    """Whether values of one sample tend to be greater than those of the other (Mann & Whitney 1947), two-sided.

    The estimate is that of Hodges and Lehmann (1963), the median of all differences xᵢ − yⱼ, and the interval holds
    the shifts that the test would not reject. Effect size: the rank-biserial correlation 2U / n₁n₂ − 1, from -1 to 1.
    """
    from scipy.stats import mannwhitneyu

    shifts = sorted(a - b for a in one for b in other)
    estimate = statistics.median(shifts)
    if len({*one, *other}) == 1 or len(set(one)) == len(set(other)) == 1:
        return Tested(estimate, why=NOTHING_VARIES)
    is_exact = max(len(one), len(other)) < MOST_EXACT and len({*one, *other}) == len(one) + len(other)
    result = mannwhitneyu(one, other, method="exact" if is_exact else "asymptotic")
    effect = 2 * float(result.statistic) / len(shifts) - 1
    if is_exact:
        cut = _find_cut(_count_sums(len(one), len(other)), (1 - level) / 2)
    else:
        deviation = math.sqrt(len(shifts) * (len(one) + len(other) + 1) / 12)
        cut = _normal_cut(len(shifts) / 2, deviation, level)
    return Tested(estimate, float(result.pvalue), _cut_off(shifts, cut), effect, "rank-biserial correlation")


def compare_signed_ranks(one: Sequence[float], other: Sequence[float], level: float) -> Tested:
    """Whether the two values of a pair differ (Wilcoxon 1945), two-sided; pairs without a difference do not count.

    The estimate is the median of the Walsh averages (dᵢ + dⱼ) / 2, i ≤ j, and the interval holds the shifts that the
    test would not reject. Effect size: the matched-pairs rank-biserial correlation (Kerby 2014), from -1 to 1.
    """
    from scipy.stats import rankdata, wilcoxon

    # 0.3 - 0.2 and 0.2 - 0.1 are no tie of floats: what rounding has done is taken back.
    grain = ROUNDING * max(map(abs, (*one, *other)), default=0.0) or 1.0
    differences = [round((a - b) / grain) * grain for a, b in zip(one, other, strict=True)]
    walsh = sorted((a + b) / 2 for place, a in enumerate(differences) for b in differences[place:])
    estimate = float(statistics.median(walsh))
    counted = [one for one in differences if one]
    if len(set(differences)) == 1:
        return Tested(estimate, why=NO_PAIR_VARIES)
    sizes = [abs(one) for one in counted]
    is_exact = len(counted) == len(differences) < MOST_EXACT and len(set(sizes)) == len(sizes)
    p = float(wilcoxon(counted, method="exact" if is_exact else "asymptotic", correction=not is_exact).pvalue)
    ranks = rankdata(sizes)
    total = math.fsum(ranks)
    effect = math.fsum(math.copysign(rank, one) for rank, one in zip(ranks, counted, strict=True)) / total
    n = len(differences)
    if is_exact:
        cut = _find_cut(_count_signs(n), (1 - level) / 2)
    else:
        cut = _normal_cut(len(walsh) / 2, math.sqrt(n * (n + 1) * (2 * n + 1) / 24), level)
    return Tested(estimate, p, _cut_off(walsh, cut), effect, "rank-biserial correlation of the pairs")


def least_p_mann_whitney(n: int, other: int) -> float:
    """The least p that the test can give with so many values: where one sample lies wholly above the other."""
    return min(1.0, 2 / math.comb(n + other, n))


def least_p_signed_ranks(n: int) -> float:
    """The least p that the test can give with so many pairs: where all differ in one direction."""
    return min(1.0, 2.0 ** (1 - n))


def _count_sums(n: int, other: int) -> list[int]:
    """How many of the ways to mix two samples give each U, from 0 to their product (the Gaussian binomial)."""
    counts = [1] + [0] * (n * other)
    for size in range(1, n + 1):
        for place in range(len(counts) - 1, other + size - 1, -1):
            counts[place] -= counts[place - other - size]
        for place in range(size, len(counts)):
            counts[place] += counts[place - size]
    return counts


def _count_signs(n: int) -> list[int]:
    """How many choices of signs give each sum of positive ranks, from 0 to n(n + 1) / 2."""
    counts = [1] + [0] * (n * (n + 1) // 2)
    for rank in range(1, n + 1):
        for place in range(len(counts) - 1, rank - 1, -1):
            counts[place] += counts[place - rank]
    return counts


def _find_cut(counts: Sequence[int], tail: float) -> int:
    """How many of the ordered estimates to leave out at each end; 0: even the widest interval has too little level."""
    total, below, cut = sum(counts), 0, 0
    for count in counts:
        below += count
        if below / total > tail:
            return cut
        cut += 1
    return cut


def _normal_cut(centre: float, deviation: float, level: float) -> int:
    return max(0, math.floor(centre - statistics.NormalDist().inv_cdf((1 + level) / 2) * deviation - 0.5))


def _cut_off(ordered: Sequence[float], cut: int) -> Interval | None:
    """From the cut-th smallest to the cut-th greatest, counted from 1; None where there is no such interval."""
    return Interval(ordered[cut - 1], ordered[-cut]) if cut else None
