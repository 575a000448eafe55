"""Which program a command line names, read from files alone: nothing is started."""

from __future__ import annotations

import os
import re
import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PYTHON = re.compile(r"(python|pythonw|pypy|graalpy)([0-9]+(\.[0-9]+)?)?(t|d)?(\.exe)?", re.IGNORECASE)

_WRAPPER_NAMES = """
    catchsegv caffeinate chrt env firejail heaptrack ionice ltrace nice nohup nsys nvprof numactl perf setsid stdbuf
    strace sudo systemd-run taskset time timeout unbuffer valgrind xvfb-run
"""
_WRAPPERS = frozenset(_WRAPPER_NAMES.split())
"""Programs that start the program named among their arguments, on this machine and with these files."""

_CONTAINER_NAMES = "apptainer ch-run docker docker-compose enroot nerdctl podman singularity"
_CONTAINERS = frozenset(_CONTAINER_NAMES.split())
_ELSEWHERE_NAMES = """
    aprun bsub dsub flux gcloud jsrun kubectl modal mosh oarsub prun qsub sbatch sky skypilot srun ssh vagrant
"""
_ELSEWHERE = frozenset(_ELSEWHERE_NAMES.split())

_LAUNCHER_NAMES = """
    conda doit dvc exp git-exp guild hatch inv invoke mamba micromamba mlflow nox pdm pipenv poetry rye snakemake tox
    wandb
"""
_LAUNCHERS = frozenset(_LAUNCHER_NAMES.split())
"""Programs that are written in Python, often live in an environment of their own, and start another one's Python."""

_STARTER_NAMES = "bash cmake dash fish just ksh make mpiexec mpirun ninja pixi powershell pwsh sh task uv uvx xargs zsh"
_STARTERS = frozenset(_STARTER_NAMES.split())
"""Programs that start others, which only the running processes tell."""

_TOOLS = frozenset(("pixi", "uv", "uvx"))

_SHEBANG_BYTES = 4096


def is_python(path: str) -> bool:
    """Whether a file's name is one under which Python is installed."""
    return _PYTHON.fullmatch(os.path.basename(path)) is not None


def find_program(word: str, variables: Mapping[str, str], directory: str) -> str | None:
    """The file that a command's first word names, as the kernel and a shell would find it; symbolic links are kept."""
    if os.path.dirname(word):
        candidates = [word]
    else:
        candidates = [os.path.join(part, word) for part in variables.get("PATH", os.defpath).split(os.pathsep)]
    for candidate in candidates:
        path = os.path.normpath(os.path.join(directory, candidate))
        for suffix in ("", ".exe") if os.name == "nt" else ("",):
            if os.path.isfile(path + suffix) and os.access(path + suffix, os.X_OK):
                return path + suffix
    return None


def find_python_word(arguments: Sequence[str], variables: Mapping[str, str], directory: str) -> str | None:
    """The Python that will run a command: itself, behind a wrapper such as ``nice``, or a script's first line.

    None for what only the running processes can tell: a shell script, make, a version manager's stand-in.
    """
    if not arguments:
        return None
    if program_name(arguments) in _WRAPPERS:
        arguments = [word for word in arguments[1:] if is_python(word)][:1] or arguments
    program = find_program(arguments[0], variables, directory)
    if program is None:
        return None
    line = read_shebang(program)
    if line is None:
        return program if is_python(program) else None
    if not line:
        return None
    words = list(line)
    if os.path.basename(words[0]) == "env":
        words = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
    if not words or not is_python(words[0]):
        return None
    python = find_program(words[0], variables, directory)
    return python if python is not None and read_shebang(python) is None else None


def read_shebang(program: str) -> tuple[str, ...] | None:
    """The words of a script's ``#!`` line; None when the file has none.

    Installers write a path that is too long for the kernel as ``#!/bin/sh`` with a second line that a shell and
    Python both accept: ``'''exec' /long/path/python "$0" "$@"``.
    """
    try:
        with open(program, "rb") as file:
            head = file.read(_SHEBANG_BYTES)
    except OSError:
        return None
    if not head.startswith(b"#!"):
        return None
    first, _, rest = head[2:].partition(b"\n")
    second = rest.partition(b"\n")[0]
    if second.startswith(b"'''exec' "):
        first = second[len(b"'''exec' ") :]
    try:
        return tuple(shlex.split(os.fsdecode(first)))
    except ValueError:
        return tuple(os.fsdecode(first).split())


def program_name(arguments: Sequence[str]) -> str:
    """The bare name of what an argument vector runs: for Python that of the script or module."""
    if not arguments:
        return ""
    word = arguments[0]
    if is_python(word):
        word = find_script(arguments) or word
    return os.path.basename(word).lower().removesuffix(".exe")


def find_script(arguments: Sequence[str]) -> str | None:
    """The script or ``-m`` module that a Python's arguments name; None for ``-c`` and an interactive one."""
    words = iter(arguments[1:])
    for word in words:
        if word == "-m":
            return next(words, None)
        if word.startswith("-m") or not word.startswith("-"):
            return word.removeprefix("-m")
        if word in ("-", "-c") or (word.startswith("-c") and not word.startswith("--")):
            return None
        if word in ("-W", "-X", "--check-hash-based-pycs"):
            next(words, None)
    return None


def is_wrapper(arguments: Sequence[str]) -> bool:
    """Whether a program starts the one named among its arguments here, with the variables that it has itself."""
    name = program_name(arguments)
    return name in _WRAPPERS or name in _LAUNCHERS or name in _TOOLS


def is_launcher(arguments: Sequence[str]) -> bool:
    """Whether a Python program is one that starts another Python, of an environment that need not be its own."""
    return program_name(arguments) in _LAUNCHERS


def may_start_python(program: str) -> bool:
    """Whether a program may have run a Python that nobody saw: scripts, shells, stand-ins of that name, wrappers."""
    name = program_name([program])
    return is_python(program) or name in _STARTERS or name in _WRAPPERS or read_shebang(program) is not None


def why_elsewhere(arguments: Sequence[str]) -> str | None:
    """Why the files of a command's Python cannot be seen from here; None when nothing says so."""
    name = program_name(arguments)
    if name in _CONTAINERS:
        return f"the command runs in a container ({name})"
    if name in _ELSEWHERE:
        return f"the command runs on another machine or as a job of its own ({name})"
    return None
