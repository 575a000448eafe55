"""Where a version comes from, for GitHub: artifact, run, code, data, environment."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from gitexp.render.github_text import escape_text, format_name
from gitexp.render.numbers import format_bytes
from gitexp.render.times import format_duration, format_iso

if TYPE_CHECKING:
    from gitexp.model.registry_report import ReportedVersion
    from gitexp.model.run import Code, DataItem, Run

_MOST_DATA = 10
_SHORT = 12


def write_lineage(one: ReportedVersion) -> list[str]:
    """The way back from the bytes to what they were made of, behind a click."""
    version = one.difference.now
    artifact = version.artifact
    size = f", {format_bytes(artifact.bytes)}" if artifact.bytes is not None else ""
    lines = [f"- artifact {format_name(artifact.path)}: {format_name(artifact.md5)}{size}"]
    name = f" {format_name(one.head.name)}" if one.head is not None else ""
    lines.append(f"- run {format_name(version.run)}{name}, judged as {format_name(version.commit[:_SHORT])}")
    if one.run is not None:
        lines += _tell_run(one.run)
    listed = "\n".join(lines)
    return [f"<details><summary>Lineage</summary>\n\n{listed}\n\n</details>"]


def _tell_run(run: Run) -> list[str]:
    took = f" in {format_duration(run.seconds)}" if run.seconds is not None else ""
    when = escape_text(format_iso(run.started_at))
    command = format_name(shlex.join(run.command), 120)
    lines = [
        f"- {run.status.value}{took} by {escape_text(run.user.name)}, {when}: {command}",
        f"- code {_tell_code(run.code)}",
    ]
    lines += [f"- data {_tell_data(item)}" for item in run.data[:_MOST_DATA]]
    if len(run.data) > _MOST_DATA:
        lines.append(f"- and {len(run.data) - _MOST_DATA} more of data")
    known = run.environment
    parts = [f"Python {known.python}" if known.python else "", known.platform or ""]
    parts += [f"{len(known.gpus)} × {known.gpus[0].name}"] if known.gpus else []
    said = ", ".join(escape_text(part) for part in parts if part)
    return [*lines, f"- environment {said}"] if said else lines


def _tell_code(code: Code) -> str:
    if code.commit is None:
        return f"of no commit, snapshot {format_name(code.snapshot[:_SHORT])}"
    branch = f" on {format_name(code.branch)}" if code.branch else ""
    dirty = f" with changes that were not committed, {format_name(code.snapshot[:_SHORT])}" if code.dirty else ""
    return f"{format_name(code.commit[:_SHORT])}{branch}{dirty}"


def _tell_data(item: DataItem) -> str:
    size = f", {format_bytes(item.bytes)}" if item.bytes is not None else ""
    return f"{format_name(item.path)}: {format_name(item.md5) if item.md5 else 'of unknown content'}{size}"
