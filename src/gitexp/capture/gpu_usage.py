"""What the command's NVIDIA GPUs do: use, memory, power, temperature."""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING, NamedTuple

from gitexp.capture.gpus import may_have_nvidia
from gitexp.capture.nvml import Nvml, open_nvml

if TYPE_CHECKING:
    import ctypes
    from collections.abc import Mapping, Sequence

_ANSWER_SECONDS = 0.25
"""How long a sample waits for the driver; to start it may take seconds, and one in trouble never answers."""


class Device(NamedTuple):
    """A GPU as the driver numbers it, and as ``nvidia-smi`` shows it."""

    number: int
    name: str | None
    uuid: str | None


class GpuUse:
    """The GPUs, looked at again and again, in a thread of their own."""

    __slots__ = ("_answers", "_is_asked", "_library", "_questions", "_thread", "_variables")

    def __init__(self, variables: Mapping[str, str], library: str | None = None) -> None:
        self._variables = variables
        self._library = library
        self._questions: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[dict[str, float]] = queue.SimpleQueue()
        self._is_asked = False
        self._thread: threading.Thread | None = None

    def sample(self, _now: float) -> dict[str, float]:
        """Use by name; nothing where there is no GPU, and as long as the driver does not answer."""
        if self._thread is None:
            if self._library is None and not may_have_nvidia():
                return {}
            self._thread = threading.Thread(target=self._serve, name="gitexp-gpus", daemon=True)
            self._thread.start()
        if self._is_asked and self._await_answer(0.0) is None:
            return {}
        self._questions.put(None)
        self._is_asked = True
        return self._await_answer(_ANSWER_SECONDS) or {}

    def _await_answer(self, seconds: float) -> dict[str, float] | None:
        try:
            answer = self._answers.get(timeout=seconds)
        except queue.Empty:
            return None
        self._is_asked = False
        return answer

    def _serve(self) -> None:
        nvml = open_nvml(self._library)
        if isinstance(nvml, str):  # said of the environment already
            return
        devices = _open_devices(nvml, self._variables)
        while True:
            self._questions.get()
            self._answers.put(_read_devices(nvml, devices))


def _open_devices(nvml: Nvml, variables: Mapping[str, str]) -> dict[int, ctypes.c_void_p]:
    opened = {index: nvml.device(index) for index in range(nvml.count() or 0)}
    handles = {index: device for index, device in opened.items() if device is not None}
    devices = [Device(index, nvml.name(device), nvml.uuid(device)) for index, device in handles.items()]
    visible = variables.get("CUDA_VISIBLE_DEVICES")
    chosen = choose_devices(devices, visible, variables.get("CUDA_DEVICE_ORDER"))
    return {index: handles[index] for index in chosen}


def choose_devices(devices: Sequence[Device], visible: str | None, order: str | None) -> list[int]:
    """Which devices the command may see by ``CUDA_VISIBLE_DEVICES``; all of them where that cannot be told.

    CUDA numbers the fastest first unless ``CUDA_DEVICE_ORDER`` is ``PCI_BUS_ID``, the driver by the bus; where all are
    of one kind that is the same. Like CUDA it stops at the first word that names no device.
    """
    every = [device.number for device in devices]
    if visible is None:
        return every
    words = [word.strip() for word in visible.split(",")]
    if any(word.startswith("MIG-") for word in words):
        return every  # a part of a device, of which the driver does not tell the use
    same_order = order == "PCI_BUS_ID" or len({device.name for device in devices}) <= 1
    if not same_order and any(word.isdigit() for word in words):
        return every
    chosen: list[int] = []
    for word in words:
        named = [
            device.number
            for device in devices
            if word and (str(device.number) == word or (not word.isdigit() and (device.uuid or "").startswith(word)))
        ]
        if len(named) != 1:
            break
        chosen += named
    return sorted(set(chosen))


def _read_devices(nvml: Nvml, devices: dict[int, ctypes.c_void_p]) -> dict[str, float]:
    found: dict[str, float] = {}
    for index, device in devices.items():
        values = {
            "utilization_percent": nvml.utilization(device),
            "memory_bytes": nvml.memory_used(device),
            "power_watts": nvml.power(device),
            "temperature_celsius": nvml.temperature(device),
        }
        found |= {f"gpu{index}.{name}": value for name, value in values.items() if value is not None}
    return found
