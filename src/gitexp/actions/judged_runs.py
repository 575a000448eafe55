"""Runs held against a filter; what only manifests know is read where it decides."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from gitexp.actions.details_of_runs import read_details
from gitexp.actions.filtered_runs import FilteredRuns
from gitexp.actions.focused_runs import focus_on, know_names_at
from gitexp.actions.heads import complete_heads
from gitexp.errors import InvalidFilter
from gitexp.model.chains import join_heads
from gitexp.model.filter_judging import compile_filter
from gitexp.model.filter_names import DATA, Evidence, know_names
from gitexp.model.filter_parsing import parse_filter
from gitexp.model.filter_tree import Name, find_names, format_name
from gitexp.store.index_columns import find_places

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gitexp.errors import ExpError
    from gitexp.model.filter_judging import Filter
    from gitexp.model.filter_times import Clock
    from gitexp.model.filter_tree import Test
    from gitexp.model.head import RunHead
    from gitexp.model.values import Value
    from gitexp.store.runs import RunStore


def judge_runs(store: RunStore, heads: Sequence[RunHead], where: str, clock: Clock) -> FilteredRuns:
    """What ``filter_runs`` promises, by a clock.

    A manifest is read where the message of the commit does not decide. A name is known that any run of the repository
    has.
    """
    test = parse_filter(where)
    places = find_places(store.repository, heads)
    try:
        ready = compile_filter(test, where, know_names_at(places, heads), clock)
    except InvalidFilter:
        everything, _ = complete_heads(store, store.heads().runs)
        ready = compile_filter(test, where, know_names([*everything, *heads]), clock)
    verdicts = {head.ref: ready.judge(Evidence(head, None)) for head in focus_on(places, heads, ready.readings)}
    if not any(reading.may_need_manifest for reading in ready.readings):
        return _sort_out(heads, verdicts, [])
    undecided = [head for head in heads if verdicts[head.ref] is None]
    read, broken = _read_manifests(store, undecided, ready)
    if read and len(read) == len(heads):
        _check_data(test, where, read)
    verdicts |= {ref: ready.judge(evidence) for ref, evidence in read.items()}
    return _sort_out(heads, verdicts, broken)


def _sort_out(heads: Sequence[RunHead], verdicts: Mapping[str, bool | None], broken: list[ExpError]) -> FilteredRuns:
    unread = {str(error.fields["run"]) for error in broken if "run" in error.fields}
    undecided = sum(verdicts[head.ref] is None and head.id not in unread for head in heads)
    return FilteredRuns([head for head in heads if verdicts[head.ref]], broken, undecided)


def _read_manifests(
    store: RunStore, heads: Sequence[RunHead], ready: Filter
) -> tuple[dict[str, Evidence], list[ExpError]]:
    """What manifests say of runs, by ref; and why one could not be read: its run is not among them then."""
    metrics = {reading.key for reading in ready.readings if reading.needs_summary}
    completed, broken = _complete_metrics(store, heads, metrics) if metrics else (list(heads), [])
    unread = {str(error.fields["run"]) for error in broken if "run" in error.fields}
    nothing: Mapping[str, Value] = {}
    if not any(reading.source == "detail" for reading in ready.readings):
        return {head.ref: Evidence(head, nothing) for head in completed if head.id not in unread}, broken
    details, more = read_details(store, [head for head in completed if head.id not in unread])
    return {head.ref: Evidence(head, details[head.ref]) for head in completed if head.ref in details}, [*broken, *more]


def _complete_metrics(
    store: RunStore, heads: Sequence[RunHead], metrics: set[str]
) -> tuple[list[RunHead], list[ExpError]]:
    """The heads with the whole summaries of some metrics, for a chain with those of all of its parts."""
    parts = [part for head in heads for part in head.chain or (head,)]
    completed, broken = complete_heads(
        store, parts, wanted=lambda head: any(key in metrics and not one.count for key, one in head.metrics.items())
    )
    waiting = iter(completed)
    return [join_heads([next(waiting) for _ in head.chain or (head,)]) for head in heads], broken


def _check_data(test: Test, where: str, read: Mapping[str, Evidence]) -> None:
    """Raises InvalidFilter for data that none of the runs has read: only manifests tell which there are."""
    known = dict.fromkeys(key for one in read.values() for key in one.details or () if key.startswith(DATA))
    for name in find_names(test):
        if name.kind in (None, "attributes") and name.written.startswith(DATA) and name.written not in known:
            near = difflib.get_close_matches(name.written, known, n=3, cutoff=0.5) or list(known)[:3]
            hint = f"did you mean {', '.join(format_name(Name(None, key)) for key in near)}?" if near else None
            raise InvalidFilter(where, name.place, f"no run here has {format_name(name)}", hint=hint)
