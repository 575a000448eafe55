"""The data and artifacts of a run, put into a folder where the run had them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.placing_files import Manners, place_wanted
from gitexp.actions.wanted_files import list_files

if TYPE_CHECKING:
    from collections.abc import Collection

    from gitexp.actions.fetch_objects import MissingObject
    from gitexp.actions.placing_files import Outcome
    from gitexp.actions.wanted_files import Unavailable
    from gitexp.data.progress import TransferProgress
    from gitexp.errors import ExpError
    from gitexp.model.head import RunHead
    from gitexp.model.paths import TreePath
    from gitexp.model.run import Run
    from gitexp.store.runs import RunStore

DATA_AND_ARTIFACTS = frozenset({"data", "artifact"})


class Placed(NamedTuple):
    """What became of each file and folder of a run, by the path that the manifest has."""

    placed: tuple[TreePath, ...]
    there: tuple[TreePath, ...]
    """There already, and what the run had."""
    differing: tuple[TreePath, ...]
    """Something else lies there, and was left alone."""
    missing: tuple[MissingObject, ...]
    outside: tuple[Unavailable, ...] = ()
    """What did not lie in the repository, and so is put nowhere: where it lay."""
    unkept: tuple[Unavailable, ...] = ()
    """What the run only names, and why."""
    notes: tuple[str, ...] = ()
    """Of folders that were there in part: what more they have, in sentences."""
    errors: tuple[ExpError, ...] = ()
    """What could not be placed for another reason."""


def place_files(
    store: RunStore,
    head: RunHead,
    run: Run,
    folder: str,
    *,
    kinds: Collection[str] = DATA_AND_ARTIFACTS,
    paths: Collection[TreePath] | None = None,
    remote: str | None = None,
    progress: TransferProgress | None = None,
) -> Placed:
    """Puts data and artifacts of a run under ``folder``, each at its path in the repository; nothing is overwritten.

    ``kinds`` and ``paths`` say which alone. Bytes are checked against their hash. Raises, when all else is in its
    place, ObjectDamaged, BrokenRecord, and Refused where a link leads out of the folder or a file stands in the way
    of one; at once StorageFailed.
    """
    placed = place_all_files(store, head, run, folder, Manners(remote=remote, progress=progress), kinds, paths)
    if placed.errors:
        raise placed.errors[0]
    return placed


def place_all_files(
    store: RunStore,
    head: RunHead,
    run: Run,
    folder: str,
    manners: Manners,
    kinds: Collection[str] = DATA_AND_ARTIFACTS,
    paths: Collection[TreePath] | None = None,
) -> Placed:
    """The same, with what could not be placed among the results. Raises StorageFailed."""
    files = list_files(run, kinds)
    outside = tuple(one for one in files.outside if paths is None or one.path in paths)
    elsewhere = {(one.kind, one.path) for one in outside}
    wanted = [one for one in files.wanted if paths is None or one.path in paths]
    outcomes = place_wanted(
        store, head, [one for one in wanted if (one.kind, one.path) not in elsewhere], folder, manners
    )
    return Placed(
        placed=_paths(outcomes, "placed", "replaced"),
        there=_paths(outcomes, "there"),
        differing=_paths(outcomes, "differing"),
        missing=tuple(one.missing for one in outcomes if one.missing is not None),
        outside=outside,
        unkept=tuple(one for one in files.unkept if paths is None or one.path in paths),
        notes=tuple(one.note for one in outcomes if one.note is not None),
        errors=tuple(one.error for one in outcomes if one.state == "failed" and one.error is not None),
    )


def _paths(outcomes: list[Outcome], *states: str) -> tuple[TreePath, ...]:
    return tuple(one.wanted.path for one in outcomes if one.state in states)
