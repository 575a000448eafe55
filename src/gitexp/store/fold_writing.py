"""Folds, written: commits that hold many runs, the same for whoever folds the same runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.format.fold_message import MOST_BYTES, MOST_TIPS, FoldedCommit, entry_length, format_fold_message
from gitexp.git.asking import ObjectAsker
from gitexp.git.commits import Person, RawCommit, parse_commit
from gitexp.git.trees import FOLDER, TreeEntry
from gitexp.store.layout import RECORD, folded_path
from gitexp.store.merging import MERGER

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from gitexp.git.objects import ObjectWriter
    from gitexp.git.repository import Repository
    from gitexp.model.head import RunHead
    from gitexp.model.ids import RunId
    from gitexp.store.folds import FoldCommit


class FoldableTip(NamedTuple):
    """A tip that goes into a fold: its commit, where its record is to lie, and the tree of the record."""

    entry: FoldedCommit
    path: bytes
    record: str


def read_tips(repository: Repository, heads: Sequence[RunHead]) -> tuple[dict[RunId, FoldableTip], dict[RunId, str]]:
    """What a fold needs of runs; and of those that can go into none, why."""
    tips: dict[RunId, FoldableTip] = {}
    broken: dict[RunId, str] = {}
    if heads:
        with ObjectAsker(repository) as reader:
            for head in heads:
                found = _read_tip(reader, head)
                if isinstance(found, str):
                    broken[head.id] = found
                else:
                    tips[head.id] = found
    return tips, broken


def _read_tip(reader: ObjectAsker, head: RunHead) -> FoldableTip | str:
    found = reader.read(head.commit, MOST_BYTES)
    record = reader.read(f"{head.commit}:{RECORD.decode().rstrip('/')}", 0)
    if found.type != "commit" or record.type != "tree" or record.id is None:
        return "its commit or its record is missing or damaged"
    if found.data is None or entry_length(FoldedCommit(head.ref, head.commit, found.data)) > MOST_BYTES:
        return "its commit is too large for a fold"
    entry = FoldedCommit(head.ref, head.commit, found.data)
    return FoldableTip(entry, folded_path(head.started_at, head.id), record.id)


def write_fold(writer: ObjectWriter, month: str, previous: str | None, tips: Sequence[FoldableTip]) -> str:
    """Writes as many commits as the tips need on top of the fold there was, and returns the last; no ref is moved.

    The tips are given in the order of the runs' starts. Raises StorageFailed, GitFailed, BrokenObject.
    """
    for batch in _batches(tips):
        base = writer.read_commit(previous).tree if previous is not None else None
        tree = writer.compose_tree(base, {tip.path: (FOLDER, tip.record) for tip in batch})
        previous = write_fold_commit(writer, month, previous, tree, [tip.entry for tip in batch])
    assert previous is not None
    return previous


def write_fold_commit(
    writer: ObjectWriter, month: str, previous: str | None, tree: str, entries: Sequence[FoldedCommit]
) -> str:
    """Writes one commit of a fold."""
    # A date after that of its parents, and Git would expand the whole chain before it shows the first commit.
    seconds = max(parse_commit(entry.data).committer.seconds for entry in entries)
    if previous is not None:
        seconds = max(seconds, writer.read_commit(previous).committer.seconds)
    who = Person(*MERGER, seconds)
    parents = (*((previous,) if previous is not None else ()), *(entry.id for entry in entries))
    return writer.write_commit(RawCommit(tree, parents, who, who, format_fold_message(month, entries)))


def rewrite_fold(
    writer: ObjectWriter, month: str, chain: Iterable[FoldCommit], erased: Callable[[FoldedCommit], RunId | None]
) -> str | None:
    """Writes a fold anew without the runs that ``erased`` names; None where nothing else is in it.

    ``chain`` is in order from the first commit. Those before the first such run stay as they are.
    """
    previous: str | None = None
    gone: set[bytes] = set()
    for commit in chain:
        kept = [entry for entry in commit.entries if erased(entry) is None]
        gone.update(run_id.encode("ascii") for entry in commit.entries if (run_id := erased(entry)) is not None)
        if commit.previous == previous and len(kept) == len(commit.entries):
            previous = commit.id
        elif kept:
            tree = _without(writer, commit.raw.tree, gone)
            previous = write_fold_commit(writer, month, previous, tree, kept)
    return previous


def _without(writer: ObjectWriter, tree: str, gone: Collection[bytes]) -> str:
    days = []
    for day in writer.read_tree(tree):
        if day.mode != FOLDER:
            days.append(day)
            continue
        runs = writer.read_tree(day.id)
        kept = [run for run in runs if run.name not in gone]
        if len(kept) == len(runs):
            days.append(day)
        elif kept:
            days.append(TreeEntry(FOLDER, day.name, writer.write_tree(kept)))
    return writer.write_tree(days)


def _batches(tips: Sequence[FoldableTip]) -> Iterator[list[FoldableTip]]:
    batch: list[FoldableTip] = []
    size = 0
    for tip in tips:
        length = entry_length(tip.entry)
        if batch and (len(batch) == MOST_TIPS or size + length > MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(tip)
        size += length
    if batch:
        yield batch
