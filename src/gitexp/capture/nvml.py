"""NVIDIA's management library: the one door to it, by the few calls that every version of it has."""

from __future__ import annotations

import ctypes
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_TEXT_BYTES = 128
_CORE_SENSOR = 0  # NVML_TEMPERATURE_GPU


class _Memory(ctypes.Structure):
    _fields_ = (("total", ctypes.c_ulonglong), ("free", ctypes.c_ulonglong), ("used", ctypes.c_ulonglong))


class _Utilization(ctypes.Structure):
    _fields_ = (("gpu", ctypes.c_uint), ("memory", ctypes.c_uint))


class Nvml:
    """The library, loaded and started. What a device or this version does not tell is None."""

    __slots__ = ("_library",)

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library

    def close(self) -> None:
        """Lets the driver go; the library counts how often it was started."""
        self._library.nvmlShutdown()

    def driver(self) -> str | None:
        """The driver's version."""
        return self._text("nvmlSystemGetDriverVersion")

    def cuda(self) -> str | None:
        """The CUDA version that the driver serves."""
        served = ctypes.c_int()
        if self._call("nvmlSystemGetCudaDriverVersion_v2", ctypes.byref(served)):
            return None
        return f"{served.value // 1000}.{served.value % 1000 // 10}"

    def count(self) -> int | None:
        """How many devices there are; those included that will not answer."""
        count = ctypes.c_uint()
        return None if self._call("nvmlDeviceGetCount_v2", ctypes.byref(count)) else count.value

    def device(self, index: int) -> ctypes.c_void_p | None:
        """A device by its place, the one that ``nvidia-smi`` shows it at."""
        device = ctypes.c_void_p()
        failed = self._call("nvmlDeviceGetHandleByIndex_v2", ctypes.c_uint(index), ctypes.byref(device))
        return None if failed else device

    def name(self, device: ctypes.c_void_p) -> str | None:
        """A device's model."""
        return self._text("nvmlDeviceGetName", device)

    def uuid(self, device: ctypes.c_void_p) -> str | None:
        """What tells a device from all others: ``GPU-`` and a UUID."""
        return self._text("nvmlDeviceGetUUID", device)

    def memory_total(self, device: ctypes.c_void_p) -> int | None:
        """A device's memory in bytes."""
        memory = self._memory(device)
        return None if memory is None else memory.total

    def memory_used(self, device: ctypes.c_void_p) -> int | None:
        """How much of a device's memory is in use, in bytes; by whomever."""
        memory = self._memory(device)
        return None if memory is None else memory.used

    def utilization(self, device: ctypes.c_void_p) -> int | None:
        """In how many percent of the last moments a kernel ran on the device."""
        rates = _Utilization()
        return None if self._call("nvmlDeviceGetUtilizationRates", device, ctypes.byref(rates)) else rates.gpu

    def power(self, device: ctypes.c_void_p) -> float | None:
        """What a device draws, in watts."""
        milliwatts = ctypes.c_uint()
        failed = self._call("nvmlDeviceGetPowerUsage", device, ctypes.byref(milliwatts))
        return None if failed else round(milliwatts.value / 1000, 1)

    def energy(self, device: ctypes.c_void_p) -> float | None:
        """What a device took since the driver was loaded, in joules; those before Volta do not count."""
        millijoules = ctypes.c_ulonglong()
        failed = self._call("nvmlDeviceGetTotalEnergyConsumption", device, ctypes.byref(millijoules))
        return None if failed else millijoules.value / 1000

    def temperature(self, device: ctypes.c_void_p) -> int | None:
        """The temperature of a device's core, in degrees Celsius."""
        degrees = ctypes.c_uint()
        failed = self._call("nvmlDeviceGetTemperature", device, ctypes.c_uint(_CORE_SENSOR), ctypes.byref(degrees))
        return None if failed else degrees.value

    def _memory(self, device: ctypes.c_void_p) -> _Memory | None:
        memory = _Memory()
        return None if self._call("nvmlDeviceGetMemoryInfo", device, ctypes.byref(memory)) else memory

    def _text(self, name: str, *arguments: object) -> str | None:
        text = ctypes.create_string_buffer(_TEXT_BYTES)
        failed = self._call(name, *arguments, text, ctypes.c_uint(_TEXT_BYTES))
        return None if failed else text.value.decode("utf-8", "replace")

    def _call(self, name: str, *arguments: object) -> bool:
        """Whether a call failed; one that this version of the library does not have has."""
        call: Callable[..., int] | None = getattr(self._library, name, None)
        return call is None or call(*arguments) != 0


def open_nvml(library: str | None = None) -> Nvml | str:
    """The library, or a sentence that says why it cannot be used."""
    name = library or ("nvml.dll" if sys.platform == "win32" else "libnvidia-ml.so.1")
    try:
        loaded = ctypes.CDLL(name)
        status = loaded.nvmlInit_v2()
    except (OSError, AttributeError) as error:
        return f"NVIDIA's library cannot be used: {error}"
    return f"NVIDIA's library refused to start (status {status})" if status else Nvml(loaded)
