"""Virtual environments made anew from a recorded list of packages."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BIN = "Scripts" if os.name == "nt" else "bin"
# What stands in a list that a remote sent is handed to pip: options, and files of this machine, are not; nor is what
# pip reads in such a file as more than a URL: ${NAME} sends a variable of this machine there, '\\' joins the next line.
_PINNED = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)==[A-Za-z0-9][A-Za-z0-9.+!_-]*")
_FROM_URL = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*) @ (?:https|git\+https|git\+ssh)://(?:(?![$\\\\])[!-~])+")
_OWN = "gitexp"
_PRESENT = ("pip",)
_NOT_FOR_PIP = ("PIP_TARGET", "PIP_PREFIX", "PIP_USER", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
_WORDS = 2000


class Requirements(NamedTuple):
    """What of a list of packages pip can install, and what it cannot."""

    lines: tuple[str, ...]
    passed_over: tuple[str, ...]
    """Editable installations, files, and what conda had."""
    has_gitexp: bool = False
    """Whether gitexp itself was there, in whatever form."""


class FoundPython(NamedTuple):
    """A Python to make an environment of. ``is_recorded``: its first two numbers are those that were asked for."""

    path: str
    version: str
    is_recorded: bool


class BuildFailed(Exception):
    """An environment that could not be made: what the tool said."""


def read_requirements(text: str) -> Requirements:
    """Reads ``packages.txt`` (the form of ``pip freeze``); nothing but pinned versions and URLs is for pip."""
    lines: list[str] = []
    passed_over: list[str] = []
    has_gitexp = False
    about = ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("# conda: "):
            passed_over.append(f"{line[9:]} (conda)")
        found = _PINNED.fullmatch(line) or _FROM_URL.fullmatch(line)
        name = found[1].lower().replace("_", "-") if found else ""
        if name == _OWN or (line.startswith("-e ") and _is_gitexp(f"{about} {line}")):
            has_gitexp = True
        elif found and name not in _PRESENT:
            lines.append(line)
        elif line and not line.startswith("#") and name not in _PRESENT:
            passed_over.append(line)
        about = line if line.startswith("#") else ""
    return Requirements(tuple(lines), tuple(passed_over), has_gitexp)


def _is_gitexp(text: str) -> bool:
    """Whether an editable installation is gitexp's: its name stands behind the URL, or in the comment before it."""
    return re.search(rf"(?:#egg=|\(){_OWN}\b", text) is not None


def find_python(version: str | None) -> FoundPython:
    """The ``pythonX.Y`` of a version on PATH, else the Python that runs this."""
    here = ".".join(map(str, sys.version_info[:3]))
    wanted = ".".join((version or here).split(".")[:2])
    own = here.startswith(f"{wanted}.")
    if not own and re.fullmatch(r"\d+\.\d+", wanted) and (path := shutil.which(f"python{wanted}")) is not None:
        return FoundPython(path, wanted, is_recorded=True)
    return FoundPython(sys.executable, here, own)


def build_environment(folder: str, python: str, lines: Sequence[str], *, is_talkative: bool) -> None:
    """Makes a virtual environment and installs packages into it, their own requirements not: the list has them all.

    ``is_talkative``: pip says what it does on standard error. Raises BuildFailed, with the words of the tool.
    """
    variables = {name: value for name, value in os.environ.items() if name not in _NOT_FOR_PIP}
    _call([python, "-m", "venv", "--clear", folder], variables, is_talkative=False)
    if not lines:
        return
    listing = os.path.join(folder, "requirements.txt")
    with open(listing, "w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)
    options = ["--disable-pip-version-check", "--no-input", "--no-deps", *([] if is_talkative else ["--quiet"])]
    _call(
        [find_executable(folder, "python"), "-m", "pip", "install", *options, "-r", listing],
        variables,
        is_talkative=is_talkative,
    )


def _call(command: Sequence[str], variables: Mapping[str, str], *, is_talkative: bool) -> None:
    try:
        done = subprocess.run(
            command,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=2 if is_talkative else subprocess.PIPE,
            stderr=None if is_talkative else subprocess.STDOUT,
            check=False,
        )
    except OSError as error:
        raise BuildFailed(f"{command[0]}: {error.strerror or error}") from error
    if done.returncode:
        words = (done.stdout or b"").decode("utf-8", "replace").strip()[-_WORDS:]
        said = [line for line in words.splitlines() if line.startswith(("ERROR", "Error"))] or words.splitlines()[-1:]
        raise BuildFailed(said[0] if said else f"{' '.join(command[1:3])} failed ({done.returncode})")


def find_executable(folder: str, name: str) -> str:
    """Where a program of an environment lies."""
    return os.path.join(folder, BIN, f"{name}.exe" if os.name == "nt" else name)


def link_package(folder: str, package: str) -> None:
    """Puts the package in a folder at the disposal of an environment, without what lies beside it. Raises OSError."""
    for where, folders, _ in os.walk(folder):
        if os.path.basename(where) == "site-packages":
            target = os.path.join(where, os.path.basename(package))
            if os.path.islink(target):
                os.unlink(target)
            if not os.path.lexists(target):
                _link(package, target)
            return
        folders.sort()


def _link(package: str, target: str) -> None:
    try:
        os.symlink(package, target, target_is_directory=True)
    except OSError:  # Windows, to those who may not make links
        shutil.copytree(package, target)
