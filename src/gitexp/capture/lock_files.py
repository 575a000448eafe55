"""The lock files and requirements that say what an environment was built from."""

from __future__ import annotations

import fnmatch
import os
from typing import NamedTuple

from gitexp.model.urls import strip_credentials_in

LOCK_FILES = (
    *("uv.lock", "pylock.toml", "poetry.lock", "pdm.lock", "Pipfile.lock", "pixi.lock"),
    *("conda-lock.yml", "*.conda-lock.yml", "environment.yml", "environment.yaml", "requirements*.txt"),
)
_MAX_FILE_BYTES = 5_000_000
_MAX_FILES = 20


class LockFiles(NamedTuple):
    """Lock files by name, with their bytes, and what was left out and why, in sentences."""

    files: dict[str, bytes]
    warnings: tuple[str, ...] = ()


def find_lock_files(project: str, top: str) -> dict[str, str]:
    """The path of each lock file that holds for a project, by name: of equal names the one in the nearest folder up.

    Not looked for above ``top``, nor in folders beside the way up.
    """
    found: dict[str, str] = {}
    folder, top = os.path.realpath(project), os.path.realpath(top)
    while True:
        for name in _names_in(folder):
            path = os.path.join(folder, name)
            if name not in found and os.path.isfile(path) and _lies_in(path, top):
                found[name] = path
        parent = os.path.dirname(folder)
        if folder == top or parent == folder or not _lies_in(parent, top):
            return found
        folder = parent


def read_lock_files(project: str, top: str) -> LockFiles:
    """Reads the lock files that find_lock_files names, without the credentials in their URLs."""
    files: dict[str, bytes] = {}
    warnings: list[str] = []
    for name, path in find_lock_files(project, top).items():
        try:
            with open(path, "rb") as file:
                content = file.read(_MAX_FILE_BYTES + 1)
        except OSError as error:
            warnings.append(f"{name} was not recorded: {error.strerror}")
            continue
        if len(content) > _MAX_FILE_BYTES or len(files) == _MAX_FILES:
            limit = (
                f"it is larger than {_MAX_FILE_BYTES // 1_000_000} MB" if len(files) < _MAX_FILES else "there are many"
            )
            warnings.append(f"{name} was not recorded: {limit}")
            continue
        text = content.decode("utf-8", "surrogateescape")
        stripped = strip_credentials_in(text)
        if stripped != text:
            warnings.append(f"{name} was recorded without the credentials in its URLs")
        files[name] = stripped.encode("utf-8", "surrogateescape")
    return LockFiles(files, tuple(warnings))


def _names_in(folder: str) -> list[str]:
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return []
    return [name for name in names if any(fnmatch.fnmatchcase(name, pattern) for pattern in LOCK_FILES)]


def _lies_in(path: str, top: str) -> bool:
    """Whether a path, symbolic links resolved, lies in a folder: a link out of the repository is not followed."""
    return os.path.join(os.path.realpath(path), "").startswith(os.path.join(top, ""))
