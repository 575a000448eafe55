"""The run that a spec names, in a repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.actions.heads import complete_heads, present_experiment
from gitexp.errors import RunNotFound
from gitexp.model.refs import parse_run_ref
from gitexp.model.run import Status
from gitexp.model.selection import Scope, select_run
from gitexp.model.spec import Extreme, FullRef, Text, parse_spec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.errors import BrokenRecord
    from gitexp.model.head import RunHead
    from gitexp.model.refs import Experiment
    from gitexp.model.spec import Spec
    from gitexp.store.runs import Heads, RunStore


def find_run(store: RunStore, text: str, experiment: str | None = None, heads: Heads | None = None) -> RunHead:
    """The run that a spec names. ``heads`` where they were read already.

    Raises InvalidValue, RunNotFound, AmbiguousRun, DirectionUnknown; BrokenRecord where the run that is named cannot
    be read.
    """
    spec = parse_spec(text)
    scope = Scope(present_experiment(store, experiment), store.settings.directions)
    known = store.heads() if heads is None else heads
    runs: Sequence[RunHead] = known.runs
    if isinstance(spec, Extreme):
        runs = _with_metrics(store, spec, runs, scope.experiment)
    try:
        return select_run(spec, runs, scope)
    except RunNotFound:
        for error in known.broken:
            if _is_named(spec, error):
                raise error from None
        raise


def _with_metrics(
    store: RunStore, spec: Extreme, heads: Sequence[RunHead], experiment: Experiment
) -> Sequence[RunHead]:
    def is_incomplete(head: RunHead) -> bool:
        if head.experiment != experiment or head.status is not Status.FINISHED:
            return False
        return "metrics" in head.more or spec.aggregate == "first"  # no message has the first value

    return complete_heads(store, heads, wanted=is_incomplete)[0]


def _is_named(spec: Spec, error: BrokenRecord) -> bool:
    ref = parse_run_ref(str(error.fields.get("run")))
    if ref is None:
        return False
    if isinstance(spec, FullRef):
        return spec.ref.id == ref.id
    return isinstance(spec, Text) and ref.id.startswith(spec.text.lower())
