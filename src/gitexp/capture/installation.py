"""What an installed Python is, read from the files around it: prefix, version, implementation, package folders."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_LIBRARY = re.compile(r"(python|pypy|graalpy)(\d+\.\d+)(t?)")
_PATCHLEVEL = re.compile(r'^#define\s+PY_VERSION\s+"([^"]+)"', re.MULTILINE)
_CONDA_PYTHON = re.compile(r"python-(\d+\.\d+\.[0-9a-z]+)-.*\.json")
_IMPLEMENTATIONS = {"cpython": "CPython", "pypy": "PyPy", "graalpy": "GraalPy"}
_PROBE = "import sys,json;print(json.dumps([sys.version.split()[0],sys.implementation.name]))"
_PROBE_SECONDS = 10


class Installation(NamedTuple):
    """One Python. ``base_prefix`` differs from ``prefix`` in a virtual environment; versions are None when unknown."""

    executable: str
    prefix: str
    base_prefix: str
    version: str | None
    implementation: str
    system_site_packages: bool


def describe_installation(executable: str, cache: str | None = None) -> Installation:
    """Describes the Python at a path, of which no symbolic link must have been resolved.

    It is started, once and without site packages, only where no file tells the full version; ``cache`` is a folder
    that keeps what was learnt so.
    """
    configuration = _read_venv(executable)
    if configuration is None:
        base_executable = os.path.realpath(executable)
        prefix = base_prefix = _prefix_of(executable) or _prefix_of(base_executable) or _bin_parent(base_executable)
    else:
        prefix = configuration["prefix"]
        base_executable = os.path.realpath(executable)
        home = configuration.get("home", "")
        if os.name == "nt" or _same_folder(prefix, base_executable):  # a copy, not a link: only 'home' knows the base
            base_executable = configuration.get("executable") or os.path.join(home, os.path.basename(executable))
        base_prefix = _prefix_of(base_executable) or os.path.dirname(home) or prefix
    version, implementation = _read_version(base_executable, base_prefix)
    if version is None:
        version, implementation = _start_python(executable, cache)
    if version is None and configuration is not None:
        version = re.sub(r"\.final\.0$", "", configuration.get("version_info") or configuration.get("version") or "")
    return Installation(
        executable=executable,
        prefix=prefix,
        base_prefix=base_prefix,
        version=version or None,
        implementation=implementation or _implementation_of(base_executable),
        system_site_packages=configuration is None
        or configuration.get("include-system-site-packages", "").lower() == "true",
    )


def list_package_folders(
    installation: Installation, variables: Mapping[str, str], flags: Sequence[str] = ()
) -> list[str]:
    """The folders in which a Python looks for packages, in its order; ``flags`` are its own, such as ``-I``.

    What ``.pth`` files add is not among them.
    """
    letters = {letter for flag in flags if re.fullmatch("-[A-Za-z]+", flag) for letter in flag[1:]}
    folders: list[str] = []
    if not letters & {"I", "E"}:
        folders += [part for part in variables.get("PYTHONPATH", "").split(os.pathsep) if part]
    in_venv = installation.prefix != installation.base_prefix
    if in_venv:
        folders += _site_folders(installation.prefix, installation.version)
    if installation.system_site_packages:
        if not letters & {"I", "s"} and not variables.get("PYTHONNOUSERSITE"):
            folders += _user_folders(installation, variables)
        folders += _site_folders(installation.base_prefix, installation.version)
    unique: dict[str, str] = {}  # lib64 is most often a link to lib
    for folder in folders:
        if os.path.isdir(folder):
            unique.setdefault(os.path.realpath(folder), folder)
    return list(unique.values())


def _read_venv(executable: str) -> dict[str, str] | None:
    """The keys of the ``pyvenv.cfg`` beside a Python or one folder up, and ``prefix``; None where there is none."""
    beside = os.path.dirname(executable)
    for folder in (beside, os.path.dirname(beside)):
        try:
            with open(os.path.join(folder, "pyvenv.cfg"), encoding="utf-8", errors="surrogateescape") as file:
                pairs = [line.partition("=") for line in file if "=" in line]
        except OSError:
            continue
        given = {key.strip().lower(): value.strip() for key, _, value in pairs}
        return {**given, "prefix": os.path.dirname(beside)}  # as Python's own site.py: wherever the file was found
    return None


def _same_folder(prefix: str, path: str) -> bool:
    return os.path.realpath(path).startswith(os.path.realpath(prefix) + os.sep)


def _bin_parent(executable: str) -> str:
    folder = os.path.dirname(executable)
    return folder if os.name == "nt" else os.path.dirname(folder)


def _prefix_of(executable: str) -> str | None:
    """The nearest folder above a Python that holds its standard library."""
    folder = os.path.dirname(executable)
    while True:
        if os.path.isfile(os.path.join(folder, "Lib", "os.py")):
            return folder
        if any(os.path.isfile(os.path.join(library, "os.py")) for library, _ in _libraries(folder)):
            return folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


def _libraries(prefix: str) -> list[tuple[str, str]]:
    """The ``lib/pythonX.Y`` folders of a prefix, each with its ``X.Y``."""
    try:
        names = sorted(os.listdir(os.path.join(prefix, "lib")))
    except OSError:
        return []
    matches = ((name, _LIBRARY.fullmatch(name)) for name in names)
    return [(os.path.join(prefix, "lib", name), match[2]) for name, match in matches if match]


def _implementation_of(executable: str) -> str:
    name = os.path.basename(executable).lower()
    return next((title for start, title in _IMPLEMENTATIONS.items() if name.startswith(start)), "CPython")


def _read_version(base_executable: str, base_prefix: str) -> tuple[str | None, str | None]:
    own = getattr(sys, "_base_executable", sys.executable)
    if own and os.path.realpath(own) == os.path.realpath(base_executable):
        return sys.version.split()[0], _IMPLEMENTATIONS.get(sys.implementation.name, sys.implementation.name)
    for name in _listed(os.path.join(base_prefix, "conda-meta")):
        if match := _CONDA_PYTHON.fullmatch(name):
            return match[1], _implementation_of(base_executable)
    libraries = [os.path.basename(library) for library, _ in _libraries(base_prefix)]
    named = os.path.basename(os.path.realpath(base_executable))
    if named in libraries or len(libraries) == 1:
        library = named if named in libraries else libraries[0]
        with contextlib.suppress(OSError):
            header = os.path.join(base_prefix, "include", library, "patchlevel.h")
            with open(header, encoding="utf-8", errors="replace") as file:
                if match := _PATCHLEVEL.search(file.read()):
                    return match[1], _implementation_of(library if library != named else base_executable)
    return None, None


def _listed(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _start_python(executable: str, cache: str | None) -> tuple[str | None, str | None]:
    try:
        file = os.stat(executable)
    except OSError:
        return None, None
    identity = f"{os.path.realpath(executable)}\0{file.st_mtime_ns}\0{file.st_size}"
    kept = None
    if cache is not None:
        kept = os.path.join(cache, "python-" + hashlib.sha256(os.fsencode(identity)).hexdigest()[:32] + ".json")
        with contextlib.suppress(OSError, ValueError), open(kept, encoding="utf-8") as known:
            version, name = json.load(known)
            return str(version), str(name)
    command = [executable, "-I", "-S", "-c", _PROBE]
    try:
        result = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_PROBE_SECONDS, check=True
        )
        version, name = json.loads(result.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None, None  # not a Python that can be asked: what the files say remains
    answer = str(version), _IMPLEMENTATIONS.get(name, str(name))
    if kept is not None and cache is not None:
        with contextlib.suppress(OSError):  # only kept to save time
            os.makedirs(cache, exist_ok=True)
            with open(f"{kept}.{os.getpid()}", "w", encoding="utf-8") as file_out:
                json.dump(answer, file_out)
            os.replace(file_out.name, kept)
    return answer


def _family(version: str | None) -> str:
    return ".".join((version or "").split(".")[:2])


def _site_folders(prefix: str, version: str | None) -> list[str]:
    family = _family(version)
    folders = [
        os.path.join(library, "site-packages") for library, of in _libraries(prefix) if not family or of == family
    ]
    if prefix == "/usr" and family:  # Debian keeps what pip and what apt installed in two folders of its own
        folders += [f"/usr/local/lib/python{family}/dist-packages", "/usr/lib/python3/dist-packages"]
    folders += [os.path.join(prefix, "Lib", "site-packages")] if os.name == "nt" else []
    return [*folders, os.path.join(prefix, "lib64", f"python{family}", "site-packages")]


def _user_folders(installation: Installation, variables: Mapping[str, str]) -> list[str]:
    family = _family(installation.version)
    home = variables.get("HOME") or os.path.expanduser("~")
    if os.name == "nt":
        base = variables.get("PYTHONUSERBASE") or os.path.join(variables.get("APPDATA", home), "Python")
        return [os.path.join(base, f"Python{family.replace('.', '')}", "site-packages")]
    base = variables.get("PYTHONUSERBASE") or os.path.join(home, ".local")
    return [os.path.join(base, "lib", f"python{family}", "site-packages")]
