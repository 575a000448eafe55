"""A run's commit message: the lab notebook that ``git log`` shows, and all that a listing needs.

The form is specified in docs/reference/storage-format.md. Lines end at LF alone; values are ASCII JSON, so that no
value can break a line. What does not fit is left to the manifest, and ``Run-More`` says so.
"""

from __future__ import annotations

import json
import math
import re
import shlex
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gitexp.errors import InvalidValue
from gitexp.model.ids import parse_id
from gitexp.model.metrics import Number, Summary
from gitexp.model.refs import parse_experiment
from gitexp.model.run import FORMAT, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.ids import RunId
    from gitexp.model.refs import Experiment
    from gitexp.model.run import Run
    from gitexp.model.values import Params, Scalar, Value

SUBJECT_BYTES = 200
VALUE_BYTES = 120
KEY_BYTES = 120
MOST = 64

_PLAIN_KEY = re.compile(r"[A-Za-z0-9._/-]+")
_SUBJECT = re.compile(r"run (\S+):(?: (.*))?")
_SPELT = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


@dataclass(frozen=True, slots=True)
class Message:
    """What a message says. A metric's summary has no ``first`` (NaN), ``count`` (0) and ``source`` ('') here."""

    format: int
    id: RunId
    name: str
    command: str
    experiment: Experiment
    status: Status
    started_at: datetime
    seconds: float | None
    fingerprint: str | None
    params: Params
    metrics: dict[str, Summary]
    tags: dict[str, Scalar]
    more: frozenset[str]


class MessageError(Exception):
    """A message that is not that of a run, and why; ``newer`` is the format of one that a later gitexp wrote."""

    def __init__(self, why: str, *, newer: int | None = None) -> None:
        super().__init__(why)
        self.newer = newer


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
    for word, part, values in (("Param", "params", run.params), ("Tag", "tags", run.tags)):
        block = [_format_pair(word, key, value) for key, value in list(values.items())[:MOST]]
        kept = [line for line in block if line is not None]
        if len(kept) < len(values):
            more.append(part)
        if word == "Param":
            lines += kept
            lines += _format_metrics(run.metrics, more)
        else:
            lines += kept
    if more:
        lines.append(f"Run-More: {' '.join(more)}")
    return ("\n".join(lines) + "\n").encode("utf-8")


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


class _Reader:
    """Collects the lines of one message."""

    __slots__ = ("fields", "metrics", "params", "tags")

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self.params: Params = {}
        self.metrics: dict[str, Summary] = {}
        self.tags: dict[str, Scalar] = {}

    def read(self, line: str) -> None:
        word, colon, rest = line.partition(": ")
        if not colon:
            return
        if word == "Param":
            key, value, _ = _parse_pair(rest)
            self.params[key] = value
        elif word == "Metric":
            key, value, tail = _parse_pair(rest)
            self.metrics[key] = _parse_summary(value, tail)
        elif word == "Tag":
            key, value, _ = _parse_pair(rest)
            self.tags[key] = value if not isinstance(value, (list, dict)) else json.dumps(value)
        elif word.startswith("Run-"):
            self.fields[word] = rest


_DECODER = json.JSONDecoder()


def _parse_pair(text: str) -> tuple[str, Value, str]:
    if text.startswith('"'):
        key, end = _DECODER.raw_decode(text)
        if text[end : end + 1] != "=":
            raise ValueError(f"no '=' in {text[:80]!r}")
        end += 1
    else:
        key, equals, _ = text.partition("=")
        if not equals:
            raise ValueError(f"no '=' in {text[:80]!r}")
        end = len(key) + 1
    value, end = _DECODER.raw_decode(text, end)
    return key, value, text[end:]


def _parse_number(value: object) -> Number:
    if isinstance(value, str) and value in _SPELT:
        return _SPELT[value]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    raise ValueError(f"{value!r} is not a number")


def _parse_summary(last: Value, tail: str) -> Summary:
    found: dict[str, Number] = {}
    for part in tail.split():
        key, _, text = part.partition("=")
        if key in ("min", "max", "step"):
            found[key] = _parse_number(json.loads(text))
    number = _parse_number(last)
    return Summary(number, found.get("min", number), found.get("max", number), math.nan, found.get("step"), 0, "")


def parse_message(data: bytes) -> Message:
    """Reads a message. Raises MessageError; of a newer format only ``Run-Format`` is relied upon."""
    lines = data.decode("utf-8", "replace").split("\n")
    reader = _Reader()
    try:
        for line in lines[1:]:
            reader.read(line)
        return _assemble(lines[0], reader)
    except (ValueError, OverflowError, RecursionError, InvalidValue) as error:
        raise MessageError(str(error)) from error
    except KeyError as error:
        raise MessageError(f"its message has no {error.args[0]}") from error


def _assemble(subject: str, reader: _Reader) -> Message:
    fields = reader.fields
    version = int(fields["Run-Format"])
    if version > FORMAT:
        raise MessageError(f"it has format {version}", newer=version)
    match = _SUBJECT.fullmatch(subject)
    if match is None:
        raise ValueError("its subject is not that of a run")
    return Message(
        format=version,
        id=parse_id(fields["Run-Id"]),
        name=match[1],
        command=match[2] or "",
        experiment=parse_experiment(fields["Run-Experiment"]),
        status=Status(fields["Run-Status"]),
        started_at=datetime.fromisoformat(fields["Run-Started"]).astimezone(UTC),
        seconds=float(fields["Run-Seconds"]) if "Run-Seconds" in fields else None,
        fingerprint=fields.get("Run-Fingerprint"),
        params=reader.params,
        metrics=reader.metrics,
        tags=reader.tags,
        more=frozenset(fields.get("Run-More", "").split()),
    )
