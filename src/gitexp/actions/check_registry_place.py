"""Whether the file that is checked is the one that counts: that of the base's project, as it is committed."""

from __future__ import annotations

import os
import posixpath
from typing import TYPE_CHECKING

from gitexp.git.command import start_git
from gitexp.git.reading import read_path
from gitexp.model.paths import quote_path
from gitexp.model.registry import REGISTRY_FILE
from gitexp.model.registry_faults import Fault
from gitexp.model.settings import SETTINGS_FILE
from gitexp.store.registry_file import registry_path

if TYPE_CHECKING:
    from gitexp.store.runs import RunStore


def find_moved_project(store: RunStore, commit: str) -> Fault | None:
    """A change that has an ``.exp.yaml`` come or go makes this folder one of another project, with another registry.

    It is a fault where one of the two registries changes with it: what it was would be held against nothing.
    """
    was = _find_registry(store, commit)
    now = registry_path(store)
    if was == now or not any(_has_changed(store, commit, path) for path in (was, now)):
        return None
    why = f"the registry of this folder was {was}, and by another {SETTINGS_FILE} it is {now}"
    return Fault((), "project-moved", why, f"let {SETTINGS_FILE} land first, by itself")


def find_disguise(store: RunStore) -> Fault | None:
    """A file that Git calls unchanged and that is not what is committed: a link, or what a filter makes of it."""
    top, path = store.repository.top, registry_path(store)
    committed = read_path(store.repository, "HEAD", path.encode()) if top is not None else None
    if top is None or committed is None:
        return None
    file = os.path.join(top, path)
    if os.path.islink(file):
        why = f"{path} is a link: what is reviewed is not what is read"
        return Fault((), "registry-disguised", why, f"git rm --cached {path}, and a file in its place")
    with open(file, "rb") as stream:
        found = stream.read()
    if found.replace(b"\r\n", b"\n") == committed.replace(b"\r\n", b"\n"):
        return None
    asked = start_git(store.repository, "diff", "--quiet", "--no-ext-diff", "HEAD", "--", f":(top,literal){path}")
    if asked.collect().status:  # changed here, and not committed yet
        return None
    why = f"what Git checks out for {path} is not what is committed: a filter or an encoding changes it"
    return Fault((), "registry-disguised", why, f"git check-attr --all {path}, then .gitattributes")


def list_others(store: RunStore, commit: str) -> list[str]:
    """The other registries that differ from a commit: those of other projects, which are checked in their folders."""
    pathspec = f":(top,icase,glob)**/{REGISTRY_FILE}"
    against = [] if store.repository.top is not None else ["HEAD"]
    asked = start_git(
        store.repository, "diff", "--name-only", "--no-ext-diff", "--no-renames", "-z", commit, *against, "--", pathspec
    )
    paths = asked.finish().split(b"\0")
    own = registry_path(store).encode()
    return [quote_path(path) for path in paths if path and path != own]


def _find_registry(store: RunStore, commit: str) -> str:
    """Where the registry of the folder we are in would be by what a commit has."""
    here = store.repository.prefix.rstrip("/")
    while here:
        if read_path(store.repository, commit, posixpath.join(here, SETTINGS_FILE).encode()) is not None:
            break
        here = posixpath.dirname(here)
    return posixpath.join(here, REGISTRY_FILE)


def _has_changed(store: RunStore, commit: str, path: str) -> bool:
    top = store.repository.top
    was = read_path(store.repository, commit, path.encode())
    if top is None:
        return was != read_path(store.repository, "HEAD", path.encode())
    try:
        with open(os.path.join(top, path), "rb") as stream:
            now = stream.read()
    except (FileNotFoundError, NotADirectoryError):
        return was is not None
    return was is None or now.replace(b"\r\n", b"\n") != was.replace(b"\r\n", b"\n")
