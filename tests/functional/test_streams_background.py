"""What a command leaves behind keeps a stream that somebody reads, and does not hold the end."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from kit.observing import Observation, stream
from kit.terminal import PATIENCE, limit_time, open_gate

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a pipe without a reader is closed there")


@pytest.fixture
def observation(tmp_path: pathlib.Path) -> Iterator[Observation]:
    with limit_time():
        yield Observation(tmp_path)


def test_background_processes_keep_a_drained_pipe(observation: Observation) -> None:
    """The observer ends with the command, and what comes later still reaches whoever reads: more than a pipe holds."""
    os.mkfifo(observation.folder / "go")
    script = "(read word < go; seq 100000; echo last) & echo first"
    process = subprocess.Popen(
        observation.command("sh", "-c", script), stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=observation.folder
    )
    with process:
        assert stream(process.stdout).readline() == b"first\n"
        assert process.wait(PATIENCE) == 0

        (observation.folder / "go").write_text("go\n")
        rest = stream(process.stdout).read()
        stream(process.stderr).read()

    assert rest == b"".join(b"%d\n" % number for number in range(1, 100_001)) + b"last\n"
    assert observation.spooled.data == b"first\n"


def test_a_background_process_survives_its_writing(observation: Observation) -> None:
    os.mkfifo(observation.folder / "go")
    os.mkfifo(observation.folder / "done")
    script = "(read word < go; echo late; echo late >&2; echo alive > done) & echo first"
    with subprocess.Popen(
        observation.command("sh", "-c", script), stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=observation.folder
    ) as process:
        assert process.wait(PATIENCE) == 0
        (observation.folder / "go").write_text("go\n")

        assert (observation.folder / "done").read_text() == "alive\n"
        assert stream(process.stdout).read() == b"first\nlate\n"
        assert stream(process.stderr).read() == b"late\n"


def test_a_background_process_that_never_pauses_does_not_hold_the_end(observation: Observation) -> None:
    script = "while :; do echo tick; done & echo $! > pid; echo first; read word"
    with subprocess.Popen(
        observation.command("sh", "-c", script),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        cwd=observation.folder,
    ) as process:
        stream(process.stdin).close()

        try:
            assert process.wait(PATIENCE / 2) == 1
        finally:
            os.kill(int((observation.folder / "pid").read_text()), 9)
    assert b"first\n" in observation.spooled.data
    assert b"tick\n" in observation.spooled.data


def test_a_daemon_does_not_hold_the_end(observation: Observation) -> None:
    code = """
import os
print("starting", flush=True)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.open("go", os.O_RDONLY)
        print("from the daemon", flush=True)
    os._exit(0)
os.wait()
"""
    os.mkfifo(observation.folder / "go")
    with subprocess.Popen(observation.python(code), stdout=subprocess.PIPE, cwd=observation.folder) as process:
        assert process.wait(PATIENCE) == 0

        open_gate(observation.folder / "go")
        assert stream(process.stdout).read() == b"starting\nfrom the daemon\n"
