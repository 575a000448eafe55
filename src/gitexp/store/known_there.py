"""What the data remotes are known to have, ``<git common dir>/exp/there/<key>``: asked once, and remembered."""

from __future__ import annotations

import contextlib
import os
import re
from typing import TYPE_CHECKING

from gitexp.errors import StorageFailed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitexp.git.repository import Repository

_LINE = re.compile(rb"(object|run) ([0-9a-f]{32}(?:\.dir)?|[0-9a-f]{40}|[0-9a-f]{64})\n")
NO_REMOTE = "nothing-to-send"
"""In place of a remote's key: the runs that point at nothing, of which no remote has to be asked."""


class KnownThere:
    """The objects that one remote has, and the commits of runs of which it has every object.

    It only saves questions: where it is damaged or gone they are asked again.
    """

    __slots__ = ("_path", "objects", "runs")

    def __init__(self, repository: Repository, key: str) -> None:
        self._path = os.path.join(repository.common_dir, "exp", "there", key)
        self.objects: set[str] = set()
        self.runs: set[str] = set()
        with contextlib.suppress(OSError), open(self._path, "rb") as file:
            for line in file:
                found = _LINE.fullmatch(line)
                if found is not None:
                    (self.objects if found[1] == b"object" else self.runs).add(found[2].decode())

    def add(self, *, objects: Iterable[str] = (), runs: Iterable[str] = ()) -> None:
        """Adds what is there, by one write. Raises StorageFailed."""
        more = [("object", one) for one in objects if one not in self.objects]
        more += [("run", one) for one in runs if one not in self.runs]
        if not more:
            return
        # A line that was cut off as it was written would else swallow the first of these.
        text = "\n" + "".join(f"{kind} {one}\n" for kind, one in more)
        try:
            os.makedirs(os.path.dirname(self._path), exist_ok=True)
            descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
            try:
                os.write(descriptor, text.encode())
            finally:
                os.close(descriptor)
        except OSError as error:
            raise StorageFailed(self._path, error.strerror or str(error)) from error
        self.objects.update(one for kind, one in more if kind == "object")
        self.runs.update(one for kind, one in more if kind == "run")

    def forget(self) -> None:
        """Forgets everything: something that was there is no longer. Raises StorageFailed."""
        self.objects.clear()
        self.runs.clear()
        try:
            os.remove(self._path)
        except FileNotFoundError:
            return
        except OSError as error:
            raise StorageFailed(self._path, error.strerror or str(error)) from error


def list_known_there(repository: Repository) -> frozenset[str]:
    """The hashes of the objects that some data remote is known to have."""
    try:
        keys = os.listdir(os.path.join(repository.common_dir, "exp", "there"))
    except OSError:
        return frozenset()
    return frozenset(md5 for key in keys for md5 in KnownThere(repository, key).objects)
