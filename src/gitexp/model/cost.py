"""What a run costs by the rates of the configuration."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from gitexp.model.run import Cost

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DEFAULT_RATE = "default"


def cost_of(seconds: float, rates: Mapping[str, float], currency: str | None, host: str, gpus: Iterable[str]) -> Cost:
    """The cost of wall time in seconds; a rate per hour is that of the first glob that names the host or a GPU."""
    names = [host, *gpus]
    rate = next(
        (
            rate
            for pattern, rate in rates.items()
            if pattern != DEFAULT_RATE and any(fnmatchcase(name, pattern) for name in names)
        ),
        rates.get(DEFAULT_RATE),
    )
    if rate is None:
        return Cost(seconds)
    return Cost(seconds, rate, currency, round(seconds / 3600 * rate, 6))
