"""``exp run --resume auto``: the run that a requeued job, a restarted machine or a loop goes on from."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gitexp.actions.heads import present_experiment
from gitexp.capture.redaction import make_redactor
from gitexp.errors import BrokenRecord, UsageError
from gitexp.format.message import format_subject
from gitexp.git.config import author_identity
from gitexp.model.chains import Chains
from gitexp.model.run import Status
from gitexp.model.texts import replace_surrogates

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gitexp.actions.request import RecordRequest
    from gitexp.model.head import RunHead
    from gitexp.model.run import Run
    from gitexp.store.runs import RunStore

JOBS = ("SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID", "JOB_ID")
"""Variables that name a scheduler's job; a job that is queued again keeps its own."""
TASKS = ("SLURM_ARRAY_TASK_ID", "SGE_TASK_ID")
"""Which part of an array of jobs this is: another one has work of its own."""
_UNFINISHED = frozenset({Status.KILLED, Status.PREEMPTED, Status.LOST, Status.INTERRUPTED, Status.FAILED})


class Interrupted:
    """What ``auto`` found: the run to resume, None for a fresh start; ``going`` is one that still does the same."""

    __slots__ = ("chains", "going", "head")

    def __init__(self, head: RunHead | None, going: RunHead | None, chains: Chains) -> None:
        self.head = head
        self.going = going
        self.chains = chains


def find_interrupted(store: RunStore, request: RecordRequest, environ: Mapping[str, str]) -> Interrupted:
    """The newest run that did not finish and that nobody resumed yet, of the same user, experiment, place and command.

    One of the same scheduler's job comes first. Commands are held against each other as they are recorded, secrets
    hidden. Raises UsageError where no command was typed.
    """
    if not request.command:
        raise UsageError("--resume auto looks for runs of a command", hint="exp run --resume auto -- python train.py")
    command = _redact(store, request.command)
    experiment = present_experiment(store, request.experiment)
    known = store.heads()
    chains = Chains(known.runs)
    email = author_identity(store.repository).email
    same = [
        head
        for head in known.runs
        if head.experiment == experiment
        and not head.hidden
        and head.user.email == email
        and head.command == format_subject(head.name, command).removeprefix(f"run {head.name}: ")
    ]
    waiting = [head for head in same if head.status in _UNFINISHED and not chains.resumed_by(head)]
    fitting = list(_find_fitting(store, waiting, command, environ))
    job = _find(JOBS, environ)
    own = [head for head, run in fitting if job is not None and _find(JOBS, run.environment.variables) == job]
    going = next((head for head in same if head.status is Status.RUNNING), None)
    return Interrupted(next(iter([*own, *(head for head, _ in fitting)]), None), going, chains)


def _find_fitting(
    store: RunStore, heads: Sequence[RunHead], command: tuple[str, ...], environ: Mapping[str, str]
) -> Iterable[tuple[RunHead, Run]]:
    """The runs of the same command, folder, project and part of an array, the newest first."""
    here = store.repository.prefix.rstrip("/") or "."
    task = _find(TASKS, environ)
    for head, run in store.load_many(heads):
        if isinstance(run, BrokenRecord):  # a listing tells it; nothing can be resumed from it
            continue
        theirs = _find(TASKS, run.environment.variables)
        if (
            run.command == command
            and (run.project, run.directory) == (store.project.folder, here)
            and (task is None or theirs is None or task == theirs)
        ):
            yield head, run


def _find(names: Iterable[str], variables: Mapping[str, str]) -> str | None:
    return next((f"{name}={variables[name]}" for name in names if name in variables), None)


def _redact(store: RunStore, command: tuple[str, ...]) -> tuple[str, ...]:
    """The command as it is recorded."""
    from gitexp.capture.flags import parse_command_params

    redactor = make_redactor(store.settings.redaction)
    redactor.remember_variables(os.environ)
    words = tuple(map(replace_surrogates, command))
    redactor.redact_values(parse_command_params(words), "params")  # a secret among the params is one in the command
    return redactor.redact_command(words)[0]
