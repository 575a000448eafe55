"""Runs that go on from another one: what is resumed or forked, and what the new run takes over from it."""

from __future__ import annotations

import json
import math
import os
from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.named_run import find_run
from gitexp.actions.request import Continued
from gitexp.capture.secret_values import REDACTED
from gitexp.errors import Refused, UsageError
from gitexp.model.chains import Chains
from gitexp.model.run import Lineage, Status
from gitexp.store.silence import LONGEST_SILENCE

if TYPE_CHECKING:
    from datetime import datetime

    from gitexp.actions.request import RecordRequest
    from gitexp.model.head import RunHead
    from gitexp.model.metrics import Step
    from gitexp.model.paths import TreePath
    from gitexp.model.run import Run
    from gitexp.model.values import Scalar
    from gitexp.store.runs import RunStore


class Continuation(NamedTuple):
    """A request that goes on from ``parts``, the last of them the run that was named, the oldest first.

    ``is_repeated`` where the command is the recorded one; ``sentences`` say what is gone on from.
    """

    request: RecordRequest
    parts: tuple[RunHead, ...]
    is_repeated: bool
    sentences: tuple[str, ...]

    @property
    def head(self) -> RunHead:
        """The run that is gone on from."""
        return self.parts[-1]


def resume_named(store: RunStore, request: RecordRequest, spec: str, now: datetime) -> Continuation:
    """Resumes the run that a spec names. Raises Refused where it is still going, and what find_run does."""
    known = store.heads()
    head = find_run(store, spec, request.experiment, known)
    sentence = None
    if head.status is Status.RUNNING:
        silence = (now - head.heard_at).total_seconds() if head.heard_at is not None else 0.0
        if silence < LONGEST_SILENCE:
            hint = f"exp stop {head.id}" if head.heard_at is None else "exp pull  (it may have ended since)"
            raise Refused(f"run {head.name} is still going", hint=hint, run=head.id)
        sentence = f"nothing was heard of {head.name} for {silence / 60:,.0f} minutes: it is taken for dead"
    return resume_run(store, request, head, Chains(known.runs), *([sentence] if sentence is not None else []))


def resume_run(store: RunStore, request: RecordRequest, head: RunHead, chains: Chains, *sentences: str) -> Continuation:
    """Resumes a run: experiment, name, tags and hypothesis are its own unless the request has others."""
    parts = (*chains.earlier(head), head)
    run = store.load(head)
    step = find_last_step(store, parts, run)
    state = "running" if head.status is Status.RUNNING else head.status.value
    after = f" after step {step}" if step is not None else ""
    said = [f"resumes {head.name} ({head.id}), {state}{after}", *sentences]
    other = next(iter(chains.resumed_by(head)), None)
    if other is not None:
        said.append(f"it was resumed before, by {other.id}: the chain forks here")
    request = request._replace(
        experiment=request.experiment or run.experiment,
        name=request.name or run.name,
        hypothesis=request.hypothesis if request.hypothesis is not None else run.hypothesis,
        lineage=Lineage(resumes=run.id),
        continued=Continued(run.id, run.name, step, run.params, tags=_open_tags(run)),
    )
    return _repeat(store, Continuation(request, parts, False, tuple(said)), run)


def fork_named(store: RunStore, request: RecordRequest, spec: str) -> Continuation:
    """Forks the run of ``RUN`` or ``RUN@STEP``, at its last step where none is given. Raises as ``resume_named``.

    A run that is going can be forked. Raises UsageError for a step that it has not come to.
    """
    name, wanted = split_step(spec)
    known = store.heads()
    head = find_run(store, name, request.experiment, known)
    parts = (*Chains(known.runs).earlier(head), head)
    from gitexp.actions.show import load_so_far

    run = load_so_far(store, head)
    last = find_last_step(store, parts, run)
    if wanted is not None and last is not None and wanted > last:
        raise UsageError(f"run {head.name} came to step {last}, not to {wanted}", hint=f"exp run --fork {name}@{last}")
    step = last if wanted is None else wanted
    at = f" at step {step}" if step is not None else ""
    said = [f"forked from {head.name} ({head.id}){at}"]
    if head.status is Status.RUNNING:
        said.append(f"{head.name} is still going: what it has written is in no record yet")
    request = request._replace(
        experiment=request.experiment or run.experiment,
        lineage=Lineage(forked_from=run.id, forked_at_step=step),
        continued=Continued(run.id, run.name, step, run.params, is_fork=True),
    )
    return _repeat(store, Continuation(request, parts, False, tuple(said)), run)


def split_step(spec: str) -> tuple[str, Step | None]:
    """``RUN@STEP`` as both; what comes after the last ``@`` and is no number belongs to the run."""
    name, sign, text = spec.rpartition("@")
    try:
        step = float(text)
    except ValueError:
        return spec, None
    if not sign or not name or not math.isfinite(step):
        return spec, None
    return name, int(text) if text.strip().lstrip("-").isdecimal() else step


def find_last_step(store: RunStore, parts: tuple[RunHead, ...], run: Run) -> Step | None:
    """The greatest step at which any metric has its last value, in the newest part that has any."""
    for head in reversed(parts):
        metrics = run.metrics if head.id == run.id else store.load(head).metrics
        steps = [one.step for one in metrics.values() if one.step is not None and math.isfinite(one.step)]
        if steps:
            return max(steps)
    return None


def _open_tags(run: Run) -> dict[str, Scalar]:
    return {key: value for key, value in run.tags.items() if REDACTED not in f"{key}{value}"}


def _repeat(store: RunStore, continuation: Continuation, run: Run) -> Continuation:
    """The same with the data of the run where none was named, and the recorded command where none was typed.

    Raises Refused where a secret was hidden in it, UsageError where it was another folder's.
    """
    request = continuation.request
    data = tuple(path for path in (find_path(store, one.path) for one in run.data) if path is not None)
    request = request._replace(data=request.data or data)
    continuation = continuation._replace(request=request)
    if request.command:
        return continuation
    option = "--fork" if request.lineage.forked_from is not None else "--resume"
    again = f"exp run {option} {run.id}"
    if any(REDACTED in word for word in run.command):
        raise Refused(
            f"the command of {run.name} cannot be run again: a secret in it was not recorded",
            hint=f"{again} -- COMMAND",
            run=run.id,
        )
    here = store.repository.prefix.rstrip("/") or "."
    if run.directory != here and store.repository.top is not None:
        place = os.path.relpath(os.path.join(store.repository.top, run.directory))
        raise UsageError(
            f"{run.name} ran in {'the top folder' if run.directory == '.' else run.directory}, not here",
            hint=f"exp -C {place} run {option} {run.id}",
        )
    given = {text.partition("=")[0].strip() for text in request.params}
    params = [
        f"{key}={json.dumps(value)}"
        for key, value in run.params.items()
        if run.param_sources.get(key) == "--param" and key not in given and REDACTED not in str(value)
    ]
    request = request._replace(
        command=run.command,
        params=(*params, *request.params),
        seed=request.seed if request.seed is not None else run.seed,
    )
    return continuation._replace(request=request, is_repeated=True)


def find_path(store: RunStore, path: TreePath) -> str | None:
    """Where a path of a manifest lies in the working tree; None where nothing is there."""
    place = os.fsdecode(store.repository.path_of_manifest(path))
    return place if store.repository.top is not None and os.path.lexists(place) else None
