"""Tests by ranks: as SciPy has them, and as they were published."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy import stats

from gitexp.model.statistics import NO_PAIR_VARIES, NOTHING_VARIES
from gitexp.model.statistics_ranks import (
    compare_ranks,
    compare_signed_ranks,
    least_p_mann_whitney,
    least_p_signed_ranks,
)

# Hollander & Wolfe, Nonparametric Statistical Methods (1973), pages 69 and 29; both are in R's page on wilcox.test.
TERM = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
EARLY = [1.15, 0.88, 0.90, 0.74, 1.21]
FIRST = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30]
SECOND = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
values = some.lists(some.integers(-50, 50).map(float), min_size=3, max_size=8)


def test_permeability_by_mann_whitney():
    """W = 35, p-value = 0.1272 one-sided (here twice that); the shift is 0.305."""
    found = compare_ranks(TERM, EARLY, 0.95)
    assert found.p == pytest.approx(2 * 0.1272, abs=1e-4)
    assert found.estimate == pytest.approx(0.305)
    assert found.effect == pytest.approx(2 * 35 / 50 - 1)
    assert found.interval == pytest.approx((-0.15, 0.76))


def test_depression_by_signed_ranks():
    """V = 40, p-value = 0.01953 one-sided (here twice that); the shift is 0.46."""
    found = compare_signed_ranks(FIRST, SECOND, 0.95)
    assert found.p == pytest.approx(2 * 0.01953, abs=1e-5)
    assert found.estimate == pytest.approx(0.46)
    assert found.effect == pytest.approx((40 - 5) / 45)
    assert found.interval == pytest.approx((0.01, 0.786))


@given(values, values)
def test_an_interval_without_zero_goes_with_a_small_p(one, other):
    if len({*one, *other}) < len(one) + len(other):
        return
    found = compare_ranks(one, other, 0.95)
    assert found.p == pytest.approx(stats.mannwhitneyu(one, other, method="exact").pvalue)
    if found.interval is not None:
        assert found.interval.low <= found.estimate <= found.interval.high
        assert (found.interval.low > 0 or found.interval.high < 0) == (found.p <= 0.05)


@given(values, values)
def test_ties_break_nothing(one, other):
    found = compare_ranks(one, other, 0.95)
    assert found.p is None or 0 <= found.p <= 1
    turned = compare_ranks(other, one, 0.95)
    assert (turned.p, turned.estimate) == (pytest.approx(found.p), -found.estimate)
    pairs = list(zip(one, other, strict=False))
    signed = compare_signed_ranks([a for a, _ in pairs], [b for _, b in pairs], 0.95)
    assert signed.p is None or 0 <= signed.p <= 1


def test_where_nothing_varies_or_too_few_are_there():
    assert compare_ranks([1.0] * 3, [1.0] * 3, 0.95).why == NOTHING_VARIES
    assert compare_signed_ranks([1.0, 2.0, 3.0], [0.0, 1.0, 2.0], 0.95).why == NO_PAIR_VARIES
    assert compare_signed_ranks([0.3, 0.2, 0.4], [0.2, 0.1, 0.3], 0.95).why == NO_PAIR_VARIES
    assert compare_ranks([1.0, 2.0, 3.0], [4.0, 5.0, 6.0], 0.95).interval is None
    assert least_p_mann_whitney(3, 3) == stats.mannwhitneyu([1, 2, 3], [4, 5, 6]).pvalue == 0.1
    assert least_p_signed_ranks(5) == stats.wilcoxon([1, 2, 3, 4, 5]).pvalue == 0.0625
    assert least_p_signed_ranks(2000) == 0 or math.isfinite(least_p_signed_ranks(2000))
