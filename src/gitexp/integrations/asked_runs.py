"""``gitexp.runs`` and ``gitexp.run``: what was recorded, for scripts and notebooks."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gitexp.actions.choose_runs import RunChoice, choose_runs
from gitexp.actions.going_journal import is_own_run
from gitexp.errors import InvalidValue
from gitexp.integrations.run_set import RunSet
from gitexp.integrations.run_source import RunSource, tell, tell_broken
from gitexp.integrations.run_view import RunView
from gitexp.store.runs import open_store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.actions.choose_runs import ChosenRuns
    from gitexp.store.runs import RunStore


def runs(
    where: str | None = None,
    *,
    names: Sequence[str] = (),
    experiment: str | None = None,
    everything: bool = False,
    hidden: bool = False,
    parts: bool = False,
    sort: str | None = None,
    limit: int | None = None,
    repo: str | os.PathLike[str] = ".",
) -> RunSet:
    """The runs of an experiment, the newest first: those that the filter is true of.

    ``where`` is a filter as ``exp ls --where`` has it: ``'params.lr < 0.01 and metrics.val_auc >= 0.9'``. ``names``
    name runs as commands do (``last``, ``max:val_auc``, an id) and take the place of the experiment; ``everything``
    takes the runs of all experiments, ``hidden`` those too that ``exp rm`` hid, ``parts`` each run of a chain by
    itself. ``sort`` is a column's key, ``-`` before it for the greatest first. ``repo`` is a folder in the repository.

    A run that cannot be read is told as a ``GitexpWarning``, and the others come. Raises ``ExpError``s:
    ``NotARepository``, ``InvalidFilter``, ``RunNotFound`` for a name, ``UsageError`` for a column that no run has.
    """
    if isinstance(names, str):
        names = (names,)
    if limit is not None and limit < 0:
        raise InvalidValue("limit", str(limit), "not a number of runs")
    if limit == 0:  # to a command 0 is all; to Python's slices it is none
        return runs(where, names=names, experiment=experiment, everything=everything, hidden=hidden, repo=repo)[:0]
    choice = RunChoice(tuple(names), where, experiment, everything, hidden, parts, sort, limit or 0)
    store = _open(repo)
    chosen = _choose(store, choice)
    return RunSet(RunSource(store, chosen.heads), chosen.heads, chosen.experiment)


def run(name: str = "last", *, experiment: str | None = None, repo: str | os.PathLike[str] = ".") -> RunView:
    """The run that a name, an id, ``last``, ``last~3`` or ``max:val_auc`` names; of a chain that was resumed all of it.

    Raises ``RunNotFound``, ``AmbiguousRun``, ``DirectionUnknown``, ``BrokenRecord``, ``NotARepository``.
    """
    store = _open(repo)
    chosen = _choose(store, RunChoice((name,), experiment=experiment))
    return RunView(RunSource(store, chosen.heads), chosen.heads[0])


def _open(repo: str | os.PathLike[str]) -> RunStore:
    """The store, once what died in it is told and completed; but not from within a run, whose files are in use."""
    store = open_store(os.fspath(repo))
    if not is_own_run():
        from gitexp.actions.recovery import recover_runs

        for sentence in recover_runs(store.repository):
            tell(sentence)
    return store


def _choose(store: RunStore, choice: RunChoice) -> ChosenRuns:
    chosen = choose_runs(store, choice)
    tell_broken(chosen.broken)
    return chosen
