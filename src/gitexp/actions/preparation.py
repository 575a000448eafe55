"""All that has to be known before the script starts: where, which code, which params, and what must not be written."""

from __future__ import annotations

import os
import platform
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.attempts import Attempts
from gitexp.actions.begun import TREE_UNKNOWN, Begun, find_known_tree
from gitexp.actions.left_out import group_left_out
from gitexp.actions.params_found import Places, find_params
from gitexp.actions.refusal import Refusal
from gitexp.actions.run_texts import clean_run
from gitexp.actions.written_files import FilesBefore
from gitexp.errors import GitFailed, StorageFailed, UsageError
from gitexp.git.objects import ObjectWriter
from gitexp.model.ids import id_from_random, name_from_random
from gitexp.model.params import merge_params
from gitexp.model.paths import quote_path
from gitexp.model.refs import parse_experiment
from gitexp.model.run import Code, Run, Status, User
from gitexp.model.run_names import parse_name, parse_tags
from gitexp.model.seed import find_seed
from gitexp.model.values import is_scalar
from gitexp.store.project import find_project

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from gitexp.actions.request import RecordRequest
    from gitexp.capture.redaction import Redactor
    from gitexp.git.snapshot import Snapshot
    from gitexp.git.working_copy import Opening, WorkingCopy
    from gitexp.model.params import ParamSource
    from gitexp.model.settings import Settings
    from gitexp.store.project import Project


_TRIES = 2


class Preparation(NamedTuple):
    """A run that is ready to start. ``snapshot`` is None where not even the checked-out commit could be used."""

    request: RecordRequest
    working_copy: WorkingCopy
    project: Project
    places: Places
    redactor: Redactor
    sources: tuple[ParamSource, ...]
    snapshot: Snapshot | None
    run: Run
    before: FilesBefore
    refusal: Refusal
    credentials: frozenset[str]
    """The credential files that were met, as the manifest writes paths."""
    writer: ObjectWriter
    """Open until the live commit is written, and closed by whoever writes that."""
    attempts: Attempts

    @property
    def settings(self) -> Settings:
        """The project's settings."""
        return self.project.settings

    @property
    def begun(self) -> Begun:
        """What the end of the run has to know of its beginning."""
        return Begun(
            request=self.request,
            repository=self.working_copy.repository,
            settings=self.settings,
            places=self.places,
            redactor=self.redactor,
            sources=self.sources,
            tree=find_known_tree(self.snapshot),
            run=self.run,
            attempts=self.attempts,
        )


def prepare(request: RecordRequest, opening: Opening, now: datetime, random: bytes) -> Preparation:
    """Reads what is there and takes the snapshot; nothing is written but the snapshot's objects.

    Raises what the user has to mend before a run makes sense: NotARepository, ConfigError, ParamsFileError (of a file
    that was named), InvalidValue; and GitFailed where Git cannot say what is in the working tree.
    """
    from gitexp.capture.redaction import make_redactor

    if not request.command:
        raise UsageError("no command to run", hint="exp run -- python train.py")
    attempts = Attempts()
    working_copy = opening.finish()
    repository = working_copy.repository
    project = find_project(repository)
    places = Places(os.path.abspath(request.folder), project.path(repository), working_copy.top)
    experiment = parse_experiment(request.experiment) if request.experiment else project.settings.experiment
    run_id = id_from_random(random)
    name = parse_name(request.name) if request.name else name_from_random(run_id, random)
    tags = {**request.inherited_tags, **parse_tags(request.tags)}
    sources = find_params(request, project.settings, places, attempts)
    redactor = make_redactor(project.settings.redaction)
    redactor.remember_variables(os.environ)
    attempts.clean = lambda sentence: redactor.redact_text(sentence)[0]
    before = FilesBefore(request, project.settings, places)
    artifacts = (*project.settings.artifacts, *request.artifacts, *request.inherited_artifacts)
    refusal = Refusal(project.settings.redaction.files, before.metrics_files, artifacts, places)
    writer = ObjectWriter(repository, working_copy.config)
    snapshot = _take_snapshot(working_copy, project.settings, refusal, writer, attempts)
    merged = merge_params(sources)
    seed = request.seed if request.seed is not None else find_seed(merged.params)
    run = Run(
        id=run_id,
        name=name,
        experiment=experiment,
        project=project.folder,
        status=Status.RUNNING,
        exit_code=None,
        signal=None,
        started_at=now,
        ended_at=None,
        command=request.command,
        directory=repository.prefix.rstrip("/") or ".",
        user=_user(working_copy),
        host=platform.node(),
        params=merged.params,
        metrics={},
        code=_code(working_copy, snapshot, attempts),
        param_sources=merged.sources,
        seed=seed,
        lineage=request.lineage,
        tags=tags,
        note=request.note,
        hypothesis=request.hypothesis,
    )
    return Preparation(
        request=request,
        working_copy=working_copy,
        project=project,
        places=places,
        redactor=redactor,
        sources=sources,
        snapshot=snapshot,
        run=redact_run(run, redactor),
        before=before,
        refusal=refusal,
        credentials=frozenset(map(quote_path, refusal.credentials)),
        writer=writer,
        attempts=attempts,
    )


def _take_snapshot(
    working_copy: WorkingCopy, settings: Settings, refusal: Refusal, writer: ObjectWriter, attempts: Attempts
) -> Snapshot | None:
    """The snapshot; where none can be made the commit that is checked out, and None where there is none either."""
    import tempfile

    from gitexp.git.snapshot import Snapshot, take_snapshot

    def take() -> Snapshot | None:
        with tempfile.TemporaryDirectory(prefix="gitexp-") as folder:
            return take_snapshot(working_copy, settings.snapshot, refusal.explain, folder, writer)

    for _ in range(_TRIES):
        try:
            return take()
        except (GitFailed, StorageFailed):  # a gc removed a folder under Git's hands; the last try tells what is wrong
            continue
    taken = attempts.make("the working tree was not recorded, only the commit that is checked out", take, None)
    status = working_copy.status
    if taken is not None or status.commit is None:
        return taken
    head = status.commit

    def fall_back() -> Snapshot:
        tree = writer.read_commit(head).tree
        return Snapshot(head, status.branch, head, tree, dirty=True, notes=(TREE_UNKNOWN,))

    return attempts.make("nor the commit", fall_back, None)


def _user(working_copy: WorkingCopy) -> User:
    from gitexp.git.config import author_identity

    identity = author_identity(working_copy.repository, working_copy.config)
    return User(identity.name, identity.email)


def _code(working_copy: WorkingCopy, snapshot: Snapshot | None, attempts: Attempts) -> Code:
    status = working_copy.status
    remote = working_copy.config.main_url()
    if snapshot is None:
        return Code(status.commit, status.branch, bool(status.entries), status.commit or "", remote)
    attempts.extend(snapshot.notes)
    for submodule in snapshot.submodules:
        if submodule.dirty:
            attempts.warn(f"submodule {submodule.path} has changes that no run can hold: commit them there first")
    return Code(
        commit=snapshot.head,
        branch=snapshot.branch,
        dirty=snapshot.dirty,
        snapshot=snapshot.commit,
        remote=remote,
        left_out=group_left_out(snapshot.left_out),
        submodules=snapshot.submodules,
    )


def redact_run(run: Run, redactor: Redactor) -> Run:
    """The run without what must not be written. Done before the first object is."""
    run = clean_run(run)
    # A secret met among the params is known again in the command, and both are in the notes.
    params, places = redactor.redact_values(run.params, "params")
    found: list[str] = [*run.redacted, *places]
    command, places = redactor.redact_command(run.command)
    found += places
    tags, places = redactor.redact_values(run.tags, "tags")
    found += places
    texts: dict[str, str | None] = {}
    for key, text in (("note", run.note), ("hypothesis", run.hypothesis), ("code.remote", run.code.remote)):
        texts[key], count = redactor.redact_text(text) if text is not None else (None, 0)
        if count:
            found.append(key)
    variables, places = redactor.redact_values(run.environment.variables, "environment.variables")
    found += places
    names = dict(zip(run.params, params, strict=True))
    return replace(
        run,
        command=command,
        params=params,
        param_sources={names.get(key, key): source for key, source in run.param_sources.items()},
        tags={key: value for key, value in tags.items() if is_scalar(value)},
        note=texts["note"],
        hypothesis=texts["hypothesis"],
        code=run.code._replace(remote=texts["code.remote"]),
        environment=run.environment._replace(variables={key: str(value) for key, value in variables.items()}),
        redacted=_unique(found),
    )


def _unique(places: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(places))
