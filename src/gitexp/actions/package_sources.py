"""Where an editable package comes from: commit and remote of the repository that its folder lies in."""

from __future__ import annotations

from gitexp.capture.packages import Source
from gitexp.errors import GitFailed, NotARepository
from gitexp.git.config import read_config
from gitexp.git.refs import resolve
from gitexp.git.repository import open_repository


def find_source(folder: str) -> Source | None:
    """The source of a package in a folder; None where no commit of a remote can be named."""
    try:
        repository = open_repository(folder)
        commit = resolve(repository, "HEAD")
        url = read_config(repository).main_url()
    except (NotARepository, GitFailed):  # not under version control: the package list then names the folder
        return None
    if commit is None or url is None:
        return None
    return Source(commit, url, repository.prefix.rstrip("/"))
