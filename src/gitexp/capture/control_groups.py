"""Linux' control groups, versions 1 and 2: the limits that hold for this process, and how much of them is used."""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from gitexp.capture.kernel_files import read_kernel_file

_NO_LIMIT = 1 << 60  # version 1 writes "no limit" as the largest page-aligned number
_MICROSECONDS = 1e6
_NANOSECONDS = 1e9


class GroupUse(NamedTuple):
    """What a limited group has used; a field is None where no limit holds or nothing tells."""

    memory_bytes: int | None = None
    """Without the cache of files, which is given back before the limit bites."""
    cpu_seconds: float | None = None


class LimitedGroups:
    """The control groups above this process that set the tightest limits. ``root`` is where ``/sys`` is read."""

    __slots__ = ("_cpu", "_memory", "_root")

    def __init__(self, root: str = "/") -> None:
        quotas, limits = cpu_quotas(root), memory_limits(root)
        self._root = root
        self._cpu = min(quotas, key=quotas.__getitem__, default=None)
        self._memory = min(limits, key=limits.__getitem__, default=None)

    def read(self) -> GroupUse:
        """What they have used by now."""
        return GroupUse(self._read_memory(), self._read_cpu())

    def _read_memory(self) -> int | None:
        if self._memory is None:
            return None
        used = read_kernel_file(self._root, f"{self._memory}/memory.current") or read_kernel_file(
            self._root, f"{self._memory}/memory.usage_in_bytes"
        )
        if not used.strip().isdigit():
            return None
        statistics = read_kernel_file(self._root, f"{self._memory}/memory.stat")
        # Version 1 has a group's own and, under total_, those with all below it, as the limit counts.
        cached = re.search(r"^total_inactive_file (\d+)$", statistics, re.MULTILINE) or re.search(
            r"^inactive_file (\d+)$", statistics, re.MULTILINE
        )
        return max(0, int(used) - (int(cached[1]) if cached else 0))

    def _read_cpu(self) -> float | None:
        if self._cpu is None:
            return None
        match = re.search(r"^usage_usec (\d+)$", read_kernel_file(self._root, f"{self._cpu}/cpu.stat"), re.MULTILINE)
        if match:
            return int(match[1]) / _MICROSECONDS
        used = read_kernel_file(self._root, f"{self._cpu}/cpuacct.usage").strip()
        return int(used) / _NANOSECONDS if used.isdigit() else None


def cpu_quotas(root: str) -> dict[str, float]:
    """How many cores may be used, by the folder of the group that says so."""
    quotas = {}
    for folder in _list_groups(root, ""):
        words = read_kernel_file(root, f"{folder}/cpu.max").split()
        if len(words) == 2 and words[0].isdigit():
            quotas[folder] = int(words[0]) / int(words[1])
    for folder in _list_groups(root, "cpu"):
        quota, period = (read_kernel_file(root, f"{folder}/cpu.cfs_{name}_us").strip() for name in ("quota", "period"))
        if quota.isdigit() and period.isdigit() and int(period):
            quotas[folder] = int(quota) / int(period)
    return quotas


def memory_limits(root: str) -> dict[str, int]:
    """How many bytes of memory may be used, by the folder of the group that says so."""
    words = {folder: read_kernel_file(root, f"{folder}/memory.max") for folder in _list_groups(root, "")}
    words |= {
        folder: read_kernel_file(root, f"{folder}/memory.limit_in_bytes") for folder in _list_groups(root, "memory")
    }
    limits = {folder: int(word) for folder, word in words.items() if word.strip().isdigit()}
    return {folder: limit for folder, limit in limits.items() if limit < _NO_LIMIT}


def _list_groups(root: str, controller: str) -> list[str]:
    """The folders of this process's control group and of all above it; a limit on any of them holds.

    ``controller`` is empty for version 2, in which one tree has them all.
    """
    for line in read_kernel_file(root, "proc/self/cgroup").splitlines():
        _, controllers, path = [*line.split(":", 2), "", ""][:3]
        if controller not in controllers.split(","):
            continue
        top = f"sys/fs/cgroup/{controllers}" if controller else "sys/fs/cgroup"
        parts = [part for part in path.split("/") if part and part != ".."]
        return [os.path.join(top, *parts[:depth]) for depth in range(len(parts) + 1)]
    return []
