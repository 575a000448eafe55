"""The energy that a machine's processors and memory take, by whomever, from the counters of Linux's powercap."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from gitexp.capture.energy_counts import JouleCount, add_counts
from gitexp.capture.kernel_files import read_kernel_file
from gitexp.model.energy import energy_key

if TYPE_CHECKING:
    from gitexp.model.energy import EnergyPart

LONGEST_PAUSE = 30.0
"""Seconds: a counter of 65 kJ, the smallest there is, wraps after 65 s at the most that a processor draws."""

_ZONES = "sys/class/powercap"
_MICROJOULES = 1_000_000


class _Zone(NamedTuple):
    part: EnergyPart
    path: str
    counted: JouleCount


class MachineEnergy:
    """The counters, looked at again and again. ``root`` is where ``/sys`` is read.

    Most systems let root alone read them, and containers hide them: then nothing is known.
    """

    __slots__ = ("_root", "_zones")

    def __init__(self, root: str = "/") -> None:
        self._root = root
        self._zones: list[_Zone] | None = None

    @property
    def is_counted(self) -> bool:
        """Whether there is a counter that can be read."""
        return bool(self._zones)

    def sample(self, now: float) -> dict[str, float]:
        """Joules by part since the first look. NaN, once a counter that was read could not be followed any more."""
        if self._zones is None:
            self._zones = _find_zones(self._root)
        found: dict[str, float] = {}
        taken = [(zone.part, zone.counted.take(now, _read_joules(self._root, zone.path))) for zone in self._zones]
        for part in dict.fromkeys(part for part, _ in taken):
            joules = add_counts([joules for own, joules in taken if own == part])
            if joules is not None:
                found[energy_key(part)] = joules
        return found


def _find_zones(root: str) -> list[_Zone]:
    """The zones of each part of which all can be read.

    A package is a whole processor, what its cores and its graphics take included; its memory is beside it. ``psys``,
    the whole board, would count all of that once more, and so would ``intel-rapl-mmio``, another way to a package.
    """
    try:
        names = sorted(os.listdir(os.path.join(root, _ZONES)))
    except OSError:  # another kernel, another system, a container
        return []
    found: list[_Zone] = []
    unread: set[EnergyPart] = set()
    for name in names:
        if not name.startswith("intel-rapl:"):  # AMD's are called so as well
            continue
        path = f"{_ZONES}/{name}"
        label = read_kernel_file(root, f"{path}/name").strip()
        part: EnergyPart | None = "cpu" if label.startswith("package") else "memory" if label == "dram" else None
        if part is None:
            continue
        wraps_at = _read_number(root, f"{path}/max_energy_range_uj")
        if wraps_at is None or _read_joules(root, path) is None:
            unread.add(part)
        else:
            found.append(_Zone(part, path, JouleCount(wraps_at / _MICROJOULES)))
    return [zone for zone in found if zone.part not in unread]


def _read_joules(root: str, path: str) -> float | None:
    counted = _read_number(root, f"{path}/energy_uj")
    return None if counted is None else counted / _MICROJOULES


def _read_number(root: str, path: str) -> int | None:
    text = read_kernel_file(root, path).strip()
    return int(text) if text.isascii() and text.isdigit() else None
