"""The record of pushes, ``<git common dir>/exp/pushes``: what left, when, by whom, and past which warnings."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from gitexp.errors import StorageFailed
from gitexp.model.urls import strip_credentials

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitexp.git.repository import Repository

_LONGEST_LINE = 10_000_000


class PushedFind(NamedTuple):
    """A find that was let out, and why. Never its text."""

    fingerprint: str
    path: str | None
    line: int | None
    kind: str
    why: str


class PushEntry(NamedTuple):
    """One push. ``remote`` is a URL, and is written without credentials."""

    at: datetime
    by: str
    remote: str
    runs: int
    commits: int
    objects: int
    exceptions: tuple[PushedFind, ...] = ()


def push_record_path(repository: Repository) -> str:
    """Where the record lies; there is none before the first push."""
    return os.path.join(repository.common_dir, "exp", "pushes")


def append_push(repository: Repository, entry: PushEntry) -> None:
    """Adds a push at the end of the record, by one write. Raises StorageFailed."""
    path = push_record_path(repository)
    fields = entry._asdict() | {
        "at": entry.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "remote": strip_credentials(entry.remote),
        "exceptions": [find._asdict() for find in entry.exceptions],
    }
    line = json.dumps(fields).encode() + b"\n"
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        try:
            if _is_torn(descriptor):
                line = b"\n" + line
            written = os.write(descriptor, line)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise StorageFailed(path, error.strerror or str(error)) from error
    if written != len(line):
        raise StorageFailed(path, "written in part: the disk may be full")


def _is_torn(descriptor: int) -> bool:
    """Whether the last line has no end: what is added would be part of it."""
    size = os.fstat(descriptor).st_size
    if not size:
        return False
    os.lseek(descriptor, size - 1, os.SEEK_SET)
    return os.read(descriptor, 1) != b"\n"


def read_pushes(repository: Repository) -> list[PushEntry]:
    """The pushes from this repository, oldest first; a line that was cut off as it was written is passed over.

    Raises StorageFailed where there is a record that cannot be read.
    """
    path = push_record_path(repository)
    found: list[PushEntry] = []
    try:
        with open(path, "rb") as file:
            while line := file.readline(_LONGEST_LINE):
                entry = _parse(line)
                if entry is not None:
                    found.append(entry)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise StorageFailed(path, error.strerror or str(error)) from error
    return found


def _parse(line: bytes) -> PushEntry | None:
    try:
        fields = json.loads(line)
        return PushEntry(
            at=datetime.fromisoformat(fields["at"]),
            by=str(fields["by"]),
            remote=str(fields["remote"]),
            runs=int(fields["runs"]),
            commits=int(fields["commits"]),
            objects=int(fields["objects"]),
            exceptions=tuple(_parse_find(find) for find in fields["exceptions"]),
        )
    except (KeyError, TypeError, ValueError):
        return None


def _parse_find(fields: Mapping[str, Any]) -> PushedFind:
    path, line = fields["path"], fields["line"]
    return PushedFind(
        str(fields["fingerprint"]),
        None if path is None else str(path),
        None if line is None else int(line),
        str(fields["kind"]),
        str(fields["why"]),
    )
