"""Which remote has the runs, chosen once and kept in the repository's own Git configuration."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import NoRemote, Refused
from gitexp.git.command import run_git
from gitexp.git.config import read_config
from gitexp.git.remotes import CHOSEN, Remote, check_location, is_location
from gitexp.model.urls import strip_credentials

if TYPE_CHECKING:
    from gitexp.git.repository import Repository

OWN = "runs"
"""The remote that is made for a URL."""
_SETTINGS = (("tagOpt", "--no-tags"), ("skipDefaultUpdate", "true"), ("skipFetchAll", "true"))
"""Nothing that is not asked for comes from there, with ``git fetch --all`` or ``git remote update``."""


class ChosenRemote(NamedTuple):
    """The remote that has the runs from now on; ``before`` the one that had, ``is_new``: it was made for this."""

    remote: Remote
    before: str | None
    is_new: bool


def choose_for_runs(repository: Repository, text: str) -> ChosenRemote:
    """Makes a remote the one with the runs; for a URL one of the name ``runs`` is made, which plain Git leaves alone.

    Raises NoRemote, InvalidValue, and Refused where there is a remote ``runs`` already that is another one.
    """
    config = read_config(repository)
    known = config.remotes()
    before = config.get(CHOSEN)
    if text in known:
        run_git(repository, "config", CHOSEN, text)
        return ChosenRemote(Remote(text, strip_credentials(known[text]), CHOSEN), before, is_new=False)
    check_location(text)
    url = _take_url(text, sorted(known))
    held = known.get(OWN)
    if held is not None and held != url:
        raise Refused(
            f"the remote {OWN!r} is another one: {strip_credentials(held)}", hint=f"git remote set-url {OWN} URL"
        )
    if held is None:
        run_git(repository, "config", f"remote.{OWN}.url", url)
        for key, value in _SETTINGS:
            run_git(repository, "config", f"remote.{OWN}.{key}", value)
    run_git(repository, "config", CHOSEN, OWN)
    return ChosenRemote(Remote(OWN, strip_credentials(url), CHOSEN), before, is_new=held is None)


def _take_url(text: str, known: list[str]) -> str:
    if not is_location(text):
        raise NoRemote(known, name=text)
    # Git takes a path from the top of the working tree, whoever types it takes it from where they are.
    return os.path.abspath(text) if text.startswith(("./", "../")) or text in (".", "..") else text
