"""The package list of an environment, kept from run to run while nothing was installed or removed."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from typing import TYPE_CHECKING

from gitexp.capture.packages import Package, list_metadata_folders, list_packages

if TYPE_CHECKING:
    from collections.abc import Sequence

_SETTLED_NS = 2_000_000_000
"""A folder changed within the last two seconds may change again under one time stamp."""


def remember_packages(executable: str, prefix: str, folders: Sequence[str], cache: str | None) -> list[Package]:
    """The packages of an interpreter, from ``cache`` when its ``pyvenv.cfg`` and package folders are as they were."""
    places = list_metadata_folders(folders)
    times = [_modified(os.path.join(prefix, "pyvenv.cfg")), *(_modified(place) for place in places)]
    if cache is None or time.time_ns() - max(times) < _SETTLED_NS:
        return list_packages(places)
    identity = json.dumps([1, executable, places, times])
    kept = os.path.join(cache, "packages-" + hashlib.sha256(identity.encode()).hexdigest()[:32] + ".json")
    with contextlib.suppress(OSError, ValueError, TypeError), open(kept, encoding="utf-8") as file:
        return [Package(**one) for one in json.load(file)]
    packages = list_packages(places)
    with contextlib.suppress(OSError):  # only kept to save time
        os.makedirs(cache, exist_ok=True)
        with open(f"{kept}.{os.getpid()}", "w", encoding="utf-8") as file:
            json.dump([package._asdict() for package in packages], file)
        os.replace(file.name, kept)
    return packages


def _modified(path: str) -> int:
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0
