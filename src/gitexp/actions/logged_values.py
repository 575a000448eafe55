"""The small things that a script said of its run, as the run's own: params, tags, notes, warnings."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gitexp.actions.metrics_found import API_SOURCE
from gitexp.capture.redaction import REDACTED
from gitexp.model.params import MergedParams, prefer_said
from gitexp.model.seed import find_seed

if TYPE_CHECKING:
    from gitexp.actions.attempts import Attempts
    from gitexp.actions.logged import Logged
    from gitexp.model.run import Run


def add_said(run: Run, logged: Logged, attempts: Attempts) -> Run:
    """The run with what its script said of it. Secrets are still in it: who calls hides them."""
    attempts.extend(logged.warnings)
    merged, contradicted = prefer_said(MergedParams(run.params, run.param_sources), logged.params, API_SOURCE, REDACTED)
    for key in contradicted:
        attempts.warn(f"param {key}: the script says another value than --param; it is recorded as {API_SOURCE}:{key}")
    # A seed that was given apart from the params stays.
    is_found = run.seed is None or run.seed == find_seed(run.params)
    seed = find_seed(merged.params) if is_found else run.seed
    notes = (*((run.note,) if run.note else ()), *logged.notes)
    return replace(
        run,
        params=merged.params,
        param_sources=merged.sources,
        seed=seed,
        tags={**run.tags, **logged.tags},
        note="\n\n".join(notes) or None,
    )
