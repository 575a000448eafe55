"""Means and their differences: as SciPy has them, and as they were published."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as some
from scipy import stats

from gitexp.model.statistics import (
    NO_PAIR_VARIES,
    NOTHING_VARIES,
    Sample,
    adjust_holm,
    compare_means,
    compare_pairs,
    describe,
    hedges_g,
    mean_interval,
)
from gitexp.model.statistics_bootstrap import bootstrap_difference, bootstrap_mean

# Student, "The probable error of a mean", Biometrika 6 (1908): hours of sleep that ten patients gained by two drugs.
SLEEP = (
    [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0],
    [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4],
)
values = some.lists(some.floats(-1e6, 1e6), min_size=3, max_size=12)


def generator():
    return np.random.default_rng(1)


def test_the_sleep_data_by_welch():
    """R's documentation of t.test has this example: t = -1.8608, df = 17.776, p-value = 0.07939, and the interval."""
    found = compare_means(describe(SLEEP[0]), describe(SLEEP[1]), 0.95)
    assert found.estimate == pytest.approx(-1.58)
    assert found.p == pytest.approx(0.07939, abs=5e-6)
    assert found.interval == pytest.approx((-3.3654832, 0.2054832), abs=5e-8)


def test_the_sleep_data_in_pairs():
    """The same example, paired: t = -4.0621, df = 9, p-value = 0.002833, interval -2.4598858 to -0.7001142."""
    found = compare_pairs(*SLEEP, 0.95)
    assert found.p == pytest.approx(0.002833, abs=5e-7)
    assert found.interval == pytest.approx((-2.4598858, -0.7001142), abs=5e-8)


def test_cars_of_two_countries_by_welch():
    """NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.5.3 (AUTO83B.DAT): miles per gallon, 249 and 79 cars.

    The handbook prints sizes, means and deviations; the statistic without equal variances is then -12.946.
    """
    found = compare_means(Sample(249, 20.14458, 6.414700), Sample(79, 30.48101, 6.107710), 0.95)
    known = stats.ttest_ind_from_stats(20.14458, 6.4147, 249, 30.48101, 6.10771, 79, equal_var=False)
    assert known.statistic == pytest.approx(-12.946, abs=5e-4)
    assert found.p == pytest.approx(known.pvalue)


def test_the_effect_size_of_a_textbook():
    """Borenstein et al., Introduction to Meta-Analysis (2009), chapter 4: d = 0.5970, J = 0.9923, g = 0.5924."""
    assert hedges_g(Sample(50, 103, 5.5), Sample(50, 100, 4.5)) == pytest.approx(0.5924, abs=5e-5)


def test_holm_as_documented_elsewhere():
    """The example in the documentation of pingouin's ``multicomp``, by Holm, Scand. J. Statist. 6 (1979) 65-70."""
    assert adjust_holm([0.5, 0.003, 0.32, 0.054, 0.0003]) == pytest.approx([0.64, 0.012, 0.64, 0.162, 0.0015])
    assert adjust_holm([0.01, None, 0.04]) == pytest.approx([0.02, None, 0.04])
    assert adjust_holm([]) == []


@given(some.lists(some.floats(0, 1), min_size=1, max_size=8), some.randoms())
def test_holm_keeps_the_order_and_never_lowers(ps, chance):
    adjusted = adjust_holm(ps)
    assert all(p <= q <= 1 for p, q in zip(ps, adjusted, strict=True))
    pairs = sorted(zip(ps, adjusted, strict=True))
    assert [q for _, q in pairs] == sorted(q for _, q in pairs)
    places = list(range(len(ps)))
    chance.shuffle(places)
    assert adjust_holm([ps[place] for place in places]) == [adjusted[place] for place in places]


@given(values, values)
def test_welch_is_that_of_scipy(one, other):
    assume(np.ptp(one) > 1e-3)
    assume(np.ptp(other) > 1e-3)
    found = compare_means(describe(one), describe(other), 0.9)
    known = stats.ttest_ind(one, other, equal_var=False)
    assert found.p == pytest.approx(known.pvalue, rel=1e-6, abs=1e-12)
    interval = known.confidence_interval(0.9)
    assert found.interval == pytest.approx((interval.low, interval.high), rel=1e-6, abs=1e-6)


@given(values)
def test_the_interval_of_a_mean_is_that_of_scipy(one):
    assume(np.ptp(one) > 1e-3)
    known = stats.t.interval(0.95, len(one) - 1, loc=np.mean(one), scale=stats.sem(one))
    assert mean_interval(describe(one), 0.95) == pytest.approx(known, rel=1e-6, abs=1e-6)
    assert describe(one).sd == pytest.approx(np.std(one, ddof=1))


@given(values, values, some.floats(-1e3, 1e3), some.floats(0.01, 100))
def test_welch_goes_along_with_shift_scale_and_order(one, other, shift, scale):
    assume(np.ptp(one) > 1)
    assume(np.ptp(other) > 1)
    found = compare_means(describe(one), describe(other), 0.95)
    moved = compare_means(
        describe([scale * x + shift for x in one]), describe([scale * x + shift for x in other]), 0.95
    )
    assert moved.p == pytest.approx(found.p, rel=1e-3, abs=1e-9)
    assert moved.effect == pytest.approx(found.effect, rel=1e-3, abs=1e-6)
    turned = compare_means(describe(other[::-1]), describe(one[::-1]), 0.95)
    assert (turned.p, turned.estimate) == (found.p, -found.estimate)


def test_nothing_varies():
    found = compare_means(describe([1.0] * 3), describe([2.0] * 3), 0.95)
    assert (found.estimate, found.p, found.why) == (-1.0, None, NOTHING_VARIES)
    found = compare_pairs([1.0, 2.0, 3.0], [0.0, 1.0, 2.0], 0.95)
    assert (found.estimate, found.p, found.why) == (1.0, None, NO_PAIR_VARIES)
    assert describe([0.1] * 7) == Sample(7, 0.1, 0.0)
    one_varies = compare_means(describe([1.0] * 3), describe([2.0, 2.5, 3.0]), 0.95)
    assert one_varies.p == pytest.approx(stats.ttest_ind_from_stats(1, 0, 3, 2.5, 0.5, 3, equal_var=False).pvalue)


def test_what_rounding_did_is_no_variation():
    assert describe([0.3, 0.1 + 0.2, 0.3]).sd == 0
    assert compare_pairs([0.3, 0.2, 0.4], [0.2, 0.1, 0.3], 0.95).why == NO_PAIR_VARIES


def test_extreme_values_break_nothing():
    huge = describe([1.7e308, -1.7e308, 1.6e308])
    assert math.isfinite(huge.mean)
    assert compare_means(huge, describe([1.0, 2.0, 3.0]), 0.95).estimate == pytest.approx(huge.mean)
    tiny = describe([5e-324, 1e-323, 0.0])
    compare_means(tiny, tiny, 0.95)
    assert mean_interval(describe([3.0]), 0.95) is None
    assert hedges_g(describe([1.0]), describe([2.0])) is None


def test_the_bootstrap_is_that_of_scipy_and_the_same_each_time():
    known = stats.bootstrap(([*sorted(SLEEP[0])],), np.mean, method="BCa", random_state=generator()).confidence_interval
    assert bootstrap_mean(SLEEP[0], 0.95, generator) == pytest.approx(tuple(known))
    assert bootstrap_mean(SLEEP[0][::-1], 0.95, generator) == bootstrap_mean(SLEEP[0], 0.95, generator)
    low, high = bootstrap_difference(*SLEEP, 0.95, generator)
    assert low < -1.58 < high
    assert bootstrap_mean([1.0, 1.0], 0.95, generator) is None
    assert bootstrap_difference([1.0, 1.0], [2.0], 0.95, generator) is None
