"""Runs made of what another tracker has recorded, whichever it is: each once, however often it is imported."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Literal, NamedTuple

from gitexp.errors import ExpError, GitMissing, InvalidValue, StorageFailed
from gitexp.git.objects import ObjectWriter
from gitexp.git.refs import RefChange, list_refs, update_refs_apart
from gitexp.model.ids import RANDOM_BYTES, RunId, id_from_random, name_from_random
from gitexp.model.refs import LIVE, RUNS, parse_run_ref, run_ref
from gitexp.model.run_names import parse_name
from gitexp.store.removed import read_removed
from gitexp.store.writing import keep_present, write_ended

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from gitexp.git.repository import Repository
    from gitexp.model.refs import Experiment
    from gitexp.model.run import Run
    from gitexp.store.runs import RunStore
    from gitexp.store.writing import Files

_AT_ONCE = 20
"""So many runs get their refs in one transaction: what is interrupted has all runs before it."""

Outcome = Literal["imported", "there", "erased", "failed"]


class ImportRequest(NamedTuple):
    """What to import: all that there is, or what ``names`` name; into which experiment; or only to say so."""

    names: tuple[str, ...] = ()
    experiment: Experiment | None = None
    is_trial: bool = False


class Candidate(NamedTuple):
    """Something that can be made a run. ``source`` is what the other tracker calls it in full."""

    source: str
    name: str
    id: RunId
    commit: str


class MadeRun(NamedTuple):
    """A run that is to be stored: its record, and the tree of its snapshot."""

    run: Run
    files: Files
    tree: str


class Imported(NamedTuple):
    """What became of a candidate. ``ref`` is None where there is no such run; ``why`` says what went wrong."""

    candidate: Candidate
    outcome: Outcome
    ref: str | None = None
    why: ExpError | None = None
    warnings: tuple[str, ...] = ()


class ImportReport(NamedTuple):
    """What became of every candidate, in order."""

    runs: tuple[Imported, ...]
    experiment: Experiment
    is_trial: bool


def derive_id(tracker: str, key: str) -> tuple[RunId, str]:
    """The id of what a tracker has under a key, always the same, and the name that goes with it."""
    digest = hashlib.sha256(f"{tracker}\0{key}".encode()).digest()[:RANDOM_BYTES]
    run_id = id_from_random(digest)
    return run_id, name_from_random(run_id, digest)


def choose_name(given: str, otherwise: str) -> str:
    """The name that the other tracker has where it can be typed again as that of a run."""
    try:
        return parse_name(given)
    except InvalidValue:
        return otherwise


def import_runs(
    store: RunStore,
    candidates: Sequence[Candidate],
    request: ImportRequest,
    make: Callable[[ObjectWriter, Candidate], MadeRun],
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> ImportReport:
    """Stores a run for each candidate that is none yet. One that cannot be made is told, and the others are made.

    A run that was erased stays so. ``make`` raises ExpError. Raises GitMissing, StorageFailed.
    """
    experiment = request.experiment or store.experiment
    there, erased = _find_known(store), read_removed(store.repository)
    results: dict[str, Imported] = {}
    new: list[Candidate] = []
    seen: set[RunId] = set()
    for one in candidates:
        if one.id in erased:
            results[one.source] = Imported(one, "erased")
        elif one.id in there or one.id in seen:
            results[one.source] = Imported(one, "there", there.get(one.id))
        elif request.is_trial:
            results[one.source] = Imported(one, "imported", run_ref(experiment, one.id))
        else:
            new.append(one)
        seen.add(one.id)
    for start in range(0, len(new), _AT_ONCE):
        some = new[start : start + _AT_ONCE]
        for done in _store(store.repository, some, make):
            results[done.candidate.source] = done
            progress(len(results) - len(candidates) + len(new), len(new))
    return ImportReport(tuple(results[one.source] for one in candidates), experiment, request.is_trial)


def _find_known(store: RunStore) -> dict[RunId, str | None]:
    """The refs of all runs by their ids, also of those that cannot be read; None for one that is in a fold alone."""
    known: dict[RunId, str | None] = {head.id: head.ref for head in store.heads().runs}
    for name, _ in list_refs(store.repository, RUNS, LIVE):
        parsed = parse_run_ref(name)
        if parsed is not None:
            known.setdefault(parsed.id, name)
    return known


def _store(
    repository: Repository,
    some: Sequence[Candidate],
    make: Callable[[ObjectWriter, Candidate], MadeRun],
) -> Iterator[Imported]:
    changes: list[RefChange] = []
    made: list[tuple[Candidate, Run]] = []
    with ObjectWriter(repository) as writer:
        for one in some:
            try:
                run, files, tree = make(writer, one)
                commit = write_ended(writer, run, files, tree)
            except (GitMissing, StorageFailed):
                raise
            except ExpError as error:
                yield Imported(one, "failed", why=error)
            else:
                made.append((one, run))
                changes.append(RefChange(run_ref(run.experiment, run.id), commit, None))
        failed = update_refs_apart(repository, changes, reason="exp import")
        if failed and writer.ensure_present():  # a gc took what the refs are to hold
            again = [change for change in changes if change.name in failed]
            failed = update_refs_apart(repository, again, reason="exp import")
        keep_present(repository, writer)
    for (one, run), change in zip(made, changes, strict=True):
        why = failed.get(change.name)
        yield Imported(one, "failed" if why else "imported", None if why else change.name, why, run.warnings)
