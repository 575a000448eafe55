"""What is said of a run that is going: annotations that wait in its journal until the run is stored.

The folder is removed, empty, before the journal goes, and a file comes into it by a rename. So each side knows: either
the file was there, and whoever stores the run has it, or there is no folder any more, and the run is stored by then.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from gitexp.errors import InvalidValue

if TYPE_CHECKING:
    from gitexp.model.annotations import Annotation
    from gitexp.store.journal import Journal

_FOLDER = "annotations"
# What reads annotations is imported where it is used: every recording closes its journal, and hardly any has some.


def write_annotation(journal: Journal, name: bytes, data: bytes) -> bool:
    """Puts an annotation into a journal; False where that takes none any more. Raises OSError."""
    # Beside the folder until it is whole, and on the disk: a power cut leaves it, or nothing.
    unfinished = os.path.join(journal.folder, f"annotation-{os.getpid()}.new")
    try:
        file = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
        try:
            while data:
                data = data[os.write(file, data) :]
            os.fsync(file)
        finally:
            os.close(file)
        os.replace(unfinished, os.path.join(_folder(journal), os.fsdecode(name)))
    except FileNotFoundError:
        return False
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(unfinished)
    return True


def read_annotation_files(journal: Journal) -> dict[bytes, bytes]:
    """The files that wait, by name; none where there is no folder. Raises OSError."""
    from gitexp.format.annotation import MAX_BYTES

    files: dict[bytes, bytes] = {}
    with contextlib.suppress(FileNotFoundError):
        for name in sorted(os.listdir(_folder(journal))):
            with open(path_of(journal, os.fsencode(name)), "rb") as file:
                files[os.fsencode(name)] = file.read(MAX_BYTES + 1)
    return files


def read_waiting(journal: Journal) -> tuple[Annotation, ...]:
    """The annotations that wait, in order; a file that cannot be read is told when the run is stored."""
    from gitexp.format.annotation import parse_annotation

    found: list[Annotation] = []
    with contextlib.suppress(OSError):
        for name, data in read_annotation_files(journal).items():
            with contextlib.suppress(InvalidValue):
                annotation = parse_annotation(name, data)
                if annotation is not None:
                    found.append(annotation)
    return tuple(sorted(found, key=lambda one: one.order))


def close_annotations(journal: Journal) -> bool:
    """Lets nothing more be said into a journal; False where something waits in it. Raises OSError."""
    try:
        os.rmdir(_folder(journal))
    except FileNotFoundError:  # closed already, or begun by a gitexp that had none
        return True
    except OSError:
        if os.listdir(_folder(journal)):
            return False
        raise
    return True


def path_of(journal: Journal, name: bytes) -> str:
    """Where a file waits."""
    return os.path.join(_folder(journal), os.fsdecode(name))


def _folder(journal: Journal) -> str:
    return os.path.join(journal.folder, _FOLDER)
