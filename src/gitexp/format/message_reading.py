"""A run's commit message, read: what a listing knows of a run."""

from __future__ import annotations

import functools
import json
import math
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import InvalidValue
from gitexp.model.ids import parse_id
from gitexp.model.metrics import Number, Summary
from gitexp.model.refs import parse_experiment
from gitexp.model.run import FORMAT, Lineage, Status
from gitexp.model.said import Said, SaidValues

if TYPE_CHECKING:
    from gitexp.model.ids import RunId
    from gitexp.model.refs import Experiment
    from gitexp.model.values import Params, Scalar, Value

_SUBJECT = re.compile(r"run (\S+):(?: (.*))?")
_VALUE_LINE = re.compile(rb"^(?:Param|Metric|Tag|Run-More): ", re.MULTILINE)
_MOST_READ = 1_000
"""Lines of one kind: a writer stops at 64, and who sends a million wants our listing to stand still."""
_KINDS = {"Param": "params", "Metric": "metrics", "Tag": "tags"}
_SPELT = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
_AMBIGUOUS = re.compile(r'"(?:NaN|-?Infinity)"')
"""A number that JSON has not, or the text of that name: only the manifest tells one from the other."""


_ALONE = Lineage()


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
    said: Said
    moved: Experiment | None = None
    """The experiment that an annotation moved the run to."""
    hidden: bool = False
    has_no_snapshot: bool = False
    """Whether the first parent is an earlier tip: a run that could not be stored with its code has no S."""
    lineage: Lineage = _ALONE
    """The runs that it comes from, as far as a message names them."""


class MessageError(Exception):
    """A message that is not that of a run, and why; ``newer`` is the format of one that a later gitexp wrote."""

    def __init__(self, why: str, *, newer: int | None = None) -> None:
        super().__init__(why)
        self.newer = newer


def parse_message(data: bytes) -> Message:
    """Reads a message. Raises MessageError; of a newer format only ``Run-Format`` is relied upon.

    Params, metrics and tags are read later, when they are asked for. A line of theirs that cannot be read is passed
    over, and its kind counts as incomplete.
    """
    lines = data.decode("utf-8", "replace").split("\n")
    fields: dict[str, str] = {}
    for line in lines[1:]:
        word, _, rest = line.partition(": ")
        if word.startswith("Run-"):
            fields[word] = rest
        elif word in _KINDS:
            break
    try:
        return _assemble(lines[0], fields, Said(lambda: _read_values(lines)))
    except (ValueError, OverflowError, InvalidValue) as error:
        raise MessageError(str(error)) from error
    except KeyError as error:
        raise MessageError(f"its message has no {error.args[0]}") from error


def _assemble(subject: str, fields: dict[str, str], said: Said) -> Message:
    version = int(fields["Run-Format"])
    if version < 1:
        raise ValueError(f"there is no format {version}")
    if version > FORMAT:
        raise MessageError(f"it has format {version}", newer=version)
    match = _SUBJECT.fullmatch(subject)
    if match is None:
        raise ValueError("its subject is not that of a run")
    started_at = datetime.fromisoformat(fields["Run-Started"])
    return Message(
        format=version,
        id=parse_id(fields["Run-Id"]),
        name=match[1],
        command=match[2] or "",
        experiment=_parse_experiment(fields["Run-Experiment"]),
        status=Status(fields["Run-Status"]),
        started_at=started_at if started_at.tzinfo is UTC else started_at.astimezone(UTC),
        seconds=float(fields["Run-Seconds"]) if "Run-Seconds" in fields else None,
        fingerprint=fields.get("Run-Fingerprint"),
        said=said,
        moved=_parse_experiment(fields["Run-Moved"]) if "Run-Moved" in fields else None,
        hidden=fields.get("Run-Hidden") == "true",
        has_no_snapshot=fields.get("Run-Snapshot") == "none",
        lineage=_parse_lineage(fields),
    )


def _parse_lineage(fields: dict[str, str]) -> Lineage:
    resumes, reproduces, forked = (fields.get(f"Run-{word}") for word in ("Resumes", "Reproduces", "Forked-From"))
    if resumes is None and reproduces is None and forked is None:
        return _ALONE
    return Lineage(
        resumes=None if resumes is None else parse_id(resumes),
        reproduces=None if reproduces is None else parse_id(reproduces),
        forked_from=None if forked is None else parse_id(forked),
    )


def find_values(data: bytes) -> str:
    """The part of a message that ``parse_values`` reads: its lines of params, metrics and tags, and what follows."""
    found = _VALUE_LINE.search(data)
    return data[found.start() :].decode("utf-8", "replace") if found else ""


def parse_values(text: str) -> SaidValues:
    """What the lines of a message say of params, metrics and tags; what cannot be read is among ``more``."""
    return _read_values(text.split("\n"))


def _read_values(lines: list[str]) -> SaidValues:
    params: Params = {}
    metrics: dict[str, Summary] = {}
    tags: dict[str, Scalar] = {}
    more: set[str] = set()
    counts: dict[str, int] = {}
    for line in lines:
        word, _, rest = line.partition(": ")
        if word == "Run-More":
            more.update(rest.split())
        if word not in _KINDS:
            continue
        counts[word] = counts.get(word, 0) + 1
        if counts[word] > _MOST_READ:
            more.add(_KINDS[word])
            continue
        try:
            plain = _METRIC.fullmatch(rest) if word == "Metric" else None
            if plain is not None:
                last, least, greatest, step = plain.group(2, 3, 4, 5)
                at = None if step is None else _parse_plain(step)
                numbers = (_parse_plain(last), _parse_plain(least), _parse_plain(greatest))
                metrics[plain[1]] = Summary(*numbers, math.nan, at, 0, "")
                continue
            key, value, tail = _parse_pair(rest)
            if word != "Metric" and _AMBIGUOUS.search(rest):
                more.add(_KINDS[word])
            if word == "Param":
                params[key] = value
            elif word == "Metric":
                metrics[key] = _parse_summary(value, tail)
            else:
                tags[key] = value if not isinstance(value, (list, dict)) else json.dumps(value)
        except (ValueError, RecursionError):  # the manifest is asked instead: see more
            more.add(_KINDS[word])
    return SaidValues(params, metrics, tags, frozenset(more))


@functools.lru_cache(maxsize=256)
def _parse_experiment(text: str) -> Experiment:
    return parse_experiment(text)


_DECODER = json.JSONDecoder()
_NUMBER = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
# Nearly every metric looks so, and most of what a listing reads are metrics: the decoder takes four times as long.
_METRIC = re.compile(rf"([A-Za-z0-9._/-]+)=({_NUMBER}) min=({_NUMBER}) max=({_NUMBER})(?: step=({_NUMBER}))?")


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


def _parse_plain(text: str) -> Number:
    return int(text) if text.lstrip("-").isdigit() else float(text)


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
