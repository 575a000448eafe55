"""Values inside a page: JSON that no text in it can break out of."""

from __future__ import annotations

import json
import math
from typing import TypeAlias

Embedded: TypeAlias = "bool | int | float | str | list[Embedded] | dict[str, Embedded] | None"
"""What a page's script can read. A number that is not finite has no form in JSON: ``finite`` takes it out before."""

LARGEST_PLACE = 1e150
_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "'": "\\u0027"})


def format_embedded(value: Embedded) -> str:
    """A value as JSON for a script element: ASCII alone, and no letter that HTML or JavaScript reads otherwise.

    Raises ValueError for a number that is not finite.
    """
    return json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":")).translate(_ESCAPES)


def finite(value: float | None) -> float | None:
    """The number where it has a place on paper; None for NaN, the infinities, and whole numbers beyond any float."""
    try:
        return value if value is not None and math.isfinite(value) else None
    except OverflowError:
        return None


def place_of(value: float | None) -> float | None:
    """The number where a plot has a place for it: None where it is not finite, or so large that a range overflows."""
    known = finite(value)
    return known if known is not None and abs(known) <= LARGEST_PLACE else None
