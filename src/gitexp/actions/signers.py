"""Who may sign in a repository: its own files of allowed signers, else what Git is configured to."""

from __future__ import annotations

import os
import posixpath
from typing import TYPE_CHECKING

from gitexp.errors import InvalidValue, StorageFailed
from gitexp.git.command import run_git
from gitexp.git.reading import read_path
from gitexp.git.refs import resolve
from gitexp.model.approval import Signers
from gitexp.store.registry_file import registry_path

if TYPE_CHECKING:
    from gitexp.store.runs import RunStore

ALLOWED_SIGNERS = ".allowed_signers"
ALLOWED_KEYS = ".allowed_signers.asc"
_MOST_BYTES = 4_000_000


def read_signers(store: RunStore, at: str | None = None) -> Signers:
    """Who may sign. ``at``: as a commit has it, not the working tree; in a bare repository it is HEAD.

    ``.allowed_signers`` and ``.allowed_signers.asc`` lie beside ``registry.yaml``, else at the top of the repository.
    Where there is neither, Git's ``gpg.ssh.allowedSignersFile`` and the user's key ring say it. Raises InvalidValue
    where ``at`` names no commit.
    """
    commit = _find_commit(store, at)
    beside = posixpath.dirname(registry_path(store))
    for folder in dict.fromkeys((beside, "")):
        paths = [posixpath.join(folder, name) for name in (ALLOWED_SIGNERS, ALLOWED_KEYS)]
        ssh, gpg = (_read(store, path, commit) for path in paths)
        if ssh is not None or gpg is not None:
            sources = tuple(path for path, data in zip(paths, (ssh, gpg), strict=True) if data is not None)
            return Signers(ssh, gpg, sources)
    return _read_own(store)


def _find_commit(store: RunStore, at: str | None) -> str | None:
    if at is None and store.repository.top is not None:
        return None
    commit = resolve(store.repository, at or "HEAD", peel="commit")
    if commit is None and at is not None:
        raise InvalidValue("commit", at, "there is none of this name here", hint="git fetch, or git log --oneline")
    return commit or ""


def _read(store: RunStore, path: str, commit: str | None) -> bytes | None:
    """A file of the working tree (None), of no commit at all (''), or of a commit."""
    if commit is not None:
        return read_path(store.repository, commit, path.encode()) if commit else None
    return _read_file(os.path.join(store.repository.folder, path))


def _read_own(store: RunStore) -> Signers:
    found = run_git(store.repository, "config", "--path", "-z", "--get", "gpg.ssh.allowedSignersFile", check=False)
    file = os.fsdecode(found.rstrip(b"\0"))
    ssh = _read_file(os.path.join(store.repository.folder, file)) if file else None
    return Signers(ssh, None, (file,) if ssh is not None else (), uses_own_ring=True)


def _read_file(path: str) -> bytes | None:
    try:
        with open(path, "rb") as stream:
            return stream.read(_MOST_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise StorageFailed(path, error.strerror or str(error)) from error
