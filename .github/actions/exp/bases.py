"""The commit that the registry is held against."""

from __future__ import annotations

from typing import TYPE_CHECKING

from event import NOTHING
from workflow import StepFailed

if TYPE_CHECKING:
    from event import Event
    from programs import Project

_PARENTS_OF_A_MERGE = 2


def find_base(project: Project, event: Event, given: str) -> str | None:
    """The commit before: as it was given, else as the event and the checkout say; None where there is none to know.

    Of a pull request it is the first parent of the merge that GitHub made, where that is what is checked out: the base
    that the event names is the one of when the pull request was opened or pushed to, and may be old. Raises StepFailed
    where it cannot be had.
    """
    if project.git("rev-parse", "--is-shallow-repository") == "true":
        _complete(project)
    if given or event.base is None or event.base == NOTHING:
        return given or event.base
    if event.head is not None:
        _, *parents = (project.git("rev-list", "--parents", "--max-count=1", "HEAD") or "").split(" ")
        if len(parents) == _PARENTS_OF_A_MERGE and parents[1] == event.head:
            return parents[0]
    return _need(project, event.base)


def _complete(project: Project) -> None:
    """What lies between a base and HEAD must be here, and nobody knows how deep that is."""
    if project.git("fetch", "--quiet", "--unshallow", "--no-tags", "--no-prune", _find_remote(project)) is None:
        raise StepFailed(
            "the clone is shallow, and its history cannot be fetched, see the log.\n"
            "hint: give actions/checkout fetch-depth: 0"
        )


def _need(project: Project, commit: str) -> str:
    """Has a commit be here: one before a forced push is on no branch any more."""
    if project.git("cat-file", "-t", commit) == "commit":
        return commit
    remote = _find_remote(project)
    if project.git("fetch", "--quiet", "--no-tags", "--no-prune", remote, commit) is None:
        raise StepFailed(
            f"commit {commit[:12]}, to hold the registry against, is not here, and {remote} does not give it.\n"
            "hint: base: names another one"
        )
    return commit


def _find_remote(project: Project) -> str:
    remotes = (project.git("remote") or "").split("\n")
    return "origin" if "origin" in remotes or not remotes[0] else remotes[0]
