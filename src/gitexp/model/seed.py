"""Which of a run's params is its random seed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitexp.model.values import Value

SEED_NAMES = ("seed", "random_seed", "rng_seed", "global_seed", "manual_seed", "random_state")


def find_seed(params: Mapping[str, Value]) -> int | None:
    """The integer that a param named as a seed holds; the least nested one, and of those the first in SEED_NAMES.

    None where two equally good ones differ (``data.seed: 1``, ``model.seed: 2``): neither is the run's seed.
    """
    ranked: dict[tuple[int, int], set[int]] = {}
    for key, value in params.items():
        *above, last = key.lower().replace("-", "_").split(".")
        if last in SEED_NAMES and isinstance(value, int) and not isinstance(value, bool):
            ranked.setdefault((len(above), SEED_NAMES.index(last)), set()).add(value)
    if not ranked:
        return None
    best = ranked[min(ranked)]
    return best.pop() if len(best) == 1 else None


def is_seed(key: str) -> bool:
    """Whether a param is called as a seed is, however deep it stands."""
    return key.lower().replace("-", "_").rpartition(".")[2] in SEED_NAMES


def mask_seed(text: str, seed: int | None) -> str:
    """A text without the seed where it is told by its name, as in ``out/lr0.1-seed3``, ``seed=3`` or ``run/s3``."""
    if seed is None:
        return text
    return re.sub(rf"(?i)((?:seed|(?<![a-z0-9])s)[=:_ -]?){re.escape(str(seed))}(?![0-9.])", r"\1*", text)
