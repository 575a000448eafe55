"""The artifacts of a run that has ended: what its script kept, what was declared, and a series too large for Git."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from gitexp.actions.artifacts_refused import explain_refusal
from gitexp.actions.texts_kept import SaidOfFiles, hide_in_paths, hide_in_texts
from gitexp.data.artifact_keeper import ARTIFACTS, RecordedArtifacts
from gitexp.data.cache import Cache
from gitexp.data.recording import record_artifacts
from gitexp.format.pointer import format_pointer
from gitexp.model.paths import TreePath, quote_path
from gitexp.model.pointer import POINTER_SUFFIX, Pointer
from gitexp.model.run import Artifact
from gitexp.store.journal import local_folder
from gitexp.store.unkept import put_aside

if TYPE_CHECKING:
    from gitexp.actions.begun import Begun
    from gitexp.actions.session import Session
    from gitexp.data.hashing import FileHash
    from gitexp.model.run import Run
    from gitexp.store.journal import Journal
    from gitexp.store.writing import Files

_MOST_BYTES = 20_000_000
"""What the small artifacts of one run may take in Git together."""


def add_artifacts(
    run: Run,
    files: Files,
    prepared: Begun,
    session: Session,
    whole: FileHash | None = None,
    said_of: SaidOfFiles | None = None,
) -> Run:
    """The run with its artifacts; their bytes and pointers come into ``files``. ``whole`` is a series in the cache.

    ``said_of`` is what the script said of its files; where it is None the journal is asked.
    """
    attempts = prepared.attempts
    cache = Cache(local_folder(prepared.repository, "cache"))
    nothing = RecordedArtifacts((), {}, {})
    said = attempts.make(
        "what the script kept was not found", lambda: _keep_said(session, prepared, cache, said_of), None
    )
    if said is None:
        said = nothing
        if session.journal is not None:
            tell_unkept("not all that the script kept is in the run", session.journal.artifacts, session, prepared)
    wanted = (*prepared.settings.artifacts, *prepared.request.artifacts)
    room = _MOST_BYTES - sum(map(len, said.files.values()))
    missing = RecordedArtifacts(tuple(Artifact(TreePath(path), None, None, "no") for path in wanted), {}, {})
    declared = (
        attempts.make(
            "the artifacts were not kept", lambda: _keep_declared(wanted, run, prepared, cache, room), missing
        )
        if wanted
        else nothing
    )
    kept = _join(said, declared)
    attempts.extend(kept.warnings)
    for path, data in kept.files.items():
        if b"\0" not in data and prepared.redactor.redact_output(data)[1]:
            shown = quote_path(path.removeprefix(ARTIFACTS))
            attempts.warn(f"artifact {shown} looks like it holds a secret; the run keeps it")
    files.update(kept.files)
    files.update({path: format_pointer(pointer) for path, pointer in kept.pointers.items()})
    run = replace(run, artifacts=kept.items)
    return run if run.series is None or whole is None else add_whole(run, files, whole)


def _keep_said(session: Session, prepared: Begun, cache: Cache, said_of: SaidOfFiles | None) -> RecordedArtifacts:
    from gitexp.data.kept_files import record_kept

    if session.journal is None:
        return RecordedArtifacts((), {}, {})
    folder = session.journal.artifacts
    unfinished = len(os.listdir(session.journal.partial)) if os.path.isdir(session.journal.partial) else 0
    if unfinished:
        what = "artifact was" if unfinished == 1 else "artifacts were"
        prepared.attempts.warn(f"{unfinished} {what} still being copied when the script ended: not kept, for not whole")
    if said_of is None:
        said_of = _ask_journal(session.journal)
    hide_in_texts(folder, said_of, prepared)
    hide_in_paths(folder, said_of, prepared)
    find_source = said_of.find_source
    kept = record_kept(
        folder,
        cache,
        git_bytes=prepared.settings.artifact_git_bytes,
        git_total_bytes=_MOST_BYTES,
        refuse=lambda path, name: explain_refusal(path, name, prepared, find_source(os.fsdecode(name))),
    )
    refused = {one.name for one in kept.refused}
    for left_out in kept.refused:
        tell_unkept(f"artifact {left_out.name} was not kept: {left_out.why}", left_out.path, session, prepared)
    for one in kept.items:
        if one.kept == "no" and one.path not in refused:
            tell_unkept(f"artifact {one.path} was not kept: {one.why}", folder, session, prepared)
    return kept


def _ask_journal(journal: Journal) -> SaidOfFiles:
    """What the script said of its files, where its other words could not be read. Raises OSError."""
    from gitexp.store.journal import read_start
    from gitexp.store.journal_records import read_records

    said = SaidOfFiles()
    start = read_start(journal.folder)
    if start is not None:
        said.hear_all(read_records(journal, start))
    return said


def tell_unkept(what: str, path: str, session: Session, prepared: Begun) -> None:
    """Warns of something in the journal that the run cannot hold, and puts it aside: the journal goes with the run."""
    assert session.journal is not None
    place = put_aside(prepared.repository, session.journal, path)
    prepared.attempts.warn(f"{what}; it is in {place}" if place is not None else what)


def _keep_declared(wanted: tuple[str, ...], run: Run, prepared: Begun, cache: Cache, room: int) -> RecordedArtifacts:
    places = prepared.places
    kept = record_artifacts(
        wanted,
        places.here,
        places.project,
        places.top,
        cache=cache,
        git_bytes=prepared.settings.artifact_git_bytes,
        git_total_bytes=room,
        started=run.started_at.timestamp(),
        until=prepared.until,
        refuse=lambda path, name: explain_refusal(path, name, prepared, path),
    )
    prepared.attempts.extend(f"artifact {one.name} was not kept: {one.why}" for one in kept.refused)
    return kept


def _join(said: RecordedArtifacts, declared: RecordedArtifacts) -> RecordedArtifacts:
    """Both together. Of a path that both have what the script kept counts: that was when it wanted it kept."""
    known = {one.path: one for one in said.items if one.md5 is not None}
    warnings = [*said.warnings, *declared.warnings]
    items = list(said.items)
    files, pointers = dict(declared.files), dict(declared.pointers)
    for one in declared.items:
        other = known.get(one.path)
        if other is None:
            items.append(one)
            continue
        if one.md5 is not None and one.md5 != other.md5:
            warnings.append(f"artifact {one.path}: the script kept another file than the one there at the end")
        target = ARTIFACTS + os.fsencode(one.path)
        files.pop(target, None)
        pointers.pop(target + POINTER_SUFFIX.encode(), None)
    return RecordedArtifacts(tuple(items), {**files, **said.files}, {**pointers, **said.pointers}, tuple(warnings))


def add_whole(run: Run, files: Files, whole: FileHash) -> Run:
    """The run with the whole of a series that is too large for Git, which is in the cache, as an artifact."""
    from gitexp.actions.series_kept import whole_name

    assert run.series is not None
    path = whole_name(run.series, {one.path for one in run.artifacts})
    pointer = Pointer(path, whole.md5 or "", whole.bytes)
    files[ARTIFACTS + path.encode() + POINTER_SUFFIX.encode()] = format_pointer(pointer)
    artifact = Artifact(TreePath(path), whole.md5, whole.bytes, "dvc")
    return replace(run, artifacts=(*run.artifacts, artifact), series=run.series._replace(whole=path))
