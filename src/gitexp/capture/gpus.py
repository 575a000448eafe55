"""The GPUs of the machine, asked of the vendor's library or of the kernel; none of it is needed."""

from __future__ import annotations

import glob
import os
import re
import sys
from typing import TYPE_CHECKING, NamedTuple

from gitexp.capture.nvml import open_nvml
from gitexp.model.run import Gpu

if TYPE_CHECKING:
    from gitexp.capture.nvml import Nvml

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


def may_have_nvidia(root: str = "/") -> bool:
    """Whether it is worth while to load NVIDIA's library: there is a driver, or no telling."""
    signs = ("proc/driver/nvidia", "dev/nvidiactl", "dev/dxg")
    return sys.platform == "win32" or any(os.path.exists(os.path.join(root, path)) for path in signs)


def _find_nvidia(root: str) -> Gpus:
    if not may_have_nvidia(root):
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


def ask_nvml(library: str | None = None) -> Gpus:
    """Asks NVIDIA's management library."""
    nvml = open_nvml(library)
    if isinstance(nvml, str):
        return Gpus(warnings=(nvml,))
    try:
        return _ask_devices(nvml)
    finally:
        nvml.close()


def _ask_devices(nvml: Nvml) -> Gpus:
    count = nvml.count()
    if count is None:
        return Gpus(warnings=("NVIDIA's library does not tell how many GPUs there are",))
    driver = nvml.driver()
    devices = [device for device in map(nvml.device, range(count)) if device is not None]
    gpus = [Gpu(nvml.name(device) or "NVIDIA GPU", nvml.memory_total(device), driver) for device in devices]
    lost = count - len(gpus)
    warnings = (f"{lost} of {count} NVIDIA GPUs did not answer",) if lost else ()
    return Gpus(tuple(gpus), nvml.cuda(), warnings)


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
