"""The observer without pseudo-terminal and fork, which runs everywhere: bytes, statuses, what is not there."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from gitexp.capture.spool import read_spool

if TYPE_CHECKING:
    import pathlib

HARNESS = """
import os, sys
from gitexp.capture.keeping import Keeping
from gitexp.capture.spool import Spool
from gitexp.capture.windows import run_on_windows
pids = []
ending = run_on_windows(sys.argv[2:], directory=".", variables=os.environ, spool=Spool(sys.argv[1], 10_000_000),
                        capture=True, on_start=pids.append, keeping=Keeping())
assert len(pids) == (ending.not_started is None)
os.write(2, f"[{ending.status} {ending.exit_code} {ending.not_started}]".encode())
"""


def observe(folder: pathlib.Path, *command: str) -> subprocess.CompletedProcess[bytes]:
    (folder / "spool").mkdir()
    return subprocess.run(
        [sys.executable, "-c", HARNESS, str(folder / "spool"), *command], capture_output=True, check=False, timeout=60
    )


def test_streams_stay_apart_and_both_are_recorded(tmp_path: pathlib.Path) -> None:
    code = "import os; os.write(1, b'out\\r\\n\\xff'); os.write(2, b'err'); raise SystemExit(3)"
    done = observe(tmp_path, sys.executable, "-c", code)
    assert done.stdout == b"out\r\n\xff"
    assert done.stderr == b"err[3 3 None]"
    assert sorted(read_spool(str(tmp_path / "spool")).data) == sorted(b"out\r\n\xfferr")


def test_a_burst_before_the_end_is_whole(tmp_path: pathlib.Path) -> None:
    done = observe(tmp_path, sys.executable, "-c", "import os; os.write(1, b'x' * 3_000_000)")
    assert done.stdout == b"x" * 3_000_000
    assert read_spool(str(tmp_path / "spool")).total_bytes == 3_000_000


@pytest.mark.parametrize("command", ["no-such-program-anywhere", os.path.join(".", "nothing")])
def test_a_program_that_is_not_there(tmp_path: pathlib.Path, command: str) -> None:
    assert observe(tmp_path, command).stderr == b"[127 None not found]"
