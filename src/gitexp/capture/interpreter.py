"""Which Python a command really runs; it need not be the one that gitexp runs in.

``/proc/<pid>/exe`` of a virtual environment's Python names the base installation, whose packages are other ones.
What counts is the path under which it was started, ``argv[0]``, and the ``pyvenv.cfg`` beside that.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from gitexp.capture.installation import Installation, describe_installation, list_package_folders
from gitexp.capture.processes import (
    list_descendants,
    read_arguments,
    read_directory,
    read_executable,
    read_variables,
    runs_file,
    sees_other_files,
)
from gitexp.capture.program import (
    find_program,
    find_python_word,
    is_launcher,
    is_python,
    may_start_python,
    program_name,
    why_elsewhere,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LOOK_AT = (0.0, 0.1, 0.5, 2.0, 10.0, 60.0)
"""Seconds after the start at which a look pays: make and shell scripts have their Python after a tenth of one."""

_TELLING = frozenset(
    {"PATH", "PYTHONPATH", "PYTHONUSERBASE", "PYTHONNOUSERSITE", "HOME", "VIRTUAL_ENV", "CONDA_PREFIX"}
)


class Interpreter(NamedTuple):
    """The Python of a command. ``how``: seen as a ``process``, or read from the ``command`` before it started."""

    executable: str
    prefix: str
    base_prefix: str
    version: str | None
    implementation: str
    package_folders: tuple[str, ...]
    how: str
    others: tuple[str, ...] = ()
    """Further Pythons that ran under the command, with other packages."""


class Unknown(NamedTuple):
    """Why the Python of a command, and so its packages, is not known."""

    why: str


@dataclass(slots=True)
class _Sighting:
    launcher: bool
    variables: Mapping[str, str]
    flags: tuple[str, ...]
    looks: int = 0


class InterpreterWatch:
    """Looks at a running command now and then, and remembers which Pythons it was seen to run.

    The answer is the one seen in most looks, the first where they are equal, and never a launcher such as poetry,
    which lives in an environment of its own. Where no look came in time the command line alone is read.
    """

    def __init__(
        self, arguments: Sequence[str], variables: Mapping[str, str], directory: str, cache: str | None = None
    ) -> None:
        self._arguments = tuple(arguments)
        self._variables = variables
        self._directory = directory
        self._cache = cache
        self._seen: dict[str, _Sighting] = {}
        self._obstacle: str | None = why_elsewhere(self._arguments)

    def look(self, pid: int) -> None:
        """Looks once at the command's first process and all below it; for one that has ended nothing is learnt."""
        looked: set[str] = set()
        for one in list_descendants(pid):
            arguments = read_arguments(one)
            if not arguments:
                continue
            self._obstacle = self._obstacle or why_elsewhere(arguments)
            variables = read_variables(one, _TELLING)
            executable = self._identify(one, arguments, variables)
            if executable is not None and executable not in looked:
                looked.add(executable)
                self._note(executable, arguments, self._variables if variables is None else variables)

    def answer(self) -> Interpreter | Unknown:
        """What the looks so far have shown, else what the command line says, else why neither tells."""
        found = [(path, one) for path, one in self._seen.items() if not one.launcher]
        if found:
            executable, sighting = max(found, key=lambda pair: pair[1].looks)
            return self._describe(executable, sighting, "process", [path for path, _ in found])
        if self._obstacle is not None:
            return Unknown(self._obstacle)
        python = find_python_word(self._arguments, self._variables, self._directory)
        words = self._arguments_from(python)
        if python is not None and not is_launcher(words):
            return self._describe(python, _Sighting(False, self._variables, _flags(words)), "command", [])
        if python is not None or self._seen:
            return Unknown(f"no Python was seen under {program_name(words)}, whose own Python is another one")
        program = find_program(self._arguments[0], self._variables, self._directory) if self._arguments else None
        if program is None:
            return Unknown(f"there is no program {' '.join(self._arguments[:1])}")
        return Unknown("no Python was seen while it ran" if may_start_python(program) else "not a Python program")

    def _identify(self, pid: int, arguments: tuple[str, ...], variables: Mapping[str, str] | None) -> str | None:
        if not is_python(arguments[0]):
            running = read_executable(pid)
            if running is None or not is_python(running):
                return None
        elif (directory := read_directory(pid) or self._directory) and (
            path := find_program(arguments[0], variables or self._variables, directory)
        ):
            # Not ours to see (sudo): the name must do. A stand-in of that name, such as pyenv's, is another file.
            if runs_file(pid, path) or (variables is None and find_python_word((path,), {}, directory)):
                return path
            running = read_executable(pid)
        else:
            running = read_executable(pid)
        if sees_other_files(pid):
            self._obstacle = self._obstacle or "the command runs in a container"
            return None
        return self._find_by_file(pid, running, variables or self._variables)

    def _find_by_file(self, pid: int, running: str | None, variables: Mapping[str, str]) -> str | None:
        """The path of a Python that renamed itself or was started under another name, among those it may have."""
        homes = [variables[name] for name in ("VIRTUAL_ENV", "CONDA_PREFIX") if name in variables]
        folders = [os.path.join(home, "bin") for home in homes] + variables.get("PATH", "").split(os.pathsep)
        names = ("python", "python3", *([os.path.basename(running)] if running is not None else []))
        candidates = [os.path.join(folder, name) for folder in folders if folder for name in names]
        return next((path for path in candidates if runs_file(pid, path)), running)

    def _note(self, executable: str, arguments: tuple[str, ...], variables: Mapping[str, str]) -> None:
        sighting = self._seen.setdefault(executable, _Sighting(True, variables, _flags(arguments)))
        sighting.looks += 1
        if sighting.launcher and not is_launcher(arguments):
            sighting.launcher, sighting.variables, sighting.flags = False, variables, _flags(arguments)

    def _arguments_from(self, python: str | None) -> tuple[str, ...]:
        """The command from its Python on; a script with a ``#!`` line as the argument that it becomes."""
        for at, word in enumerate(self._arguments):
            if is_python(word):
                return self._arguments[at:]
        return self._arguments if python is None else (python, *self._arguments)

    def _describe(self, executable: str, sighting: _Sighting, how: str, found: list[str]) -> Interpreter:
        installation: Installation = describe_installation(executable, self._cache)
        others = {describe_installation(path, self._cache).prefix for path in found} - {installation.prefix}
        return Interpreter(
            executable=executable,
            prefix=installation.prefix,
            base_prefix=installation.base_prefix,
            version=installation.version,
            implementation=installation.implementation,
            package_folders=tuple(list_package_folders(installation, sighting.variables, sighting.flags)),
            how=how,
            others=tuple(sorted(others)),
        )


def find_interpreter(
    pid: int, arguments: Sequence[str], variables: Mapping[str, str], directory: str, cache: str | None = None
) -> Interpreter | Unknown:
    """Which Python a command that runs now, or ran a moment ago, is run by: one look of an InterpreterWatch."""
    watch = InterpreterWatch(arguments, variables, directory, cache)
    watch.look(pid)
    return watch.answer()


def _flags(arguments: Sequence[str]) -> tuple[str, ...]:
    """The flags of Python itself, up to its script."""
    flags: list[str] = []
    for word in arguments[1:]:
        if not word.startswith("-") or word in ("-", "-c", "-m"):
            break
        flags.append(word)
    return tuple(flags)
