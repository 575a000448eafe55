"""The energy that a run's machine took, summed up from samples of its counters."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

EnergyPart: TypeAlias = Literal["cpu", "memory", "gpu"]
PARTS: tuple[EnergyPart, ...] = ("cpu", "memory", "gpu")

_PREFIX = "energy."
_JOULES_PER_KWH = 3_600_000
_LEAST_SEEN = 0.9
"""The part of a run's time between first and last look below which too much would be missing."""


class Energy(NamedTuple):
    """What was measured, and of which parts of the machine; what is not among them is not known."""

    kwh: float
    of: tuple[EnergyPart, ...]


def energy_key(part: EnergyPart) -> str:
    """Under which name a sample has the joules of a part since the first sample that has it."""
    return f"{_PREFIX}{part}_joules"


def is_energy(name: str) -> bool:
    """Whether a value of a sample is a counter of energy, which no series of the record has."""
    return name.startswith(_PREFIX)


def sum_energy(samples: Iterable[tuple[float, Mapping[str, float]]], seconds: float) -> Energy | None:
    """The energy of a run of so many seconds from its samples, each with its time; None where no part is known.

    A part is known where its counter was followed over nine tenths of the run and moved: a machine that is only made up
    has counters that stand still.
    """
    first: dict[str, float] = {}
    last: dict[str, tuple[float, float]] = {}
    for time, values in samples:
        for name, joules in values.items():
            if is_energy(name):
                first.setdefault(name, time)
                last[name] = (time, joules)
    of: list[EnergyPart] = []
    joules_in_all = 0.0
    for part in PARTS:
        time, joules = last.get(energy_key(part), (0.0, 0.0))
        if joules > 0 and math.isfinite(joules) and time - first[energy_key(part)] >= _LEAST_SEEN * seconds:
            of.append(part)
            joules_in_all += joules
    return Energy(float(f"{joules_in_all / _JOULES_PER_KWH:.6g}"), tuple(of)) if of else None
