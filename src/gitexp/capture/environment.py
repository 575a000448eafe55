"""Where a command ran, as a whole: interpreter, packages, lock files, machine and variables."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, NamedTuple

from gitexp.capture.gpus import find_gpus
from gitexp.capture.hardware import describe_machine
from gitexp.capture.interpreter import Interpreter
from gitexp.capture.lock_files import LockFiles, read_lock_files
from gitexp.capture.package_memory import remember_packages
from gitexp.capture.packages import format_packages, list_conda_packages
from gitexp.capture.variables import select_variables
from gitexp.model.run import Environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from gitexp.capture.interpreter import Unknown
    from gitexp.capture.packages import Source

PACKAGES_FILE = "packages.txt"


class EnvironmentRecord(NamedTuple):
    """An environment, the files of ``.exp/environment/`` by name, and what could not be found out, in sentences."""

    environment: Environment
    files: dict[str, bytes]
    warnings: tuple[str, ...]


def describe_environment(
    interpreter: Interpreter | Unknown,
    variables: Mapping[str, str],
    *,
    project: str,
    top: str,
    extra_variables: Iterable[str] = (),
    cache: str | None = None,
    find_source: Callable[[str], Source | None] | None = None,
) -> EnvironmentRecord:
    """Describes where a command ran.

    ``project`` and ``top`` are the project's and the repository's folder, ``cache`` a folder for what is kept between
    runs, ``find_source`` tells commit and remote of an editable package's folder.
    """
    warnings: list[str] = []
    files: dict[str, bytes] = {}
    known = interpreter if isinstance(interpreter, Interpreter) else None
    if known is not None:
        files |= _read_packages(known, top, cache, find_source, warnings)
    locks = _read_locks(project, top, warnings)
    files |= locks.files
    machine = describe_machine()
    gpus = find_gpus(processor=machine.cpu)
    warnings += gpus.warnings
    packages = files.get(PACKAGES_FILE)
    return EnvironmentRecord(
        Environment(
            python=known.version if known is not None else None,
            implementation=known.implementation if known is not None else None,
            executable=_describe_path(known.executable, top) if known is not None else None,
            platform=machine.platform,
            packages=hashlib.sha256(packages).hexdigest() if packages is not None else None,
            locks=tuple(locks.files),
            cpu=machine.cpu,
            cores=machine.cores,
            memory_bytes=machine.memory_bytes,
            gpus=gpus.gpus,
            cuda=gpus.cuda,
            variables=select_variables(variables, extra_variables),
            unknown=interpreter.why if not isinstance(interpreter, Interpreter) else None,
        ),
        files,
        tuple(warnings),
    )


def _read_packages(
    interpreter: Interpreter,
    top: str,
    cache: str | None,
    find_source: Callable[[str], Source | None] | None,
    warnings: list[str],
) -> dict[str, bytes]:
    if interpreter.version is None:
        warnings.append(f"the version of {_describe_path(interpreter.executable, top)} could not be found out")
    if interpreter.others:
        warnings.append(
            f"more than one Python ran: the packages are those of {_describe_path(interpreter.prefix, top)}, not of "
            + ", ".join(_describe_path(path, top) for path in interpreter.others)
        )
    if not interpreter.package_folders:
        warnings.append(f"no package folder was found for {_describe_path(interpreter.executable, top)}")
        return {}
    packages = remember_packages(interpreter.executable, interpreter.prefix, interpreter.package_folders, cache)
    conda = list_conda_packages(interpreter.base_prefix)
    return {PACKAGES_FILE: format_packages(packages, top=top, find_source=find_source, conda=conda)}


def _read_locks(project: str, top: str, warnings: list[str]) -> LockFiles:
    locks = read_lock_files(project, top)
    warnings += locks.warnings
    return locks


def _describe_path(path: str, top: str) -> str:
    """A path inside the repository relative to it, one in the home folder with ``~``, any other as it is."""
    for folder, sign in ((top, ""), (os.path.expanduser("~"), "~/")):
        above = os.path.join(folder, "")
        if len(above) > 1 and path.startswith(above):
            return sign + path[len(above) :].replace(os.sep, "/")
    return path
