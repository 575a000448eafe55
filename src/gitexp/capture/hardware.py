"""The machine as a command sees it: system, processor, cores and memory within the limits set for it."""

from __future__ import annotations

import math
import os
import re
import subprocess
import sys
from typing import NamedTuple

from gitexp.capture.control_groups import cpu_quotas, memory_limits
from gitexp.capture.kernel_files import read_kernel_file

_PROBE_SECONDS = 5


class Machine(NamedTuple):
    """A machine without its GPUs; each field is None where it could not be found out."""

    platform: str | None
    cpu: str | None
    cores: int | None
    """Logical cores that may be used: affinity and the control group's quota counted in."""
    memory_bytes: int | None
    """Memory that may be used: the control group's limit, else all there is."""


def describe_machine(root: str = "/") -> Machine:
    """Describes this machine; ``root`` is where ``/proc``, ``/sys`` and ``/etc`` are read."""
    return Machine(
        platform=describe_platform(root),
        cpu=describe_processor(root),
        cores=count_cores(root),
        memory_bytes=count_memory(root),
    )


def describe_platform(root: str = "/") -> str:
    """Distribution, kernel and architecture, such as ``Debian GNU/Linux 12 (bookworm), Linux 6.1.0-13, x86_64``."""
    import platform

    kernel = f"{platform.system()} {platform.release()}".strip()
    if sys.platform == "darwin":
        name = f"macOS {platform.mac_ver()[0]}"
    elif sys.platform == "win32":
        name = f"Windows {platform.win32_ver()[1]}"
    else:
        name = _read_distribution(root)
    return ", ".join(part for part in (name, kernel, platform.machine()) if part)


def _read_distribution(root: str) -> str:
    for path in ("etc/os-release", "usr/lib/os-release"):
        match = re.search(r"^PRETTY_NAME=[\"']?([^\"'\n]*)", read_kernel_file(root, path), re.MULTILINE)
        if match:
            return match[1]
    return ""


def describe_processor(root: str = "/") -> str | None:
    """The processor's model as it names itself."""
    if sys.platform == "darwin":
        return _ask_sysctl("machdep.cpu.brand_string")
    if sys.platform == "win32":
        return os.environ.get("PROCESSOR_IDENTIFIER")
    fields = dict(re.findall(r"^([^\t:\n]+?)\s*:\s*(.*)$", read_kernel_file(root, "proc/cpuinfo"), re.MULTILINE))
    for name in ("model name", "cpu model", "cpu", "Model", "Hardware", "uarch"):
        if fields.get(name):
            return re.sub(r"\s+", " ", fields[name]).strip()
    if "CPU part" in fields:  # ARM names itself by numbers alone
        return f"ARM implementer {fields.get('CPU implementer', '?')} part {fields['CPU part']}"
    return None


def count_cores(root: str = "/") -> int | None:
    """The logical cores that this process and its children may use, never less than one."""
    if sys.platform == "linux":
        cores: int | None = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count()
    quotas = [math.ceil(quota) for quota in cpu_quotas(root).values()]
    return None if cores is None else max(1, min([cores, *quotas]))


def count_memory(root: str = "/") -> int | None:
    """The memory that this process and its children may use, in bytes."""
    if sys.platform == "darwin":
        answer = _ask_sysctl("hw.memsize")
        return int(answer) if answer and answer.isdigit() else None
    if sys.platform == "win32":
        import psutil

        return int(psutil.virtual_memory().total)
    match = re.search(r"^MemTotal:\s+(\d+) kB", read_kernel_file(root, "proc/meminfo"), re.MULTILINE)
    total = [int(match[1]) * 1024] if match else []
    return min([*total, *memory_limits(root).values()], default=None)


def _ask_sysctl(name: str) -> str | None:
    try:
        result = subprocess.run(
            ["/usr/sbin/sysctl", "-n", name],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PROBE_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return result.stdout.strip() or None
