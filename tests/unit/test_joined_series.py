"""The series of a chain as one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gitexp.model.joined_series import join_series
from gitexp.model.metrics import Point

PART = st.lists(
    st.builds(
        Point,
        metric=st.sampled_from(["loss", "acc"]),
        value=st.integers(0, 99),
        step=st.none() | st.integers(0, 8) | st.sampled_from([0.5, 2.0]),
        time=st.none(),
    ),
    max_size=15,
)


def join(parts: list[list[Point]]) -> list[tuple[int, Point]]:
    return list(join_series([part.__iter__ for part in parts]))


def series(text: str, start: int = 0) -> list[Point]:
    return [Point("loss", int(value), step, None) for step, value in enumerate(text.split(), start)]


def test_where_steps_overlap_the_later_run_wins() -> None:
    joined = join([series("9 8 7 6"), series("5 4 3", start=2)])
    assert [(number, point.step, point.value) for number, point in joined] == [
        (0, 0, 9), (0, 1, 8), (1, 2, 5), (1, 3, 4), (1, 4, 3),
    ]  # fmt: skip


def test_what_the_later_run_did_not_come_to_stays() -> None:
    joined = join([series("9 8 7 6"), series("5", start=1)])
    assert [(point.step, point.value) for _, point in joined] == [(0, 9), (2, 7), (3, 6), (1, 5)]


def test_metrics_do_not_stand_for_one_another() -> None:
    other = [Point("acc", 1, step, None) for step in range(3)]
    assert [point for _, point in join([series("9 8"), other])] == [*series("9 8"), *other]


@given(st.lists(PART, min_size=1, max_size=4))
def test_nothing_is_lost_and_the_later_wins(parts: list[list[Point]]) -> None:
    joined = join(parts)
    for number, part in enumerate(parts):
        later = {(point.metric, point.step) for other in parts[number + 1 :] for point in other}
        kept = [point for place, point in joined if place == number]
        assert kept == [point for point in part if point.step is None or (point.metric, point.step) not in later]
    assert {(point.metric, point.step) for _, point in joined} == {
        (point.metric, point.step) for part in parts for point in part
    }
    assert [number for number, _ in joined] == sorted(number for number, _ in joined)
