"""What a version changes against another one, for GitHub: metrics, the verdict over seeds, params, data, code."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.render.github_text import escape_text, format_fence, format_name, format_value
from gitexp.render.numbers import format_cell, format_delta
from gitexp.render.text import neutralise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.difference import Change, MetricChange
    from gitexp.model.metrics import Summary
    from gitexp.model.registry_report import ReportedVersion
    from gitexp.model.version_change import CodeBetween, VersionChange

_SIGNS = {"better": "✅ ", "worse": "❌ "}
_WIDEST = 40
_SHORT_HASH = 10
_SHORT_COMMIT = 8


class Shares(NamedTuple):
    """How many lines each part of a version may take."""

    metrics: int = 12
    keys: int = 20
    files: int = 10
    steps: int = 10
    people: int = 20


def write_metrics(one: ReportedVersion, shares: Shares) -> list[str]:
    """The metrics of both, those with a direction and those that differ first, and what the seeds say."""
    change, difference = one.change, one.difference
    rows = sorted(change.metrics, key=lambda row: (row.better is None, row.is_equal))
    if not rows:
        return []
    now = f"v{difference.now.number}"
    if change.old is None or difference.against is None:
        lines = ["| metric | " + now + " |", "| --- | --: |"]
        lines += [f"| {format_name(row.key, _WIDEST)} | {_show(row.b)} |" for row in rows[: shares.metrics]]
        parts = [f"Nothing to hold it against in {format_name(difference.aim)}." if difference.has_moved else ""]
    else:
        was = f"v{difference.against.number} in {escape_text(difference.place or '')}"
        lines = [f"| metric | {was} | {now} | difference | |", "| --- | --: | --: | --: | --- |"]
        lines += [_format_row(row) for row in rows[: shares.metrics]]
        parts = []
    more = len(rows) - shares.metrics
    if more > 0:
        parts.append(f"<sub>{more} more {'metric has' if more == 1 else 'metrics have'} no room here.</sub>")
    verdicts = [
        f"- over seeds, {format_name(verdict.metric)}: {_SIGNS.get(verdict.found.verdict, '')}"
        f"{escape_text(verdict.found.sentence)}"
        for verdict in change.seeds
    ]
    same = ["The bytes are those that stand there already."] if change.has_same_bytes else []
    return ["\n".join(lines), "\n".join(verdicts), *same, *parts]


def _format_row(row: MetricChange) -> str:
    delta = "" if row.delta is None else "=" if row.delta == 0 else format_value(format_delta(row.delta, full=False))
    word = {True: "✅ better", False: "❌ worse", None: ""}[row.better]
    return f"| {format_name(row.key, _WIDEST)} | {_show(row.a)} | {_show(row.b)} | {delta} | {word} |"


def _show(summary: Summary | None) -> str:
    return "–" if summary is None else format_value(format_cell(summary.last, full=False), _WIDEST)


def write_inputs(change: VersionChange, shares: Shares) -> list[str]:
    """The params and the data that differ."""
    if change.old is None:
        return []
    parts = [_list_changes("Params", change.params, change.params_equal, shares.keys)]
    return [*parts, _list_changes("Data", change.data, change.data_equal, shares.keys, short=True)]


def _list_changes(title: str, changes: Sequence[Change], equal: int, most: int, *, short: bool = False) -> str:
    if not changes:
        return f"**{title}**: the same" if equal else ""
    beside = f", {equal} others equal" if equal > 1 else ", 1 other equal" if equal else ""
    lines = [f"**{title}**: {len(changes)} changed{beside}", ""]
    for one in changes[:most]:
        a, b = (_show_value(value, short=short) for value in (one.a, one.b))
        said = {"changed": f"{a} → {b}", "only in a": f"{a} → –", "only in b": f"– → {b}"}[one.kind]
        lines.append(f"- {format_name(one.key)}: {said}")
    if len(changes) > most:
        lines.append(f"- and {len(changes) - most} more")
    return "\n".join(lines)


def _show_value(value: object, *, short: bool) -> str:
    text = format_cell(value, full=False)  # type: ignore[arg-type]
    return format_value(f"{text[:_SHORT_HASH]}…" if short and len(text) > 2 * _SHORT_HASH else text, _WIDEST)


def write_code(change: VersionChange, shares: Shares) -> list[str]:
    """How much code lies between both: commits, and files with the lines that changed."""
    code = change.code
    if code is None:
        return []
    if code.is_equal:
        return ["**Code**: the same"]
    dirty = ", and changes that were not committed" if code.is_dirty else ""
    head = f"**Code**: {_count_files(code)}{_count_steps(code)}{dirty}"
    lines = [
        f"{_signed(one.added, '+'):>6} {_signed(one.deleted, '-'):>6}  {neutralise(one.path)}"
        for one in code.files[: shares.files]
    ]
    if lines and code.files_changed > len(lines):
        lines.append(f"and {code.files_changed - len(lines)} more")
    steps = [f"{one.commit[:_SHORT_COMMIT]} {neutralise(one.subject)[:80]}" for one in code.steps[: shares.steps]]
    if not lines and not steps:
        return [head]
    body = format_fence([*lines, *([""] if lines and steps else []), *steps])
    return [head, f"<details><summary>Files and commits</summary>\n\n{body}\n\n</details>"]


def _count_files(code: CodeBetween) -> str:
    return f"{code.files_changed} {'file' if code.files_changed == 1 else 'files'}"


def _count_steps(code: CodeBetween) -> str:
    said = f" in {code.ahead} {'commit' if code.ahead == 1 else 'commits'}" if code.ahead else ""
    return said + (f"; {code.behind} that the other has are missing" if code.behind else "")


def _signed(count: int | None, sign: str) -> str:
    return "binary" if count is None else f"{sign}{count}"
