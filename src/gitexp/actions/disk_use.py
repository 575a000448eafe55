"""The room that runs take: their artifacts in the cache, their records in Git, and gitexp's other files beside it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Literal, NamedTuple

from gitexp.actions.named_run import find_runs
from gitexp.actions.needed_objects import find_needed
from gitexp.data.cache import Cache
from gitexp.data.cached_objects import list_objects, list_staged, measure_folder
from gitexp.git.housekeeping import measure_objects
from gitexp.git.measuring import measure_named
from gitexp.model.room import Claim, Share, share_room
from gitexp.store.journal import local_folder
from gitexp.store.layout import MANIFEST, OUTPUT, PACKAGES, RECORD, SYSTEM

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gitexp.actions.needed_objects import Needed, RunNeeds
    from gitexp.errors import ExpError
    from gitexp.git.repository import Repository
    from gitexp.store.runs import RunStore

By = Literal["run", "artifact", "experiment"]
_FIELDS: Mapping[By, str] = {"run": "run", "artifact": "path", "experiment": "experiment"}
_PARTS = (MANIFEST, OUTPUT, SYSTEM, PACKAGES, RECORD + b"metrics.csv", RECORD + b"metrics.long.csv")
_OTHER = (("journals", "live"), ("put aside", "unkept"), ("environments", "environments"))


class Totals(NamedTuple):
    """Bytes here. ``unneeded`` is None where a run cannot be read, so that nobody knows what it needs.

    ``records`` are those of all runs in Git, unpacked, equal files once; ``git`` is all that Git has, packed.
    """

    objects: int
    cache: int
    unneeded: int | None
    staged: int
    others: Mapping[str, int]
    records: int
    git: int


class DiskUse(NamedTuple):
    """The room of each run, path or experiment, the largest first, and all there is together."""

    shares: tuple[Share, ...]
    names: Mapping[str, str]
    """The name of each run, by its id."""
    totals: Totals
    broken: tuple[ExpError, ...]


def measure_use(
    store: RunStore,
    runs: Sequence[str] = (),
    *,
    by: By = "run",
    experiment: str | None = None,
    advance: Callable[[], None] = lambda: None,
) -> DiskUse:
    """Measures what all runs take; only those of ``runs`` are given, held against all. Raises as ``find_runs`` does."""
    repository = store.repository
    cache = Cache(local_folder(repository, "cache"))
    heads = store.heads()
    chosen = {head.id for head in find_runs(store, runs, experiment, heads)} if runs else None
    needed = find_needed(store, heads, advance)
    sizes = {one.md5: one.bytes for one in list_objects(cache)}
    claims = [claim for needs in needed.runs for claim in _claim(needs, needed, sizes)]
    records = _measure_records(store, needed)
    field = _FIELDS[by]
    git: dict[str, int] = {}
    for needs in needed.runs if by != "artifact" else ():
        claims.append(Claim(needs.head.id, "", needs.head.experiment, frozenset()))  # it has a record at least
        key = needs.head.id if by == "run" else needs.head.experiment
        git[key] = git.get(key, 0) + records.by_run.pop(needs.head.id, 0)
    shares = share_room(claims, field, sizes, git)
    if chosen is not None:
        shares = [one for one in shares if chosen.intersection(one.runs)]
    free = sum(size for md5, size in sizes.items() if md5 not in needed.md5s) if not needed.broken else None
    totals = Totals(
        objects=len(sizes),
        cache=sum(sizes.values()),
        unneeded=free,
        staged=sum(one.bytes for one in list_staged(cache)),
        others=_measure_others(repository),
        records=records.total,
        git=measure_objects(repository),
    )
    names: dict[str, str] = {needs.head.id: needs.head.name for needs in needed.runs}
    return DiskUse(tuple(shares), names, totals, needed.broken)


class _Records(NamedTuple):
    by_run: dict[str, int]
    total: int


def _measure_records(store: RunStore, needed: Needed) -> _Records:
    """The bytes in Git of each run's record: those of its largest parts, and of its small artifacts."""
    runs = {needs.head.id: needs for needs in reversed(needed.runs)}  # of several tips the one that counts
    asked = [(needs, part) for needs in runs.values() for part in _PARTS]
    names = (f"{needs.head.commit}:{part.decode()}" for needs, part in asked)
    by_run: dict[str, int] = {}
    blobs: dict[str, int] = {}
    for (needs, _), blob in zip(asked, measure_named(store.repository, names), strict=True):
        if blob is not None:
            by_run[needs.head.id] = by_run.get(needs.head.id, 0) + blob.size
            blobs[blob.id] = blob.size
    for run_id, needs in runs.items():
        small = {one.md5 or one.path: one.bytes or 0 for one in needs.run.artifacts if one.kept == "git"}
        by_run[run_id] = by_run.get(run_id, 0) + sum(small.values())
        blobs |= small
    return _Records(by_run, sum(blobs.values()))


def _claim(needs: RunNeeds, needed: Needed, sizes: Mapping[str, int]) -> list[Claim]:
    claims = []
    for one in needs.pointed:
        md5s = frozenset(needed.expand(one.md5))
        here = sum(sizes.get(md5, 0) for md5 in md5s if md5 != one.md5 or not one.is_folder)
        # What a run read is not ours to keep: it takes no room here unless it was fetched.
        elsewhere = max(0, (one.bytes or 0) - here) if one.kind == "artifact" else 0
        claims.append(Claim(needs.head.id, one.path, needs.head.experiment, md5s, elsewhere))
    return claims


def _measure_others(repository: Repository) -> dict[str, int]:
    """What else lies in gitexp's own folder, by what it is."""
    found = {name: measure_folder(local_folder(repository, folder)).bytes for name, folder in _OTHER}
    known = {"cache", "files", "tmp", *(folder for _, folder in _OTHER)}
    rest = [
        os.path.join(place, name) for place in _places(repository) for name in os.listdir(place) if name not in known
    ]
    found["the rest"] = sum(measure_folder(path).bytes for path in rest)
    return {name: size for name, size in found.items() if size}


def _places(repository: Repository) -> list[str]:
    return [place for place in (local_folder(repository), local_folder(repository, "cache")) if os.path.isdir(place)]
