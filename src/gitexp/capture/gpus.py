"""The GPUs of the machine, asked of the vendor's library or of the kernel; none of it is needed."""

from __future__ import annotations

import ctypes
import glob
import os
import re
import sys
from typing import TYPE_CHECKING, NamedTuple

from gitexp.model.run import Gpu

if TYPE_CHECKING:
    from collections.abc import Callable

_NVML_SECONDS = 5.0
"""A driver in trouble lets the library wait without end."""


class Gpus(NamedTuple):
    """The GPUs found, the CUDA version that the driver serves, and what went wrong, in sentences."""

    gpus: tuple[Gpu, ...] = ()
    cuda: str | None = None
    warnings: tuple[str, ...] = ()


def find_gpus(root: str = "/", processor: str | None = None) -> Gpus:
    """Finds the GPUs of NVIDIA, AMD and Apple. ``root`` is where ``/proc`` and ``/sys`` are read."""
    nvidia = _find_nvidia(root)
    others = tuple(_read_amd(root)) + tuple(_find_apple(processor))
    return Gpus(nvidia.gpus + others, nvidia.cuda, nvidia.warnings)


def _find_nvidia(root: str) -> Gpus:
    present = any(
        os.path.exists(os.path.join(root, path)) for path in ("proc/driver/nvidia", "dev/nvidiactl", "dev/dxg")
    )
    if not present and sys.platform != "win32":
        return Gpus()
    answer = _ask_nvml_in_time()
    if answer.gpus:
        return answer
    found = _read_nvidia(root)
    return Gpus(tuple(found), answer.cuda, answer.warnings if found or sys.platform != "win32" else ())


def _ask_nvml_in_time() -> Gpus:
    import threading

    answers: list[Gpus] = []
    thread = threading.Thread(target=lambda: answers.append(ask_nvml()), daemon=True, name="gitexp-nvml")
    thread.start()
    thread.join(_NVML_SECONDS)
    if not answers:
        return Gpus(warnings=(f"the NVIDIA driver did not answer within {_NVML_SECONDS:g} s",))
    return answers[0]


class _Memory(ctypes.Structure):
    _fields_ = (("total", ctypes.c_ulonglong), ("free", ctypes.c_ulonglong), ("used", ctypes.c_ulonglong))


def ask_nvml(library: str | None = None) -> Gpus:
    """Asks NVIDIA's management library, by the few calls that every version of it has."""
    name = library or ("nvml.dll" if sys.platform == "win32" else "libnvidia-ml.so.1")
    try:
        nvml = ctypes.CDLL(name)
        status = nvml.nvmlInit_v2()
    except (OSError, AttributeError) as error:
        return Gpus(warnings=(f"NVIDIA's library cannot be used: {error}",))
    if status:
        return Gpus(warnings=(f"NVIDIA's library refused to start (status {status})",))
    try:
        return _ask_devices(nvml)
    except AttributeError as error:
        return Gpus(warnings=(f"NVIDIA's library cannot be used: {error}",))
    finally:
        nvml.nvmlShutdown()


def _ask_devices(nvml: ctypes.CDLL) -> Gpus:
    driver = _ask_text(nvml.nvmlSystemGetDriverVersion)
    served = ctypes.c_int()
    failed = nvml.nvmlSystemGetCudaDriverVersion_v2(ctypes.byref(served))
    count = ctypes.c_uint()
    if nvml.nvmlDeviceGetCount_v2(ctypes.byref(count)):
        return Gpus(warnings=("NVIDIA's library does not tell how many GPUs there are",))
    gpus = []
    for index in range(count.value):
        device, memory = ctypes.c_void_p(), _Memory()
        if nvml.nvmlDeviceGetHandleByIndex_v2(ctypes.c_uint(index), ctypes.byref(device)):
            continue
        name = _ask_text(nvml.nvmlDeviceGetName, device) or "NVIDIA GPU"
        known = nvml.nvmlDeviceGetMemoryInfo(device, ctypes.byref(memory)) == 0
        gpus.append(Gpu(name, memory.total if known else None, driver))
    cuda = None if failed else f"{served.value // 1000}.{served.value % 1000 // 10}"
    lost = count.value - len(gpus)
    return Gpus(tuple(gpus), cuda, (f"{lost} of {count.value} NVIDIA GPUs did not answer",) if lost else ())


def _ask_text(call: Callable[..., int], *arguments: object) -> str | None:
    text = ctypes.create_string_buffer(128)
    return None if call(*arguments, text, ctypes.c_uint(len(text))) else text.value.decode("utf-8", "replace")


def _read_nvidia(root: str) -> list[Gpu]:
    version = re.search(
        r"Kernel Module(?:\s+for \S+)?\s+(\d[\d.]+)", _read(os.path.join(root, "proc/driver/nvidia/version"))
    )
    paths = sorted(glob.glob(os.path.join(glob.escape(root), "proc/driver/nvidia/gpus/*/information")))
    models = [re.search(r"^Model:\s*(.+?)\s*$", _read(path), re.MULTILINE) for path in paths]
    return [Gpu(model[1], None, version[1] if version else None) for model in models if model]


def _read_amd(root: str) -> list[Gpu]:
    gpus = []
    driver = _read(os.path.join(root, "sys/module/amdgpu/version")).strip() or None
    for card in sorted(glob.glob(os.path.join(glob.escape(root), "sys/class/drm/card[0-9]*/device"))):
        if _read(os.path.join(card, "vendor")).strip() != "0x1002" or "-" in os.path.basename(os.path.dirname(card)):
            continue  # another maker's, or a connector of a card
        name = _read(os.path.join(card, "product_name")).strip()
        memory = _read(os.path.join(card, "mem_info_vram_total")).strip()
        name = name or f"AMD GPU {_read(os.path.join(card, 'device')).strip()}".strip()
        gpus.append(Gpu(name, int(memory) if memory.isdigit() else None, driver))
    return gpus


def _find_apple(processor: str | None) -> list[Gpu]:
    if sys.platform == "darwin" and processor is not None and processor.startswith("Apple"):
        return [Gpu(f"{processor} GPU")]  # part of the processor, and its memory is the machine's
    return []


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""
