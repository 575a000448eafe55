"""When two values of a filter are equal, and which is less. Numbers compare exactly, whatever their types.

A text that spells a number is that number beside one, and so with true and false: other trackers keep every param as
text. Else values of unlike types are not equal, and none is less than the other.
"""

from __future__ import annotations

import json
import operator
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from gitexp.model.filter_times import Period
from gitexp.model.scalars import parse_plain
from gitexp.model.values import equal_values, format_value

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitexp.model.filter_tree import Operator
    from gitexp.model.values import Value

_LONGEST_JSON = 10_000
_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Prefix(NamedTuple):
    """The first digits of a hash or an id."""

    text: str


Comparable: TypeAlias = "Value | datetime | Period | Prefix"


def compare_values(one: Comparable, sign: Operator, other: Comparable) -> bool:
    """Whether it is true of two values that are there."""
    if sign == "==":
        return are_equal(one, other)
    if sign == "!=":
        return not are_equal(one, other)
    pair = _align(_moment(one), _moment(other))
    return pair is not None and isinstance(pair[0], (int, float, str, datetime)) and _is_ordered(pair, sign)


def are_equal(one: Comparable, other: Comparable) -> bool:
    """Whether two values are equal; a day and a time within it are, a hash and its first digits. NaN equals nothing."""
    if isinstance(one, (Period, Prefix)):
        one, other = other, one
    if isinstance(other, Period):
        return isinstance(one, datetime) and other.start <= one < other.end
    if isinstance(other, Prefix):
        return isinstance(one, str) and one.lower().removeprefix("sha256:").startswith(other.text)
    pair = _align(_moment(one), other)
    if pair is None:
        return False
    left, right = pair
    return equal_values(left, right) if isinstance(left, (list, dict)) else left == right


def is_within(item: Comparable, container: Comparable) -> bool:
    """Whether a list has an equal value, or a text another text."""
    if isinstance(container, list):
        return any(are_equal(one, item) for one in container)
    return isinstance(container, str) and isinstance(item, str) and item in container


def is_nan(value: Comparable) -> bool:
    """Whether it is a number's NaN."""
    return isinstance(value, float) and value != value


def compile_pattern(pattern: str, *, fold_case: bool) -> Callable[[Comparable], bool]:
    """What tells whether a value is of a pattern: ``%`` any text, ``_`` one letter. A number is as it is written.

    In time that grows with the text and the pattern alone: each ``%`` takes the least that it can, and keeps it.
    """
    pieces: list[str] = [""]
    letters = iter(pattern)
    for letter in letters:
        if letter == "%":
            pieces.append("")
        elif letter == "_":
            pieces[-1] += "."
        elif letter == "\\":
            following = next(letters, "")
            pieces[-1] += re.escape(following if following in "%_\\" and following else letter + following)
        else:
            pieces[-1] += re.escape(letter)
    first, *rest = pieces
    middle = "".join(f"(?>.*?{piece})" for piece in rest[:-1] if piece)
    last = f".*{rest[-1]}" if rest else ""
    found = re.compile(first + middle + last, re.DOTALL | (re.IGNORECASE if fold_case else 0))
    return lambda value: found.fullmatch(_text_of(value)) is not None


def _text_of(value: Comparable) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return "" if isinstance(value, (Period, Prefix)) else format_value(value)


def _moment(value: Comparable) -> Value | datetime:
    if isinstance(value, Period):
        return value.start
    return value.text if isinstance(value, Prefix) else value


def _align(one: Value | datetime, other: Value | datetime) -> tuple[Any, Any] | None:
    """The two as values of one type; None where they are not."""
    if isinstance(one, str) and not isinstance(other, str):
        one = _read_as(one, other)
    elif isinstance(other, str) and not isinstance(one, str):
        other = _read_as(other, one)
    if _is_number(one) and _is_number(other):
        return one, other
    for kind in (bool, str, datetime, list, dict):
        if isinstance(one, kind) and isinstance(other, kind):
            return one, other
    return None


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_ordered(pair: tuple[Any, Any], sign: Operator) -> bool:
    return not isinstance(pair[0], bool) and _ORDERS[sign](*pair)


def _read_as(text: str, beside: Value | datetime) -> Value:
    """What a text spells, where that is of the type of the value beside it."""
    if isinstance(beside, (list, dict)):
        try:
            read: Value = json.loads(text) if len(text) <= _LONGEST_JSON else None
        except (ValueError, RecursionError):  # no JSON, and so a text
            return text
        return read
    spelt = parse_plain(text.strip())
    return spelt if isinstance(spelt, (bool, int, float)) else text
