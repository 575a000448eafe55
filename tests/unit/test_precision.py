"""Digits that an uncertainty bears."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as some

from gitexp.model.precision import find_precision, format_p


@pytest.mark.parametrize(
    ("uncertainty", "value", "text"),
    [
        (0.008, 0.012, "0.012"),
        (0.013, 0.003, "0.003"),
        (0.0035, 0.94123, "0.9412"),
        (0.0036, 0.94123, "0.941"),
        (12.0, 1234.5, "1234"),
        (4000.0, 123456.0, "123000"),
        (None, 0.123456, "0.1235"),
        (None, 0.0, "0"),
        (1e-9, 1.5e-8, "1.50e-08"),
        (2e9, 1.234e10, "1.23e+10"),
        (0.1, -0.0, "0.00"),
        (0.5, math.nan, "NaN"),
        (math.inf, 3.0, "3.000"),
    ],
)
def test_digits(uncertainty, value, text):
    assert find_precision(uncertainty, value).format(value) == text


@given(some.floats(1e-12, 1e12), some.floats(-1e12, 1e12))
def test_what_is_shown_is_near(uncertainty, value):
    shown = float(find_precision(uncertainty, value).format(value))
    assert abs(shown - value) <= uncertainty + 1e-9 * abs(value)


def test_a_p_value_is_never_carried_over_its_threshold():
    assert [format_p(p, 0.05) for p in (0.4, 0.43, 0.008, 0.0496, 0.0004, 1.0, 0.05)] == [
        "= 0.4",
        "= 0.43",
        "= 0.008",
        "= 0.0496",
        "< 0.001",
        "= 1",
        "= 0.05",
    ]
