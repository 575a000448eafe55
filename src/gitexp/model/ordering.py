"""Orders that people expect: ``run-2`` before ``run-10``, numbers by size, what is missing last."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from typing import TypeVar

    from gitexp.model.values import Value

    Item = TypeVar("Item")

_DIGITS = re.compile(r"(\d{1,300})")  # int() refuses more than 4,300 digits
_NUMBER, _TEXT, _OTHER = range(3)


def natural_key(text: str) -> tuple[tuple[int, int, str], ...]:
    """A key under which the digits inside a text count as numbers; case decides only between equal texts."""
    parts = _DIGITS.split(text)
    folded = tuple((0, int(part), "") if place % 2 else (1, 0, part.casefold()) for place, part in enumerate(parts))
    return (*folded, (2, 0, text))


def sort_present_first(
    items: Iterable[Item], value_of: Callable[[Item], Value | datetime | None], *, reverse: bool = False
) -> list[Item]:
    """Sorts by a value that some items lack. Those without one, and then NaN, come last in either direction."""
    present: list[tuple[Item, Value | datetime]] = []
    unordered: list[Item] = []
    missing: list[Item] = []
    for item in items:
        value = value_of(item)
        if value is None:
            missing.append(item)
        elif isinstance(value, float) and value != value:  # NaN
            unordered.append(item)
        else:
            present.append((item, value))
    present.sort(key=lambda pair: value_key(pair[1]), reverse=reverse)
    return [item for item, _ in present] + unordered + missing


def value_key(value: Value | datetime) -> tuple[int, float, tuple[tuple[int, int, str], ...]]:
    """A key for values of any type side by side: numbers and times first, then texts, then everything else."""
    if isinstance(value, (bool, int, float)):
        return _NUMBER, _as_float(value), ()
    if isinstance(value, str):
        return _TEXT, 0.0, natural_key(value)
    if isinstance(value, (list, dict)) or value is None:
        return _OTHER, 0.0, natural_key(repr(value))
    return _NUMBER, value.timestamp(), ()


def _as_float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:  # an int beyond 1.8e308
        return float("inf") if value > 0 else float("-inf")
