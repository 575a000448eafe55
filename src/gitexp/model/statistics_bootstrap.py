"""Bootstrap intervals: those that take no distribution for granted."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any, TypeAlias

from gitexp.model.statistics import Interval

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np

    Generators: TypeAlias = Callable[[], np.random.Generator]
    """Gives a fresh generator, always with the same seed: no interval hangs on which others were asked for."""

RESAMPLES = 9999


def bootstrap_mean(values: Sequence[float], level: float, generators: Generators) -> Interval | None:
    """The BCa interval of the mean (Efron 1987), whatever the order of the values; None where all are equal."""
    import numpy as np

    return _bootstrap([values], np.mean, level, generators)


def bootstrap_difference(
    one: Sequence[float], other: Sequence[float], level: float, generators: Generators
) -> Interval | None:
    """The BCa interval of the difference of the means of two independent samples; None where none of them varies."""
    import numpy as np

    def difference(a: Any, b: Any, axis: int = -1) -> Any:
        return np.mean(a, axis=axis) - np.mean(b, axis=axis)

    return _bootstrap([one, other], difference, level, generators)


def _bootstrap(
    samples: Sequence[Sequence[float]], statistic: Callable[..., Any], level: float, generators: Generators
) -> Interval | None:
    from scipy.stats import bootstrap

    if any(len(sample) < 2 for sample in samples) or all(min(sample) == max(sample) for sample in samples):
        return None
    with warnings.catch_warnings():
        # A sample so small that resamples coincide warns of it; the interval is not finite then, or it stands.
        warnings.simplefilter("ignore")
        result = bootstrap(
            [sorted(sample) for sample in samples],
            statistic,
            n_resamples=RESAMPLES,
            confidence_level=level,
            method="BCa",
            vectorized=True,
            random_state=generators(),
        )
    low, high = (float(end) for end in result.confidence_interval)
    return Interval(low, high) if math.isfinite(low) and math.isfinite(high) else None
