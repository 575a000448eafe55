"""The runs that lie in folds: many ended runs under one ref, listed from the commits of the folds alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import BrokenObject, BrokenRecord, NewerFormat
from gitexp.format.fold_message import MOST_BYTES_READ, parse_fold_message
from gitexp.format.message_restating import NO_SNAPSHOT
from gitexp.git.asking import ObjectAsker
from gitexp.git.commits import parse_commit
from gitexp.git.refs import list_refs
from gitexp.model.refs import FOLDS, parse_fold_ref, parse_run_ref

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gitexp.format.fold_message import FoldedCommit
    from gitexp.git.commits import RawCommit
    from gitexp.git.repository import Repository
    from gitexp.model.ids import RunId

_MOST_COMMITS = 100_000
_MOST_EARLIER = 10_000
_MOST_BYTES_OF_A_TIP = 2_000_000


class FoldedTip(NamedTuple):
    """A tip of a run as a fold holds it: the ref that the run had, the commit, and the fold's commit that has it."""

    ref: str
    commit: str
    data: bytes
    fold: str


class FoldCommit(NamedTuple):
    """One commit of a fold, read and verified. ``previous`` is the one before it, None for the first."""

    id: str
    raw: RawCommit
    previous: str | None
    entries: tuple[FoldedCommit, ...]


class Folds(NamedTuple):
    """What lies in folds: of each run those tips that no other one descends from, the one that counts first.

    There is more than one where two clones said something of a run before each of them folded it.
    """

    tips: Mapping[RunId, tuple[FoldedTip, ...]]
    broken: tuple[BrokenRecord, ...] = ()


def read_folds(repository: Repository, refs: Sequence[tuple[str, str]] | None = None) -> Folds:
    """The runs of the folds that the refs hold, given as (name, id); of all there are unless some are given.

    A commit that is none of a fold, or says of a run what is not so, is told; what stands before it is not known then.
    """
    refs = list_refs(repository, FOLDS) if refs is None else refs
    found: dict[RunId, dict[str, FoldedTip]] = {}
    broken: list[BrokenRecord] = []
    if not refs:
        return Folds({})
    seen: set[str] = set()
    with ObjectAsker(repository) as reader:
        for name, tip in refs:
            if parse_fold_ref(name) is None:
                broken.append(BrokenRecord(name, "the ref is not that of a fold"))
                continue
            try:
                _gather(reader, name, tip, found, seen)
            except BrokenRecord as error:
                broken.append(error)
        tips = {run_id: _order(reader, candidates) for run_id, candidates in found.items()}
    return Folds(tips, tuple(broken))


def read_chain(reader: ObjectAsker, name: str, tip: str, seen: set[str]) -> Iterable[FoldCommit]:
    """The commits of a fold from the newest to the first, up to one that was seen. Raises BrokenRecord."""
    commit: str | None = tip
    while commit is not None and commit not in seen:
        seen.add(commit)
        if len(seen) > _MOST_COMMITS:
            raise BrokenRecord(name, f"more than {_MOST_COMMITS} folds")
        fold = read_fold(reader, name, commit)
        yield fold
        commit = fold.previous


def read_fold(reader: ObjectAsker, name: str, commit: str) -> FoldCommit:
    """One commit of the fold of a ref. Raises BrokenRecord."""
    found = reader.read(commit, MOST_BYTES_READ)
    if found.id is not None and found.data is None:
        raise BrokenRecord(name, f"its commit {commit} is larger than {MOST_BYTES_READ} bytes")
    if found.data is None or found.type != "commit":
        raise BrokenRecord(
            name,
            f"its commit {commit} is missing or damaged",
            hint="git fsck; in a shallow clone: git fetch --unshallow",
        )
    try:
        raw = parse_commit(found.data)
        entries = tuple(parse_fold_message(raw.message))
    except BrokenObject as error:
        newer = error.fields.get("newer")
        if isinstance(newer, int):
            raise NewerFormat(name, newer) from error
        raise BrokenRecord(name, f"its commit {commit}: {error.message}") from error
    tips = tuple(entry.id for entry in entries)
    if raw.parents == tips:
        return FoldCommit(commit, raw, None, entries)
    if raw.parents[1:] == tips:
        return FoldCommit(commit, raw, raw.parents[0], entries)
    raise BrokenRecord(name, f"its commit {commit} does not have the runs as parents of which it speaks")


def covered_by_fold(
    repository: Repository, refs: Sequence[tuple[str, str]] | None = None
) -> dict[RunId, frozenset[str]]:
    """Of each folded run the commits that say nothing new in a ref: its tips in folds, and all before them."""
    folds = read_folds(repository, refs)
    with ObjectAsker(repository) as reader:
        return {
            run_id: frozenset(tip.commit for tip in tips).union(*(find_earlier_tips(reader, tip.data) for tip in tips))
            for run_id, tips in folds.tips.items()
        }


def find_earlier_tips(reader: ObjectAsker, data: bytes) -> frozenset[str]:
    """All tips that a run had before the one with these bytes, as far as they are here."""
    found: set[str] = set()
    waiting = list(_earlier(data))
    while waiting and len(found) < _MOST_EARLIER:
        tip = waiting.pop()
        if tip in found:
            continue
        found.add(tip)
        before = reader.read(tip, _MOST_BYTES_OF_A_TIP)
        if before.type == "commit" and before.data is not None:
            waiting += _earlier(before.data)
    return frozenset(found)


def _gather(reader: ObjectAsker, name: str, tip: str, found: dict[RunId, dict[str, FoldedTip]], seen: set[str]) -> None:
    for fold in read_chain(reader, name, tip, seen):
        for entry in fold.entries:
            run = parse_run_ref(entry.ref)
            if run is None or run.kind != "ended":
                raise BrokenRecord(name, f"its commit {fold.id} holds {entry.ref!r}, which is no ref of an ended run")
            folded = FoldedTip(entry.ref, entry.id, entry.data, fold.id)
            found.setdefault(run.id, {}).setdefault(entry.id, folded)


def _order(reader: ObjectAsker, candidates: Mapping[str, FoldedTip]) -> tuple[FoldedTip, ...]:
    if len(candidates) == 1:
        return tuple(candidates.values())
    earlier: set[str] = set()
    for tip in candidates.values():
        earlier |= find_earlier_tips(reader, tip.data)
    last = [tip for tip in candidates.values() if tip.commit not in earlier] or list(candidates.values())
    return tuple(sorted(last, key=lambda tip: (_seconds(tip.data), tip.commit), reverse=True))


def _seconds(data: bytes) -> int:
    try:
        return parse_commit(data).committer.seconds
    except BrokenObject:
        return -1


def _earlier(data: bytes) -> tuple[str, ...]:
    """The parents of a tip that may be earlier tips: all but the snapshot."""
    if data.count(b"\nparent ", 0, data.find(b"\n\n")) < 2 and NO_SNAPSHOT not in data:
        return ()
    try:
        commit = parse_commit(data)
    except BrokenObject:
        return ()
    return commit.parents if NO_SNAPSHOT in commit.message.split(b"\n") else commit.parents[1:]
