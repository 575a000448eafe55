"""Exit status of an observed command: its own, and a shell's for what never started."""

from __future__ import annotations

import os
import shlex
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from kit.observing import Observation
from kit.terminal import PATIENCE, limit_time

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a shell's statuses are POSIX")


@pytest.fixture
def observation(tmp_path: pathlib.Path) -> Iterator[Observation]:
    with limit_time():
        yield Observation(tmp_path)


@pytest.fixture
def programs(tmp_path: pathlib.Path) -> pathlib.Path:
    """Things that can be started, and things that cannot."""
    contents = {
        "good": "#!/bin/sh\necho good $1\n",
        "bare": "echo bare $1\n",
        "no-interpreter": "#!/nowhere/sh\n",
        "binary": "\x7fELF\0\0\0",
        "not-allowed": "#!/bin/sh\n",
        "path/found": "#!/bin/sh\necho found\n",
        "path/bare-found": "echo bare $1\n",
        "path/refused": "#!/bin/sh\n",
    }
    for name, content in contents.items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(content)
        file.chmod(0o644 if name in ("not-allowed", "path/refused") else 0o755)
    (tmp_path / "folder").mkdir()
    return tmp_path


@pytest.mark.parametrize("code", [0, 1, 3, 125, 255])
def test_the_status_is_the_commands(observation: Observation, code: int) -> None:
    assert observation.run("sh", "-c", f"exit {code}").returncode == code
    assert (observation.ending["exit_code"], observation.ending["signal"]) == (code, None)


@pytest.mark.parametrize(("number", "name"), [(1, "SIGHUP"), (9, "SIGKILL"), (11, "SIGSEGV"), (15, "SIGTERM")])
def test_a_signal_is_128_and_its_number(observation: Observation, number: int, name: str) -> None:
    assert observation.run("sh", "-c", f"ulimit -c 0; kill -{number} $$").returncode == 128 + number
    assert (observation.ending["exit_code"], observation.ending["signal"]) == (None, name)
    assert observation.ending["received"] == []


@pytest.mark.parametrize(
    "command",
    [
        "good",
        "./good x",
        "./bare x",
        "./no-interpreter",
        "./binary",
        "./not-allowed",
        "./folder",
        "./nowhere",
        "./good/x",
        "nowhere",
        "found",
        "bare-found x",
        "refused",
        "folder",
        "''",
    ],
)
def test_what_can_be_started_is_as_in_a_shell(
    observation: Observation, programs: pathlib.Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}:path")
    shell = subprocess.run(["bash", "-c", command], cwd=programs, capture_output=True, check=False, timeout=PATIENCE)

    watched = observation.run(*shlex.split(command), cwd=programs)

    assert (watched.stdout, watched.returncode) == (shell.stdout, shell.returncode)
    assert observation.ending["not_started"] == {126: "not executable", 127: "not found"}.get(shell.returncode)


def test_a_command_with_a_slash_is_relative_to_its_folder(observation: Observation, programs: pathlib.Path) -> None:
    result = observation.run("./found", options=("--directory", "path"), cwd=programs)

    assert result.stdout == b"found\n"


def test_a_folder_that_is_gone_is_no_traceback(observation: Observation) -> None:
    result = observation.run("true", options=("--directory", "nowhere"))

    assert (result.returncode, result.stderr) == (127, b"")
    assert observation.ending["reason"] == "No such file or directory"


def test_the_command_itself_is_reaped_where_children_are_ignored(observation: Observation) -> None:
    """Some callers ignore SIGCHLD; the kernel then keeps no exit status unless somebody asks for the signal."""
    code = "import os, signal, sys; signal.signal(signal.SIGCHLD, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])"
    command = observation.command("sh", "-c", "exit 9")

    result = subprocess.run([sys.executable, "-c", code, *command], check=False, timeout=PATIENCE)

    assert result.returncode == 9


def test_the_record_is_for_its_owner_alone(observation: Observation) -> None:
    observation.run("echo", "private")

    modes = [stat.S_IMODE(file.stat().st_mode) for file in (observation.folder / "spool").iterdir()]
    assert modes == [0o600]
