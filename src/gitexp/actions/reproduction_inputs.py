"""What a run read, put where it had it: its data, and what its snapshot left out."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.get import name_host
from gitexp.actions.place_files import place_files
from gitexp.data.hashing import hash_file, hash_folder
from gitexp.model.run import WRITTEN_BY_RUNS, DataItem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitexp.data.progress import TransferProgress
    from gitexp.model.head import RunHead
    from gitexp.model.run import LeftOut, Run
    from gitexp.store.runs import RunStore

DIFFERS = "the snapshot has something else there"
_OUTSIDE = re.compile(r"it lies outside the repository, at ([^;]+)")


class MissingInput(NamedTuple):
    """Something that the run read and that is not where it was, why, and what to type for it."""

    path: str
    why: str
    hint: str | None = None


class PlacedInputs(NamedTuple):
    """What is there and what is not. ``outside`` are the absolute paths of data beside the repository."""

    missing: tuple[MissingInput, ...]
    unknown: tuple[MissingInput, ...]
    """What the run had and no hash is known of: it cannot be told whether it is there."""
    outside: dict[str, str]


def place_inputs(
    store: RunStore,
    head: RunHead,
    run: Run,
    folder: str,
    *,
    remote: str | None = None,
    progress: TransferProgress | None = None,
) -> PlacedInputs:
    """Puts the data of a run into a worktree with its code, and the files that the snapshot left out.

    The bytes come from the caches, the working tree and the data remote, and are checked. Nothing is overwritten.
    Raises ObjectDamaged, StorageFailed, and Refused where a link leads out of the folder.
    """
    missing: list[MissingInput] = []
    outside: dict[str, str] = {}
    inside: dict[str, DataItem] = {}
    for item in run.data:
        place = _find_outside(item)
        if place is None:
            inside[item.path] = item
        elif (why := _why_not(place, item)) is None:
            outside[item.path] = place
        else:
            missing.append(MissingInput(item.path, why))
    for one in run.code.left_out:
        if one.why != WRITTEN_BY_RUNS and not one.path.endswith("/") and not one.path.startswith(".exp/"):
            inside.setdefault(one.path, DataItem(one.path, one.md5, one.bytes))
    wanted = tuple(item for item in inside.values() if item.md5 is not None and not _is_inside(item, inside))
    placed = place_files(
        store, head, replace(run, data=wanted), folder, kinds=("data",), remote=remote, progress=progress
    )
    missing += [MissingInput(one.pointed.path, one.why, one.hint or name_host(run)) for one in placed.missing]
    missing += [MissingInput(path, DIFFERS) for path in placed.differing]
    unknown = [item for item in run.data if item.md5 is None]
    return PlacedInputs(
        tuple(missing),
        (
            *(MissingInput(item.path, item.why or "it has no hash") for item in unknown),
            *(MissingInput(one.path, one.why) for one in run.code.left_out if _is_unknown(one)),
        ),
        outside,
    )


def _is_unknown(one: LeftOut) -> bool:
    return one.md5 is None and one.why != WRITTEN_BY_RUNS


def _is_inside(item: DataItem, others: Iterable[str]) -> bool:
    """Whether it lies in a folder that is placed as a whole."""
    return any(item.path.startswith(f"{other}/") for other in others)


def _find_outside(item: DataItem) -> str | None:
    """Where data that lies beside the repository lay; None for all other."""
    found = _OUTSIDE.match(item.why or "")
    return os.path.expanduser(found[1]) if found else None


def _why_not(place: str, item: DataItem) -> str | None:
    """Why what lies outside the repository cannot be used; None where it is what the run read."""
    if not os.path.lexists(place):
        return f"it lay outside the repository, and there is no {place} here"
    if item.md5 is None:
        return None
    found = hash_folder(place) if os.path.isdir(place) else hash_file(place)
    return None if found.md5 == item.md5 else f"what lies at {place} is another one"
