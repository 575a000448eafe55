"""``registry.yaml`` in a project: read from the working tree or from a commit, and replaced as a whole."""

from __future__ import annotations

import os
import posixpath
from typing import TYPE_CHECKING

from gitexp.errors import BrokenRegistry, InvalidValue, Refused, StorageFailed
from gitexp.format.registry_reading import MOST_BYTES, RegistryFile, parse_registry
from gitexp.format.registry_writing import rewrite_registry
from gitexp.git.reading import read_path
from gitexp.git.refs import resolve
from gitexp.model.registry import EMPTY, REGISTRY_FILE
from gitexp.store.file_lock import hold_lock
from gitexp.store.journal import local_folder

if TYPE_CHECKING:
    from gitexp.model.registry import Registry
    from gitexp.store.runs import RunStore

_LOCK = "registry.lock"


def registry_path(store: RunStore) -> str:
    """Where the project's registry is or would be, relative to the repository."""
    return posixpath.normpath(posixpath.join(store.project.folder.replace(os.sep, "/"), REGISTRY_FILE))


def read_registry(store: RunStore, at: str | None = None) -> RegistryFile | None:
    """The project's registry; None where there is none. ``at``: as a commit has it, not the working tree.

    In a bare repository it is that of HEAD. Raises BrokenRegistry; InvalidValue where ``at`` names no commit.
    """
    data = read_registry_bytes(store, at)
    return None if data is None else parse_registry(data, registry_path(store))


def read_registry_bytes(store: RunStore, at: str | None = None) -> bytes | None:
    """The bytes of the project's registry; as ``read_registry``, but not looked into."""
    path = registry_path(store)
    if at is None and store.repository.top is not None:
        return _read(os.path.join(store.repository.top, path), path)
    commit = resolve(store.repository, at or "HEAD", peel="commit")
    if commit is None:
        if at is None:  # no commit yet
            return None
        raise InvalidValue("commit", at, "there is none of this name here", hint="git fetch, or git log --oneline")
    return read_path(store.repository, commit, path.encode())


def _read(file: str, shown: str) -> bytes | None:
    try:
        with open(file, "rb") as stream:
            return stream.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BrokenRegistry(shown, None, "", error.strerror or str(error)) from error


def write_registry(store: RunStore, was: RegistryFile | None, registry: Registry) -> str:
    """Makes the file say ``registry``, where it still is what was read; gives its path, relative to the repository.

    Raises Refused where somebody changed it meanwhile, or where there is no working tree, and StorageFailed.
    """
    repository = store.repository
    path = registry_path(store)
    if repository.top is None:
        raise Refused(f"{path} is a file of the working tree, and this repository has none", hint="git clone")
    text = rewrite_registry(was.text if was else None, was.registry if was else EMPTY, registry)
    file = os.path.join(repository.top, path)
    lock = local_folder(repository, _LOCK)
    os.makedirs(os.path.dirname(lock), exist_ok=True)
    with hold_lock(lock):
        now = _read(file, path)
        if (None if now is None else parse_registry(now, path).text) != (was.text if was else None):
            raise Refused(f"{path} was changed by somebody else meanwhile; nothing was written", hint="try again")
        _replace(file, text.encode())
    return path


def restore_registry(store: RunStore, written: bytes | None, was: bytes | None) -> None:
    """Makes the file what it ``was``, None for none, where it is still what was ``written``.

    Raises Refused where somebody changed it meanwhile, and StorageFailed.
    """
    repository = store.repository
    path = registry_path(store)
    assert repository.top is not None, "the file was written there"
    file = os.path.join(repository.top, path)
    with hold_lock(local_folder(repository, _LOCK)):
        if _read(file, path) != written:
            raise Refused(f"{path} was changed by somebody else meanwhile, and stays as it is", hint=f"git diff {path}")
        if was is None:
            os.unlink(file)
        else:
            _replace(file, was)


def _replace(file: str, content: bytes) -> None:
    target = os.path.realpath(file)  # a link stays a link
    unfinished = f"{target}.{os.getpid()}"
    try:
        mode = os.stat(target).st_mode & 0o777 if os.path.exists(target) else None
        with open(unfinished, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        if mode is not None:
            os.chmod(unfinished, mode)
        os.replace(unfinished, target)
    except OSError as error:
        raise StorageFailed(file, error.strerror or str(error)) from error
    finally:
        if os.path.lexists(unfinished):
            os.unlink(unfinished)
