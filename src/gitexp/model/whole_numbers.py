"""Whole numbers that Python does not write in decimal: those of more than 4,300 digits."""

from __future__ import annotations

import math
from typing import Any

from gitexp.model.values import is_scalar

MOST_BITS = 10_000


def tame(value: Any) -> Any:
    """A value of the kinds that a record knows: whole numbers beyond MOST_BITS are hexadecimal text."""
    if isinstance(value, dict):
        return {key if is_scalar(key) else str(key): tame(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [tame(one) for one in value]
    if isinstance(value, int) and value.bit_length() > MOST_BITS:
        return hex(value)
    return value if is_scalar(value) else str(value)


def bound(value: float) -> float:
    """A number, infinite where it is a whole one beyond MOST_BITS."""
    if isinstance(value, int) and value.bit_length() > MOST_BITS:
        return math.inf if value > 0 else -math.inf
    return value
