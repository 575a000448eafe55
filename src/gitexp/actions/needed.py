"""Whether a command has to run: it has not where a run with equal inputs finished already."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.metrics_found import API_SOURCE as API
from gitexp.capture.redaction import REDACTED
from gitexp.errors import BrokenRecord, ConfigError, ExpError, NotARepository, ParamsFileError, UsageError
from gitexp.format.message import format_subject
from gitexp.model.fingerprint import fingerprint_run
from gitexp.model.params import MergedParams, prefer_said
from gitexp.model.seed import find_seed
from gitexp.store.equal_runs import counts

if TYPE_CHECKING:
    from datetime import datetime

    from gitexp.actions.preparation import Preparation
    from gitexp.actions.request import RecordRequest
    from gitexp.git.working_copy import Opening
    from gitexp.model.head import RunHead
    from gitexp.model.run import Environment, Run
    from gitexp.store.runs import RunStore

_LOOKED_AT = 100
"""So many runs of the same command are opened, the newest first."""
_SAID = f"{API}:"
_HYDRA = ".hydra/"
_NOT_PYTHON = "not a Python program"


class Needed(NamedTuple):
    """``equal``: the newest finished run with equal inputs; else ``why`` the command has to run, in a sentence."""

    equal: RunHead | None
    why: str | None = None


class _Inputs(NamedTuple):
    """What is known of a run before it starts, data and environment among it, and the tree of its snapshot."""

    tree: str
    run: Run


def find_needed(request: RecordRequest, opening: Opening, *, now: datetime, random: bytes) -> Needed:
    """Holds what is known before the start against the runs that finished.

    Compared are code, folder, command, params, data, Python, packages and seed. What a script itself says of its
    params follows from these. Raises as ``prepare`` does.
    """
    try:
        return _find(request, opening, now, random)
    except (NotARepository, ConfigError, ParamsFileError, UsageError):
        raise
    except ExpError as error:  # the command runs, and its recording says what is wrong
        return Needed(None, f"the runs that finished could not be looked at: {error.message}")


def _find(request: RecordRequest, opening: Opening, now: datetime, random: bytes) -> Needed:
    from gitexp.actions.preparation import prepare

    prepared = prepare(request, opening, now, random)
    prepared.writer.close()
    inputs, why = _find_inputs(prepared)
    if inputs is None:
        return Needed(None, why)
    from gitexp.store.runs import RunStore

    store = RunStore(prepared.working_copy.repository, prepared.project)
    for head, run in store.load_many(_list_candidates(store, inputs.run)):
        if not isinstance(run, BrokenRecord) and _fingerprint_with(inputs, run) == head.fingerprint:
            return Needed(head)
    return Needed(None, "no run with these inputs has finished yet")


def _find_inputs(prepared: Preparation) -> tuple[_Inputs | None, str | None]:
    """What is known of a run before its start; or why that is not enough to say that another one is equal."""
    from gitexp.actions.data_recorded import record_run_data
    from gitexp.data.known_hashes import KnownHashes
    from gitexp.store.journal import local_folder

    begun = prepared.begun
    if begun.tree is None:
        return None, "the code cannot be told from before it runs: the working tree could not be recorded whole"
    cache = local_folder(begun.repository, "cache")
    environment, why = _find_environment(prepared, cache)
    if environment is None:
        return None, why
    known = KnownHashes(cache)
    try:
        data = record_run_data(begun, lambda: known)
    finally:
        known.close()
    unknown = [one for one in data.items if one.md5 is None]
    if unknown:
        return None, f"data {unknown[0].path} is not known: {unknown[0].why}"
    return _Inputs(begun.tree, replace(prepared.run, data=data.items, environment=environment)), None


def _find_environment(prepared: Preparation, cache: str) -> tuple[Environment | None, str | None]:
    from gitexp.actions.package_sources import find_source
    from gitexp.capture.environment import describe_environment
    from gitexp.capture.interpreter import InterpreterWatch, Unknown

    places = prepared.places
    answer = InterpreterWatch(prepared.request.command, os.environ, places.here, cache).answer()
    if isinstance(answer, Unknown) and answer.why != _NOT_PYTHON:
        return None, f"the packages cannot be told before it runs: {answer.why}"
    record = describe_environment(
        answer, os.environ, project=places.project, top=places.top, cache=cache, find_source=find_source
    )
    return record.environment, None


def _list_candidates(store: RunStore, run: Run) -> list[RunHead]:
    """The newest finished runs of the same command, by the subject of their commits."""
    heads = [head for head in store.heads().runs if counts(head) and head.fingerprint is not None]
    same = [one for one in heads if format_subject(one.name, run.command) == f"run {one.name}: {one.command}"]
    return same[:_LOOKED_AT]


def _fingerprint_with(inputs: _Inputs, other: Run) -> str | None:
    """The fingerprint that ours would have if its script said of its params what that of the other run did."""
    run = inputs.run
    said = {key.removeprefix(_SAID): other.params[key] for key, source in other.param_sources.items() if source == API}
    hydra = {key: other.params[key] for key, source in other.param_sources.items() if _HYDRA in source}
    found = MergedParams({**hydra, **run.params}, {**dict.fromkeys(hydra, _HYDRA), **run.param_sources})
    merged = prefer_said(found, said, API, REDACTED)[0]
    is_found = run.seed is None or run.seed == find_seed(run.params)
    seed = find_seed(merged.params) if is_found else run.seed
    return fingerprint_run(replace(run, params=merged.params, seed=seed), inputs.tree)
