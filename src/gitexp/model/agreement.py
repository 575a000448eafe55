"""Whether two runs with equal inputs gave equal results, as far as their summaries say."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitexp.model.metrics import Direction, Number, Summary

_NOISE = 1e-9
"""A difference of this part of a value is that of another order of summing up."""


class Agreement(NamedTuple):
    """The last values of the metrics that both have, those of the other run: which are equal, and which are not."""

    equal: tuple[tuple[str, Number], ...]
    differing: tuple[tuple[str, Number], ...]

    @property
    def agrees(self) -> bool | None:
        """Whether all are equal; None where there is no metric that both have."""
        return not self.differing if self.equal or self.differing else None


def compare_results(
    metrics: Mapping[str, Summary], others: Mapping[str, Summary], directions: Mapping[str, Direction]
) -> Agreement:
    """Holds the summaries of a run against another's; the metrics that have a direction come first."""
    common = sorted((key for key in metrics if key in others), key=lambda key: key not in directions)
    values = [(key, others[key].last, _are_equal(metrics[key].last, others[key].last)) for key in common]
    return Agreement(
        tuple((key, value) for key, value, are_equal in values if are_equal),
        tuple((key, value) for key, value, are_equal in values if not are_equal),
    )


def _are_equal(one: Number, other: Number) -> bool:
    return one == other or (math.isnan(one) and math.isnan(other)) or math.isclose(one, other, rel_tol=_NOISE)
