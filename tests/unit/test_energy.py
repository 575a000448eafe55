"""Energy: counters that wrap, vanish, stand still or cannot be read; what is doubtful is not known."""

from __future__ import annotations

import math
import os
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

from gitexp.capture.energy_counts import JouleCount, add_counts
from gitexp.capture.gpu_usage import GpuUse
from gitexp.capture.machine_energy import MachineEnergy
from gitexp.model.energy import Energy, sum_energy
from kit.nvml import build_counting_nvml
from kit.terminal import wait_until
from kit.trees import make_tree

if TYPE_CHECKING:
    import pathlib

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /sys")
RANGE = 65_532_610_987
"""Microjoules at which the counter of many processors wraps."""
KWH = 3_600_000


def take(readings: list[tuple[float, float | None]], wraps_at: float | None = None) -> float | None:
    count = JouleCount(wraps_at)
    taken = [count.take(now, reading) for now, reading in readings]
    return taken[-1]


@pytest.mark.parametrize(
    ("readings", "wraps_at", "joules"),
    [
        ([(0.0, 500.0)], None, 0.0),
        ([(0.0, 500.0), (1.0, 700.0), (9.0, 750.0)], None, 250.0),
        ([(0.0, None)], None, None),
        ([(0.0, None), (1.0, 5.0), (2.0, 9.0)], None, 4.0),
        ([(0.0, 5.0), (1.0, None)], None, math.nan),
        ([(0.0, 5.0), (1.0, None), (2.0, 9.0)], None, math.nan),
        ([(0.0, 5.0), (1.0, 4.0)], None, math.nan),  # the driver was loaded anew
        ([(0.0, 65_000.0), (10.0, 500.0)], 65_532.0, 1_032.0),
        ([(0.0, 100.0), (1.0, 50.0)], 65_532.0, math.nan),  # it began again: no processor takes that much in a second
        ([(0.0, 100.0), (5.0, 9_000.0)], 65_532.0, math.nan),  # another counter
        ([(0.0, 100.0), (70.0, 900.0)], 65_532.0, math.nan),  # it may have wrapped meanwhile
        ([(0.0, 100.0), (0.01, 101.0)], 65_532.0, 1.0),
    ],
)
def test_a_counter_is_followed_or_unknown(
    readings: list[tuple[float, float | None]], wraps_at: float | None, joules: float | None
) -> None:
    found = take(readings, wraps_at)
    assert found == joules or (found is not None and joules is not None and math.isnan(found) and math.isnan(joules))


def test_a_sum_of_counters_is_that_of_all() -> None:
    assert add_counts([1.5, 2.25]) == 3.75
    assert add_counts([1.5, None]) is None
    assert add_counts([]) is None
    assert math.isnan(add_counts([1.5, math.nan]) or 0.0)


def zone(name: str, label: str, joules: float, **other: Any) -> dict[str, str]:
    files = {"name": label, "energy_uj": f"{joules * 1e6:.0f}", "max_energy_range_uj": RANGE, **other}
    return {f"sys/class/powercap/{name}/{file}": f"{text}\n" for file, text in files.items()}


SOCKETS = {
    **zone("intel-rapl:0", "package-0", 1000),
    **zone("intel-rapl:0:0", "core", 900),
    **zone("intel-rapl:0:1", "dram", 300),
    **zone("intel-rapl:1", "package-1", 2000),
    **zone("intel-rapl:1:0", "dram", 100),
    **zone("intel-rapl:2", "psys", 5000),
    **zone("intel-rapl-mmio:0", "package-0", 1000),
    "sys/class/powercap/intel-rapl/enabled": "1\n",
}


@linux
def test_processors_and_memory_are_counted_once(tmp_path: pathlib.Path) -> None:
    machine = MachineEnergy(make_tree(tmp_path, SOCKETS))
    assert not machine.is_counted
    assert machine.sample(0.0) == {"energy.cpu_joules": 0.0, "energy.memory_joules": 0.0}
    assert machine.is_counted
    make_tree(tmp_path, {**zone("intel-rapl:0", "package-0", 1050), **zone("intel-rapl:1", "package-1", 2020.5)})
    make_tree(tmp_path, {**zone("intel-rapl:0:1", "dram", 301), **zone("intel-rapl:2", "psys", 5900)})
    assert machine.sample(1.0) == {"energy.cpu_joules": 70.5, "energy.memory_joules": 1.0}


@linux
def test_a_counter_that_wraps_goes_on(tmp_path: pathlib.Path) -> None:
    machine = MachineEnergy(make_tree(tmp_path, zone("intel-rapl:0", "package-0", RANGE / 1e6 - 30)))
    assert machine.sample(0.0) == {"energy.cpu_joules": 0.0}
    make_tree(tmp_path, zone("intel-rapl:0", "package-0", 12))
    assert machine.sample(1.0) == {"energy.cpu_joules": 42.0}


@linux
def test_a_counter_that_vanishes_leaves_the_part_unknown(tmp_path: pathlib.Path) -> None:
    machine = MachineEnergy(make_tree(tmp_path, SOCKETS))
    machine.sample(0.0)
    (tmp_path / "sys/class/powercap/intel-rapl:1/energy_uj").unlink()
    found = machine.sample(1.0)
    assert math.isnan(found["energy.cpu_joules"])
    assert found["energy.memory_joules"] == 0.0


@linux
@pytest.mark.parametrize(
    "files",
    [
        {},
        zone("intel-rapl:0", "package-0", 1, energy_uj=""),
        zone("intel-rapl:0", "package-0", 1, energy_uj="12x"),
        zone("intel-rapl:0", "package-0", 1, max_energy_range_uj=""),
        {**zone("intel-rapl:0", "package-0", 1), **zone("intel-rapl:1", "package-1", 1, energy_uj="")},
        zone("intel-rapl:0", "psys", 1),
    ],
)
def test_what_cannot_be_read_is_not_known(tmp_path: pathlib.Path, files: dict[str, str]) -> None:
    machine = MachineEnergy(make_tree(tmp_path, files))
    assert machine.sample(0.0) == {}
    assert machine.sample(1.0) == {}
    assert not machine.is_counted


@linux
def test_a_counter_that_nobody_may_read_is_not_known(tmp_path: pathlib.Path) -> None:
    machine = MachineEnergy(make_tree(tmp_path, SOCKETS))
    counter = tmp_path / "sys/class/powercap/intel-rapl:0/energy_uj"
    counter.unlink()
    counter.mkdir()  # root may read every file, and no folder
    assert machine.sample(0.0) == {"energy.memory_joules": 0.0}


@linux
def test_gpus_count_all_together(tmp_path: pathlib.Path) -> None:
    gpus = GpuUse({}, build_counting_nvml(tmp_path, "both"))
    answers: list[dict[str, float]] = []

    def looked(times: int) -> bool:
        answers.append(gpus.sample(0.0))
        return sum("energy.gpu_joules" in one for one in answers) >= times

    wait_until(lambda: looked(3))
    joules = [one["energy.gpu_joules"] for one in answers if "energy.gpu_joules" in one]
    # Each look adds 1.5 J to the first and 2 J to the second.
    assert joules[:3] == [0.0, 3.5, 7.0]


@linux
@pytest.mark.parametrize(
    ("case", "variables", "known"),
    [
        ("both", {"CUDA_VISIBLE_DEVICES": "1"}, True),
        ("first", {}, False),
        ("first", {"CUDA_VISIBLE_DEVICES": "0"}, True),
        ("none", {}, False),
        ("lost", {}, False),
    ],
)
def test_the_energy_of_some_gpus_is_not_that_of_all(
    tmp_path: pathlib.Path, case: str, variables: dict[str, str], known: bool
) -> None:
    gpus = GpuUse(variables, build_counting_nvml(tmp_path, case))
    answers: list[dict[str, float]] = []

    def looked() -> bool:
        answers.append(gpus.sample(0.0))
        return bool(answers[-1])

    wait_until(looked)
    assert "gpu0.memory_bytes" in answers[-1] or "gpu1.memory_bytes" in answers[-1]
    assert ("energy.gpu_joules" in answers[-1]) is known


@linux
def test_a_gpu_whose_driver_was_loaded_anew_is_unknown(tmp_path: pathlib.Path) -> None:
    gpus = GpuUse({}, build_counting_nvml(tmp_path, "backwards"))
    answers: list[dict[str, float]] = []

    def looked() -> bool:
        answers.append(gpus.sample(0.0))
        return sum("energy.gpu_joules" in one for one in answers) >= 2

    wait_until(looked)
    assert math.isnan(answers[-1]["energy.gpu_joules"])


@pytest.mark.parametrize(
    ("samples", "seconds", "energy"),
    [
        ([(0.1, {"energy.cpu_joules": 0.0}), (10.0, {"energy.cpu_joules": KWH})], 10.0, Energy(1.0, ("cpu",))),
        (
            [
                (0.1, {"energy.gpu_joules": 0.0, "energy.cpu_joules": 0.0, "energy.memory_joules": 0.0}),
                (9.9, {"energy.gpu_joules": KWH, "energy.cpu_joules": KWH, "energy.memory_joules": KWH / 2}),
            ],
            10.0,
            Energy(2.5, ("cpu", "memory", "gpu")),
        ),
        ([(0.1, {"energy.cpu_joules": 0.0}), (10.0, {"energy.cpu_joules": math.nan})], 10.0, None),
        ([(0.1, {"energy.cpu_joules": 0.0}), (10.0, {"energy.cpu_joules": 0.0})], 10.0, None),
        ([(0.1, {"energy.cpu_joules": 0.0}), (8.0, {"energy.cpu_joules": 99.0}), (10.0, {})], 10.0, None),
        ([(5.0, {"energy.gpu_joules": 0.0}), (10.0, {"energy.gpu_joules": 99.0})], 10.0, None),
        ([(0.1, {"cpu_percent": 5.0})], 10.0, None),
        ([], 10.0, None),
    ],
)
def test_energy_is_known_of_what_was_followed_throughout(
    samples: list[tuple[float, dict[str, float]]], seconds: float, energy: Energy | None
) -> None:
    assert sum_energy(samples, seconds) == energy


@linux
def test_a_long_pause_lets_no_counter_wrap_unseen(tmp_path: pathlib.Path) -> None:
    from gitexp.actions.sampling import wait_for_end

    class Ended(threading.Event):
        """An event whose waits pass at once, and are noted."""

        waits: list[float] = []  # noqa: RUF012

        def wait(self, timeout: float | None = None) -> bool:
            self.waits.append(timeout or 0.0)
            return False

    machine = MachineEnergy(make_tree(tmp_path, SOCKETS))
    machine.sample(0.0)
    ended = Ended()
    assert not wait_for_end(ended, 100.0, machine)
    assert ended.waits == [30.0, 30.0, 30.0, 10.0]
    assert not wait_for_end(ended, 100.0, MachineEnergy(os.fspath(tmp_path / "nothing")))
    assert ended.waits[4:] == [100.0]
