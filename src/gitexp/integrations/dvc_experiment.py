"""One experiment of DVC's as a run: what its commit has of code, params, metrics, data and outputs."""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gitexp.actions.artifacts_kept import add_whole
from gitexp.actions.attempts import Attempts
from gitexp.actions.fetch_objects import open_objects
from gitexp.actions.metrics_found import find_metrics
from gitexp.actions.params_found import Places
from gitexp.actions.pipeline_code import CodeHashes
from gitexp.actions.pipeline_params import find_pipeline_params
from gitexp.actions.preparation import redact_run
from gitexp.capture.redaction import make_redactor
from gitexp.errors import BrokenObject, BrokenRecord, InvalidValue
from gitexp.format.dvc_lock import LOCK_FILE
from gitexp.format.dvc_stages import PIPELINE_FILE, parse_state
from gitexp.git.commits import parse_commit
from gitexp.git.snapshot import write_snapshot
from gitexp.git.tree_search import TreeSearch
from gitexp.integrations.commit_files import MOST_BYTES, CommitFiles
from gitexp.integrations.dvc_files import add_inputs, add_outputs, list_metrics
from gitexp.integrations.importing import MadeRun, choose_name, derive_id
from gitexp.model.params import ParamSource, Rank, flatten, merge_params
from gitexp.model.pipeline import FoundPipeline, find_doubts, list_inputs, list_outputs
from gitexp.model.run import Code, Run, Status, User
from gitexp.model.seed import find_seed
from gitexp.model.values import format_value
from gitexp.store.journal import local_folder

if TYPE_CHECKING:
    from gitexp.git.asking import ObjectAsker
    from gitexp.git.commits import RawCommit
    from gitexp.git.objects import ObjectWriter
    from gitexp.integrations.dvc import DvcExperiment
    from gitexp.model.pipeline import PipelineState, Stage
    from gitexp.model.refs import Experiment
    from gitexp.store.runs import RunStore
    from gitexp.store.writing import Files

PARAMS_FILE = "params.yaml"
_MOST_PIPELINES = 100
_RECORD = b".exp"
_HAND_SAVED = ("dvc", "exp", "save")
_RUN = ("dvc", "exp", "run")


class ExperimentReader:
    """Reads experiments, all by one process of Git's."""

    __slots__ = ("_asker", "_experiment", "_objects", "_search", "_store")

    def __init__(self, store: RunStore, asker: ObjectAsker, experiment: Experiment) -> None:
        self._store = store
        self._asker = asker
        self._experiment = experiment
        self._search = TreeSearch(asker, PIPELINE_FILE.encode())
        self._objects = open_objects(store.repository, store.project.path(store.repository))

    def read(self, writer: ObjectWriter, source: DvcExperiment) -> MadeRun:
        """The run; its snapshot is the experiment's tree on the commit that it started from. Raises BrokenRecord."""
        commit = self._read_commit(source.commit, source)
        baseline = self._read_commit(source.baseline, source)
        attempts = Attempts()
        redactor = make_redactor(self._store.settings.redaction)
        attempts.clean = lambda sentence: redactor.redact_text(sentence)[0]
        tree = self._leave_record_out(writer, commit.tree)
        snapshot = write_snapshot(writer, tree, source.baseline, baseline)
        found, code = self._read_pipelines(source.commit, commit.tree, attempts)
        run = redact_run(self._describe(source, commit, found, attempts), redactor)
        run = replace(run, code=Code(source.baseline, None, snapshot != source.baseline, snapshot))
        files: Files = {}
        with tempfile.TemporaryDirectory(prefix="gitexp-") as folder:
            paths = list_metrics(found, self._read_file(source.commit), self._objects, folder)
            cache = local_folder(self._store.repository, "cache")
            places = Places(folder, folder, folder)
            metrics = find_metrics(
                paths, None, run.params, (), places, attempts, cache=cache, hide=redactor.redact_names
            )
        files.update(metrics.files)
        run = replace(run, metrics=metrics.summaries, series=metrics.note)
        run = add_inputs(run, files, found, code, attempts)
        if metrics.whole is not None:
            run = add_whole(run, files, metrics.whole)
        run = add_outputs(
            run, files, found, self._objects, self._read_file(source.commit), self._store.settings, attempts
        )
        run = redact_run(run, redactor)
        return MadeRun(replace(run, warnings=attempts.warnings), files, tree)

    def _read_commit(self, commit: str, source: DvcExperiment) -> RawCommit:
        data = self._asker.read(commit, MOST_BYTES).data
        if data is None:
            raise BrokenRecord(source.ref, f"its commit {commit} is missing or damaged", hint="dvc exp pull REMOTE")
        try:
            return parse_commit(data)
        except BrokenObject as error:
            raise BrokenRecord(source.ref, error.message) from error

    def _leave_record_out(self, writer: ObjectWriter, tree: str) -> str:
        entries = writer.read_tree(tree)
        kept = [entry for entry in entries if entry.name != _RECORD]
        return tree if len(kept) == len(entries) else writer.write_tree(kept)

    def _read_file(self, commit: str) -> CommitFiles:
        return CommitFiles(self._asker, commit)

    def _read_pipelines(self, commit: str, tree: str, attempts: Attempts) -> tuple[FoundPipeline, CodeHashes]:
        read = self._read_file(commit)
        states: list[PipelineState] = []
        for path in map(os.fsdecode, self._search.find(tree)[:_MOST_PIPELINES]):
            folder = os.path.dirname(path) or "."
            try:
                states.append(parse_state(folder, read(path) or b"", read(os.path.join(folder, LOCK_FILE))))
            except InvalidValue as error:
                attempts.warn(f"the pipeline was not read: {error.message}")
        for state in states:
            attempts.extend(state.warnings)
        stages = [stage for state in states for stage in state.stages]
        code = CodeHashes(self._asker, commit)
        code.read(dep.path for stage in stages for dep in stage.deps)
        doubts = find_doubts(stages, lambda stage: _doubt(stage, code, read))
        attempts.extend(f"stage {name} is not part of this run: {why}" for name, why in doubts.items())
        believed = tuple(stage for stage in stages if stage.name not in doubts)
        inputs = tuple(one for one in list_inputs(believed).values() if not code.has(one))
        outputs = tuple(list_outputs(believed).values())
        return FoundPipeline(tuple(states), believed, frozenset(), inputs, outputs), code

    def _describe(self, source: DvcExperiment, commit: RawCommit, found: FoundPipeline, attempts: Attempts) -> Run:
        run_id, otherwise = derive_id("dvc", source.commit)
        read = self._read_file(source.commit)

        def read_params(file: str) -> ParamSource | None:
            values = read.params(file, attempts)
            return ParamSource(file, values, Rank.FILE) if values is not None else None

        first = read_params(PARAMS_FILE)
        sources = find_pipeline_params(found, [first] if first is not None else [], read_params, Status.FINISHED)
        merged = merge_params(sources)
        return Run(
            id=run_id,
            name=choose_name(source.name, otherwise),
            experiment=self._experiment,
            project=self._store.project.folder,
            status=Status.FINISHED,
            exit_code=None,
            signal=None,
            started_at=datetime.fromtimestamp(commit.author.seconds, UTC),
            ended_at=datetime.fromtimestamp(max(commit.author.seconds, commit.committer.seconds), UTC),
            command=_RUN if found.stages else _HAND_SAVED,
            directory=self._store.project.folder,
            user=User(commit.author.name, commit.author.email),
            host="",
            params=merged.params,
            metrics={},
            code=Code(source.baseline, None, dirty=True, snapshot=source.commit),
            param_sources=merged.sources,
            seed=find_seed(merged.params),
            tags={"imported": "dvc"},
        )


def _doubt(stage: Stage, code: CodeHashes, read: CommitFiles) -> str | None:
    for dep in stage.deps:
        if code.differs(dep):
            return f"{dep.path} is another one than it read"
    for file, values in stage.params.items():
        known = read.params(file)
        now = flatten(known) if known is not None else None
        for key, value in flatten(values).items():
            if now is not None and (key not in now or format_value(now[key]) != format_value(value)):
                return f"{file}:{key} is another one than it had"
    return None
