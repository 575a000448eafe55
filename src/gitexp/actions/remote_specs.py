"""Runs of another repository, named before anything of them is here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.actions.named_run import find_run
from gitexp.actions.remote_runs import id_of
from gitexp.errors import AmbiguousRun, RunNotFound
from gitexp.model.ids import RunId, is_id_prefix
from gitexp.model.refs import parse_experiment, parse_run_ref

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.actions.remote_runs import RemoteRuns
    from gitexp.store.runs import RunStore


def choose_there(
    store: RunStore, there: RemoteRuns, texts: Sequence[str] | None, experiment: str | None
) -> dict[str, str]:
    """The runs of a remote that are meant: those named, else those born in an experiment, else all.

    A run that is not here is named by its id or a beginning of it, or by its ref: what a name is, only the run says.
    Raises RunNotFound, AmbiguousRun, InvalidValue.
    """
    if texts is not None:
        by_id = {id_of(ref): ref for ref in there.runs}
        found = (by_id.get(RunId(text)) or _find_there(store, there, text) for text in texts)
        return {ref: there.runs[ref] for ref in found}
    if experiment is None:
        return dict(there.runs)
    wanted = parse_experiment(experiment)
    return {ref: tip for ref, tip in there.runs.items() if (run := parse_run_ref(ref)) and run.experiment == wanted}


def _find_there(store: RunStore, there: RemoteRuns, text: str) -> str:
    if text in there.runs:
        return text
    prefix = text.lower()
    if is_id_prefix(prefix):
        found = [ref for ref in there.runs if ref.rpartition("/")[2].startswith(prefix)]
        if len(found) > 1:
            raise AmbiguousRun(text, [ref.rpartition("/")[2] for ref in found])
        if found:
            return found[0]
    try:
        head = find_run(store, text)
    except RunNotFound as error:
        raise _not_there(text, there, known=False) from error
    ref = next((ref for ref in there.runs if ref.rpartition("/")[2] == head.id), None)
    if ref is None:
        if any(ref.rpartition("/")[2] == head.id for ref in there.live):
            why = f"it is going, and {there.remote.name} has its mirrors"
            raise RunNotFound(text, why, hint=f"exp watch {head.id}")
        raise _not_there(text, there, known=True)
    return ref


def _not_there(text: str, there: RemoteRuns, *, known: bool) -> RunNotFound:
    why = f"{there.remote.name} has no such run"
    why += "; it is here alone" if known else "; what is not here yet is named by its id"
    return RunNotFound(text, why, hint=f"exp remote ls {there.remote.name}")
