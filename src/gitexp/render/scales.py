"""What an axis shows: from where to where, in equal steps or in powers of ten, and its marks."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from gitexp.render.canvas import part_of
from gitexp.render.numbers import format_number

if TYPE_CHECKING:
    from collections.abc import Iterable

_STEPS = (1, 2, 5, 10)
_LEAST_POWER = -300


class Tick(NamedTuple):
    """A mark on an axis: where, from 0 to 1, and its text."""

    part: float
    text: str


class Scale(NamedTuple):
    """An axis of numbers."""

    low: float
    high: float
    log: bool = False

    def part(self, value: float) -> float:
        """Where a value lies, from 0 to 1; only values above 0 lie anywhere on a logarithmic one."""
        if not self.log:
            return part_of(value, self.low, self.high)
        return part_of(math.log10(value), math.log10(self.low), math.log10(self.high))

    def ticks(self, most: int) -> list[Tick]:
        """At most so many marks at round numbers, but one at least."""
        if self.low == self.high:
            return [Tick(0.5, format_number(_whole(self.low)))]
        values = _find_decades(self.low, self.high, most) if self.log else []
        if len(values) < 2:
            values = _find_round(self.low, self.high, max(most, 2))
        return [Tick(self.part(value), _format(value)) for value in values]


def find_scale(values: Iterable[float], *, log: bool = False) -> Scale | None:
    """The scale on which all finite values lie, of a logarithmic one those above 0; None where there are none."""
    shown = [value for value in values if math.isfinite(value) and (value > 0 or not log)]
    return Scale(min(shown), max(shown), log) if shown else None


def _find_decades(low: float, high: float, most: int) -> list[float]:
    """Powers of ten between two numbers above 0; the doubles and fives as well where that is not too many."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    stride = max(1, math.ceil((last - first + 1) / most))
    powers = range(first, last + 1, stride)
    for steps in ((1, 2, 5), (1, 3), (1,)) if stride == 1 else ((1,),):
        values = [_power(step, power) for power in powers for step in steps]
        found = [value for value in values if low <= value <= high]
        if len(found) <= most:
            return found
    return []


def _power(step: int, power: int) -> float:
    return float(f"{step}e{power}")  # the float that is written so: 10 ** -5 times 3 is not


def _find_round(low: float, high: float, most: int) -> list[float]:
    rough = (high / 2 - low / 2) / most * 2
    if rough == 0 or not math.isfinite(rough):
        return [low, high]
    power = math.floor(math.log10(rough))
    if power < _LEAST_POWER:
        return [low, high]
    steps = [float(f"{factor}e{power}") for factor in _STEPS]
    step = next((one for one in steps if one >= rough), steps[-1])
    first, last = math.ceil(low / step), math.floor(high / step)
    values = [round(number * step, max(-power, 0)) for number in range(first, min(last, first + most) + 1)]
    return values if len(values) > 1 else [low, high]


def _format(value: float) -> str:
    return format_number(_whole(value))


def _whole(value: float) -> float:
    return int(value) if value.is_integer() and abs(value) < 1e15 else value
