"""Results from production: what can be one, and what is read of what another program wrote."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitexp.errors import InvalidValue
from gitexp.model.annotations import Annotation
from gitexp.model.online import find_online, flatten_online, read_online
from gitexp.model.run import User

ADA = User("Ada", "ada@example.org")
NAMES = st.text("abc.", min_size=1, max_size=5)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**62), 2**62)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text("xyz\u00e9")
)
RESULTS = st.recursive(LEAVES, lambda inner: st.dictionaries(NAMES, inner, min_size=1, max_size=3), max_leaves=8)


def say(value: Any) -> Annotation:
    """That it was said of a run."""
    return Annotation(datetime(2026, 3, 1, tzinfo=UTC), "0" * 64, ADA, "online", value)


@given(st.dictionaries(NAMES, RESULTS, min_size=1, max_size=3))
def test_what_is_read_comes_back(value: dict[str, Any]) -> None:
    try:
        said = read_online(value, " the \n title ")
    except InvalidValue as error:
        assert "two values have this name" in error.message or "deep" in error.message  # noqa: PT017
        return
    (result,) = find_online([say(said)])

    assert said["results"] == value
    assert result.title == "the title"
    assert result.values == dict(flatten_online(value))


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ([1], "a mapping of names to numbers is expected"),
        (3, "a mapping of names"),
        ({}, "0 values"),
        ({"a": {}}, "0 values"),
        ({"a": [1, 2]}, "a number, a text, true or false"),
        ({"a": float("nan")}, "not finite"),
        ({"a": 2**63}, "beyond 64 bits"),
        ({"a": "x" * 1001}, "more than 1000 characters"),
        ({"\x1b[2J": 1}, "cannot be shown"),
        ({"\u202ea": 1}, "cannot be shown"),
        ({"": 1}, "cannot be shown"),
        ({"x" * 101: 1}, "too long"),
        ({"a.b": 1, "a": {"b": 2}}, "two values have this name"),
        ({str(number): number for number in range(201)}, "201 values"),
    ],
)
def test_what_is_no_result(value: Any, says: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        read_online(value)
    assert says in refused.value.message


def test_it_is_not_nested_without_end() -> None:
    value: dict[str, Any] = {"a": 1}
    for _ in range(10):
        value = {"a": value}
    with pytest.raises(InvalidValue, match="nested more than 8 deep"):
        read_online(value)


def test_what_another_program_wrote_is_read_as_far_as_it_goes() -> None:
    foreign = {"ctr": 0.5, "arms": [1, 2], "title": 3, "deep": {"er": None}}
    (result,) = find_online([say(foreign)])
    assert result.title is None
    assert result.values == {"ctr": 0.5, "arms": "[1, 2]", "title": 3, "deep.er": None}
    assert find_online([say(foreign)._replace(kind="note", value="x")]) == []
