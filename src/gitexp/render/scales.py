"""What an axis shows: from where to where, in equal steps or in powers of ten, and its marks."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from gitexp.render.canvas import part_of
from gitexp.render.numbers import format_number

if TYPE_CHECKING:
    from collections.abc import Iterable

_STEPS = (1, 2, 5, 10)
_LOG_STEPS = ((1, 2, 5), (1, 3), (1,))
_LOG_STRIDES = (2, 3, 5, 10, 20, 50, 100, 200)
_LEAST_POWER = -300
_MOST_WHOLE = 1e15


class Tick(NamedTuple):
    """A mark on an axis: where, from 0 to 1, and its text."""

    part: float
    text: str


class Scale(NamedTuple):
    """An axis of numbers, of a logarithmic one above 0."""

    low: float
    high: float
    log: bool = False

    def part(self, value: float) -> float:
        """Where a value lies, from 0 to 1; a logarithmic axis has a place only for what is above 0."""
        if not self.log:
            return part_of(value, self.low, self.high)
        return part_of(math.log10(value), math.log10(self.low), math.log10(self.high))

    def ticks(self, most: int) -> list[Tick]:
        """At most so many marks at round numbers; where there are not two of those, at both ends."""
        if self.low == self.high:
            return [Tick(0.5, _format(self.low))]
        values = _find_decades(self.low, self.high, max(most, 2)) if self.log else []
        if len(values) < 2 and (not self.log or self.high / 10 < self.low):
            values = _find_round(self.low, self.high, max(most, 3))
        if len(values) < 2:
            values = [self.low, self.high]
        return [Tick(self.part(value), _format(value)) for value in values]


def find_scale(values: Iterable[float], *, log: bool = False) -> Scale | None:
    """The scale on which all finite values lie, of a logarithmic one those above 0; None where there are none."""
    shown = [float(value) for value in values if math.isfinite(value) and (value > 0 or not log)]
    return Scale(min(shown), max(shown), log) if shown else None


def _find_decades(low: float, high: float, most: int) -> list[float]:
    """Powers of ten between two numbers above 0, with their doubles and fives where there is room; else each n-th."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    strides = [((1,), stride) for stride in _LOG_STRIDES]
    for steps, stride in (*((steps, 1) for steps in _LOG_STEPS), *strides):
        powers = range(math.ceil(first / stride) * stride, last + 1, stride)
        found = [one for one in (_power(step, power) for power in powers for step in steps) if low <= one <= high]
        if len(found) <= most:
            return found
    return []


def _power(step: int, power: int) -> float:
    return float(f"{step}e{power}")  # the float that is written so: 3 * 10**-5 is another one


def _find_round(low: float, high: float, most: int) -> list[float]:
    """Multiples of 1, 2 or 5 times a power of ten."""
    rough = (high / 2 - low / 2) / most * 2
    power = math.floor(math.log10(rough)) if rough > 0 and math.isfinite(rough) else _LEAST_POWER
    if power <= _LEAST_POWER:
        return []
    steps = [_power(factor, power) for factor in _STEPS]
    step = next((one for one in steps if one >= rough), steps[-1])
    numbers = range(math.ceil(low / step), math.floor(high / step) + 1)
    return [round(number * step, max(-power, 0)) for number in numbers[: most + 1]]


def _format(value: float) -> str:
    return format_number(int(value) if value.is_integer() and abs(value) < _MOST_WHOLE else value)
