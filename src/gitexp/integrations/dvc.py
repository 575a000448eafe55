"""``exp import dvc``: the experiments that DVC keeps under ``refs/exps`` become runs; DVC's refs stay as they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import NotFound
from gitexp.git.asking import ObjectAsker
from gitexp.git.refs import list_refs, resolve
from gitexp.integrations.importing import Candidate, derive_id, import_runs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gitexp.git.repository import Repository
    from gitexp.integrations.importing import ImportReport, ImportRequest
    from gitexp.store.runs import RunStore

EXPERIMENTS = "refs/exps/"
_REF = re.compile(r"refs/exps/([0-9a-f]{2})/([0-9a-f]{38}(?:[0-9a-f]{24})?)/([^/]+)")
_NAMED = 5


class DvcExperiment(NamedTuple):
    """One experiment of DVC's: the ref, its last commit, and the commit that it started from."""

    ref: str
    name: str
    commit: str
    baseline: str


def list_experiments(repository: Repository) -> list[DvcExperiment]:
    """All experiments; not what DVC's queue has under ``refs/exps`` besides."""
    return [
        DvcExperiment(ref, parsed[3], commit, parsed[1] + parsed[2])
        for ref, commit in list_refs(repository, EXPERIMENTS)
        if (parsed := _REF.fullmatch(ref)) is not None
    ]


def import_dvc(
    store: RunStore, request: ImportRequest, progress: Callable[[int, int], None] = lambda done, total: None
) -> ImportReport:
    """Makes a run of each experiment that is none yet; ``request.names`` are experiments, refs, or what they began at.

    Raises NotFound for a name that stands for no experiment, and as ``import_runs`` does.
    """
    from gitexp.integrations.dvc_experiment import ExperimentReader

    repository = store.repository
    chosen = _choose(repository, list_experiments(repository), request.names)
    by_ref = {one.ref: one for one in chosen}
    candidates = [Candidate(one.ref, one.name, derive_id("dvc", one.commit)[0], one.commit) for one in chosen]
    with ObjectAsker(repository) as asker:
        reader = ExperimentReader(store, asker, request.experiment or store.experiment)
        return import_runs(
            store, candidates, request, lambda writer, one: reader.read(writer, by_ref[one.source]), progress
        )


def _choose(
    repository: Repository, experiments: Sequence[DvcExperiment], names: Sequence[str]
) -> Sequence[DvcExperiment]:
    if not names:
        return experiments
    chosen: dict[str, DvcExperiment] = {}
    for name in names:
        found = [one for one in experiments if name in (one.name, one.ref)]
        if not found:
            commit = resolve(repository, name, peel="commit")
            found = [one for one in experiments if commit is not None and commit in (one.baseline, one.commit)]
        if not found:
            some = ", ".join(one.name for one in experiments[:_NAMED]) or "none; dvc exp pull REMOTE brings some"
            more = f" and {len(experiments) - _NAMED} more" if len(experiments) > _NAMED else ""
            raise NotFound(f"{name} is no experiment of DVC's, and none began at it", hint=f"there are: {some}{more}")
        chosen |= {one.ref: one for one in found}
    return list(chosen.values())
