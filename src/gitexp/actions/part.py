"""One file of a run: of its record, of its artifacts wherever their bytes lie, or of its code."""

from __future__ import annotations

import io
import shlex
from typing import TYPE_CHECKING

from gitexp.actions.named_run import find_run
from gitexp.errors import BrokenRecord, InvalidValue, NotFound, PartNotFound
from gitexp.model.paths import quote_path, unquote_path
from gitexp.model.pointer import POINTER_SUFFIX
from gitexp.model.run import Status
from gitexp.store.layout import OUTPUT, RECORD

if TYPE_CHECKING:
    from typing import BinaryIO

    from gitexp.model.head import RunHead
    from gitexp.model.pointer import Pointer
    from gitexp.model.run import Artifact
    from gitexp.store.runs import RunStore

_ARTIFACTS = RECORD + b"artifacts/"
_NAMED = 8


def open_part(store: RunStore, text: str, part: str, experiment: str | None = None) -> BinaryIO:
    """Opens one file of the run that a spec names: of the record, of its artifacts, else of the code.

    The bytes of an artifact in the cache are checked against its hash first. Raises PartNotFound; BrokenRecord where
    they are not the ones that were recorded.
    """
    head = find_run(store, text, experiment)
    path = unquote_path(part).removeprefix(b"./")
    for candidate in (RECORD + path, path if path.startswith(RECORD) else _ARTIFACTS + path):
        data = store.read_part(head, candidate)
        if data is not None:
            return io.BytesIO(data)
        if candidate.startswith(_ARTIFACTS) and (pointer := _find_pointer(store, head, candidate)) is not None:
            return _open_cached(store, head, part, pointer)
    data = store.read_part(head, path)
    if data is not None:
        return io.BytesIO(data)
    if head.status is Status.RUNNING:
        hint = f"exp logs {head.id}" if RECORD + path == OUTPUT else f"exp show {head.id}"
        raise PartNotFound(head.name, f"{part} yet: its record is made when it ends", hint=f"{hint}  (so far)")
    raise PartNotFound(head.name, part, hint=_list_parts(store, head, path))


def _find_pointer(store: RunStore, head: RunHead, path: bytes) -> Pointer | None:
    """The pointer in place of an artifact; None where it has none, or is no artifact that the cache keeps."""
    artifact = _find_artifact(store, head, path.removeprefix(_ARTIFACTS))
    if artifact is None or artifact.kept != "dvc":
        return None
    from gitexp.format.pointer import parse_pointer

    pointer_at = path + POINTER_SUFFIX.encode()
    while (data := store.read_part(head, pointer_at)) is not None:
        try:
            pointer = parse_pointer(data, quote_path(pointer_at))
        except InvalidValue:  # an artifact that is itself named so: the pointer stands behind it
            pointer = None
        if pointer is not None and pointer.md5 == artifact.md5:
            return pointer
        pointer_at += POINTER_SUFFIX.encode()
    return None


def _find_artifact(store: RunStore, head: RunHead, name: bytes) -> Artifact | None:
    return next((one for one in store.load(head).artifacts if one.path == quote_path(name)), None)


def _open_cached(store: RunStore, head: RunHead, part: str, pointer: Pointer) -> BinaryIO:
    from gitexp.data.cache import Cache
    from gitexp.data.hashing import hash_file
    from gitexp.store.journal import local_folder

    if pointer.files is not None or pointer.md5.endswith(".dir"):
        raise PartNotFound(
            head.name,
            f"file {part}: it is a folder" + (f" of {pointer.files} files" if pointer.files is not None else ""),
            hint=f"exp show {head.id} --part {shlex.quote(part + POINTER_SUFFIX)}  (its pointer)",
        )
    cache = Cache(local_folder(store.repository, "cache"))
    try:
        opened = cache.open(pointer.md5)
    except NotFound:
        raise PartNotFound(
            head.name,
            f"{part} here: its bytes are not in the cache of this repository",
            hint=f"exp get {head.id} {shlex.quote(part)} -o -",
        ) from None
    if hash_file(cache.path_of(pointer.md5)).md5 != pointer.md5:
        opened.close()
        raise BrokenRecord(
            head.id,
            f"{part} is damaged: the cache has other bytes under md5 {pointer.md5}",
            hint=f"{cache.path_of(pointer.md5)}  (to be replaced by a whole copy)",
        )
    return opened


def _list_parts(store: RunStore, head: RunHead, asked: bytes) -> str:
    """The parts that there are, those first that are called like the last part of the asked path."""
    last = asked.rpartition(b"/")[2]
    paths = [entry.path.removeprefix(RECORD) for entry in store.parts(head)]
    stem = last.partition(b".")[0] or last
    paths.sort(key=lambda path: (last not in path, stem not in path))
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    return "parts: " + ", ".join(map(quote_path, paths[:_NAMED])) + more
