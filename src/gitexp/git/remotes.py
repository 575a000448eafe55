"""The remotes that a repository knows, and which of them has the runs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import InvalidValue, NoRemote
from gitexp.git.command import run_git
from gitexp.git.config import read_config
from gitexp.model.urls import strip_credentials

if TYPE_CHECKING:
    from gitexp.git.config import GitConfig
    from gitexp.git.repository import Repository

CHOSEN = "gitexp.remote"
"""The key in Git's configuration that names the remote with the runs."""

_LOCATION = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|[^/\s]+@[^/\s]+:|[^/\s:]{2,}:|\.{0,2}/|[A-Za-z]:[\\/]")
_HELPER = re.compile(r"[A-Za-z0-9][A-Za-z0-9+.-]*::")


class Remote(NamedTuple):
    """Another repository. ``name`` is what Git is told: a remote's name, else its URL. ``url`` is without credentials.

    ``why``: what made it the one with the runs. ``pushed_to``: where pushes go, where that is another place.
    ``also``: further places to which the same push goes, and which may have less.
    """

    name: str
    url: str
    why: str
    pushed_to: str | None = None
    also: tuple[str, ...] = ()

    @property
    def places(self) -> tuple[str, ...]:
        """All that a push goes to, as Git is told of it."""
        return (self.listed, *self.also)

    @property
    def listed(self) -> str:
        """What Git is told to list what is there, or to fetch from there."""
        return self.pushed_to if self.pushed_to is not None else self.name


def choose_remote(repository: Repository, given: str | None = None, config: GitConfig | None = None) -> Remote:
    """The remote with the runs: the one given, else ``gitexp.remote``, ``remote.pushDefault``, or the only one.

    Raises NoRemote where there is none, there are several and none is chosen, or the one named is not there; and
    InvalidValue for a URL that would have Git run something.
    """
    config = config if config is not None else read_config(repository)
    known = config.remotes()
    if given is not None and given not in known:
        check_location(given)
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
        raise NoRemote(sorted(known), name=name, named_by=why if given is None else None)
    raise NoRemote(sorted(known))


def push_location(repository: Repository, remote: Remote, config: GitConfig) -> Remote:
    """The remote as the places to which Git pushes: ``pushurl`` and ``pushInsteadOf`` can name others, and several."""
    is_elsewhere = any(key.endswith((".pushurl", ".pushinsteadof")) for key, _ in config.entries)
    if remote.name not in config.remotes() or not (
        is_elsewhere or len(config.get_all(f"remote.{remote.name}.url")) > 1
    ):
        return remote
    pushed, fetched = (
        run_git(repository, "remote", "get-url", *options, "--", remote.name).decode("utf-8", "surrogateescape")
        for options in (("--push", "--all"), ())
    )
    first, *also = pushed.removesuffix("\n").split("\n")
    remote = remote._replace(also=tuple(also))
    if first == fetched.split("\n")[0]:
        return remote
    return remote._replace(url=strip_credentials(first), pushed_to=first)


def is_location(text: str) -> bool:
    """Whether a text is a URL or a path as Git takes it, and not the name of a remote."""
    return _LOCATION.match(text) is not None


def check_location(text: str) -> None:
    """Raises InvalidValue for what Git would take as an option, or as a program to run."""
    if text.startswith("-") or not text.isprintable() or _HELPER.match(text):
        raise InvalidValue(
            "remote", strip_credentials(text), "not a URL that is safe to hand to Git", hint="exp remote set URL"
        )
