"""Heads of runs with all that is known of them, and the experiment that is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.errors import BrokenRecord
from gitexp.model.refs import parse_experiment
from gitexp.model.said import Said, SaidValues

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gitexp.errors import ExpError
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
    known = list(heads)
    broken: list[ExpError] = []
    said: dict[str, Said] = {}
    incomplete = [head for head in known if (head.more if wanted is None else wanted(head))]
    for head, run in store.load_many(incomplete):
        if isinstance(run, BrokenRecord):
            broken.append(run)
        else:
            said[head.ref] = _say(SaidValues(run.params, run.metrics, run.tags))
    return [head._replace(said=said[head.ref]) if head.ref in said else head for head in known], broken


def _say(values: SaidValues) -> Said:
    return Said(lambda: values)
