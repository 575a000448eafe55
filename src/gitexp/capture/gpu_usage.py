"""What the command's NVIDIA GPUs do: use, memory, power, temperature, energy."""

from __future__ import annotations

import queue
import threading
import time
from typing import TYPE_CHECKING

from gitexp.capture.energy_counts import JouleCount, add_counts
from gitexp.capture.gpus import may_have_nvidia
from gitexp.capture.nvml import Nvml, open_nvml
from gitexp.model.energy import energy_key
from gitexp.model.visible_gpus import Device, choose_devices

if TYPE_CHECKING:
    import ctypes
    from collections.abc import Mapping

_ANSWER_SECONDS = 0.25
"""How long a sample waits for the driver; to start it may take seconds, and one in trouble never answers."""


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
        devices, is_whole = _open_devices(nvml, self._variables)
        counts = {index: JouleCount() for index in devices}
        # The energy of some of them would be taken for that of all.
        counted = devices if is_whole else {}
        while True:
            self._questions.get()
            self._answers.put(_read_devices(nvml, devices) | _read_energy(nvml, counted, counts))


def _open_devices(nvml: Nvml, variables: Mapping[str, str]) -> tuple[dict[int, ctypes.c_void_p], bool]:
    """Those that the command may see, and whether every one of the machine answered."""
    opened = {index: nvml.device(index) for index in range(nvml.count() or 0)}
    handles = {index: device for index, device in opened.items() if device is not None}
    devices = [Device(index, nvml.name(device), nvml.uuid(device)) for index, device in handles.items()]
    visible = variables.get("CUDA_VISIBLE_DEVICES")
    chosen = choose_devices(devices, visible, variables.get("CUDA_DEVICE_ORDER"))
    return {index: handles[index] for index in chosen}, len(handles) == len(opened)


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


def _read_energy(nvml: Nvml, devices: dict[int, ctypes.c_void_p], counts: dict[int, JouleCount]) -> dict[str, float]:
    """The joules that all of them took since the first look; nothing where one does not count its own."""
    now = time.monotonic()
    joules = add_counts([counts[index].take(now, nvml.energy(device)) for index, device in devices.items()])
    return {} if joules is None else {energy_key("gpu"): joules}
