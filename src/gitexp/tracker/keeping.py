"""Files put into the journal of a run at once and whole, so that the script may do with its own what it likes."""

from __future__ import annotations

import os
import stat

from gitexp.tracker.copying import copy_file, copy_folder
from gitexp.tracker.notices import Refusal, quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_PRIVATE = 0o700
_count = 0


def check_name(name: str) -> str:
    """An artifact's name as a path with '/' between its parts. Raises Refusal where it is none."""
    if os.sep != "/":
        name = name.replace(os.sep, "/")
    path = name.rstrip("/")
    parts = path.split("/")
    if not path or path.startswith("/") or (os.name == "nt" and path[1:2] == ":"):
        raise Refusal(f"{quote(name)} is left out: no path relative to the run's folder")
    if any(part in {"", ".", ".."} or part.lower() == ".git" for part in parts):
        raise Refusal(f"{quote(name)} is left out: it has an empty part, '.', '..' or '.git'")
    if not path.isprintable():
        raise Refusal(f"{quote(name)} is left out: it has a character that cannot be printed")
    return path


def keep_path(journal: str, source: str, name: str, tell: Callable[[str], None]) -> None:
    """Keeps a copy of a file, or of a folder with all that is in it. Raises Refusal and OSError.

    ``tell`` is told what of a folder could not be copied; the rest is kept.
    """
    mode = os.stat(source).st_mode
    if stat.S_ISDIR(mode):
        _keep(journal, name, lambda staged: copy_folder(source, staged, tell))
    else:
        _keep(journal, name, lambda staged: copy_file(source, staged))


def keep_bytes(journal: str, name: str, data: bytes) -> None:
    """Keeps data as a file. Raises Refusal and OSError."""

    def write(staged: str) -> None:
        with open(staged, "xb", opener=_open_private) as file:
            file.write(data)

    _keep(journal, name, write)


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _keep(journal: str, name: str, make: Callable[[str], None]) -> None:
    name = check_name(name)
    staged = _stage(journal)
    try:
        make(staged)
        _place(journal, staged, name)
    finally:
        _remove(staged)


def _stage(journal: str) -> str:
    """A path beside the artifacts that nothing has: what is half made is none of them."""
    global _count
    folder = os.path.join(journal, "partial")
    try:
        os.mkdir(folder, _PRIVATE)
    except FileExistsError:
        pass
    except FileNotFoundError:
        raise Refusal("the run has ended: nothing more is kept") from None
    while True:
        _count += 1
        path = os.path.join(folder, f"{os.getpid()}-{_count}")
        if not os.path.lexists(path):
            return path


def _place(journal: str, staged: str, name: str) -> None:
    folder = os.path.join(journal, "artifacts")
    *parents, _ = name.split("/")
    for parent in parents:
        folder = os.path.join(folder, parent)
        try:
            os.mkdir(folder, _PRIVATE)
        except FileExistsError:
            if not os.path.isdir(folder):
                raise Refusal(f"{quote(name)} is left out: {quote(parent)} is a file") from None
    target = os.path.join(journal, "artifacts", name)
    try:
        os.replace(staged, target)
    except OSError:  # a folder is in the way, or the other way round
        aside = _stage(journal)
        os.rename(target, aside)
        try:
            os.replace(staged, target)
        finally:
            _remove(aside)


def _remove(path: str) -> None:
    if os.path.isdir(path) and not os.path.islink(path):
        import shutil

        shutil.rmtree(path, ignore_errors=True)
    elif os.path.lexists(path):
        os.unlink(path)
