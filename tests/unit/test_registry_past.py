"""The past of a model: what stood where, from when to when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from gitexp.model.paths import TreePath
from gitexp.model.registry import ARCHIVE, NO_STAGE, Entry, Model, Version, VersionArtifact
from gitexp.model.registry_past import find_earlier, find_replaced, find_standings, list_past

if TYPE_CHECKING:
    from collections.abc import Sequence

START = datetime(2026, 3, 1, tzinfo=UTC)
BY = "Ada <ada@example.org>"


def at(hours: float) -> datetime:
    """So many hours after the start."""
    return START + timedelta(hours=hours)


def make_version(number: int, *entries: tuple[float, str, str]) -> Version:
    """A version with a history of (hour, kind, word)."""
    history = tuple(Entry(at(hour), BY, **{kind: word}) for hour, kind, word in entries)
    stages = [entry.stage for entry in history if entry.stage is not None]
    artifact = VersionArtifact(TreePath("model.pt"), "0" * 32)
    return Version(
        number, "refs/runs/default/k3v9x2mabc", "1" * 40, artifact, history, stages[-1] if stages else NO_STAGE
    )


ONE = make_version(
    1,
    (0, "stage", "staging"),
    (2, "stage", "production"),
    (3, "alias", "best"),
    (9, "stage", ARCHIVE),
    (9, "unalias", "best"),
)
TWO = make_version(2, (4, "stage", NO_STAGE), (5, "stage", "staging"), (9, "stage", "production"), (9, "alias", "best"))
MODEL = Model("fraud", (ONE, TWO))


def stood(hours: float) -> set[tuple[str, int]]:
    """What stood where at an hour."""
    return {(one.word, one.version.number) for one in find_standings(MODEL) if one.overlaps(at(hours), at(hours))}


def test_what_stood_where_at_an_instant() -> None:
    assert stood(-1) == set()
    assert stood(0) == {("staging", 1)}
    assert stood(2) == {("production", 1)}
    assert stood(4.5) == {("production", 1), ("best", 1)}
    assert stood(8.999) == {("production", 1), ("best", 1), ("staging", 2)}
    assert stood(9) == {(ARCHIVE, 1), ("production", 2), ("best", 2)}


def test_a_period_names_all_that_stood_there_in_it() -> None:
    found = [one for one in find_standings(MODEL) if one.word == "production" and one.overlaps(at(8), at(10))]
    assert [(one.version.number, one.since, one.until) for one in found] == [(1, at(2), at(9)), (2, at(9), None)]
    # It ends before its end: what came there then is not of it.
    assert [
        one.version.number for one in find_standings(MODEL) if one.word == "production" and one.overlaps(at(8), at(9))
    ] == [1]


def test_the_same_stage_twice_is_one_stay() -> None:
    again = make_version(
        1, (0, "stage", "staging"), (1, "stage", "staging"), (2, "stage", NO_STAGE), (3, "stage", "staging")
    )
    stays = [(one.since, one.until) for one in find_standings(Model("fraud", (again,)))]
    assert stays == [(at(0), at(2)), (at(3), None)]


def test_what_a_version_replaced() -> None:
    replaced = find_replaced(MODEL, TWO)
    assert replaced is not None
    assert (replaced.version.number, replaced.until) == (1, at(9))
    assert find_replaced(MODEL, ONE) is None
    assert find_replaced(MODEL, make_version(3)) is None
    assert find_earlier(MODEL, TWO) == ONE
    assert find_earlier(MODEL, ONE) is None


def test_lines_of_a_stage_are_those_into_it_and_out_of_it() -> None:
    lines = [(one.version.number, one.left, one.entry.stage) for one in list_past(MODEL, "production")]
    assert lines == [(1, "staging", "production"), (1, "production", ARCHIVE), (2, "staging", "production")]
    assert len(list_past(MODEL)) == len(ONE.history) + len(TWO.history)


WORDS = st.sampled_from(
    [("stage", "staging"), ("stage", "production"), ("stage", NO_STAGE), ("alias", "best"), ("unalias", "best")]
)


@given(st.lists(WORDS, min_size=1, max_size=12))
def test_a_version_stands_in_one_stage_at_a_time(said: Sequence[tuple[str, str]]) -> None:
    version = make_version(1, *((float(hour), kind, word) for hour, (kind, word) in enumerate(said)))
    standings = find_standings(Model("fraud", (version,)))

    for hour in range(len(said)):
        stages = [one.word for one in standings if one.kind == "stage" and one.overlaps(at(hour), at(hour))]
        expected = next((word for kind, word in reversed(said[: hour + 1]) if kind == "stage"), NO_STAGE)
        assert stages == ([expected] if expected != NO_STAGE else [])
