"""The files of ``/proc`` and ``/sys`` by which a kernel says what there is, below any root."""

from __future__ import annotations

import os


def read_kernel_file(root: str, path: str) -> str:
    """The text of a file; '' where there is none: another kernel, other control groups, a container that hides it."""
    try:
        with open(os.path.join(root, path), encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""
