"""A library with the C interface of NVIDIA's, for machines without a GPU."""

from __future__ import annotations

import subprocess
import textwrap
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import pathlib


def build_nvml(folder: pathlib.Path, source: str) -> str:
    """Compiles a source and returns the library's path; skips the test where there is no compiler."""
    (folder / "nvml.c").write_text(textwrap.dedent(source))
    library = folder / "libnvml.so"
    try:
        subprocess.run(["cc", "-shared", "-fPIC", "-o", library, folder / "nvml.c"], capture_output=True, check=True)
    except FileNotFoundError:
        pytest.skip("no C compiler")
    return str(library)
