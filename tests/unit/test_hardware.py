from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import psutil
import pytest

from gitexp.capture.gpus import ask_nvml, find_gpus
from gitexp.capture.hardware import count_cores, count_memory, describe_machine, describe_platform, describe_processor
from gitexp.model.run import Gpu
from kit.nvml import build_nvml
from kit.trees import make_tree

if TYPE_CHECKING:
    import pathlib

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc and /sys")


def test_this_machine_is_described() -> None:
    machine = describe_machine()
    assert machine.cores is not None
    assert 1 <= machine.cores <= psutil.cpu_count()
    assert machine.memory_bytes is not None
    assert 1 << 26 < machine.memory_bytes <= psutil.virtual_memory().total
    assert machine.platform is not None
    assert os.uname().machine in machine.platform


@linux
def test_memory_is_the_least_limit_of_the_control_groups_above(tmp_path: pathlib.Path) -> None:
    root = make_tree(
        tmp_path,
        {
            "proc/meminfo": "MemTotal:       24683656 kB\nMemFree: 1 kB\n",
            "proc/self/cgroup": "0::/jobs/one\n",
            "sys/fs/cgroup/jobs/memory.max": "2147483648\n",
            "sys/fs/cgroup/jobs/one/memory.max": "max\n",
        },
    )
    assert count_memory(root) == 2147483648
    (tmp_path / "sys/fs/cgroup/jobs/memory.max").write_text("max\n")
    assert count_memory(root) == 24683656 * 1024


@linux
def test_memory_of_version_one_of_control_groups(tmp_path: pathlib.Path) -> None:
    limits = {
        "proc/meminfo": "MemTotal:       24683656 kB\n",
        "proc/self/cgroup": "4:memory:/a\n3:cpu,cpuacct:/a\n0::/\n",
        "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
        "sys/fs/cgroup/memory/a/memory.limit_in_bytes": "1000000\n",
    }
    assert count_memory(make_tree(tmp_path, limits)) == 1000000


@linux
@pytest.mark.parametrize(
    "files",
    [
        {"proc/self/cgroup": "0::/a\n", "sys/fs/cgroup/a/cpu.max": "50000 100000\n"},
        {
            "proc/self/cgroup": "3:cpu,cpuacct:/a\n",
            "sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us": "50000\n",
            "sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us": "100000\n",
        },
    ],
)
def test_half_a_core_counts_as_one(tmp_path: pathlib.Path, files: dict[str, str]) -> None:
    assert count_cores(make_tree(tmp_path, files)) == 1


@linux
def test_cores_are_those_of_the_affinity() -> None:
    first = min(os.sched_getaffinity(0))
    script = f"import os; os.sched_setaffinity(0, {{{first}}})\n"
    script += "from gitexp.capture.hardware import count_cores; print(count_cores())"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout == b"1\n"


@linux
@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("processor\t: 0\nmodel name\t: AMD  EPYC 7763\nflags\t: a\n", "AMD EPYC 7763"),
        ("processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd40\n", "ARM implementer 0x41 part 0xd40"),
        ("", None),
    ],
)
def test_the_processor_names_itself(tmp_path: pathlib.Path, text: str, name: str | None) -> None:
    assert describe_processor(make_tree(tmp_path, {"proc/cpuinfo": text})) == name


@linux
def test_the_distribution_is_named(tmp_path: pathlib.Path) -> None:
    root = make_tree(tmp_path, {"etc/os-release": 'ID=x\nPRETTY_NAME="Some Linux 12 (name)"\n'})
    assert describe_platform(root).startswith("Some Linux 12 (name), Linux ")


@linux
def test_gpus_of_amd_are_read_from_the_kernel(tmp_path: pathlib.Path) -> None:
    root = make_tree(
        tmp_path,
        {
            "sys/module/amdgpu/version": "6.7.0\n",
            "sys/class/drm/card0/device/vendor": "0x1002\n",
            "sys/class/drm/card0/device/device": "0x740f\n",
            "sys/class/drm/card0/device/mem_info_vram_total": "68702699520\n",
            "sys/class/drm/card0-DP-1/device/vendor": "0x1002\n",
            "sys/class/drm/card1/device/vendor": "0x8086\n",
        },
    )
    found = find_gpus(root)
    assert found.gpus == (Gpu("AMD GPU 0x740f", 68702699520, "6.7.0"),)
    assert found.warnings == ()


@linux
def test_gpus_of_nvidia_are_read_from_the_kernel_where_the_library_is_missing(tmp_path: pathlib.Path) -> None:
    root = make_tree(
        tmp_path,
        {
            "proc/driver/nvidia/version": "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue\nGCC\n",
            "proc/driver/nvidia/gpus/0000:01:00.0/information": "Model: \t\t NVIDIA H100 PCIe\nIRQ: 1\n",
        },
    )
    found = find_gpus(root)
    assert found.gpus == (Gpu("NVIDIA H100 PCIe", None, "550.54.15"),)
    assert found.cuda is None
    assert len(found.warnings) == 1
    assert "NVIDIA" in found.warnings[0]


def test_a_machine_without_gpus_has_none_and_nothing_to_complain_of(tmp_path: pathlib.Path) -> None:
    assert find_gpus(str(tmp_path)).gpus == ()
    assert find_gpus(str(tmp_path)).warnings == ()


NVML = """
    #include <string.h>
    typedef struct { unsigned long long total, free, used; } memory;
    int nvmlInit_v2(void) { return 0; }
    int nvmlShutdown(void) { return 0; }
    int nvmlSystemGetDriverVersion(char *text, unsigned length) { strncpy(text, "550.54.15", length); return 0; }
    int nvmlSystemGetCudaDriverVersion_v2(int *version) { *version = 12040; return 0; }
    int nvmlDeviceGetCount_v2(unsigned *count) { *count = 3; return 0; }
    int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **device) {
        *device = (void *)(long)(index + 1);
        return index == 2 ? 15 : 0;
    }
    int nvmlDeviceGetName(void *device, char *text, unsigned length) {
        strncpy(text, "NVIDIA A100-SXM4-80GB", length);
        return 0;
    }
    int nvmlDeviceGetMemoryInfo(void *device, memory *of) { of->total = 85899345920ULL; return (long)device == 2; }
"""


@linux
def test_gpus_of_nvidia_are_asked_of_a_library_with_its_interface(tmp_path: pathlib.Path) -> None:
    found = ask_nvml(build_nvml(tmp_path, NVML))
    name = "NVIDIA A100-SXM4-80GB"
    assert found.gpus == (Gpu(name, 85899345920, "550.54.15"), Gpu(name, None, "550.54.15"))
    assert found.cuda == "12.4"
    assert found.warnings == ("1 of 3 NVIDIA GPUs did not answer",)


@linux
def test_a_library_that_will_not_start_says_so(tmp_path: pathlib.Path) -> None:
    library = build_nvml(tmp_path, "int nvmlInit_v2(void) { return 9; }")
    assert ask_nvml(library).warnings == ("NVIDIA's library refused to start (status 9)",)
    assert "cannot be used" in ask_nvml(str(tmp_path / "none.so")).warnings[0]
