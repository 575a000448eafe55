"""Runs that are going, in a listing: what they said last, read from the ends of their files alone."""

from __future__ import annotations

import math
import os
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from gitexp.actions.going_journal import find_journal, find_unstored_end
from gitexp.format.frames import METRICS
from gitexp.model.annotations import fold_annotations
from gitexp.model.run import Status
from gitexp.model.said import Said
from gitexp.model.values import is_scalar
from gitexp.store.journal_annotations import read_waiting

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitexp.actions.going_journal import GoingJournal
    from gitexp.actions.said_so_far import SaidSoFar
    from gitexp.capture.redaction import Redactor
    from gitexp.model.head import RunHead
    from gitexp.model.metrics import Summary
    from gitexp.model.said import SaidValues
    from gitexp.store.journal_records import Record
    from gitexp.store.runs import RunStore

_TAIL = 256 * 1024
_LONG_TAIL = 8 * _TAIL
_BEGINNING = 64 * 1024
_OUTPUT_TAIL = 64 * 1024


def complete_going(store: RunStore, heads: Iterable[RunHead]) -> list[RunHead]:
    """The heads with the params, metrics and tags so far of those that are going here; the others as they are.

    Of a long journal only the end is read: the last value and its step are known then, the extremes are not.
    """
    return [_complete(store, head) if head.status is Status.RUNNING else head for head in heads]


def _complete(store: RunStore, head: RunHead) -> RunHead:
    found = find_journal(store.repository, head)
    if found is None:
        return head
    head = head._replace(heard_at=None)
    end = find_unstored_end(found)
    if end is not None:
        ended_at = head.started_at + timedelta(seconds=end.seconds)
        head = head._replace(status=end.status, seconds=end.seconds, ended_at=ended_at)
    return head._replace(said=Said(lambda: _read(store, head, found)))


def _read(store: RunStore, head: RunHead, found: GoingJournal) -> SaidValues:
    from gitexp.actions.said_so_far import SaidSoFar

    values = head.said.values
    said = SaidSoFar()
    try:
        is_whole = _read_records(found, said)
        redactor = _make_redactor(store, found)
        if found.start.extract and not said.has_metrics:
            is_whole = _read_output(store, head, found, redactor, said)
    except OSError:  # it has just ended, and its journal went while it was read: the next listing has it all
        return values
    metrics = said.hide_names(said.summaries(), redactor)
    if not is_whole:
        metrics = {key: _without_extremes(summary) for key, summary in metrics.items()}
    params = redactor.redact_values(said.params, "params")[0]
    tags = redactor.redact_values(dict(said.tags), "tags")[0]
    tags = {**values.tags, **tags}
    scalars = {key: value for key, value in tags.items() if is_scalar(value)}
    return values._replace(
        params={**values.params, **params},
        metrics={**values.metrics, **metrics},
        tags=fold_annotations(head.home, scalars, read_waiting(found.journal)).tags,
    )


def _read_records(found: GoingJournal, said: SaidSoFar) -> bool:
    from gitexp.store.journal_following import read_beginning, read_tail
    from gitexp.store.journal_records import list_logs

    tails = []
    for path in list_logs(found.journal):
        tail, is_whole = read_tail(path, found.start, _TAIL)
        if not is_whole and _find_names(read_beginning(path, _BEGINNING)) - _find_names(tail):
            # Logged once an epoch, say, and the last time was long ago.
            tail, is_whole = read_tail(path, found.start, _LONG_TAIL)
        tails.append((tail, is_whole))
    said.take(sorted((record for records, _ in tails for record in records), key=lambda record: record[1]))
    return all(is_whole for _, is_whole in tails)


def _find_names(records: Iterable[Record]) -> set[str]:
    """The metrics that the records have values of."""
    return {name for record in records if record[0] == METRICS for name in record[3]}


def _read_output(store: RunStore, head: RunHead, found: GoingJournal, redactor: Redactor, said: SaidSoFar) -> bool:
    from gitexp.actions.metrics_found import OUTPUT_SOURCE
    from gitexp.capture.output_metrics import parse_output_metrics
    from gitexp.capture.spool import read_spool_tail

    data, is_whole = read_spool_tail(found.journal.output, _OUTPUT_TAIL)
    data = redactor.redact_output(data)[0]
    said.take_points(parse_output_metrics(data, head.params, store.settings.directions), OUTPUT_SOURCE)
    return is_whole


def _make_redactor(store: RunStore, found: GoingJournal) -> Redactor:
    from gitexp.capture.redaction import make_redactor

    redactor = make_redactor(store.settings.redaction)
    redactor.remember_variables(os.environ)
    redactor.follow_traces(found.start.traces)
    return redactor


def _without_extremes(summary: Summary) -> Summary:
    return replace(summary, min=math.nan, max=math.nan, first=math.nan, count=0)
