"""Which GPUs of a machine a command may use, by the variables that hide some from it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gitexp.model.run import Gpu

_AMD = re.compile(r"AMD|Radeon|Instinct", re.IGNORECASE)
_APPLE = re.compile(r"Apple ")


class Device(NamedTuple):
    """A GPU as the driver numbers it, and as ``nvidia-smi`` shows it."""

    number: int
    name: str | None
    uuid: str | None


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


def find_usable(gpus: Sequence[Gpu], variables: Mapping[str, str]) -> list[str]:
    """The names of the GPUs that a command with these environment variables could use, one for each.

    A record does not have their UUIDs: where they are all of one kind it is enough how many are named, and of several
    kinds all count where that cannot be told. A part of a GPU counts as one, and no more than there are.
    """
    nvidia = [gpu for gpu in gpus if not _AMD.match(gpu.name) and not _APPLE.match(gpu.name)]
    amd = [gpu for gpu in gpus if _AMD.match(gpu.name)]
    amd_visible = variables.get("ROCR_VISIBLE_DEVICES", variables.get("HIP_VISIBLE_DEVICES"))
    return [
        *_choose(nvidia, variables.get("CUDA_VISIBLE_DEVICES"), variables.get("CUDA_DEVICE_ORDER")),
        *_choose(amd, amd_visible, "PCI_BUS_ID"),
        *(gpu.name for gpu in gpus if _APPLE.match(gpu.name)),
    ]


def _choose(gpus: Sequence[Gpu], visible: str | None, order: str | None) -> list[str]:
    names = [gpu.name for gpu in gpus]
    words = [word.strip() for word in (visible or "").split(",")]
    if visible is None or not any(not word.isdigit() for word in words):
        devices = [Device(number, name, None) for number, name in enumerate(names)]
        return [names[number] for number in choose_devices(devices, visible, order)]
    if len(set(names)) > 1 and any(word[:4] in ("GPU-", "MIG-") for word in words):
        return names
    named: set[str] = set()
    for word in words:
        if not (word[:4] in ("GPU-", "MIG-") or (word.isdigit() and int(word) < len(names))):
            break  # as CUDA does at a word that names none: -1, nothing, NoDevFiles
        named.add(word)
    return names[: len(named)]
