"""Points thinned out further, once it is known how many curves share a page."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gitexp.model.going import Points

_A_STRETCH = 3


def thin_points(points: Points, most: int) -> Points:
    """At most ``most`` of the points (eight at least), in their order: no spike and no gap is lost.

    Of each stretch the least and the greatest value are kept and the first that is not finite, and of all the first
    and the last.
    """
    if len(points) <= max(most, 8):
        return points
    stretches = max((most - 2) // _A_STRETCH, 2)
    size = -(-len(points) // stretches)
    kept = {0, len(points) - 1}
    for begin in range(0, len(points), size):
        places = range(begin, min(begin + size, len(points)))
        finite = [place for place in places if math.isfinite(points[place][1])]
        odd = next((place for place in places if not math.isfinite(points[place][1])), None)
        if finite:
            kept.add(min(finite, key=lambda place: points[place][1]))
            kept.add(max(finite, key=lambda place: points[place][1]))
        if odd is not None:
            kept.add(odd)
    return tuple(points[place] for place in sorted(kept))
