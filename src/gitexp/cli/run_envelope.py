"""``exp run --json``: what came of a run, as the envelope on standard error."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from gitexp.cli.output import format_envelope
from gitexp.cli.run_live import push_at_end

if TYPE_CHECKING:
    from gitexp.actions.record import RecordResult
    from gitexp.actions.sharing import LastPush


def report_json(result: RecordResult, told: tuple[str, ...] = ()) -> None:
    """Pushes the run at its end, where that is wanted, and writes the envelope; ``told`` is what was said before."""
    sys.stderr.write(format_envelope(_fields(result, push_at_end(result), told)))


def _fields(result: RecordResult, push: LastPush | None, told: tuple[str, ...]) -> dict[str, object]:
    from gitexp.render.json_form import to_plain

    unpushed = [] if push is None or push.why is None else [f"{push.remote}: {push.why}"]
    return {
        "run": to_plain(result.run),
        "ref": result.stored.ref if result.stored is not None else None,
        "commit": result.stored.commit if result.stored is not None else None,
        "kept_in": result.kept_in,
        "same_inputs_as": _equal_fields(result),
        "exit_status": result.ending.status,
        "pushed_to": push.remote if push is not None and push.is_pushed else None,
        "warnings": [*told, *result.warnings, *result.recovered, *unpushed],
    }


def _equal_fields(result: RecordResult) -> dict[str, object] | None:
    if result.equal is None or result.run is None:
        return None
    from gitexp.model.agreement import compare_results
    from gitexp.render.json_form import head_fields

    agreement = compare_results(result.run.metrics, result.equal.metrics, result.directions)
    return {**head_fields(result.equal), "agrees": agreement.agrees}
