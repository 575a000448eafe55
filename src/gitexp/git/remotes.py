"""The remotes that a repository knows, and which of them has the runs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import NoRemote
from gitexp.git.config import read_config
from gitexp.model.urls import strip_credentials

if TYPE_CHECKING:
    from gitexp.git.config import GitConfig
    from gitexp.git.repository import Repository

CHOSEN = "gitexp.remote"
"""The key in Git's configuration that names the remote with the runs."""

_LOCATION = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|[^/\s]+@[^/\s]+:|[^/\s:]{2,}:|\.{0,2}/|[A-Za-z]:[\\/]")


class Remote(NamedTuple):
    """Another repository. ``name`` is what Git is told: a remote's name, else its URL. ``url`` is without credentials.

    ``why``: what made it the one with the runs.
    """

    name: str
    url: str
    why: str


def choose_remote(repository: Repository, given: str | None = None, config: GitConfig | None = None) -> Remote:
    """The remote with the runs: the one given, else ``gitexp.remote``, ``remote.pushDefault``, or the only one.

    Raises NoRemote where there is none, there are several and none is chosen, or the one named is not there.
    """
    config = config if config is not None else read_config(repository)
    known = config.remotes()
    for name, why in (
        (given, "given"),
        (config.get(CHOSEN), CHOSEN),
        (config.get("remote.pushDefault"), "remote.pushDefault"),
        (next(iter(known)) if len(known) == 1 else None, "the only one"),
    ):
        if not name:
            continue
        if name in known:
            return Remote(name, strip_credentials(known[name]), why)
        if is_location(name):
            return Remote(name, strip_credentials(name), why)
        raise NoRemote(sorted(known), name=name)
    raise NoRemote(sorted(known))


def is_location(text: str) -> bool:
    """Whether a text is a URL or a path as Git takes it, and not the name of a remote."""
    return _LOCATION.match(text) is not None
