"""The commit that the registry is held against."""

from __future__ import annotations

from typing import TYPE_CHECKING

from event import NOTHING
from workflow import StepFailed

if TYPE_CHECKING:
    from event import Event
    from programs import Project


def find_base(project: Project, event: Event, given: str) -> str | None:
    """The commit before: as it was given, else as the event and the checkout say; None where there is none to know.

    Of a pull request it is the first parent of the merge that GitHub made, where that is what is checked out: the base
    that the event names is the one of when the pull request was opened or pushed to, and may be old. Raises StepFailed
    where it cannot be had.
    """
    if given:
        return given
    if event.base is None or event.base == NOTHING:
        return event.base
    if event.head is None:
        return _need(project, event.base)
    parents = _read_parents(project, "HEAD")
    if len(parents) == 2 and parents[1] == event.head:
        return _need(project, parents[0])
    common = project.git("merge-base", _need(project, event.base), "HEAD")
    if common is None:
        raise StepFailed(
            "nobody knows where the pull request left its base: the clone is too shallow.\n"
            "hint: give actions/checkout fetch-depth: 0, or let it check out the merge, as it does by itself"
        )
    return common


def _read_parents(project: Project, commit: str) -> list[str]:
    """The parents of a commit by the commit itself: in a shallow clone Git hides them."""
    head = (project.git("cat-file", "commit", commit) or "").partition("\n\n")[0]
    return [line.removeprefix("parent ") for line in head.splitlines() if line.startswith("parent ")]


def _need(project: Project, commit: str) -> str:
    """Has a commit be here; its history need not be."""
    if project.git("cat-file", "-t", commit) == "commit":
        return commit
    remote = (project.git("remote") or "origin").splitlines()[0]
    depth = ["--depth=1"] if project.git("rev-parse", "--is-shallow-repository") == "true" else []
    options = ["--quiet", "--no-tags", "--no-prune", "--no-write-fetch-head", *depth]
    if project.git("fetch", *options, remote, commit) is None:
        raise StepFailed(
            f"commit {commit[:12]}, to hold the registry against, is not here, and {remote} does not give it.\n"
            "hint: give actions/checkout fetch-depth: 0"
        )
    return commit
