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


_COUNTING = """
    typedef struct {{ unsigned long long total, free, used; }} memory;
    static unsigned long long counted[2] = {{5000000ULL, 7000000ULL}};
    int nvmlInit_v2(void) {{ return 0; }}
    int nvmlShutdown(void) {{ return 0; }}
    int nvmlDeviceGetCount_v2(unsigned *count) {{ *count = 2; return 0; }}
    int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **device) {{
        *device = (void *)(long)(index + 1);
        return index == 1 && {lost} ? 15 : 0;
    }}
    int nvmlDeviceGetMemoryInfo(void *device, memory *of) {{ of->total = 8; of->used = 5; return 0; }}
    int nvmlDeviceGetTotalEnergyConsumption(void *device, unsigned long long *millijoules) {{
        int index = (long)device - 1;
        if (index >= {counting}) return 3;
        counted[index] += (index ? 2000 : 1500) * {sign};
        *millijoules = counted[index];
        return 0;
    }}
"""


def build_counting_nvml(folder: pathlib.Path, case: str) -> str:
    """A library with two GPUs, whose counters move by 1.5 J and by 2 J at each look at them.

    ``case``: which of them count, ``both``, ``first`` or ``none``; or that the second is ``lost``, or that both
    counters go ``backwards``.
    """
    counting = {"first": 1, "none": 0}.get(case, 2)
    return build_nvml(
        folder, _COUNTING.format(lost=int(case == "lost"), counting=counting, sign=-1 if case == "backwards" else 1)
    )
