"""Curves: thinned out, and drawn in the size that there is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitexp.model.curves import MOST_POINTS, CurveBuilder
from gitexp.render.curves import Curve, draw_bar, draw_curves, draw_sparkline
from gitexp.render.page import line_width, text_of

if TYPE_CHECKING:
    import random


def build(values: list[float], steps: list[int | None] | None = None) -> tuple[tuple[float, float], ...]:
    """The points of a series over its steps, 0, 1, 2 … where none are given."""
    builder = CurveBuilder()
    for place, value in enumerate(values):
        builder.add(value, place if steps is None else steps[place])
    return builder.points()


def draw(*values: list[float], width: int = 24, height: int = 5, glyphs: bool = True) -> str:
    """The picture as text."""
    curves = [Curve(build(one), number) for number, one in enumerate(values)]
    return "\n".join(text_of(spans).rstrip() for spans in draw_curves(curves, width, height, glyphs=glyphs))


def test_a_point_at_no_step_that_paper_has_is_left_out() -> None:
    curve = CurveBuilder()
    curve.add(1.0, math.inf)
    assert curve.points() == ()
    curve.add(2.0, 3)
    curve.add(4.0, math.nan)
    assert curve.points() == ((3.0, 2.0),)


def test_few_points_are_all_kept() -> None:
    assert build([3, 1, 2]) == ((0, 3), (1, 1), (2, 2))
    assert build([3, 1, 2], [10, 20, 15]) == ((10, 3), (20, 1), (15, 2))
    assert build([3, 1, 2], [10, None, 15]) == ((0, 3), (1, 1), (2, 2))
    assert build([]) == ()
    assert build([1, 10**400, 2], [0, 1, 2]) == ((0, 1), (2, 2))


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 9000), st.dictionaries(st.integers(0, 8999), st.floats(), max_size=20), st.randoms())
def test_many_are_thinned_out_and_no_extreme_or_gap_is_lost(
    count: int, odd: dict[int, float], chance: random.Random
) -> None:
    values = [odd.get(place, chance.random()) for place in range(count)]
    points = build(values)
    assert len(points) <= MOST_POINTS
    assert [place for place, _ in points] == sorted({place for place, _ in points})
    assert all(same(values[int(place)], value) for place, value in points)
    if not values:
        return
    assert (points[0][0], points[-1][0]) == (0, count - 1)
    finite = [value for value in values if math.isfinite(value)]
    shown = [value for _, value in points if math.isfinite(value)]
    if finite:
        assert (min(shown), max(shown)) == (min(finite), max(finite))
    # Wherever the series is not finite, there is a gap in the curve no further away than a stretch is long.
    gaps = [place for place, value in points if not math.isfinite(value)]
    for place, value in odd.items():
        if place < count and not math.isfinite(value):
            assert min(abs(gap - place) for gap in gaps) <= count / 100 + 1


def same(one: float, other: float) -> bool:
    """Whether two values are one, NaN being itself."""
    return one == other or (math.isnan(one) and math.isnan(other))


def test_a_spike_in_a_million_points_is_kept() -> None:
    builder = CurveBuilder()
    for place in range(1_000_000):
        builder.add(9.0 if place == 123_457 else -9.0 if place == 777_777 else 1.0, place)
    points = builder.points()
    assert len(points) <= MOST_POINTS
    assert {(123_457.0, 9.0), (777_777.0, -9.0), (0.0, 1.0), (999_999.0, 1.0)} <= set(points)


def test_a_curve_that_falls() -> None:
    assert draw([8.0, 4.0, 2.0, 1.0, 0.5]) == (
        "8.0 ┤⠑⢄\n    │  ⠉⠢⡀\n    │    ⠈⠑⠢⢄⡀\n0.5 ┤        ⠈⠉⠑⠒⠒⠤⠤⠤⢄⣀⣀\n     0                 4"
    )


def test_two_curves_without_braille() -> None:
    assert draw([0.0, 1.0], [1.0, 0.0], glyphs=False) == (
        "1.0 |+++++         ·····\n"
        "    |    ++++++·····\n"
        "    |    ·····++++++\n"
        "0.0 |·····         +++++\n"
        "     0                 1"
    )


def test_one_that_never_moves_stands_in_the_middle() -> None:
    text = draw([2.0, 2.0]).split("\n")
    assert text[2].startswith("2.0 ┤")
    assert [row for row in text[:4] if row.strip("│ ")] == [text[2]]


def test_what_is_not_finite_is_a_gap() -> None:
    assert draw([math.nan, math.inf]).startswith("no finite value yet")
    assert draw([1.0, math.nan, 3.0]).startswith("3.0 ┤")


@settings(deadline=None)
@given(
    st.lists(st.lists(st.floats(), max_size=30), max_size=4),
    st.integers(1, 100),
    st.integers(3, 30),
    st.booleans(),
)
def test_any_values_are_drawn_in_their_size(values: list[list[float]], width: int, height: int, glyphs: bool) -> None:
    curves = [Curve(build(one), number) for number, one in enumerate(values) if one]
    lines = draw_curves(curves, width, height, glyphs=glyphs)
    assert len(lines) == height
    if width >= 24:
        assert max(map(line_width, lines)) <= width


def test_small_bars_of_a_share_fill_only_when_the_whole_is_used() -> None:
    assert draw_sparkline([0, 2, 50, 100], 4, whole=100.0) == "▁▁▅█"
    assert draw_sparkline([100, 200], 4, whole=100.0) == "▅█"


@pytest.mark.parametrize(
    ("values", "bars"),
    [([0, 1, 2, 4], "▁▃▅█"), ([], ""), ([0, 0], "▁▁"), ([math.nan, -1, 5], "▁▁█"), ([9, 1, 1, 1, 1], "████")],
)
def test_small_bars(values: list[float], bars: str) -> None:
    assert draw_sparkline(values, 4) == bars


def test_a_bar() -> None:
    assert draw_bar(0.5, 4) == ("━━", "──")
    assert draw_bar(1.0, 4, glyphs=False) == ("####", "")


def test_places_without_steps_are_floats():
    builder = CurveBuilder()
    for value in (0.5, 0.25):
        builder.add(value, None)
    assert [(place, type(place)) for place, _ in builder.points()] == [(0.0, float), (1.0, float)]
