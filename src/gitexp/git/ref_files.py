"""Refs as files: when they changed, and what they hold, without starting Git.

Git writes a loose ref by renaming a file into its folder, and packed refs by renaming a file over the old one: the
times of a few folders and one file tell whether any ref changed. Only plain refs are read here, with plain names; who
meets anything else is sent to Git.
"""

from __future__ import annotations

import os
import re
import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.git.repository import Repository

PACKED = "packed-refs"
ABSENT = "-"
UNSETTLED = ""
"""The stamp of what changed within the last two seconds: it may change again under one time."""

_SETTLED_NS = 2_000_000_000
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*", re.ASCII)
_LONGEST_REF = 200


class NotPlainError(Exception):
    """A ref, or a folder of refs, that only Git can tell what it is."""


class LooseFolder(NamedTuple):
    """One folder of loose refs: the refs right in it by full name, and the folders in it."""

    refs: dict[str, str]
    folders: tuple[str, ...]


def stamp_path(repository: Repository, path: str) -> str:
    """What changes when a file or folder below the common Git folder does: time, size and inode."""
    try:
        status = os.stat(os.path.join(repository.common_dir, path))
    except (FileNotFoundError, NotADirectoryError):
        return ABSENT
    except OSError as error:
        raise NotPlainError(path) from error
    return f"{status.st_mtime_ns} {status.st_size} {status.st_ino}"


def settle_stamp(stamp: str, now_ns: int | None = None) -> str:
    """The stamp where it may be relied upon later; UNSETTLED where the change is too new, or of the future."""
    if stamp == ABSENT:
        return stamp
    now_ns = time.time_ns() if now_ns is None else now_ns
    return stamp if now_ns - int(stamp.partition(" ")[0]) >= _SETTLED_NS else UNSETTLED


def scan_loose(repository: Repository, folder: str) -> LooseFolder:
    """The loose refs of one folder, such as ``refs/heads``. Raises NotPlainError."""
    refs: dict[str, str] = {}
    folders: list[str] = []
    place = os.path.join(repository.common_dir, folder)
    try:
        with os.scandir(place) as entries:
            for entry in entries:
                if entry.name.endswith(".lock") and entry.is_file(follow_symlinks=False):
                    continue  # a ref that is being written
                name = f"{folder}/{entry.name}"
                if not _is_plain(entry.name) or entry.is_symlink():
                    raise NotPlainError(name)
                if entry.is_dir():
                    folders.append(name)
                else:
                    found = _read_ref(entry.path, name, repository.id_length)
                    if found is not None:
                        refs[name] = found
    except FileNotFoundError:
        return LooseFolder({}, ())
    except OSError as error:
        raise NotPlainError(folder) from error
    return LooseFolder(refs, tuple(folders))


def _read_ref(path: str, name: str, length: int) -> str | None:
    try:
        with open(path, "rb", buffering=0) as file:
            data = file.read(_LONGEST_REF)
    except FileNotFoundError:  # packed or deleted just now
        return None
    text = data.decode("latin-1").rstrip("\n")
    if re.fullmatch(f"[0-9a-f]{{{length}}}", text) is None or not text.strip("0"):
        raise NotPlainError(name)
    return text


def read_packed(repository: Repository, roots: Sequence[str]) -> dict[str, str]:
    """The packed refs below some folders, such as ``refs/heads``. Raises NotPlainError."""
    try:
        with open(os.path.join(repository.common_dir, PACKED), "rb") as file:
            data = file.read()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise NotPlainError(PACKED) from error
    one_id = rb"[0-9a-f]{%d}" % repository.id_length
    wanted = b"|".join(re.escape(root.encode()) for root in roots)
    lines = re.findall(
        rb"^(?:(%b) ((?:%b)(?:/[^\n]*)?)|%b refs/[^\n]+|\^%b|#[^\n]*)$" % (one_id, wanted, one_id, one_id),
        data,
        re.MULTILINE,
    )
    if len(lines) != data.count(b"\n") or (data and not data.endswith(b"\n")):
        raise NotPlainError(PACKED)
    refs = {name.decode("latin-1"): found.decode("ascii") for found, name in lines if name}
    for name in refs:
        if not all(map(_is_plain, name.split("/"))) or name in roots or not refs[name].strip("0"):
            raise NotPlainError(name)
    return refs


def _is_plain(name: str) -> bool:
    return _PLAIN_NAME.fullmatch(name) is not None and ".." not in name and not name.endswith((".lock", "."))
