"""What the commands that say something of runs have in common: they do it, and tell what was done."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gitexp.cli.terminal import say, warn
from gitexp.model.run import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.actions.annotate import Annotated, AnnotatedRun
    from gitexp.model.annotations import Statement
    from gitexp.model.head import RunHead
    from gitexp.model.statements import Plan
    from gitexp.store.runs import RunStore


def say_of_runs(
    store: RunStore, heads: Sequence[RunHead], plan: Plan, statements: Sequence[Statement], *, going: bool = True
) -> Annotated:
    """Says something of runs now."""
    from gitexp.actions.annotate import annotate_runs

    return annotate_runs(store, heads, plan, statements, now=datetime.now(UTC), going=going)


def report(annotated: Annotated, done: str, what: str, same: str, *, as_json: bool) -> None:
    """Tells what was done: ``<done> 3 runs<what>``, and of how many it was nothing new: ``2 runs <same>``."""
    if as_json:
        from gitexp.cli.output import write_envelope

        write_envelope({"runs": list(map(_fields, annotated.runs)), "why_unsigned": annotated.why_unsigned})
        return
    changed = annotated.changed
    unchanged = [one for one in annotated.runs if not one.statements]
    if changed:
        say(f"{done} {_count(changed)}{what}")
    if unchanged:
        say(f"{_count(unchanged)}: {same}")
    going = [one for one in changed if one.head.status is Status.RUNNING and one.commit is None]
    if going:
        say(f"{_count(going)}: still going; the record at the end will have it")
    if annotated.why_unsigned is not None:
        warn(f"stored unsigned: {annotated.why_unsigned}")


def _count(runs: Sequence[AnnotatedRun]) -> str:
    return f"run {runs[0].head.name}" if len(runs) == 1 else f"{len(runs)} runs"


def _fields(one: AnnotatedRun) -> dict[str, object]:
    from gitexp.render.json_form import to_plain

    return {
        "id": one.head.id,
        "name": one.head.name,
        "changed": bool(one.statements),
        "commit": one.commit,
        "said": [{"kind": statement.kind, "value": to_plain(statement.value)} for statement in one.statements],
    }
