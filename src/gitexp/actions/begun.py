"""A run that began, as far as its end has to know it: the same for who records it and for who completes its journal."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from gitexp.actions.attempts import Attempts
    from gitexp.actions.params_found import Places
    from gitexp.actions.request import RecordRequest
    from gitexp.capture.redaction import Redactor
    from gitexp.git.repository import Repository
    from gitexp.git.snapshot import Snapshot
    from gitexp.model.params import ParamSource
    from gitexp.model.run import Run
    from gitexp.model.settings import Settings


TREE_UNKNOWN = "the run has no fingerprint, for the code that ran is not known"


class Begun(NamedTuple):
    """A run as it began, by what rules it is recorded, and where."""

    request: RecordRequest
    repository: Repository
    settings: Settings
    places: Places
    redactor: Redactor
    sources: tuple[ParamSource, ...]
    tree: str | None
    """The snapshot's tree, None where the code that ran is not wholly known."""
    run: Run
    attempts: Attempts
    until: float | None = None
    """When files stop being this run's: what was written later is not its own. None where it has just ended."""


def find_known_tree(snapshot: Snapshot | None) -> str | None:
    """The snapshot's tree; None where it is not all of the code that ran."""
    if snapshot is None or TREE_UNKNOWN in snapshot.notes or any(one.dirty for one in snapshot.submodules):
        return None
    return snapshot.tree
