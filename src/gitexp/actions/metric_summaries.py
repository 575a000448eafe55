"""The summaries of a run's metrics: as the script wants them, as many as a manifest holds, without secret names."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from gitexp.model.metrics import Summary

if TYPE_CHECKING:
    from gitexp.actions.attempts import Attempts
    from gitexp.model.metrics import Number

T = TypeVar("T")
SUMMARY_SOURCE = "summary"
MOST_SUMMARIES = 10_000
"""In a manifest: of a million metrics it would be too large to be read."""


def state_summaries(summaries: dict[str, Summary], stated: dict[str, Number]) -> dict[str, Summary]:
    """The summaries with what the script said that they are to say."""
    found = dict(summaries)
    for metric, value in stated.items():
        known = found.get(metric)
        if known is None:
            found[metric] = Summary(value, value, value, value, None, 1, SUMMARY_SOURCE)
        else:
            found[metric] = replace(known, last=value)
    return found


def bound_summaries(summaries: dict[str, Summary], total: int, attempts: Attempts) -> dict[str, Summary]:
    """Those that a manifest is to hold of ``total``."""
    if total > MOST_SUMMARIES:
        more = total - MOST_SUMMARIES
        attempts.warn(f"{more:,} more metrics have no summary: only those of the first {MOST_SUMMARIES:,} are kept")
    return dict(islice(summaries.items(), MOST_SUMMARIES))


def rename(values: dict[str, T], names: dict[str, str]) -> dict[str, T]:
    """Values by metric, under the other names that some metrics have."""
    return {names.get(metric, metric): value for metric, value in values.items()}
