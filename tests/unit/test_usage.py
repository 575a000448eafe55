"""What is used of a machine: read from the system, from control groups, from NVIDIA's library, and summed up."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from gitexp.actions.attempts import Attempts
from gitexp.actions.sampling import ask_sources, next_pause
from gitexp.capture.control_groups import GroupUse, LimitedGroups
from gitexp.capture.gpu_usage import GpuUse
from gitexp.capture.machine_usage import MachineUse, read_counters, read_counters_by_psutil
from gitexp.capture.process_usage import ProcessTree, ProcessUse, count_seconds, read_by_psutil, read_process
from gitexp.capture.rates import Rates
from gitexp.model.metrics import Point
from gitexp.model.usage import Usage, summarize_usage
from gitexp.model.visible_gpus import Device, choose_devices
from kit.nvml import build_nvml
from kit.terminal import wait_until
from kit.trees import make_tree

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc and /sys")


BUSY_CHILD = """
import subprocess, sys
burn = "import time\\nwhile time.process_time() < 0.5: pass"
print("ready", flush=True)
for line in sys.stdin:
    subprocess.run([sys.executable, "-c", burn])
    print("burnt", flush=True)
"""


@pytest.fixture
def parent() -> Iterator[subprocess.Popen[bytes]]:
    """A process that, at each line it reads, starts a child, waits until that has used half a second, and says so."""
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", BUSY_CHILD], stdin=pipe, stdout=pipe) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        yield process
        process.kill()


def burn(parent: subprocess.Popen[bytes]) -> None:
    assert parent.stdin is not None
    assert parent.stdout is not None
    parent.stdin.write(b"\n")
    parent.stdin.flush()
    assert parent.stdout.readline() == b"burnt\n"


def test_a_child_that_came_and_went_between_two_looks_is_counted(parent: subprocess.Popen[bytes]) -> None:
    tree = ProcessTree(parent.pid)
    began = time.monotonic()
    first = tree.sample(began)
    assert first["processes"] == 1
    assert first["memory_bytes"] > 1e6
    assert "cpu_percent" not in first
    burn(parent)
    now = time.monotonic()
    assert tree.sample(now)["cpu_percent"] * (now - began) >= 45
    parent.kill()
    parent.wait()
    assert tree.sample(now + 1) == {}


def test_processes_are_counted_with_those_below_them(parent: subprocess.Popen[bytes]) -> None:
    tree = ProcessTree(os.getpid())
    assert tree.sample(time.monotonic())["processes"] >= 2


def test_psutil_and_the_kernel_say_the_same(parent: subprocess.Popen[bytes]) -> None:
    burn(parent)
    ours, theirs = read_process(parent.pid), read_by_psutil(parent.pid)
    assert ours is not None
    assert theirs is not None
    assert ours.waited >= 0.45
    assert ours._replace(began=0) == pytest.approx(theirs._replace(began=0), rel=0.1, abs=0.03)
    assert read_process(1 << 22) is None
    assert read_by_psutil(1 << 22) is None


def use(seconds: float, waited: float = 0.0, began: float = 1.0) -> ProcessUse:
    return ProcessUse(began, seconds, waited, 0, 1)


@pytest.mark.parametrize(
    ("before", "after", "seconds"),
    [
        ({1: use(1.0)}, {1: use(3.0)}, 2.0),
        ({1: use(1.0)}, {1: use(1.0), 2: use(5.0)}, 5.0),
        ({1: use(1.0), 2: use(5.0)}, {1: use(1.5, waited=7.0)}, 2.5),  # of its 7 seconds 5 were counted before
        ({1: use(1.0), 2: use(5.0)}, {1: use(1.5)}, 0.5),  # nobody waited for it
        ({1: use(1.0), 2: use(5.0)}, {1: use(1.0, waited=5.0), 2: use(0.5, began=2.0)}, 0.5),  # another of its number
        ({1: use(0.0), 2: use(1.0, waited=3.0)}, {1: use(0.0, waited=6.0)}, 2.0),  # and with it its own children
    ],
)
def test_processor_time_is_that_of_all_who_were_there(
    before: dict[int, ProcessUse], after: dict[int, ProcessUse], seconds: float
) -> None:
    assert count_seconds(before, after) == seconds


def test_counters_become_rates() -> None:
    rates = Rates()
    assert rates.take(10.0, {"a": 5.0, "b": 1.0, "c": None}) == {}
    assert rates.take(12.0, {"a": 9.0, "b": 0.5, "c": 3.0}) == {"a": 2.0}
    assert rates.take(12.01, {"a": 10.0}) == {}
    assert rates.take(13.0, {"a": 10.0, "b": 1.5}) == {"a": 1.0, "b": 1.0}


@linux
def test_psutil_and_the_kernel_count_the_same_machine() -> None:
    ours, theirs = read_counters(), read_counters_by_psutil()
    assert ours.cpu_seconds == pytest.approx(theirs.cpu_seconds, rel=0.1, abs=1)
    assert ours.memory_bytes == pytest.approx(theirs.memory_bytes, rel=0.2, abs=1e8)
    if theirs.sent_bytes is not None and ours.sent_bytes is not None:
        assert ours.sent_bytes <= theirs.sent_bytes + 1e6


MACHINE = {
    "proc/stat": "cpu  100 20 30 9999 888 5 5 5 77 7\ncpu0 100 20 30 9999 888 5 5 5 77 7\n",
    "proc/meminfo": "MemTotal:  1000000 kB\nMemFree:  1 kB\nMemAvailable:  400000 kB\n",
    "proc/diskstats": "8 0 sda 1 0 2000 0 1 0 4000 0 0\n8 1 sda1 1 0 2000 0 1 0 4000 0 0\n252 0 dm-0 1 0 9 0 1 0 9 0\n",
    "sys/block/sda/device/model": "disk\n",
    "proc/net/dev": " face |bytes\n  lo: 9 0 0 0 0 0 0 0 9\neth0:300 0 0 0 0 0 0 0 200\n br0: 1 0 0 0 0 0 0 0 1\n",
    "sys/class/net/eth0/device/vendor": "x\n",
}


@linux
def test_a_machine_is_read_from_the_kernel(tmp_path: pathlib.Path) -> None:
    counted = read_counters(make_tree(tmp_path, MACHINE))
    ticks = os.sysconf("SC_CLK_TCK")
    assert counted == (165 / ticks, 600000 * 1024, 1024000, 2048000, 300, 200)


@linux
def test_what_a_container_hides_is_left_out(tmp_path: pathlib.Path) -> None:
    root = make_tree(tmp_path, {"proc/meminfo": MACHINE["proc/meminfo"], "proc/net/dev": " eth0:3 0 0 0 0 0 0 0 2 0\n"})
    assert read_counters(root) == (None, 614400000, None, None, 3, 2)
    machine = MachineUse(root)
    assert machine.sample(0.0) == {"system.memory_bytes": 614400000}
    assert machine.sample(1.0) == {
        "system.memory_bytes": 614400000,
        "network.received_bytes_per_second": 0,
        "network.sent_bytes_per_second": 0,
    }


VERSION_2 = {
    "proc/self/cgroup": "0::/jobs/one\n",
    "sys/fs/cgroup/jobs/memory.max": "2147483648\n",
    "sys/fs/cgroup/jobs/memory.current": "1500000000\n",
    "sys/fs/cgroup/jobs/memory.stat": "anon 1\ninactive_file 500000000\n",
    "sys/fs/cgroup/jobs/one/memory.max": "max\n",
    "sys/fs/cgroup/jobs/one/memory.current": "7\n",
    "sys/fs/cgroup/jobs/one/cpu.max": "150000 100000\n",
    "sys/fs/cgroup/jobs/one/cpu.stat": "usage_usec 2500000\nuser_usec 1\n",
}
VERSION_1 = {
    "proc/self/cgroup": "4:memory:/a\n3:cpu,cpuacct:/a\n0::/\n",
    "sys/fs/cgroup/memory/a/memory.limit_in_bytes": "2147483648\n",
    "sys/fs/cgroup/memory/a/memory.usage_in_bytes": "1500000000\n",
    "sys/fs/cgroup/memory/a/memory.stat": "inactive_file 3\ntotal_inactive_file 500000000\n",
    "sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us": "150000\n",
    "sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us": "100000\n",
    "sys/fs/cgroup/cpu,cpuacct/a/cpuacct.usage": "2500000000\n",
}


@linux
@pytest.mark.parametrize("files", [VERSION_1, VERSION_2], ids=["version 1", "version 2"])
def test_what_a_limited_group_uses_is_told_against_its_limit(tmp_path: pathlib.Path, files: dict[str, str]) -> None:
    root = make_tree(tmp_path, {**MACHINE, **files})
    assert LimitedGroups(root).read() == GroupUse(1_000_000_000, 2.5)
    assert MachineUse(root).sample(0.0)["cgroup.memory_bytes"] == 1_000_000_000


@linux
def test_a_group_without_limits_is_not_told_of(tmp_path: pathlib.Path) -> None:
    root = make_tree(tmp_path, {"proc/self/cgroup": "0::/a\n", "sys/fs/cgroup/a/memory.max": "max\n"})
    assert LimitedGroups(root).read() == GroupUse(None, None)


A, B, OTHER = Device(0, "H100", "GPU-aaaa1"), Device(1, "H100", "GPU-aaaa2"), Device(2, "T4", "GPU-b")


@pytest.mark.parametrize(
    ("devices", "visible", "order", "chosen"),
    [
        ([A, B], None, None, [0, 1]),
        ([A, B], "1", None, [1]),
        ([A, B], " 1, 0", None, [0, 1]),
        ([A, B], "", None, []),
        ([A, B], "-1", None, []),
        ([A, B], "0,7,1", None, [0]),
        ([A, B, OTHER], "0", None, [0, 1, 2]),
        ([A, B, OTHER], "2", "PCI_BUS_ID", [2]),
        ([A, B, OTHER], "GPU-b,GPU-aaaa2", None, [1, 2]),
        ([A, B, OTHER], "GPU-aaaa", None, []),
        ([A, B], "MIG-1", None, [0, 1]),
    ],
)
def test_only_gpus_that_the_command_may_see(
    devices: list[Device], visible: str | None, order: str | None, chosen: list[int]
) -> None:
    assert choose_devices(devices, visible, order) == chosen


NVML = """
    #include <string.h>
    #include <unistd.h>
    typedef struct { unsigned long long total, free, used; } memory;
    typedef struct { unsigned gpu, memory; } rates;
    int nvmlInit_v2(void) { return 0; }
    int nvmlShutdown(void) { return 0; }
    int nvmlDeviceGetCount_v2(unsigned *count) { *count = 3; return 0; }
    int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **device) {
        *device = (void *)(long)(index + 1);
        return index == 2 ? 15 : 0;
    }
    int nvmlDeviceGetName(void *device, char *text, unsigned length) { strncpy(text, "GPU", length); return 0; }
    int nvmlDeviceGetMemoryInfo(void *device, memory *of) { of->total = 8; of->used = 5 + (long)device; return 0; }
    int nvmlDeviceGetUtilizationRates(void *device, rates *of) { of->gpu = 87; return (long)device == 2 ? 3 : 0; }
    int nvmlDeviceGetPowerUsage(void *device, unsigned *power) { *power = 412345; return (long)device == 2 ? 3 : 0; }
"""


@linux
def test_gpus_are_asked_and_what_one_does_not_tell_is_left_out(tmp_path: pathlib.Path) -> None:
    library = build_nvml(tmp_path, NVML)
    first = {"gpu0.utilization_percent": 87, "gpu0.memory_bytes": 6, "gpu0.power_watts": 412.3}
    answers: list[dict[str, float]] = []
    gpus, one = GpuUse({}, library), GpuUse({"CUDA_VISIBLE_DEVICES": "1"}, library)

    def answered(asked: GpuUse) -> bool:
        answers.append(asked.sample(0.0))
        return bool(answers[-1])

    wait_until(lambda: answered(gpus))
    assert answers[-1] == {**first, "gpu1.memory_bytes": 7}
    wait_until(lambda: answered(one))
    assert answers[-1] == {"gpu1.memory_bytes": 7}


@linux
def test_a_driver_that_does_not_answer_holds_nothing_up(tmp_path: pathlib.Path) -> None:
    stuck = NVML.replace("*power = 412345;", "pause();")
    gpus = GpuUse({}, build_nvml(tmp_path, stuck))
    began = time.monotonic()
    assert [gpus.sample(0.0) for _ in range(20)] == [{}] * 20
    assert time.monotonic() - began < 4


def test_a_source_that_fails_loses_its_own_columns_with_one_warning() -> None:
    def fail(now: float) -> dict[str, float]:
        raise PermissionError(13, f"at {now}")

    attempts = Attempts()
    sources = {"the disks": fail, "the rest": lambda now: {"a": now}}
    assert [ask_sources(sources, now, attempts) for now in (1.0, 2.0)] == [{"a": 1.0}, {"a": 2.0}]
    assert attempts.warnings == ("the use of the disks was not recorded: at 1.0",)


def test_samples_grow_fewer_and_never_cost_much() -> None:
    def count(seconds: float, cost: float = 0.001, interval: float | None = None) -> int:
        age, number = 0.0, 1
        while age < seconds:
            age += next_pause(age, cost, interval)
            number += 1
        return number

    assert count(1) >= 4
    assert 60 <= count(60) <= 70
    assert count(3600) < 350
    assert count(7 * 86400) < 11_000
    assert count(60, interval=5) == 13
    assert count(60, cost=0.05) <= 7


def test_a_mean_is_over_time_and_not_over_samples() -> None:
    rows = [(0.0, 9, None), (1.0, 1, 4), (2.0, 1, 2), (12.0, 5, 2), (12.0, 5, 2)]
    cells = [(n, time, *cell) for n, (time, *both) in enumerate(rows) for cell in zip("ab", both, strict=True)]
    points = [Point(name, value, n, time) for n, time, name, value in cells if value is not None]
    assert summarize_usage(points) == {"a": Usage((1 + 1 + 50 + 0) / 12, 9, 5), "b": Usage(2.0, 4, 2)}
    assert summarize_usage([Point("a", 3, 0, 0.0)]) == {"a": Usage(3.0, 3, 3)}
