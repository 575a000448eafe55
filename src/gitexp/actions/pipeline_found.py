"""The DVC pipeline that a run reproduced: which of its stages belong to the run, as its files say after it."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from gitexp.actions.params_found import read_declared
from gitexp.actions.pipeline_code import CodeHashes
from gitexp.actions.pipeline_signs import LOCK, PIPELINE, is_changed, list_folders, read_printed
from gitexp.errors import InvalidValue, ParamsFileError
from gitexp.format.dvc_stages import parse_state
from gitexp.format.params_file import parse_params_file
from gitexp.git.asking import ObjectAsker
from gitexp.git.named_files import read_named_files
from gitexp.git.reading import read_path
from gitexp.model.params import flatten
from gitexp.model.pipeline import FoundPipeline, find_doubts, list_inputs, list_outputs
from gitexp.model.run import Status
from gitexp.model.values import format_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gitexp.actions.begun import Begun
    from gitexp.actions.session import Session
    from gitexp.model.pipeline import PipelineState, Stage
    from gitexp.model.run import Run

_MOST_PIPELINES = 1_000
_MOST_BYTES = 16_000_000
_MOST_OF_CODE = 4_000_000
_NAMED = re.compile(rb"'([^'\n]*dvc\.yaml):[^'\n]*'")


def find_pipeline(prepared: Begun, run: Run, session: Session) -> FoundPipeline | None:
    """The pipeline that a run reproduced, None where it was none. What cannot be read of one is a warning.

    A stage that a failed or partial run left as an earlier one made it is no part of this run, and that is said.
    """
    states = _read_states(prepared, session)
    if not states:
        return None
    ran = frozenset(name for state in states for name in _find_ran(state, prepared, run))
    stages = [stage for state in states for stage in state.stages]
    with ObjectAsker(prepared.repository) as asker:
        code = CodeHashes(asker, run.code.snapshot)
        code.read(dep.path for stage in stages for dep in stage.deps)
    judge = _Judge(prepared, run, code, ran)
    doubts = find_doubts(stages, judge.doubt)
    for state in states:
        prepared.attempts.extend(state.warnings)
    prepared.attempts.extend(
        f"stage {name} is not part of this run, dvc.lock has it from an earlier one: {why}"
        for name, why in doubts.items()
    )
    believed = tuple(stage for stage in stages if stage.name not in doubts)
    for stage in believed:
        for dep in stage.deps:
            if stage.name in ran and code.differs(dep):
                prepared.attempts.warn(
                    f"stage {stage.name} read another {dep.path} than the snapshot has: it changed after the start"
                )
    inputs = tuple(one for one in list_inputs(believed).values() if not code.has(one))
    return FoundPipeline(tuple(states), believed, ran, inputs, tuple(list_outputs(believed).values()))


def _read_states(prepared: Begun, session: Session) -> list[PipelineState]:
    """The pipelines that the run is about: where it ran, named by command or output, changed, and what these need."""
    repository, attempts = prepared.repository, prepared.attempts
    found = read_named_files(repository, PIPELINE)
    if len(found) > _MOST_PIPELINES:
        attempts.warn(f"{len(found)} files dvc.yaml, of which {_MOST_PIPELINES} were read")
    states: dict[str, PipelineState] = {}
    for path in sorted(found)[:_MOST_PIPELINES]:
        folder = os.path.dirname(os.fsdecode(path)) or "."
        lock = os.path.join(prepared.places.top, folder, LOCK)
        try:
            states[os.fsdecode(path)] = parse_state(folder, found[path], _read(lock))
        except InvalidValue as error:
            attempts.warn(f"the pipeline was not read: {error.message}")
    wanted = _choose(states, prepared, session)
    writers = {out.path: file for file, state in states.items() for out in list_outputs(state.stages).values()}
    waiting = list(wanted)
    while waiting:
        for dep in (dep for stage in states[waiting.pop()].stages for dep in stage.deps):
            above = writers.get(dep.path)
            if above is not None and above not in wanted:
                wanted[above] = None
                waiting.append(above)
    return [state for file, state in states.items() if file in wanted]


def _choose(states: Mapping[str, PipelineState], prepared: Begun, session: Session) -> dict[str, None]:
    places, words = prepared.places, prepared.run.command
    if not {"-P", "--all-pipelines"}.isdisjoint(words):
        return dict.fromkeys(states)
    named = [os.path.join(places.here, word.partition(f"{PIPELINE}:")[0] or PIPELINE) for word in words]
    named += [os.path.join(places.here, word.rpartition(":")[0]) for word in words if f"{PIPELINE}:" in word]
    printed = (os.fsdecode(one[1]) for one in _NAMED.finditer(read_printed(prepared, session)))
    named += [os.path.join(places.here, one) for one in printed]
    meant = {os.path.realpath(one) for one in named}
    here = os.path.realpath(os.path.join(places.here, PIPELINE))
    chosen: dict[str, None] = {}
    for file in states:
        path = os.path.join(places.top, file)
        lies_in = os.path.dirname(os.path.realpath(path))
        is_below = not {"-R", "--recursive"}.isdisjoint(words) and any(
            os.path.join(lies_in, "").startswith(os.path.join(one, "")) for one in meant
        )
        is_changed_now = is_changed(os.path.join(os.path.dirname(path), LOCK), prepared)
        if is_below or is_changed_now or os.path.realpath(path) in {*meant, here}:
            chosen[file] = None
    for folder in list_folders(places) if not chosen else ():
        file = os.path.relpath(os.path.join(folder, PIPELINE), places.top).replace(os.sep, "/")
        if file in states:
            return {file: None}
    return chosen


def _find_ran(state: PipelineState, prepared: Begun, run: Run) -> Iterable[str]:
    """The stages of which ``dvc.lock`` says something else than before the run, as the snapshot has it."""
    folder = os.path.dirname(state.file)
    if not is_changed(os.path.join(prepared.places.top, folder, LOCK), prepared):
        return ()
    lock = os.path.join(folder, LOCK).replace(os.sep, "/")
    snapshot = run.code.snapshot
    before = read_path(prepared.repository, snapshot, lock, _MOST_BYTES) if snapshot else None
    pipeline = _read(os.path.join(prepared.places.top, state.file)) or b""
    try:
        earlier = {stage.name: stage for stage in parse_state(folder or ".", pipeline, before).stages}
    except InvalidValue:  # damaged before; DVC wrote it anew, and all that it has is of this run
        earlier = {}
    return (stage.name for stage in state.stages if earlier.get(stage.name) != stage)


class _Judge:
    """Holds what ``dvc.lock`` says of stages that did not run against what is there."""

    __slots__ = ("_code", "_params", "_prepared", "_ran", "_run")

    def __init__(self, prepared: Begun, run: Run, code: CodeHashes, ran: frozenset[str]) -> None:
        self._prepared = prepared
        self._run = run
        self._code = code
        self._ran = ran
        self._params: dict[str, tuple[dict[str, Any], ...]] = {}

    def doubt(self, stage: Stage) -> str | None:
        """Why a stage is not as this run found or left it; None where it is."""
        if stage.name in self._ran:
            return None
        for dep in stage.deps:
            if self._code.differs(dep):
                return f"{dep.path} has changed since"
        for file, values in stage.params.items():
            for key, value in flatten(values).items():
                for known in self._read_params(file):
                    if key not in known or format_value(known[key]) != format_value(value):
                        return f"{file}:{key} has changed since"
        if self._run.status is not Status.FINISHED:
            for out in stage.outs:
                if not out.is_outside and not os.path.lexists(os.path.join(self._prepared.places.top, out.path)):
                    return f"{out.path} is not there"
        return None

    def _read_params(self, file: str) -> tuple[dict[str, Any], ...]:
        """A file of params as it was at the start; where the run did not finish also as it is now: DVC sets some."""
        if file not in self._params:
            places, attempts = self._prepared.places, self._prepared.attempts
            now = read_declared(os.path.join(places.top, file), places, attempts)
            known = [flatten(now.values)] if now is not None else []
            if now is not None and (start := self._read_start(file)) is not None:
                known = [start] if self._run.status is Status.FINISHED else [start, *known]
            self._params[file] = tuple(known)
        return self._params[file]

    def _read_start(self, file: str) -> dict[str, Any] | None:
        snapshot = self._run.code.snapshot
        data = read_path(self._prepared.repository, snapshot, file, _MOST_OF_CODE) if snapshot else None
        try:
            return flatten(parse_params_file(file, data, declared=False)) if data is not None else None
        except ParamsFileError:  # mended since, else it could not be read now either
            return None


def _read(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        return None
