"""The run of a version, as it was when it was judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.errors import BrokenRecord
from gitexp.git.reading import read_commits_of
from gitexp.store.head_reading import read_head

if TYPE_CHECKING:
    from gitexp.model.head import RunHead
    from gitexp.model.registry import Version
    from gitexp.model.run import Run
    from gitexp.store.runs import RunStore


def load_version_run(store: RunStore, version: Version) -> tuple[RunHead, Run]:
    """The run of a version from the commit that it names, whatever was said of it since.

    Raises BrokenRecord where that commit is not here or is that of no such run.
    """
    (found,) = read_commits_of(store.repository, [(version.run, version.commit)])
    if found.data is None and not found.is_damaged:
        raise BrokenRecord(version.run, f"its commit {version.commit[:7]} is not here", hint="exp pull")
    head = read_head(found)
    return head, store.load(head)
