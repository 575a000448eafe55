"""The data and artifacts of a run, put into a folder where the run had them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.fetch_objects import fetch_objects
from gitexp.data.artifact_keeper import ARTIFACTS
from gitexp.data.hashing import hash_file, hash_folder
from gitexp.data.placing import place_object
from gitexp.errors import Refused
from gitexp.model.paths import unquote_path
from gitexp.model.pointed import list_pointed

if TYPE_CHECKING:
    from collections.abc import Collection

    from gitexp.actions.fetch_objects import MissingObject
    from gitexp.data.progress import TransferProgress
    from gitexp.model.head import RunHead
    from gitexp.model.paths import TreePath
    from gitexp.model.pointed import Pointed
    from gitexp.model.run import Run
    from gitexp.store.runs import RunStore

DATA_AND_ARTIFACTS = frozenset({"data", "artifact"})


class Placed(NamedTuple):
    """What became of each file and folder of a run, by the path that the manifest has."""

    placed: tuple[TreePath, ...]
    there: tuple[TreePath, ...]
    """There already, and what the run had."""
    differing: tuple[TreePath, ...]
    """Something else lies there, and was left alone."""
    missing: tuple[MissingObject, ...]


def place_files(
    store: RunStore,
    head: RunHead,
    run: Run,
    folder: str,
    *,
    kinds: Collection[str] = DATA_AND_ARTIFACTS,
    paths: Collection[TreePath] | None = None,
    remote: str | None = None,
    progress: TransferProgress | None = None,
) -> Placed:
    """Puts data and artifacts of a run under ``folder``, each at its path in the repository; nothing is overwritten.

    ``kinds`` and ``paths`` say which alone. Bytes are checked against their hash. Raises ObjectDamaged, StorageFailed,
    and Refused where a link in the folder leads out of it.
    """
    there: list[TreePath] = []
    differing: list[TreePath] = []
    placed: list[TreePath] = []
    wanted: list[Pointed] = []
    for one in list_pointed(run):
        if one.kind in kinds and (paths is None or one.path in paths):
            target = _target(folder, one.path)
            if not os.path.lexists(target):
                wanted.append(one)
            elif _hash(target) == one.md5:
                there.append(one.path)
            else:
                differing.append(one.path)
    fetched = fetch_objects(store, wanted, remote=remote, progress=progress)
    lost = {one.pointed for one in fetched.missing}
    for one in wanted:
        if one not in lost:
            place_object(fetched.objects, one.md5, _target(folder, one.path), name=one.path)
            placed.append(one.path)
    if "artifact" in kinds:
        for artifact in run.artifacts:
            if artifact.kept == "git" and (paths is None or artifact.path in paths):
                where = _place_small(store, head, artifact.path, _target(folder, artifact.path))
                {"placed": placed, "there": there, "differing": differing}[where].append(artifact.path)
    return Placed(tuple(placed), tuple(there), tuple(differing), fetched.missing)


def _place_small(store: RunStore, head: RunHead, path: TreePath, target: str) -> str:
    content = store.read_part(head, ARTIFACTS + unquote_path(path)) or b""
    if os.path.lexists(target):
        with open(target, "rb") as file:
            return "there" if file.read(len(content) + 1) == content else "differing"
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "xb") as file:
        file.write(content)
    return "placed"


def _hash(path: str) -> str | None:
    return hash_folder(path).md5 if os.path.isdir(path) else hash_file(path).md5


def _target(folder: str, path: TreePath) -> str:
    """Where a path of a manifest lies below a folder. Raises Refused where a link on the way leads out of it."""
    root = os.path.realpath(folder)
    target = os.path.join(root, os.fsdecode(unquote_path(path)))
    parent = os.path.realpath(os.path.dirname(target))
    if os.path.join(parent, "").startswith(os.path.join(root, "")):
        return target
    raise Refused(f"{path} lies behind a link that leads out of {folder}: {parent}")
