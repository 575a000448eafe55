"""A run's commit message, read: what a listing knows of a run."""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import InvalidValue
from gitexp.model.ids import parse_id
from gitexp.model.metrics import Number, Summary
from gitexp.model.refs import parse_experiment
from gitexp.model.run import FORMAT, Status

if TYPE_CHECKING:
    from gitexp.model.ids import RunId
    from gitexp.model.refs import Experiment
    from gitexp.model.values import Params, Scalar, Value

_SUBJECT = re.compile(r"run (\S+):(?: (.*))?")
_SPELT = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class Message(NamedTuple):
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
