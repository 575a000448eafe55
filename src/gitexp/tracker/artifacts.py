"""``gitexp.log_artifact``: a file that the run keeps."""

from __future__ import annotations

import os

from gitexp.tracker.keeping import check_name, keep_path
from gitexp.tracker.kept import note_file
from gitexp.tracker.writer import WRITER


def log_artifact(path: str | os.PathLike[str], name: str | None = None) -> None:
    """Keeps a file, or a folder with all that is in it, as an artifact of the run: as it is now.

    The script may overwrite or remove its own afterwards. ``name`` is the artifact's path in the run, with '/' between
    its parts; where none is given it is the path relative to the current folder, or outside of that the last part.
    What is kept again under a name takes the place of what was.

    Never raises for what it is given: a file that cannot be read, a FIFO or a device, and a name with ``..``,
    ``.git`` or a control character are left out, and the user is told once. Does nothing outside a run, and in
    distributed training on the main process alone.
    """
    if not WRITER.silent:
        WRITER.attempt("log_artifact", lambda: _log_artifact(path, name))


def _log_artifact(path: str | os.PathLike[str], name: str | None) -> None:
    if not WRITER.leads() or WRITER.journal is None:
        return
    source = os.fsdecode(path)
    kept = check_name(find_name(source) if name is None else str(name))
    keep_path(WRITER.journal, source, kept, _tell)
    note_file(kept, source)


def find_name(path: str) -> str:
    """The name that a file has by its place: relative to the current folder where it is in it, else its last part."""
    full = os.path.abspath(path)
    try:
        relative = os.path.relpath(full)
    except (OSError, ValueError):  # the current folder is gone, or on another drive
        return os.path.basename(full)
    if relative in {os.curdir, os.pardir} or relative.startswith(os.pardir + os.sep):
        return os.path.basename(full)
    return relative


def _tell(sentence: str) -> None:
    WRITER.tell(("log_artifact", sentence), f"log_artifact: {sentence}")
