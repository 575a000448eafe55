"""What a push or pull did, in a few lines; all of it as plain values."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from gitexp.model.refs import FOLDS, REMOVED, RUNS, parse_run_ref

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.errors import ExpError
    from gitexp.model.inspection import Inspection
    from gitexp.model.sync import SyncedRef

_MOST_NAMED = 20


def summarise(refs: Sequence[SyncedRef], verb: str, done: str, where: str, *, dry_run: bool) -> str:
    """One line: ``pushed 3 new runs, 1 updated run, 12 were there``. ``where``: ``there`` or ``here``."""
    counts = Counter(one.outcome for one in refs if one.ref.startswith(RUNS))
    folds = _count_moved(refs, FOLDS)
    removed = _count_moved(refs, REMOVED)
    parts = [
        _count(counts["new"], "new run", "new runs"),
        _count(counts["moved"], "updated run", "updated runs"),
        _count(counts["merged"], "merged run", "merged runs"),
        _count(folds, "fold", "folds"),
        _count(removed, "list of erased runs", "lists of erased runs"),
    ]
    moved = ", ".join(filter(None, parts))
    rest = [
        _count(counts["same"], f"was {where}", f"were {where}"),
        _count(counts["newer"], "is newer on the other side", "are newer on the other side") if verb == "push" else "",
        _count(counts["newer"], "is newer here", "are newer here") if verb == "pull" else "",
        _count(sum(one.outcome == "refused" for one in refs), "was refused", "were refused"),
    ]
    if not moved:
        return ", ".join([f"nothing to {verb}", *filter(None, rest)])
    return ", ".join([f"would {verb} {moved}" if dry_run else f"{done} {moved}", *filter(None, rest)])


def describe_luggage(inspections: Sequence[Inspection], *, dry_run: bool) -> list[str]:
    """What went along with the runs that may surprise: own commits, and what looks like a secret and was allowed."""
    went = "would go" if dry_run else "went"
    commits = _count(
        sum(len(one.unpushed) for one in inspections), f"commit of yours {went} along", f"commits of yours {went} along"
    )
    excused = _count(
        sum(len(one.excused) for one in inspections),
        f"place that looks like a secret {went} along, as allowed",
        f"places that look like a secret {went} along, as allowed",
    )
    return [sentence for sentence in (commits, excused) if sentence]


def has_runs(refs: Sequence[SyncedRef]) -> bool:
    """Whether a run is among the refs: folds and lists of erased runs go along with any."""
    return any(one.ref.startswith(RUNS) for one in refs)


def list_refusals(refs: Sequence[SyncedRef]) -> list[tuple[str, str | None]]:
    """The reasons why refs were refused, each with its hint; one that many share is said once."""
    by_reason: dict[tuple[str, str | None], int] = {}
    for one in refs:
        if one.why is not None:
            key = (one.why.message, one.why.hint)
            by_reason[key] = by_reason.get(key, 0) + 1
    lines = [
        (message if count == 1 else f"{count} refs: {message}", hint) for (message, hint), count in by_reason.items()
    ]
    if len(lines) <= _MOST_NAMED:
        return lines
    return [*lines[:_MOST_NAMED], (f"and {len(lines) - _MOST_NAMED} more were refused; --json names them all", None)]


def sync_fields(refs: Sequence[SyncedRef]) -> list[dict[str, object]]:
    """Each ref as plain values."""
    return [_fields(one) for one in refs]


def list_errors(refs: Sequence[SyncedRef]) -> list[ExpError]:
    """The reasons as errors, one for each refused ref."""
    return [one.why for one in refs if one.why is not None]


def _fields(one: SyncedRef) -> dict[str, object]:
    run = parse_run_ref(one.ref)
    return {
        "ref": one.ref,
        "id": run.id if run is not None else None,
        "outcome": one.outcome,
        "commit": one.commit,
        "why": one.why.message if one.why is not None else None,
    }


def _count_moved(refs: Sequence[SyncedRef], prefix: str) -> int:
    return sum(one.outcome in ("new", "moved") for one in refs if one.ref.startswith(prefix))


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}" if number else ""
