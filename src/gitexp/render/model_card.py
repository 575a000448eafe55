"""The text of a model card: what is known is filled in, what only people know is left for them."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from gitexp.model.online import find_online
from gitexp.model.registry import name_version
from gitexp.render.github_text import escape_text, format_fence, format_name, format_value
from gitexp.render.numbers import format_bytes, format_cell
from gitexp.render.run_cost import format_amount
from gitexp.render.text import neutralise
from gitexp.render.times import format_duration, format_iso

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.registry import Approval, Model, Version
    from gitexp.model.run import Run

_WIDEST = 120
_MOST_ROWS = 100
FILL_IN = "*To be filled in.*"


def format_card_text(
    model: Model,
    version: Version,
    run: Run | None,
    lineage: Sequence[str],
    approvals: Sequence[tuple[Approval, str]],
) -> str:
    """The card without its front matter, in Markdown, in which no text of a record is a mark.

    ``lineage`` are the lines of the tree; ``approvals`` come with what each is worth.
    """
    name = name_version(model.name, version.number)
    about = escape_text(model.description) if model.description else FILL_IN
    parts = [f"# Model card of {name}", about]
    parts += ["## Model", _list(_about(version, run))]
    parts += ["## Intended use", FILL_IN, "## Out of scope, risks and limitations", FILL_IN]
    parts += ["## How to get it", format_fence([f"exp get {name}"])]
    parts += ["## Training data", _tell_data(run)]
    parts += ["## Training procedure", _tell_procedure(run)]
    parts += ["## Evaluation", _tell_metrics(version)]
    if run is not None and find_online(run.annotations):
        parts += ["### In use", _tell_online(run)]
    parts += ["## Environment", _list(_environment(run)) if run is not None else "The run is not here."]
    parts += ["## Lineage", format_fence([neutralise(one) for one in lineage])]
    parts += ["## History", _tell_history(version)]
    if approvals:
        parts += ["## Approvals", _tell_approvals(approvals)]
    return "\n\n".join(parts) + "\n"


def _about(version: Version, run: Run | None) -> list[tuple[str, str]]:
    artifact = version.artifact
    size = f", {format_bytes(artifact.bytes)}" if artifact.bytes is not None else ""
    facts = [
        ("stage", version.stage),
        ("aliases", ", ".join(version.aliases)),
        ("artifact", f"{artifact.path}{size}, md5 {artifact.md5}"),
        ("run", version.run),
        ("run commit", version.commit),
    ]
    if run is not None:
        facts.append(("trained", f"{format_iso(run.started_at)} by {run.user.name or run.user.email}"))
        facts.append(("hypothesis", run.hypothesis or ""))
    return facts


def _tell_data(run: Run | None) -> str:
    if run is None or not run.data:
        return FILL_IN if run is not None else "The run is not here."
    rows = [
        (
            format_name(item.path, _WIDEST),
            "–" if item.bytes is None else format_bytes(item.bytes),
            format_name(item.md5 or f"no hash: {item.why}", _WIDEST),
        )
        for item in run.data[:_MOST_ROWS]
    ]
    return _table(("path", "size", "md5"), rows, len(run.data) - len(rows))


def _tell_procedure(run: Run | None) -> str:
    if run is None:
        return "The run is not here."
    facts = [("command", shlex.join(run.command)), ("seed", "" if run.seed is None else str(run.seed))]
    facts.append(("time", "" if run.seconds is None else format_duration(run.seconds)))
    cost = run.cost
    if cost is not None:
        facts.append(("cost", "" if cost.amount is None else format_amount(cost.amount, cost.currency or "")))
        facts.append(("energy", "" if cost.energy_kwh is None else f"{cost.energy_kwh} kWh"))
    facts += [
        ("code", run.code.commit or ""),
        ("uncommitted", "yes, recorded in the run" if run.code.commit != run.code.snapshot else "nothing"),
    ]
    parts = [_list(facts)]
    if run.params:
        rows = [
            (format_name(key, _WIDEST), format_value(format_cell(value, full=True), _WIDEST))
            for key, value in list(run.params.items())[:_MOST_ROWS]
        ]
        parts.append(_table(("param", "value"), rows, len(run.params) - len(rows)))
    return "\n\n".join(parts)


def _tell_metrics(version: Version) -> str:
    rows = [
        (format_name(key, _WIDEST), format_value(format_cell(value, full=True)))
        for key, value in version.metrics.items()
    ]
    return _table(("metric", "value"), rows) if rows else FILL_IN


def _tell_online(run: Run) -> str:
    rows = [
        (
            escape_text(result.title or format_iso(result.at)),
            format_name(name, _WIDEST),
            format_value(format_cell(value, full=True), _WIDEST),
        )
        for result in find_online(run.annotations)
        for name, value in result.values.items()
    ]
    return _table(("result", "name", "value"), rows[:_MOST_ROWS], len(rows) - _MOST_ROWS)


def _environment(run: Run) -> list[tuple[str, str]]:
    known = run.environment
    return [
        ("python", f"{known.implementation or 'Python'} {known.python}" if known.python else known.unknown or ""),
        ("packages", "" if known.packages is None else f"sha256 {known.packages}"),
        ("lock files", ", ".join(known.locks)),
        ("platform", known.platform or ""),
        ("cpu", known.cpu or ""),
        ("gpus", ", ".join(gpu.name for gpu in known.gpus)),
        ("cuda", known.cuda or ""),
    ]


def _tell_history(version: Version) -> str:
    rows = []
    for entry in version.history:
        what = f"+{entry.alias}" if entry.alias else f"-{entry.unalias}" if entry.unalias else entry.stage or ""
        forced = f" (forced past {', '.join(entry.forced)})" if entry.forced else ""
        rows.append(
            (format_iso(entry.at), escape_text(what), escape_text(entry.by), escape_text((entry.why or "") + forced))
        )
    return _table(("when", "what", "by", "why"), rows[-_MOST_ROWS:])


def _tell_approvals(approvals: Sequence[tuple[Approval, str]]) -> str:
    rows = [
        (
            escape_text(one.stage),
            escape_text(one.by),
            format_iso(one.at),
            escape_text(standing),
            escape_text(one.why or ""),
        )
        for one, standing in approvals[:_MOST_ROWS]
    ]
    return _table(("stage", "by", "when", "standing", "why"), rows)


def _list(facts: Sequence[tuple[str, str]]) -> str:
    return "\n".join(f"- {name}: {format_name(text, _WIDEST)}" for name, text in facts if text)


def _table(titles: tuple[str, ...], rows: Sequence[tuple[str, ...]], more: int = 0) -> str:
    lines = [titles, tuple("---" for _ in titles), *rows]
    text = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"{text}\n\n{more} more are not shown." if more > 0 else text
