"""What is used of the machine as a whole, by whomever: processor, memory, disks, network, and its limited share."""

from __future__ import annotations

import os
import re
import sys
from typing import NamedTuple

from gitexp.capture.control_groups import LimitedGroups
from gitexp.capture.kernel_files import read_kernel_file
from gitexp.capture.rates import Rates

_CORE = 100.0
_MEMORY_DIGITS = -5
_RATE_DIGITS = -3
_SECTOR_BYTES = 512
"""The unit of ``/proc/diskstats``, whatever the disk's own is."""
_LOOPBACK = re.compile(r"lo\d*|Loopback.*")


class Counters(NamedTuple):
    """What a machine has counted so far; a field is None where nothing tells."""

    cpu_seconds: float | None = None
    memory_bytes: int | None = None
    """In use now; memory that would be given back counts as free."""
    read_bytes: int | None = None
    written_bytes: int | None = None
    received_bytes: int | None = None
    sent_bytes: int | None = None


class MachineUse:
    """The machine, looked at again and again. ``root`` is where ``/proc`` and ``/sys`` are read."""

    __slots__ = ("_groups", "_rates", "_root")

    def __init__(self, root: str = "/") -> None:
        self._root = root
        self._rates = Rates()
        self._groups = LimitedGroups(root)

    def sample(self, now: float) -> dict[str, float]:
        """Use by name, 100 percent being one core. ``now`` is in seconds."""
        counted = read_counters(self._root)
        group = self._groups.read()
        rates = self._rates.take(
            now,
            {
                "system.cpu_percent": counted.cpu_seconds,
                "cgroup.cpu_percent": group.cpu_seconds,
                "disk.read_bytes_per_second": counted.read_bytes,
                "disk.write_bytes_per_second": counted.written_bytes,
                "network.received_bytes_per_second": counted.received_bytes,
                "network.sent_bytes_per_second": counted.sent_bytes,
            },
        )
        found: dict[str, float] = {}
        for name, memory in (("system", counted.memory_bytes), ("cgroup", group.memory_bytes)):
            cores = rates.pop(f"{name}.cpu_percent", None)
            if cores is not None:
                found[f"{name}.cpu_percent"] = round(cores * _CORE, 1)
            if memory is not None:
                found[f"{name}.memory_bytes"] = round(memory, _MEMORY_DIGITS)
        return found | {name: round(int(rate), _RATE_DIGITS) for name, rate in rates.items()}


def read_counters(root: str = "/") -> Counters:
    """What the machine has counted so far."""
    if sys.platform != "linux":
        return read_counters_by_psutil()
    memory = dict(re.findall(r"^(\w+):\s+(\d+) kB$", read_kernel_file(root, "proc/meminfo"), re.MULTILINE))
    known = "MemTotal" in memory and "MemAvailable" in memory
    read, written = _read_disks(root)
    received, sent = _read_network(root)
    return Counters(
        cpu_seconds=_read_processors(root),
        memory_bytes=(int(memory["MemTotal"]) - int(memory["MemAvailable"])) * 1024 if known else None,
        read_bytes=read,
        written_bytes=written,
        received_bytes=received,
        sent_bytes=sent,
    )


def _read_processors(root: str) -> float | None:
    match = re.match(r"cpu +(\d[\d ]*)\n", read_kernel_file(root, "proc/stat"))
    if match is None:
        return None
    user, nice, system, _idle, _waiting, *interrupts = map(int, match[1].split())
    # What guests used stands behind those three, and is in the first two already.
    return (user + nice + system + sum(interrupts[:3])) / os.sysconf("SC_CLK_TCK")


def _read_disks(root: str) -> tuple[int | None, int | None]:
    """Bytes read and written of the disks that are things: what lies on top of them would count twice."""
    lines = [line.split() for line in read_kernel_file(root, "proc/diskstats").splitlines()]
    disks = [words for words in lines if os.path.exists(os.path.join(root, "sys/block", words[2], "device"))]
    if not disks:
        return None, None
    return (
        sum(int(words[5]) for words in disks) * _SECTOR_BYTES,
        sum(int(words[9]) for words in disks) * _SECTOR_BYTES,
    )


def _read_network(root: str) -> tuple[int | None, int | None]:
    """Bytes received and sent by the interfaces that are things; in a container, which sees none, by all but lo."""
    rows = [line.rpartition(":") for line in read_kernel_file(root, "proc/net/dev").splitlines() if ":" in line]
    counts = {name.strip(): row.split() for name, _, row in rows if not _LOOPBACK.fullmatch(name.strip())}
    real = [name for name in counts if os.path.exists(os.path.join(root, "sys/class/net", name, "device"))]
    chosen = [counts[name] for name in real or counts]
    if not chosen:
        return None, None
    return sum(int(numbers[0]) for numbers in chosen), sum(int(numbers[8]) for numbers in chosen)


def read_counters_by_psutil() -> Counters:
    """The same of any system that psutil knows."""
    import psutil

    times = psutil.cpu_times()
    memory = psutil.virtual_memory()
    disks = psutil.disk_io_counters()
    interfaces = psutil.net_io_counters(pernic=True)
    network = [counts for name, counts in interfaces.items() if not _LOOPBACK.fullmatch(name)]
    busy = ("user", "nice", "system", "irq", "softirq", "steal")  # Windows counts its interrupts into system
    return Counters(
        cpu_seconds=sum(getattr(times, name, 0.0) for name in busy),
        memory_bytes=memory.total - memory.available,
        read_bytes=None if disks is None else disks.read_bytes,
        written_bytes=None if disks is None else disks.write_bytes,
        received_bytes=sum(counts.bytes_recv for counts in network) if network else None,
        sent_bytes=sum(counts.bytes_sent for counts in network) if network else None,
    )
