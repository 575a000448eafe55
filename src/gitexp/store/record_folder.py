"""A record in a folder of the disk: as far as it is known while the run goes, and where it waits to be stored."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gitexp.store.journal import SPARE, spare_folder
from gitexp.store.layout import MANIFEST, RECORD
from gitexp.store.spare_journals import is_own_folder

if TYPE_CHECKING:
    from gitexp.store.writing import Files

_NAME = "record"
_KNOWN = "known"
_UNFINISHED = ".unfinished"


def write_record(folder: str, manifest: bytes, files: Files) -> str:
    """Writes a record into a journal's folder and returns where it is. Raises OSError."""
    # Under its name only when it is whole: what lies there is stored as it is as soon as that is possible.
    target = os.path.join(folder, _NAME)
    unfinished = target + ".new"
    for path, data in {MANIFEST: manifest, **files}.items():
        file_path = os.path.join(unfinished, os.fsdecode(path.removeprefix(RECORD)))
        os.makedirs(os.path.dirname(file_path), mode=0o700, exist_ok=True)
        with open(file_path, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    os.rename(unfinished, target)
    return target


def read_record(folder: str) -> tuple[bytes, Files] | None:
    """The manifest and the files of the record that is kept in a journal, else in its spare folder; else None.

    Raises OSError.
    """
    for place in (os.path.join(folder, _NAME), os.path.join(_spare_of(folder), _NAME)):
        if is_own_folder(os.path.dirname(place)) and is_own_folder(place):
            files = _read_files(place)
            return files.pop(MANIFEST), files
    return None


def read_kept_manifest(folder: str) -> bytes | None:
    """The manifest alone of such a record. Raises OSError."""
    for place in (os.path.join(folder, _NAME), os.path.join(_spare_of(folder), _NAME)):
        if is_own_folder(os.path.dirname(place)) and is_own_folder(place):
            with open(os.path.join(place, os.fsdecode(MANIFEST.removeprefix(RECORD))), "rb") as file:
                return file.read()
    return None


def remove_spare(folder: str) -> None:
    """Removes what was kept outside of a journal's folder, once it is stored."""
    import shutil

    spare = _spare_of(folder)
    if is_own_folder(spare):
        shutil.rmtree(spare, ignore_errors=True)


def write_known(folder: str, manifest: bytes, files: Files) -> None:
    """Writes what is known of a run so far into its journal, in place of what was known before. Raises OSError."""
    place = os.path.join(folder, _KNOWN)
    # Each file whole or as it was, and the manifest last: it says nothing of a file that is not there.
    for path, data in {**files, MANIFEST: manifest}.items():
        target = os.path.join(place, os.fsdecode(path.removeprefix(RECORD)))
        os.makedirs(os.path.dirname(target), mode=0o700, exist_ok=True)
        unfinished = target + _UNFINISHED
        with open(unfinished, "wb") as file:
            file.write(data)
        os.replace(unfinished, target)


def read_known(folder: str) -> tuple[bytes, Files] | None:
    """What was known of a run while it went, manifest and files; None where nothing was written. Raises OSError."""
    files = _read_files(os.path.join(folder, _KNOWN))
    manifest = files.pop(MANIFEST, None)
    if manifest is None:
        return None
    return manifest, {path: data for path, data in files.items() if not path.endswith(_UNFINISHED.encode())}


def _spare_of(folder: str) -> str:
    return spare_folder(os.path.basename(folder).removeprefix(SPARE))


def _read_files(place: str) -> Files:
    files: Files = {}
    for folder, _, names in os.walk(place):
        for name in names:
            path = os.path.join(folder, name)
            inside = os.fsencode(os.path.relpath(path, place)).replace(os.fsencode(os.sep), b"/")
            with open(path, "rb") as file:
                files[RECORD + inside] = file.read()
    return files
