"""A run's commits, written: the live one before the script starts, the ended one in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import GitFailed, RefMoved
from gitexp.format.manifest import format_manifest
from gitexp.format.message import format_message
from gitexp.git.collection import await_collection, is_collecting
from gitexp.git.commits import Person, RawCommit
from gitexp.git.refs import RefChange, update_refs
from gitexp.git.trees import FILE
from gitexp.model.refs import live_ref, run_ref
from gitexp.store.layout import MANIFEST

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gitexp.git.objects import ObjectWriter
    from gitexp.git.repository import Repository
    from gitexp.model.run import Run

Files = dict[bytes, bytes]
"""The record beside its manifest: path in the tree (``.exp/output.log``) → content."""


_TRIES = 5
_END_TRIES = 6
"""The run's own end, then as the child of a commit that calls it lost, and again where that or the live ref moved."""


class StoredRun(NamedTuple):
    """A run that is in the repository. ``why_unsigned`` where it should have been signed and is not."""

    ref: str
    commit: str
    why_unsigned: str | None = None


def store_live(repository: Repository, writer: ObjectWriter, run: Run, tree: str) -> StoredRun:
    """Writes the commit of a run that is about to start, and its live ref: no gc can take its snapshot any more.

    ``tree`` is the snapshot's. The commit is not signed: nobody should have to type a passphrase before a start.
    """
    commit = write_live(writer, run, tree)
    ref = live_ref(run.experiment, run.id)
    set_refs(repository, writer, [RefChange(ref, commit, None)], f"exp run: {run.name}")
    return StoredRun(ref, commit)


def write_live(writer: ObjectWriter, run: Run, tree: str) -> str:
    """Writes the commit of a run that is about to start, and no ref; the same run gives the same commit."""
    return writer.write_commit(_commit(writer, run, {}, tree))


def store_ended(
    repository: Repository,
    writer: ObjectWriter,
    run: Run,
    files: Mapping[bytes, bytes],
    tree: str | None,
    *,
    live: StoredRun | None,
    sign: bool,
    supersedes: bool = True,
) -> StoredRun:
    """Writes the commit of an ended run and puts its ref in the live one's place, in one transaction.

    A run that was called lost by who only read its journal has an ended ref already: its own end takes that one's
    place, as a child of it, unless ``supersedes`` is False.
    Afterwards every object is looked for, and written again where a gc took it: one that began before the ref was set
    knows nothing of it, and prunes at its end.
    Mirrors may have moved the live ref since: whatever stands on top of ``live`` goes, and nothing else.
    Raises RefMoved, GitFailed, StorageFailed; the live ref then stays as it was.
    """
    raw = _commit(writer, run, files, tree)
    ref = run_ref(run.experiment, run.id)
    lost: str | None = None
    for tries_left in reversed(range(_END_TRIES)):
        own = raw if lost is None else _supersede(repository, writer, raw, run, lost)
        commit, why_unsigned = _write(writer, own, sign)
        changes = [RefChange(ref, commit, lost)]
        if live is not None:
            changes.append(RefChange(live.ref, None, live.commit))
        try:
            set_refs(repository, writer, changes, f"exp run: {run.name} {run.status}")
            break
        except RefMoved:
            moved = _find_moved(repository, live)
            if moved is not None and tries_left:
                live = moved
                continue
            may = supersedes and tries_left and raw.parents  # without S the lost one would be taken for it
            found = _find_lost(repository, ref, run) if may else None
            if found in (None, lost):
                raise
            lost = found
    keep_present(repository, writer)
    return StoredRun(ref, commit, why_unsigned)


def write_ended(writer: ObjectWriter, run: Run, files: Mapping[bytes, bytes], tree: str) -> str:
    """Writes the unsigned commit of an ended run again, without a ref: equal inputs, equal id."""
    return writer.write_commit(_commit(writer, run, files, tree))


def _write(writer: ObjectWriter, raw: RawCommit, sign: bool) -> tuple[str, str | None]:
    return writer.write_signed_commit(raw) if sign else (writer.write_commit(raw), None)


def _supersede(repository: Repository, writer: ObjectWriter, raw: RawCommit, run: Run, lost: str) -> RawCommit:
    from gitexp.store.annotating import carry_annotations

    return carry_annotations(repository, writer, raw, run, lost)


def _find_moved(repository: Repository, live: StoredRun | None) -> StoredRun | None:
    """The live ref where a mirror has moved it; None where it is as it was, gone, or not that of this run any more."""
    if live is None:
        return None
    from gitexp.store.mirrors import find_present

    present = find_present(repository, live)
    return None if present == live else present


def _find_lost(repository: Repository, ref: str, run: Run) -> str | None:
    """The commit that calls the run lost; None where its ref holds anything else."""
    from gitexp.git.reading import read_commits
    from gitexp.model.run import Status
    from gitexp.store.head_reading import read_heads

    heads = read_heads(read_commits(repository, [ref])).runs
    return next((head.commit for head in heads if head.id == run.id and head.status is Status.LOST), None)


def keep_present(repository: Repository, writer: ObjectWriter) -> None:
    """Writes again what a gc took of the objects that refs hold by now: one may have begun before they did."""
    collecting = is_collecting(repository)
    writer.ensure_present()
    if collecting:
        await_collection(repository)
        writer.ensure_present()


def set_refs(repository: Repository, writer: ObjectWriter, changes: Sequence[RefChange], reason: str) -> None:
    """Sets the refs, as often as a gc takes what they are to hold: Git then refuses them. Raises RefMoved."""
    for _ in range(_TRIES):
        try:
            return update_refs(repository, changes, reason=reason)
        except RefMoved:
            raise
        except GitFailed:
            if not writer.ensure_present():
                raise
    return update_refs(repository, changes, reason=reason)


def _commit(writer: ObjectWriter, run: Run, files: Mapping[bytes, bytes], tree: str | None) -> RawCommit:
    parts = {MANIFEST: format_manifest(run), **files}
    ended = int((run.ended_at or run.started_at).timestamp())
    return _shape(writer, run, parts, tree, (run.code.snapshot,) if run.code.snapshot else (), ended)


def write_shape(
    writer: ObjectWriter,
    run: Run,
    parts: Mapping[bytes, bytes],
    tree: str,
    *,
    parents: tuple[str, ...],
    ended: int,
) -> str:
    """Writes an unsigned commit of a run's shape: ``parts`` beside the snapshot's tree, ``ended`` as committer date."""
    return writer.write_commit(_shape(writer, run, parts, tree, parents, ended))


def _shape(
    writer: ObjectWriter,
    run: Run,
    parts: Mapping[bytes, bytes],
    tree: str | None,
    parents: tuple[str, ...],
    ended: int,
) -> RawCommit:
    blobs = {path: (FILE, writer.write_blob(data)) for path, data in parts.items()}
    # Git refuses a commit without a name, and a name is not worth a run.
    name, email = run.user.name or "unknown", run.user.email
    return RawCommit(
        tree=writer.compose_tree(tree, blobs),
        parents=parents,
        author=Person(name, email, int(run.started_at.timestamp())),
        committer=Person(name, email, ended),
        message=format_message(run),
    )
