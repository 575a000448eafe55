"""A run's commit message, written: the lab notebook that ``git log`` shows, and all that a listing needs.

The form is specified in docs/reference/storage-format.md. Lines end at LF alone; values are ASCII JSON, so that no
value can break a line. What does not fit is left to the manifest, and ``Run-More`` says so.
"""

from __future__ import annotations

import json
import math
import re
import shlex
from datetime import UTC
from typing import TYPE_CHECKING

from gitexp.model.run import FORMAT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from gitexp.model.metrics import Summary
    from gitexp.model.run import Lineage, Run
    from gitexp.model.values import Scalar, Value

SUBJECT_BYTES = 200
VALUE_BYTES = 120
KEY_BYTES = 120
MOST = 64

_PLAIN_KEY = re.compile(r"[A-Za-z0-9._/-]+")


def format_instant(moment: datetime) -> str:
    """A moment in UTC to the microsecond: a commit's own date knows seconds only, and runs can be shorter."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def format_subject(name: str, command: Sequence[str]) -> str:
    """The first line: the command shell-quoted, control characters escaped, cut at 200 bytes."""
    text = f"run {name}: " + "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in shlex.join(command)
    )
    data = text.encode()
    if len(data) <= SUBJECT_BYTES:
        return text
    return data[: SUBJECT_BYTES - len("…".encode())].decode("utf-8", "ignore") + "…"


def format_message(run: Run) -> bytes:
    """The message of a run's commit."""
    more: list[str] = []
    lines = [
        format_subject(run.name, run.command),
        "",
        f"Run-Id: {run.id}",
        f"Run-Format: {FORMAT}",
        f"Run-Experiment: {run.experiment}",
        f"Run-Status: {run.status}",
        f"Run-Started: {format_instant(run.started_at)}",
    ]
    if run.seconds is not None:
        lines.append(f"Run-Seconds: {run.seconds!r}")
    if run.fingerprint is not None:
        lines.append(f"Run-Fingerprint: {run.fingerprint}")
    lines += _format_lineage(run.lineage)
    params, is_whole = _format_pairs("Param", run.params)
    if not is_whole:
        more.append("params")
    lines += params
    lines += _format_metrics(run.metrics, more)
    tags, is_whole = format_tags(run.tags)
    if not is_whole:
        more.append("tags")
    lines += tags
    lines += format_more(more)
    return ("\n".join(lines) + "\n").encode("utf-8")


def _format_lineage(lineage: Lineage) -> list[str]:
    origins = {"Resumes": lineage.resumes, "Reproduces": lineage.reproduces, "Forked-From": lineage.forked_from}
    return [f"Run-{word}: {run_id}" for word, run_id in origins.items() if run_id is not None]


def format_tags(tags: Mapping[str, Scalar]) -> tuple[list[str], bool]:
    """The lines of tags, and whether they have all."""
    return _format_pairs("Tag", tags)


def format_more(parts: Sequence[str]) -> list[str]:
    """The line that names the kinds of which the manifest has more; no line where it has not."""
    return [f"Run-More: {' '.join(parts)}"] if parts else []


def _format_pairs(word: str, values: Mapping[str, Value]) -> tuple[list[str], bool]:
    block = [_format_pair(word, key, value) for key, value in list(values.items())[:MOST]]
    kept = [line for line in block if line is not None]
    return kept, len(kept) == len(values)


def _format_metrics(metrics: dict[str, Summary], more: list[str]) -> list[str]:
    lines = []
    for metric, summary in list(metrics.items())[:MOST]:
        key = _format_key(metric)
        if key is None:
            continue
        numbers = [f"{key}={_format_json(summary.last)}", f"min={_format_json(summary.min)}"]
        numbers.append(f"max={_format_json(summary.max)}")
        if summary.step is not None:
            numbers.append(f"step={_format_json(summary.step)}")
        lines.append("Metric: " + " ".join(numbers))
    if len(lines) < len(metrics):
        more.append("metrics")
    return lines


def _format_pair(word: str, key: str, value: Value) -> str | None:
    spelt, text = _format_key(key), _format_json(value)
    if spelt is None or len(text) > VALUE_BYTES:
        return None
    return f"{word}: {spelt}={text}"


def _format_key(key: str) -> str | None:
    spelt = key if _PLAIN_KEY.fullmatch(key) else json.dumps(key)
    return spelt if len(spelt) <= KEY_BYTES else None


def _format_json(value: Value) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return '"NaN"' if math.isnan(value) else '"Infinity"' if value > 0 else '"-Infinity"'
    if isinstance(value, (list, dict)):
        return json.dumps(_spell(value), separators=(",", ":"))
    return json.dumps(value)


def _spell(value: Value) -> object:
    if isinstance(value, list):
        return [_spell(one) for one in value]
    if isinstance(value, dict):
        return {key: _spell(one) for key, one in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return json.loads(_format_json(value))
    return value
