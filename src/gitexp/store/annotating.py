"""A statement about a run, written: one more commit on top of it, with the same tree but for one small file."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.format.annotation import format_annotation, name_annotation, parse_annotation
from gitexp.format.message_restating import restate_message
from gitexp.git.commits import Person, RawCommit
from gitexp.git.reading import list_tree
from gitexp.git.refs import RefChange
from gitexp.git.trees import FILE
from gitexp.model.annotations import fold_annotations, next_instant
from gitexp.model.refs import run_ref
from gitexp.store.annotations import read_annotations
from gitexp.store.layout import ANNOTATIONS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from gitexp.git.objects import ObjectWriter
    from gitexp.git.repository import Repository
    from gitexp.model.annotations import Annotation, Statement
    from gitexp.model.head import RunHead
    from gitexp.model.run import Run, User


class AnnotatedRun(NamedTuple):
    """The commit with the statements, and the change that makes it the run's tip: no ref was moved yet."""

    commit: str
    change: RefChange
    why_unsigned: str | None = None


def annotate(
    writer: ObjectWriter,
    head: RunHead,
    run: Run,
    statements: Sequence[Statement],
    *,
    by: User,
    now: datetime,
    sign: bool,
) -> AnnotatedRun:
    """Writes a commit that says something of an ended run. ``run`` is its manifest with all annotations so far.

    A run that lies in a fold gets a ref of its own again. Raises StorageFailed, BrokenObject, GitFailed.
    """
    seen = list(run.annotations)
    files: dict[bytes, bytes] = {}
    for statement in statements:
        data = format_annotation(statement, next_instant(now, seen), by)
        name = name_annotation(data)
        seen.append(_parse(name, data))
        files[name] = data
    return add_annotations(writer, head, run, files, by=by, sign=sign)


def add_annotations(
    writer: ObjectWriter, head: RunHead, run: Run, files: Mapping[bytes, bytes], *, by: User, sign: bool
) -> AnnotatedRun:
    """The same for annotations that were made elsewhere, by the names of their files. Raises InvalidValue too."""
    seen = [*run.annotations, *(annotation for name in files if (annotation := parse_annotation(name, files[name])))]
    blobs = {ANNOTATIONS + name: (FILE, writer.write_blob(data)) for name, data in files.items()}
    newest = max((one.at for one in seen), default=head.ended_at)
    tip = writer.read_commit(head.commit)
    raw = RawCommit(
        tree=writer.compose_tree(tip.tree, blobs),
        parents=parents_of_tip(head.snapshot, [head.commit]),
        author=tip.author,
        committer=Person(by.name or "unknown", by.email, max(int(newest.timestamp()), tip.committer.seconds)),
        message=restate_message(
            tip.message, fold_annotations(head.home, run.tags, seen), has_snapshot=head.snapshot is not None
        ),
    )
    commit, why_unsigned = writer.write_signed_commit(raw) if sign else (writer.write_commit(raw), None)
    ref = run_ref(head.home, head.id)
    return AnnotatedRun(commit, RefChange(ref, commit, None if head.fold else head.commit), why_unsigned)


def carry_annotations(repository: Repository, writer: ObjectWriter, raw: RawCommit, run: Run, lost: str) -> RawCommit:
    """The commit of a run's own end in the place of one that only called it lost, with what was said of that one."""
    raw = raw._replace(parents=(*raw.parents, lost))
    entries = [entry for entry in list_tree(repository, lost, ANNOTATIONS) if entry.type == "blob"]
    if not entries:
        return raw
    said, _ = read_annotations(repository, lost)
    return raw._replace(
        tree=writer.compose_tree(raw.tree, {entry.path: (FILE, entry.id) for entry in entries}),
        message=restate_message(raw.message, fold_annotations(run.experiment, run.tags, said)),
    )


def _parse(name: bytes, data: bytes) -> Annotation:
    annotation = parse_annotation(name, data)
    assert annotation is not None
    return annotation


def parents_of_tip(snapshot: str | None, tips: Sequence[str]) -> tuple[str, ...]:
    """The parents of a later commit of a run: the snapshot first, where there is one."""
    return (*((snapshot,) if snapshot is not None else ()), *tips)
