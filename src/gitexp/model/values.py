"""Typed values: what a param, a tag or a recorded setting can be."""

from __future__ import annotations

import json
import math
from typing import TypeAlias, TypeGuard

Scalar: TypeAlias = bool | int | float | str | None
Value: TypeAlias = "Scalar | list[Value] | dict[str, Value]"
Params: TypeAlias = "dict[str, Value]"
"""Flat dotted key → value. A list is one value; a mapping inside a list stays as it is."""


def is_scalar(value: object) -> TypeGuard[Scalar]:
    """Whether a value is None, a bool, an int, a float or a string."""
    return value is None or isinstance(value, (bool, int, float, str))


def format_value(value: Value) -> str:
    """A value as people read it in a table: strings bare, floats in shortest form, lists as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return format_float(value)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def format_float(value: float) -> str:
    """A float in its shortest round-trip form; NaN, inf and -inf spelt so."""
    if math.isnan(value):
        return "NaN"
    return float.__repr__(float(value))


def equal_values(one: Value, other: Value) -> bool:
    """Equality that tells True from 1 and 1 from 1.0, and in which NaN equals itself."""
    if isinstance(one, float) and isinstance(other, float):
        return one == other or (math.isnan(one) and math.isnan(other))
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(equal_values, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal_values(one[key], other[key]) for key in one)
    return type(one) is type(other) and one == other
