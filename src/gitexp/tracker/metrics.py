"""``gitexp.log``: metrics over steps."""

from __future__ import annotations

import marshal
import os
import struct
import time
import zlib
from _collections_abc import Mapping

from gitexp.format.frames import METRICS
from gitexp.tracker.handlers import comes_from_handler
from gitexp.tracker.notices import Refusal, quote
from gitexp.tracker.numbers import collect_numbers, describe_kind, read_step
from gitexp.tracker.writer import WRITER

_MOST_KNOWN = 10_000

# Bound here, and a frame is made in place: a call is to cost no more than a line of CSV.
_are_known = WRITER.known.issuperset
_STEPS = frozenset({int, float, type(None)})
_dumps, _checksum, _pack = marshal.dumps, zlib.crc32, struct.Struct("<BII").pack
_write, _monotonic = os.write, time.monotonic


def log(metrics: Mapping[str, object] | None = None, /, step: object = None, **values: object) -> None:
    """Records numbers of this moment: ``log({"loss": 0.1}, step=3)`` or ``log(loss=0.1, step=3)``.

    What has returned from here survives whatever ends the process. Numbers are int, float and bool; arrays and tensors
    of one element from NumPy, PyTorch, JAX; Decimal and Fraction. NaN and infinities are kept. A nested dict gives
    dotted names: ``{"train": {"loss": 1}}`` is ``train.loss``.

    ``step`` is any number or None; steps may be missing, repeated, fractional or go backwards.

    Never raises for what it is given: whatever is no number (text, a list, a larger array) is left out, the rest is
    recorded, and the user is told once, on standard error and among the run's warnings. So is a step that is none.
    Outside a run it does nothing, and in distributed training the main process alone is heard (see
    ``exp run --all-ranks``).
    """
    frame = b""
    try:
        if values:
            metrics = values if metrics is None else {**metrics, **values}
        if metrics and _are_known(metrics) and type(step) in _STEPS:
            for value in metrics.values():
                if (kind := type(value)) is not float and kind is not int:
                    break
            else:
                payload = _dumps(("m", _monotonic(), step, metrics), 2)  # type: ignore[arg-type]
                frame = _pack(0xE7, len(payload), _checksum(payload)) + payload
                if _write(WRITER.descriptor, frame) != len(frame):
                    WRITER.send_elsewhere(frame)
                return
    except OSError as error:  # no file yet, closed by the script, a full disk
        if comes_from_handler(error):
            raise
        if frame:
            WRITER.send(frame)
            return
    except Exception as error:  # not a dict, or not of values that can be written at once: it is told below
        if comes_from_handler(error):
            raise
    if not WRITER.silent:
        WRITER.attempt("log", _log_any, metrics, step)


def _log_any(metrics: object, step: object) -> None:
    if metrics is None or not WRITER.speaks():
        return
    if not isinstance(metrics, Mapping):
        raise Refusal(f"{describe_kind(metrics)} is left out: metrics are a dict of names and numbers")
    found = collect_numbers(metrics, WRITER.prefix, _leave_out)
    number = read_step(step, "log: the step", WRITER.tell)
    if found:
        WRITER.write(METRICS, number, found)
    if not WRITER.prefix and len(WRITER.known) + len(found) < _MOST_KNOWN:
        WRITER.known.update(found)


def _leave_out(name: str, why: str) -> None:
    sentence = f"log: {quote(name)} is left out: {why}"
    WRITER.tell(sentence, sentence)
