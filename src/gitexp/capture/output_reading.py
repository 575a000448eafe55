"""What one line of output says: its metrics and its step, and which of the line's words are no news at all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from gitexp.capture.metric_names import Kind
from gitexp.capture.output_pairs import read_pairs
from gitexp.capture.output_records import read_record
from gitexp.capture.output_steps import has_bar, read_heading, read_step

if TYPE_CHECKING:
    from collections.abc import Collection

    from gitexp.capture.output_pairs import Pair
    from gitexp.model.metrics import Number, Step

LONGEST_TEXT_LINE = 2_000

_NOISE = re.compile(
    r"\s*(?:File \"|Collecting |Downloading |Requirement already|Successfully |Building wheel|Installing |usage: "
    r"|\$ |\+ |>>> |(?:\(\w+\): )?[A-Za-z_][\w.]*\(.*\)[,;]?$|#)"
)
_EXCEPTION = re.compile(r"[a-z](?:Error|Warning|Exception)\b")
_LEVEL = re.compile(
    r"(?<![A-Za-z])(?:DEBUG|INFO|NOTICE|WARNING|WARN|ERROR|CRITICAL)\b[\]\s:|>-]*(?:[A-Za-z][\w.]*:(?=[^\s\d]))?"
)
_GLOG = re.compile(r"[IWEF]\d{4} [\d:.]+\s+\d+ \S+:\d+\]")
_LAST_PREFIX = 120
_URL = re.compile(r"[^\s,;]*://\S*")
_TEXT_PAIR = re.compile(r"[A-Za-z_]\w*['\"]?\s*(?:=\s*['\"]?|:\s+['\"]?)(?!nan|inf)[A-Za-z]")


class Reading(NamedTuple):
    """The metrics of a line, each with its name, number and where that stands in the line; the step likewise.

    Of a record it is instead which of its ``numbers``. A heading is a line that is a step and nothing else.
    """

    found: list[tuple[str, Number, int]]
    step: Step | None
    step_at: int | None
    heading: bool
    numbers: list[Number] | None = None
    """All numbers of a record, in order."""


NOTHING = Reading([], None, None, False)


def read_line(text: str, known: Collection[str]) -> Reading:
    """Reads one line; ``known`` are names that count as metrics whatever stands around them."""
    if _NOISE.match(text) or _EXCEPTION.search(text):
        return NOTHING
    if "{" in text:
        record = read_record(text, known)
        if record is not None:
            return Reading(record.found, record.step, record.step_at, False, record.numbers)
    if len(text) > LONGEST_TEXT_LINE:
        return NOTHING
    heading = read_heading(text)
    if heading is not None:
        return Reading([], heading.step, heading.at, True)
    text = _blank_noise(text)
    counter = read_step(text)
    chosen = _choose(text, counter is not None, known)
    step, at = counter or (None, None)
    return Reading([(pair.name, pair.value, pair.at) for pair in chosen], step, at, False)


def _blank_noise(text: str) -> str:
    """The line with spaces for addresses and for what a logger put before its message: positions stay as they are."""
    level = _LEVEL.search(text, 0, _LAST_PREFIX) or _GLOG.match(text)
    if level:
        text = " " * level.end() + text[level.end() :]
    return _URL.sub(lambda found: " " * len(found[0]), text) if "://" in text else text


def _choose(text: str, counted: bool, known: Collection[str]) -> list[Pair]:
    """Those pairs of a line that are metrics, by what else the line says; of one name only the first."""
    placed = counted or has_bar(text)
    pairs = read_pairs(text, bare=placed)
    if not pairs:
        return []
    kinds = [Kind.METRIC if pair.name in known else pair.kind for pair in pairs]
    named = any(_is_metric(pair, kind, placed) for pair, kind in zip(pairs, kinds, strict=True))
    # An unknown name counts beside a metric, or alone after a counter where nothing on the line is a setting or text.
    alone = placed and not named and Kind.SETTING not in kinds and not _TEXT_PAIR.search(text)
    chosen: dict[str, Pair] = {}
    for pair, kind in zip(pairs, kinds, strict=True):
        beside = named and placed and kind >= Kind.SETTING
        lone = alone and kind == Kind.UNKNOWN and pair.is_float and not pair.bare
        if _is_metric(pair, kind, placed) or beside or lone:
            chosen.setdefault(pair.name, pair)
    return list(chosen.values())


def _is_metric(pair: Pair, kind: Kind, placed: bool) -> bool:
    if kind == Kind.METRIC:
        return pair.is_float or placed or not pair.in_prose
    return kind == Kind.WEAK and (pair.is_float or placed) and not (pair.in_prose and not pair.is_float)
