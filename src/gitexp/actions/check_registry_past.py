"""What a registry is held against: where the branch began, and what the branch that it goes to says now."""

from __future__ import annotations

import os
import posixpath
from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import InvalidValue, Refused
from gitexp.format.settings import parse_settings
from gitexp.git.config import read_config
from gitexp.git.reading import list_tree, read_path
from gitexp.git.refs import find_merge_base, resolve
from gitexp.model.paths import quote_path
from gitexp.model.registry import REGISTRY_FILE
from gitexp.model.settings import SETTINGS_FILE, Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitexp.store.runs import RunStore

TARGETS = ("GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME")
"""What the branch is called into which a pull request goes, by the variable of each kind of CI."""

_NAME = REGISTRY_FILE.encode()


class Base(NamedTuple):
    """``commit`` is where this line of history left that of the base, ``tip`` the base as it is now."""

    commit: str
    tip: str
    named: str


def find_base(store: RunStore, given: str | None, environment: Mapping[str, str]) -> Base | None:
    """The base that is given, else that of the pull request in whose environment we are; else None.

    Raises InvalidValue where it is not here, and Refused where what lies between is not.
    """
    if given is not None:
        tip = resolve(store.repository, given, peel="commit")
        if tip is None:
            raise InvalidValue("base", given, "there is no such commit here", hint="git fetch origin main")
        return _part(store, tip, given)
    for variable in TARGETS:
        branch = environment.get(variable)
        if branch:
            return _find_target(store, branch, variable)
    return None


def use_settings(store: RunStore, commit: str) -> RunStore:
    """The store with the settings that a commit has: they say which way a metric is better, and what is equal.

    Raises ConfigError.
    """
    path = posixpath.normpath(posixpath.join(store.project.folder.replace(os.sep, "/"), SETTINGS_FILE))
    data = read_path(store.repository, commit, path.encode())
    settings = parse_settings(data, path) if data is not None else Settings()
    return store._replace(project=store.project._replace(settings=settings))


def find_moved_registries(store: RunStore, commit: str) -> list[str]:
    """The registries of a commit that are gone now: a file in another place is not held against them."""
    repository = store.repository
    paths = [entry.path for entry in list_tree(repository, commit) if posixpath.basename(entry.path) == _NAME]
    if repository.top is not None:
        gone = [path for path in paths if not os.path.lexists(repository.path_of(path))]
    else:
        gone = [path for path in paths if read_path(repository, "HEAD", path) is None]
    return [quote_path(path) for path in gone]


def _find_target(store: RunStore, branch: str, variable: str) -> Base:
    remotes = sorted(read_config(store.repository).remotes(), key=lambda name: name != "origin")
    for name in (*(f"refs/remotes/{remote}/{branch}" for remote in remotes), f"refs/heads/{branch}"):
        tip = resolve(store.repository, name, peel="commit")
        if tip is not None:
            return _part(store, tip, name.removeprefix("refs/remotes/").removeprefix("refs/heads/"))
    remote = remotes[0] if remotes else "origin"
    hint = (
        f"git fetch {remote} +refs/heads/{branch}:refs/remotes/{remote}/{branch}; with actions/checkout: fetch-depth: 0"
    )
    raise InvalidValue("base", branch, f"{variable} names it, and it is not here", hint=hint)


def _part(store: RunStore, tip: str, named: str) -> Base:
    head = resolve(store.repository, "HEAD", peel="commit")
    if head is None:
        raise Refused(f"nothing is committed here that {named} could be the base of", hint="git commit")
    parted = find_merge_base(store.repository, tip, head)
    if parted is None:
        why = f"where HEAD and {named} parted is not known here"
        if store.repository.is_shallow:
            hint = "git fetch --unshallow; with actions/checkout: fetch-depth: 0; in GitLab: GIT_DEPTH: 0"
            raise Refused(f"{why}: this is a shallow clone", hint=hint)
        raise Refused(f"{why}: they have no commit in common", hint="exp registry check --base COMMIT")
    return Base(parted, tip, named)
