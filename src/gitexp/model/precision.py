"""Numbers with as many digits as what is uncertain about them bears."""

from __future__ import annotations

import math
from typing import NamedTuple

_TWO_DIGITS = 3.55
_DEFAULT_DIGITS = 4
_PLAIN = range(-4, 7)


class Precision(NamedTuple):
    """``places`` after the point, negative ones before it; all numbers of one statement share them."""

    places: int
    is_plain: bool
    """False where a power of ten is shorter to read."""

    def format(self, value: float) -> str:
        """The number, rounded; never ``-0``."""
        rounded = round(value, self.places)
        if not math.isfinite(rounded):
            return "NaN" if rounded != rounded else str(rounded)
        if rounded == 0:
            rounded = 0.0
        if self.is_plain:
            return f"{rounded:.{max(self.places, 0)}f}"
        size = math.floor(math.log10(abs(rounded))) if rounded else -self.places
        mantissa, _, exponent = f"{rounded:.{max(size + self.places, 0)}e}".partition("e")
        return f"{mantissa}e{int(exponent):+03d}"


def find_precision(uncertainty: float | None, *values: float) -> Precision:
    """The places that show two digits of an uncertainty whose first digits are 100 to 354, else one.

    That is the rule of the Particle Data Group (Review of Particle Physics, 5.3). Without an uncertainty, 4 digits of
    the largest value.
    """
    largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    if uncertainty and math.isfinite(uncertainty):
        size = math.floor(math.log10(uncertainty))
        digits = 2 if uncertainty / 10.0**size < _TWO_DIGITS else 1
    elif largest:
        size, digits = math.floor(math.log10(largest)), _DEFAULT_DIGITS
    else:
        return Precision(0, is_plain=True)
    places = digits - 1 - size
    top = math.floor(math.log10(largest)) if largest else size
    return Precision(min(places, 300), is_plain=top in _PLAIN and places <= 9)


def format_p(p: float, alpha: float) -> str:
    """A p value in two digits, ``< 0.001`` below that; more digits where rounding would carry it over α."""
    if p < 0.001:
        return "< 0.001"
    text = f"{p:.2g}"
    for digits in range(3, 8):
        if (float(text) < alpha) == (p < alpha):
            break
        text = f"{p:.{digits}g}"
    return f"= {text}"
