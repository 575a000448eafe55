"""What a run that is going does now: how far it is, and what it uses of the machine."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from gitexp.model.values import format_value
from gitexp.render.curves import draw_bar, draw_sparkline
from gitexp.render.numbers import format_bytes, format_number
from gitexp.render.page import Fields, Line, Span, Text, line
from gitexp.render.text import neutralise
from gitexp.render.times import format_duration

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from gitexp.model.going import RunView
    from gitexp.render.page import Block, Look

_GPU = re.compile(r"gpu[0-9]{1,4}(?=\.)")
_SPARKS = 8
_INDENT = 2
_LINES = 10


class Use(NamedTuple):
    """One part of the machine: its name, how much of it is used now, in words, and the samples before."""

    name: str
    amount: str
    samples: tuple[float, ...]
    whole: float = 0.0
    """What a full bar stands for, where that is known."""


def progress_text(view: RunView, now: datetime, room: int | None = None) -> str:
    """How far it is and how long it will take yet: ``45%  epoch 45/100  1m 38s left``; empty where nobody knows.

    Where that is more than ``room`` cells, the count goes.
    """
    progress = view.progress
    if progress is None or not view.is_going:
        return ""
    unit = f"{progress.unit} " if progress.unit else ""
    count = "" if progress.unit == "%" else f"  {unit}{_count(progress.done)}/{_count(progress.total)}"
    seconds = progress.seconds_left(view.elapsed(now))
    left = "" if seconds is None else f"  {format_duration(seconds)} left"
    text = f"{progress.fraction:.0%}{count}{left}"
    return text if room is None or len(text) <= room else f"{progress.fraction:.0%}{left}"


def progress_line(view: RunView, look: Look, width: int) -> Line | None:
    """A bar and the words for it, in at most ``width`` cells; None where nobody knows how far it is."""
    text = progress_text(view, look.now)
    if not text or view.progress is None:
        return None
    done, rest = draw_bar(view.progress.fraction, min(max(width - len(text) - 2, 4), 48), glyphs=look.glyphs)
    return (Span(done, "going"), Span(rest, "muted"), Span(f"  {text}"))


def machine_use(system: Mapping[str, tuple[float, ...]]) -> list[Use]:
    """The use of processor, memory and each GPU, as far as there are samples; 100% is one core, or one GPU."""
    uses: list[Use] = []
    if cpu := system.get("cpu_percent"):
        uses.append(Use("cpu", f"{cpu[-1]:.0f}%", cpu, 100.0))
    if memory := system.get("memory_bytes"):
        uses.append(Use("memory", format_bytes(int(memory[-1])), memory))
    for gpu in dict.fromkeys(match[0] for name in system if (match := _GPU.match(name))):
        busy, held = system.get(f"{gpu}.utilization_percent", ()), system.get(f"{gpu}.memory_bytes", ())
        parts = [f"{busy[-1]:.0f}%"] if busy else []
        parts += [format_bytes(int(held[-1]))] if held else []
        if parts:
            uses.append(Use(gpu, " ".join(parts), busy or held, 100.0 if busy else 0.0))
    return uses


def machine_line(view: RunView, look: Look, width: int) -> Line | None:
    """The use of the machine in one line: as much of it as there is room for; None where it is not known."""
    spans: list[Span] = []
    room = width
    for use in machine_use(view.system):
        bars = draw_sparkline(use.samples, _SPARKS, whole=use.whole, glyphs=look.glyphs)
        taken = len(use.name) + 10 + 2 + _SPARKS + 2
        if taken > room and spans:
            break
        room -= taken
        spans += [Span(f"{use.name} ", "muted"), Span(f"{use.amount:<10}"), Span(f"{bars:<{_SPARKS}}  ", "going")]
    return tuple(spans) or None


def now_blocks(view: RunView, look: Look) -> list[Block]:
    """How far the run is, the use of the machine now, and the run's processes."""
    rows: list[tuple[str, tuple[Line, ...]]] = []
    if text := progress_text(view, look.now):
        rows.append(("progress", (line(text),)))
    if look.is_screen:
        rows += [(use.name, (line(use.amount),)) for use in machine_use(view.system)]
    else:
        rows += [(neutralise(name), (line(format_value(values[-1])),)) for name, values in view.system.items()]
    if view.processes:
        rows.append(("process ids", (line(", ".join(f"{what} {pid}" for what, pid in view.processes.items())),)))
    return [Fields(tuple(rows), _INDENT)] if rows else []


def last_output(view: RunView) -> Text:
    """The last lines that it printed."""
    return Text(tuple(line(one) for one in view.lines[-_LINES:]), _INDENT)


def _count(value: float) -> str:
    return str(int(value)) if value == int(value) else format_number(round(value, 2))
