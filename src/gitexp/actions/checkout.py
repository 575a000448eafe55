"""The code of a run, in a worktree of its own."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitexp.actions.named_run import find_run
from gitexp.errors import BrokenRecord, Refused
from gitexp.git.worktree import add_worktree

if TYPE_CHECKING:
    from gitexp.git.repository import Repository
    from gitexp.model.head import RunHead
    from gitexp.model.run import Run
    from gitexp.store.runs import RunStore

_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True)
class CheckedOut:
    """A run's code in ``folder`` (absolute), as it was in the snapshot ``commit``."""

    folder: str
    commit: str
    head: RunHead
    run: Run


def checkout_run(
    store: RunStore,
    text: str,
    folder: str | None = None,
    experiment: str | None = None,
    *,
    with_filters: bool = False,
) -> CheckedOut:
    """Puts the snapshot of the run that a spec names into a new worktree; nothing of it is executed.

    Without a folder it is one beside the repository, named after both. Raises Refused where there is one already.
    """
    head = find_run(store, text, experiment)
    if head.snapshot is None:
        raise BrokenRecord(head.id, "its commit has no parent, and so no snapshot")
    run = store.load(head)
    target = default_folder(store.repository, head) if folder is None else folder
    try:
        made = add_worktree(store.repository, target, head.snapshot, with_filters=with_filters)
    except Refused as error:
        raise Refused(error.message, hint=f"exp checkout {head.id} ANOTHER-FOLDER", **error.fields) from error
    return CheckedOut(made, head.snapshot, head, run)


def default_folder(repository: Repository, head: RunHead) -> str:
    """``../<repository>-<name>``; the id stands for a name that would not do for a folder."""
    place = (repository.top or repository.git_dir).rstrip(os.sep)
    name = head.name if _PLAIN_NAME.fullmatch(head.name) else head.id
    return os.path.join(os.path.dirname(place), f"{os.path.basename(place).removesuffix('.git') or 'run'}-{name}")
