from __future__ import annotations

import contextlib
import os
import shutil
import stat
import subprocess
import sys
import venv
from typing import TYPE_CHECKING

import pytest

from gitexp.capture.interpreter import Interpreter, InterpreterWatch, Unknown, find_interpreter

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator, Mapping, Sequence

READY = "import sys; print('ready', flush=True); sys.stdin.readline()"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A virtual environment beside the one that the tests run in."""
    folder = tmp_path_factory.mktemp("venvs") / "train"
    venv.create(folder, with_pip=False, symlinks=True)
    return folder


@contextlib.contextmanager
def running(
    command: Sequence[str], directory: pathlib.Path, variables: Mapping[str, str]
) -> Iterator[subprocess.Popen[str]]:
    """A command that has said that it is ready, and waits until the block is left."""
    process = subprocess.Popen(
        command, cwd=directory, env=variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    try:
        yield process
    finally:
        process.communicate("\n", timeout=30)


def with_path(environment: pathlib.Path) -> dict[str, str]:
    return {**os.environ, "PATH": f"{environment / 'bin'}{os.pathsep}{os.environ['PATH']}"}


def write_script(path: pathlib.Path, text: str) -> str:
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_the_virtual_environment_of_a_running_python_is_found_and_not_its_base(
    environment: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    command = ["python", "-c", READY]
    with running(command, tmp_path, with_path(environment)) as process:
        found = find_interpreter(process.pid, command, with_path(environment), str(tmp_path))
    assert isinstance(found, Interpreter)
    assert found.executable == str(environment / "bin" / "python")
    assert found.prefix == str(environment)
    assert found.base_prefix == sys.base_prefix
    assert found.version == "{}.{}.{}".format(*sys.version_info)
    assert found.implementation == "CPython"
    assert found.how == "process"
    family = "python{}.{}".format(*sys.version_info)
    assert found.package_folders == (str(environment / "lib" / family / "site-packages"),)


def test_a_python_below_a_shell_script_is_found_while_it_runs(
    environment: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    write_script(tmp_path / "train.sh", f'#!/bin/sh\n. "{environment}/bin/activate"\npython -c "{READY}"\necho done\n')
    with running(["./train.sh"], tmp_path, os.environ) as process:
        found = find_interpreter(process.pid, ["./train.sh"], os.environ, str(tmp_path))
    assert isinstance(found, Interpreter)
    assert (found.prefix, found.how) == (str(environment), "process")


def test_what_was_seen_is_remembered_after_the_command_ended(environment: pathlib.Path, tmp_path: pathlib.Path) -> None:
    command = ["sh", "-c", f'{environment}/bin/python -c "{READY}"; true']
    watch = InterpreterWatch(command, os.environ, str(tmp_path))
    with running(command, tmp_path, os.environ) as process:
        watch.look(process.pid)
    watch.look(process.pid)
    found = watch.answer()
    assert isinstance(found, Interpreter)
    assert found.prefix == str(environment)


@pytest.mark.parametrize("first", ["python", "{bin}/python", "nice"])
def test_a_command_that_ended_at_once_is_read_from_its_words(
    first: str, environment: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    command = [first.format(bin=environment / "bin"), *(["-n", "5", "python"] if first == "nice" else []), "train.py"]
    found = InterpreterWatch(command, with_path(environment), str(tmp_path)).answer()
    assert isinstance(found, Interpreter)
    assert (found.prefix, found.how) == (str(environment), "command")


@pytest.mark.parametrize(
    "head",
    [
        "#!{bin}/python\n",
        "#!/usr/bin/env python3\n",
        "#!/usr/bin/env -S python3 -u\n",
        "#!/bin/sh\n'''exec' \"{bin}/python\" \"$0\" \"$@\"\n' '''\n",
    ],
)
def test_a_script_is_read_from_its_first_line(head: str, environment: pathlib.Path, tmp_path: pathlib.Path) -> None:
    script = write_script(tmp_path / "torchrun", head.format(bin=environment / "bin") + "print(1)\n")
    found = InterpreterWatch([script, "train.py"], with_path(environment), str(tmp_path)).answer()
    assert isinstance(found, Interpreter)
    assert found.prefix == str(environment)


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (["docker", "run", "image", "python", "train.py"], "the command runs in a container (docker)"),
        (["ssh", "host", "python train.py"], "the command runs on another machine or as a job of its own (ssh)"),
        (["srun", "python", "train.py"], "the command runs on another machine or as a job of its own (srun)"),
        (["true"], "not a Python program"),
        (["make", "train"], "no Python was seen while it ran"),
        (["./no-such-program"], "there is no program ./no-such-program"),
    ],
)
def test_where_the_python_cannot_be_known_the_reason_is_given(
    command: list[str], why: str, tmp_path: pathlib.Path
) -> None:
    assert InterpreterWatch(command, os.environ, str(tmp_path)).answer() == Unknown(why)


def test_the_stand_in_of_a_version_manager_is_no_python(tmp_path: pathlib.Path) -> None:
    write_script(tmp_path / "python3", "#!/bin/sh\nexec pyenv exec python3\n")
    found = InterpreterWatch(["python3", "train.py"], {"PATH": str(tmp_path)}, str(tmp_path)).answer()
    assert found == Unknown("no Python was seen while it ran")


def test_a_container_that_a_script_starts_is_seen(tmp_path: pathlib.Path) -> None:
    shutil.copy("/bin/sh", tmp_path / "docker")
    command = ["sh", "-c", "./docker -c 'echo ready; read line'; true"]
    with running(command, tmp_path, os.environ) as process:
        found = find_interpreter(process.pid, command, os.environ, str(tmp_path))
    assert found == Unknown("the command runs in a container (docker)")


def test_the_python_of_a_launcher_is_not_taken_for_that_of_the_command(
    environment: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    start = "import subprocess, sys; sys.exit(subprocess.call(sys.argv[1:]))"
    poetry = write_script(tmp_path / "poetry", f"#!{sys.executable}\n{start}\n")
    assert InterpreterWatch([poetry], os.environ, str(tmp_path)).answer() == Unknown(
        "no Python was seen under poetry, whose own Python is another one"
    )
    command = [poetry, str(environment / "bin" / "python"), "-c", READY]
    with running(command, tmp_path, os.environ) as process:
        found = find_interpreter(process.pid, command, os.environ, str(tmp_path))
    assert isinstance(found, Interpreter)
    assert found.prefix == str(environment)
    assert found.others == ()


def test_two_pythons_are_both_told(environment: pathlib.Path, tmp_path: pathlib.Path) -> None:
    start = f"import subprocess; subprocess.call([{str(environment / 'bin' / 'python')!r}, '-c', {READY!r}])"
    command = [sys.executable, "-c", start]
    with running(command, tmp_path, os.environ) as process:
        found = find_interpreter(process.pid, command, os.environ, str(tmp_path))
    assert isinstance(found, Interpreter)
    assert found.prefix == sys.prefix
    assert found.others == (str(environment),)


@pytest.mark.skipif(sys.platform != "linux", reason="renaming a process in place is a matter of Linux")
def test_a_python_that_started_under_another_name_is_found_by_its_file(
    environment: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    variables = {**with_path(environment), "VIRTUAL_ENV": str(environment)}
    command = ["bash", "-c", f'exec -a "ray::train" "{environment}/bin/python" -c "{READY}"']
    with running(command, tmp_path, variables) as process:
        found = find_interpreter(process.pid, command, variables, str(tmp_path))
    assert isinstance(found, Interpreter)
    assert found.prefix == str(environment)
