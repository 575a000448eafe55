"""Runs that a registry names: a version of a model would be left without them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.errors import Refused
from gitexp.git.named_files import find_in_branches, read_named_files
from gitexp.model.paths import quote_path
from gitexp.model.registry import REGISTRY_FILE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.ids import RunId
    from gitexp.store.runs import RunStore


def refuse_registered(store: RunStore, ids: Sequence[RunId], what: str) -> None:
    """Raises Refused where a registry names one of the runs: in the working tree, or on any branch that is known here.

    Whether the file is well-formed does not matter: a mistake in it makes no run free to go. ``what`` would be done.
    """
    for run_id, place in _find_places(store, ids):
        raise Refused(
            f"run {run_id} stands in {place}: to {what} it would leave a version of a model without its run",
            hint=f"exp registry ls; what is to go all the same is taken out of {place} first",
        )


def _find_places(store: RunStore, ids: Sequence[RunId]) -> list[tuple[RunId, str]]:
    if not ids:
        return []
    found = [
        (run_id, str(quote_path(path)))
        for path, content in read_named_files(store.repository, REGISTRY_FILE).items()
        for run_id in ids
        if run_id.encode("ascii") in content
    ]
    if found:
        return found
    return [
        (run_id, f"{quote_path(path)} on {branch}")
        for branch, path, content in find_in_branches(store.repository, REGISTRY_FILE, ids)
        for run_id in ids
        if run_id.encode("ascii") in content
    ]
