"""Heads of runs with all that is known of them, and the experiment that is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.errors import BrokenRecord, ExpError
from gitexp.model.refs import parse_experiment
from gitexp.model.said import Said, SaidValues

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gitexp.model.head import RunHead
    from gitexp.model.refs import Experiment
    from gitexp.store.runs import RunStore


def present_experiment(store: RunStore, given: str | None) -> Experiment:
    """The experiment that is given, else that of the settings. Raises InvalidValue."""
    return store.experiment if given is None else parse_experiment(given)


def complete_heads(
    store: RunStore, heads: Iterable[RunHead], *, wanted: Callable[[RunHead], bool] | None = None
) -> tuple[list[RunHead], list[ExpError]]:
    """The heads with all that their manifests say, for those of which the commit's message has not everything.

    A manifest that cannot be read leaves its head as it was, and is told.
    """
    completed: list[RunHead] = []
    broken: list[ExpError] = []
    for head in heads:
        if head.more if wanted is None else wanted(head):
            try:
                run = store.load(head)
            except BrokenRecord as error:
                broken.append(error)
            else:
                head = head._replace(said=_say(SaidValues(run.params, run.metrics, run.tags)))
        completed.append(head)
    return completed, broken


def _say(values: SaidValues) -> Said:
    return Said(lambda: values)
