"""The folder in which a run is run again: a worktree of its own, with submodules, that goes when all is done."""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import BrokenRecord, ExpError, GitFailed, Refused
from gitexp.git.reading import find_absent
from gitexp.git.submodule import add_submodule
from gitexp.git.worktree import add_worktree, remove_worktree
from gitexp.model.paths import unquote_path
from gitexp.store.journal import local_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitexp.git.repository import Repository
    from gitexp.model.head import RunHead
    from gitexp.model.paths import TreePath
    from gitexp.model.run import Run
    from gitexp.store.runs import RunStore

_PLACE = "reproducing"


class Place(NamedTuple):
    """A worktree with a run's code: its ``top``, and the submodules of which the code is not there."""

    top: str
    without: tuple[TreePath, ...]

    def enter(self, directory: str) -> str:
        """The folder in it where the run ran, made where the snapshot does not have it. Raises Refused."""
        folder = os.path.normpath(os.path.join(self.top, directory))
        top = os.path.realpath(self.top)
        # What a remote sent may name any folder, or a link in the tree may lead to any.
        if not os.path.join(os.path.realpath(folder), "").startswith(os.path.join(top, "")):
            raise Refused(f"the run ran in {directory!r}, which is no folder of its repository")
        os.makedirs(folder, exist_ok=True)
        return os.path.realpath(folder)


@contextmanager
def open_place(
    store: RunStore, head: RunHead, run: Run, *, keep: str | None, with_filters: bool, warnings: list[str]
) -> Iterator[Place]:
    """A worktree with the snapshot of a run. It is removed at the end, unless ``keep`` names a folder for it.

    Where an error ends it it is removed in any case. ``warnings`` gets what could not be removed. Raises Refused where
    ``keep`` is a folder that is not empty, BrokenRecord without a snapshot, ObjectMissing where that is not here.
    """
    repository = store.repository
    snapshot = _find_snapshot(repository, head)
    above = None if keep is not None else _make_above(repository, head)
    try:
        target = keep if above is None else os.path.join(above, _name(repository))
        assert target is not None
        top = add_worktree(repository, target, snapshot, with_filters=with_filters)
        inner: list[tuple[Repository, str]] = []
        is_done = False
        try:
            yield Place(top, _add_submodules(repository, run, top, inner, with_filters=with_filters))
            is_done = True
        finally:
            if keep is None or not is_done:
                for place, folder in [*reversed(inner), (repository, top)]:
                    _remove(place, folder, warnings)
    finally:
        if above is not None:
            for folder in (above, os.path.dirname(above)):
                with suppress(OSError):  # not empty: another one goes on, or what was not removed is told
                    os.rmdir(folder)


def _find_snapshot(repository: Repository, head: RunHead) -> str:
    if head.snapshot is None:
        raise BrokenRecord(head.id, "its commit has no parent, and so no snapshot")
    if find_absent(repository, [head.snapshot]):
        hint = "git fetch --unshallow" if repository.is_shallow else f"exp pull {head.id}, or git fsck"
        where = "this shallow clone" if repository.is_shallow else "this repository"
        raise Refused(
            f"the code of {head.name} is not in {where}: its snapshot {head.snapshot[:12]} is missing", hint=hint
        )
    return head.snapshot


def _make_above(repository: Repository, head: RunHead) -> str:
    """A folder of our own for the worktree, on the file system of the cache, from which blocks can be shared."""
    wanted = local_folder(repository, _PLACE, f"{head.id}-{secrets.token_hex(4)}")
    try:
        os.makedirs(wanted)
    except OSError:  # a repository that may only be read
        return tempfile.mkdtemp(prefix="gitexp-")
    return wanted


def _name(repository: Repository) -> str:
    """The worktree's name: the repository's own, for a script may read it."""
    place = (repository.top or repository.git_dir).rstrip(os.sep)
    return os.path.basename(place).removesuffix(".git") or "run"


def _add_submodules(
    repository: Repository, run: Run, top: str, inner: list[tuple[Repository, str]], *, with_filters: bool
) -> tuple[TreePath, ...]:
    missing: list[TreePath] = []
    for one in run.code.submodules:
        path = unquote_path(one.path)
        target = os.path.join(top, os.fsdecode(path))
        if os.path.realpath(target) != os.path.join(os.path.realpath(top), os.fsdecode(path)):
            raise Refused(f"submodule {one.path} lies behind a link: {os.path.realpath(target)}")
        found = add_submodule(repository, path, one.commit, target, with_filters=with_filters)
        if found is None:
            missing.append(one.path)
        else:
            inner.append((found, target))
    return tuple(missing)


def _remove(repository: Repository, folder: str, warnings: list[str]) -> None:
    try:
        remove_worktree(repository, folder)
    except GitFailed as error:
        warnings.append(_describe(error, folder))


def _describe(error: ExpError, folder: str) -> str:
    return f"{folder} could not be removed: {error.message}" + (f" ({error.hint})" if error.hint else "")
