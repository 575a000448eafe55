"""Runs with data and artifacts, made without running anything: bytes in our cache, pointers in the run."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Any

from gitexp.data.cache import Cache
from gitexp.data.hashing import finish_folder
from gitexp.git.repository import open_repository
from gitexp.model.paths import TreePath
from gitexp.model.run import Artifact, DataItem
from gitexp.store.journal import local_folder
from kit.stored import plan_run, store_run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitexp.model.run import Run
    from kit.git import GitFolder

WEIGHTS = bytes(range(256)) * 5000
PLOT = b"<svg/>\n"
FOLDER = {"0.pt": b"zero", "deep/1.pt": b"one"}
DATA = {"a.csv": b"a\n", "b.csv": b"b\n"}


def cache_of(folder: GitFolder) -> Cache:
    """The cache of a repository."""
    return Cache(local_folder(open_repository(os.fspath(folder.path)), "cache"))


def keep_bytes(folder: GitFolder, content: bytes) -> str:
    """Keeps bytes in the cache and returns their hash."""
    return cache_of(folder).store_chunks([content]).md5 or ""


def keep_folder(folder: GitFolder, files: Mapping[str, bytes]) -> str:
    """Keeps the files of a folder and its listing, and returns the hash of that."""
    cache = cache_of(folder)
    entries = {name: keep_bytes(folder, content) for name, content in files.items()}
    made = finish_folder(entries, sum(map(len, files.values())))
    assert made.md5 is not None
    os.makedirs(os.path.dirname(cache.path_of(made.md5)), exist_ok=True)
    with open(cache.path_of(made.md5), "wb") as file:
        file.write(made.listing)
    return made.md5


def lose(folder: GitFolder, md5: str) -> None:
    """Takes an object out of the cache."""
    os.remove(cache_of(folder).path_of(md5))


def damage(folder: GitFolder, md5: str) -> None:
    """Writes other bytes in the place of an object."""
    path = cache_of(folder).path_of(md5)
    os.chmod(path, 0o644)
    with open(path, "ab") as file:
        file.write(b"!")


def item(path: str, md5: str | None, size: int, **fields: Any) -> DataItem:
    """Something that was read."""
    return DataItem(TreePath(path), md5, size, **fields)


def artifact(path: str, md5: str | None, size: int | None, kept: Any = "dvc", **fields: Any) -> Artifact:
    """Something that was written."""
    return Artifact(TreePath(path), md5, size, kept, **fields)


def plan_large(folder: GitFolder, run_id: str, **fields: Any) -> Run:
    """A run that read a folder and wrote weights, a plot and a folder of checkpoints; one artifact was not kept."""
    known = {
        "data": (item("data/train", keep_folder(folder, DATA), 4, files=2),),
        "artifacts": (
            artifact("out/model.pt", keep_bytes(folder, WEIGHTS), len(WEIGHTS)),
            artifact("out/plot.svg", hashlib.md5(PLOT).hexdigest(), len(PLOT), "git"),
            artifact("ckpt", keep_folder(folder, FOLDER), 7, files=2),
            artifact("gone.txt", None, None, "no", why="it is not there"),
        ),
        "host": "gpu-7",
    }
    return plan_run(folder, run_id, **{**known, **fields})


def store_large(folder: GitFolder, run_id: str = "k3v9x2mabc", **fields: Any) -> Run:
    """Stores it."""
    run = plan_large(folder, run_id, **fields)
    store_run(folder, run, {"artifacts/out/plot.svg": PLOT})
    return run
