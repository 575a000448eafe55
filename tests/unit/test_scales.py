"""Axes: marks at round numbers, whatever the values are."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitexp.render.scales import Scale, find_scale


@pytest.mark.parametrize(
    ("scale", "most", "texts"),
    [
        (Scale(0, 1), 6, ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
        (Scale(0.13, 0.94), 2, ["0.13", "0.94"]),
        (Scale(0.13, 0.94), 5, ["0.2", "0.4", "0.6", "0.8"]),
        (Scale(0, 48), 5, ["0", "10", "20", "30", "40"]),
        (Scale(-5, 5), 4, ["-5", "0", "5"]),
        (Scale(3.0, 3.0), 5, ["3"]),
        (Scale(1e-5, 0.1, log=True), 5, ["1e-05", "0.0001", "0.001", "0.01", "0.1"]),
        (Scale(0.03, 2, log=True), 3, ["0.1", "1"]),
        (Scale(1.0, 9.0, log=True), 3, ["1", "2", "5"]),
        (Scale(1.2, 1.9, log=True), 4, ["1.2", "1.4", "1.6", "1.8"]),
        (Scale(1e-300, 1e300, log=True), 4, ["1e-200", "1", "1e+200"]),
    ],
)
def test_marks(scale: Scale, most: int, texts: list[str]) -> None:
    assert [tick.text for tick in scale.ticks(most)] == texts


@given(st.lists(st.floats(), min_size=1), st.booleans(), st.integers(1, 12))
def test_marks_lie_on_the_axis(values: list[float], log: bool, most: int) -> None:
    scale = find_scale(values, log=log)
    shown = [value for value in values if math.isfinite(value) and (value > 0 or not log)]
    assert (scale is None) is (not shown)
    if scale is not None:
        ticks = scale.ticks(most)
        assert 1 <= len(ticks) <= max(most, 2) + 1
        assert all(-1e-9 <= tick.part <= 1 + 1e-9 for tick in ticks)
        assert all(-1e-9 <= scale.part(value) <= 1 + 1e-9 for value in shown)
